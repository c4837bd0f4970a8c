"""Fine-tuning: load, tokenise, batch, step, evaluate, save. The whole method stands in `finetune`, top to bottom."""

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from generation.corpus.spilling import digest_of_text
from generation.corpus.traits import FIVE_LEVELS
from training.data.batching import batch_of_step, batches, padding_of
from training.data.encoding import Encoder
from training.data.examples import Example, Template
from training.data.rows import Encoded
from training.learning.curves import add_to_curves, cut_curves
from training.learning.energy import Meter
from training.learning.optimising import optimiser_for, schedule_for
from training.learning.resuming import Workplace
from training.learning.stepping import Stepper, pieces_of, precision_for
from training.models.checkpoints import (
    RAREST_PIECE,
    build_model,
    build_tokenizer,
    load_checkpoint,
    save_model,
    set_generation,
)
from training.models.lora import merged, with_lora
from training.models.machine import best_device, pin_threads
from training.models.perplexity import exponential, likelihoods, perplexity
from training.models.processes import WrongProcesses, all_there, check_processes
from training.models.recipe import Recipe

LIBRARIES: Final = ("torch", "transformers", "accelerate", "tokenizers", "safetensors")
# A state is kept at every look and, on slow machines or large models, at least this often.
KEEP_EVERY_SECONDS: Final = 300.0
LAST_LOOK_KEPT: Final = "the state of the last look is kept"


class LossNotFinite(RuntimeError):
    """The loss became infinite or not a number: the rate is too high, or the data are not what they seem."""


class NothingLeft(ValueError):
    """No reply is short enough for the recipe, in what is to be learned from or in what is to be stopped on."""


@dataclass(frozen=True)
class Trained:
    """What a run gave: the best look, why it ended, and what it saw."""

    best_step: int
    best_perplexity: float
    steps: int
    stopped_early: bool
    examples_seen: int
    pieces_seen: int
    parameters: int
    validation_examples: int
    train_examples: int
    cut: Mapping[str, int]
    device: str
    # In which the steps were computed, and how many rows at once: less than the recipe says where memory ran out.
    precision: str
    at_once: int
    # The share of padding in the first epoch's batches.
    padding: float
    # Of the whole machine, in joules; None where it does not tell. Of the last sitting, where the run was interrupted.
    joules: float | None
    processes: int
    threads: int
    seconds: float
    libraries: Mapping[str, str]
    # The commit of a hub's checkpoint, where the training began with one.
    revision: str | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Tally:
    """The counts of a run; all of it is part of the kept state."""

    step: int = 0
    examples: int = 0
    pieces: int = 0
    seconds: float = 0.0
    # Of the steps since the last look.
    loss: float = 0.0
    loss_pieces: int = 0
    last_loss: float = math.nan
    best_step: int = 0
    best_perplexity: float = math.inf
    looks_since_best: int = 0

    def count(self, batch: Sequence[Encoded], *, loss: float, seconds: float) -> None:
        """A step was made on `batch`, with that summed loss, `seconds` after the run began."""
        self.step += 1
        self.examples += len(batch)
        self.pieces += sum(len(row.source) + len(row.target) for row in batch)
        self.seconds = seconds
        self.loss += loss
        self.loss_pieces += pieces_of(batch)

    def look(self, measured: float) -> bool:
        """The validation perplexity was `measured`; returns whether that is the best so far."""
        self.last_loss = self.loss / self.loss_pieces
        self.loss, self.loss_pieces = 0.0, 0
        better = measured < self.best_perplexity or not self.best_step
        if better:
            self.best_step, self.best_perplexity, self.looks_since_best = self.step, measured, 0
        else:
            self.looks_since_best += 1
        return better


def finetune(
    recipe: Recipe,
    *,
    train: Sequence[Example],
    validation: Sequence[Example],
    to: Path,
    with_traits: bool,
    seed: int,
    run: Mapping[str, Any],
    watch: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Trained:
    """Train a model as `recipe` says and save the one with the best validation perplexity into the folder `to`.

    `run` is what identifies this run: the same `run` on an unfinished folder goes on where it was, with the same result
    as if it had never been interrupted (on a CPU bit for bit: the number of threads is taken over too); another raises
    `AnotherRun`. `watch` is told steps done, steps in all, and a line on loss and perplexity.
    """
    import torch
    from accelerate import Accelerator
    from accelerate.utils import set_seed

    # Half precision is ours to switch on, in the step alone: looks are measured in full, as `score` will measure.
    # Unless it is told that there is no GPU, accelerate overlooks that torchrun started several processes.
    accelerator = Accelerator(mixed_precision="no", cpu=best_device() == "cpu")
    check_processes(accelerator.num_processes)
    place = Workplace(to)
    place.check(run)
    meter = Meter.now()
    pin_threads()
    set_seed(seed)

    # Load.
    template = recipe.template(with_traits=with_traits)
    if recipe.checkpoint:
        model, tokenizer = load_checkpoint(recipe)
    else:
        tokenizer = build_tokenizer(_texts(train, template), vocabulary=recipe.vocabulary)
        model = build_model(recipe, tokenizer)
    set_generation(model, tokenizer, max_new_tokens=recipe.max_target)
    model = with_lora(model, tokenizer, recipe)
    if recipe.checkpointing:
        model.activation_checkpointing_enable(activation_checkpointing_kwargs={"use_reentrant": False})

    # Tokenise.
    encoder = Encoder(tokenizer=tokenizer, template=template)
    rows = encoder.examples(train)
    looked_at = encoder.examples(_sample(validation, recipe.evaluate_on, seed=seed))
    if not rows or not looked_at:
        raise NothingLeft(
            f"of {len(train)} examples to learn from {len(rows)} have a reply of at most {recipe.max_target} pieces, "
            f"and of those drawn to stop on {len(looked_at)}: raise max_target"
        )
    first = batches(rows, size=recipe.batch, bucket=recipe.bucket, seed=seed, epoch=0, budget=recipe.tokens)
    steps, probed, padding = _steps(recipe, len(first)), first[0], round(padding_of(rows, first), 4)
    del first

    marks = {"pad": tokenizer.pad_token_id, "start": model.config.decoder_start_token_id}
    core, optimiser = model, optimiser_for(model, recipe)
    model, optimiser = accelerator.prepare(core, optimiser)
    schedule = schedule_for(optimiser.optimizer, recipe, steps=steps)
    stepper = Stepper(model, accelerator, marks, recipe.label_smoothing, recipe.at_once, precision="fp32")
    if _begun(place, run, accelerator):
        tally = _restore(place, core, optimiser, schedule, stepper)
    else:
        tally = Tally()
        stepper.precision = precision_for(recipe, stepper, [rows[number] for number in probed])
    if accelerator.is_main_process:
        cut_curves(to, after=tally.step)

    # Batch.
    order = batch_of_step(
        rows, size=recipe.batch, bucket=recipe.bucket, seed=seed, from_step=tally.step, budget=recipe.tokens
    )
    started = kept = time.monotonic() - tally.seconds
    model.train()
    while tally.step < steps and not _out_of_patience(tally, recipe):
        batch = [rows[number] for number in next(order)]

        # Step.
        with all_there(f"step {tally.step + 1}", several=accelerator.num_processes > 1, kept=LAST_LOOK_KEPT):
            loss = stepper.gradient(batch)
        if not math.isfinite(loss):
            raise LossNotFinite(
                f"step {tally.step + 1}: the loss is {loss}; lower the rate ({recipe.rate:g}) or look at the data. "
                f"The state of the last look is kept in {place.folder}"
            )
        accelerator.clip_grad_norm_(model.parameters(), recipe.clip)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        tally.count(batch, loss=loss, seconds=time.monotonic() - started)

        # Evaluate.
        looking = tally.step == steps or tally.step % recipe.evaluate_every == 0
        if looking:
            measured = perplexity(likelihoods(core, looked_at, pad=tokenizer.pad_token_id, batch_size=recipe.at_once))
            better = tally.look(measured)
            if accelerator.is_main_process:
                add_to_curves(to, _look(tally, measured, rate=recipe.rate * _share(schedule)))
                if better:
                    place.keep_best(core)
        if accelerator.is_main_process and (looking or time.monotonic() - kept > KEEP_EVERY_SECONDS):
            place.save(step=tally.step, model=core, state=_state(tally, optimiser, schedule, stepper))
            kept = time.monotonic()
        watch(tally.step, steps, f"loss {loss / pieces_of(batch):.2f}, best perplexity {tally.best_perplexity:.1f}")

    # Save.
    parameters = sum(parameter.numel() for parameter in core.parameters())
    if accelerator.is_main_process:
        place.load_best(core)
        save_model(to, model=merged(core, recipe), tokenizer=tokenizer, template=template)
    return Trained(
        best_step=tally.best_step,
        best_perplexity=tally.best_perplexity,
        steps=tally.step,
        stopped_early=tally.step < steps,
        examples_seen=tally.examples,
        pieces_seen=tally.pieces,
        parameters=parameters,
        train_examples=len(rows),
        validation_examples=len(looked_at),
        cut=encoder.cut.as_json(),
        device=str(accelerator.device),
        precision=stepper.precision,
        at_once=stepper.at_once,
        padding=padding,
        joules=meter.joules_until(Meter.now()),
        processes=accelerator.num_processes,
        threads=torch.get_num_threads(),
        seconds=round(tally.seconds, 1),
        libraries={name: version(name) for name in LIBRARIES},
        revision=getattr(core.config, "_commit_hash", None),
    )


def _steps(recipe: Recipe, batches_in_epoch: int) -> int:
    """How many steps the run has: those of the recipe, or of its epochs, whichever are fewer."""
    by_epochs = math.ceil(recipe.epochs * batches_in_epoch)
    return min(steps for steps in (recipe.steps, by_epochs) if steps)


def _sample(examples: Sequence[Example], count: int, *, seed: int) -> list[Example]:
    """At most `count` of the examples, drawn by `seed`, in their order."""
    drawn = random.Random(f"validation {seed}").sample(range(len(examples)), min(count, len(examples)))
    return [examples[number] for number in sorted(drawn)]


def _texts(examples: Sequence[Example], template: Template) -> Iterator[str]:
    """What a tokenizer is trained on: each reply and, once, each persona."""
    # Digests: there may be more personas than one wants to hold.
    personas: set[bytes] = set()
    for example in examples:
        yield template.prepare(example.reply)
        persona = digest_of_text(json.dumps(example.context.persona))
        if persona not in personas:
            personas.add(persona)
            yield template.prepare(" ".join(example.context.persona))
    # The levels are told in words, whether or not anybody says them.
    yield from (level for level in FIVE_LEVELS for _ in range(RAREST_PIECE))


def _out_of_patience(tally: Tally, recipe: Recipe) -> bool:
    return bool(recipe.patience) and tally.looks_since_best >= recipe.patience


def _share(schedule: Any) -> float:
    """The schedule's present share of the full rate."""
    return float(schedule.get_last_lr()[0] / schedule.base_lrs[0])


def _look(tally: Tally, measured: float, *, rate: float) -> dict[str, float]:
    return {
        "step": tally.step,
        "examples": tally.examples,
        "train_perplexity": exponential(tally.last_loss),
        "validation_perplexity": measured,
        "rate": rate,
        "seconds": round(tally.seconds, 2),
    }


def _state(tally: Tally, optimiser: Any, schedule: Any, stepper: Stepper) -> dict[str, Any]:
    import torch

    return {
        "tally": asdict(tally),
        "threads": torch.get_num_threads(),
        # Another machine would choose otherwise, and the run would not be the same.
        "precision": stepper.precision,
        "at_once": stepper.at_once,
        "optimiser": optimiser.state_dict(),
        "schedule": {key: value for key, value in schedule.state_dict().items() if key != "lr_lambdas"},
        "random": torch.get_rng_state(),
        "random_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _restore(place: Workplace, core: Any, optimiser: Any, schedule: Any, stepper: Stepper) -> Tally:
    import torch

    state = place.load(model=core)
    pin_threads(state["threads"])
    stepper.precision, stepper.at_once = state["precision"], state["at_once"]
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict({**state["schedule"], "lr_lambdas": [None] * len(schedule.base_lrs)})
    torch.set_rng_state(state["random"])
    if state["random_cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["random_cuda"])
    return Tally(**state["tally"])


def _begun(place: Workplace, run: Mapping[str, Any], accelerator: Any) -> bool:
    """Begin the run, in its first process alone; whether there is a state to go on from, on which all must agree."""
    from accelerate.utils import gather_object

    if accelerator.is_main_process:
        place.begin(run)
    accelerator.wait_for_everyone()
    latest = place.latest()
    states: list[str] = gather_object([latest.name if latest else ""])
    if len(set(states)) > 1:
        raise WrongProcesses(
            f"the processes see different states of {place.model} ({', '.join(each or 'none' for each in states)}): to "
            "go on, every host must see the first one's folder, as on a shared disk; otherwise remove it and start anew"
        )
    return latest is not None
