"""The training loop beside transformers' Seq2SeqTrainer with its defaults: the same model and examples, in one run.

    .venv/bin/python -m benchmarks.training [--examples 1024] [--rounds 3]

Both train a model of the recipe `tiny` on dialogues of the offline author, tokenised beforehand. What is timed runs
from the end of the first step to the end of the last but one: no set-up, no validation, no saving. Rounds are
interleaved, the best of each counts on either clock, and every figure is a ratio to the Trainer's. Judged is processor
time, which other work on the machine disturbs least. Half precision has a bar only where the probe of
`precision = "auto"` takes it on this processor.
"""

import argparse
import os
import tempfile
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
warnings.filterwarnings("ignore")

import django  # noqa: E402

django.setup()

from benchmarks.dialogues import some_examples  # noqa: E402
from training.data.batching import batches, padding_of  # noqa: E402
from training.data.encoding import Encoder  # noqa: E402
from training.data.examples import Example  # noqa: E402
from training.data.rows import Encoded  # noqa: E402
from training.learning.finetuning import Trained, finetune  # noqa: E402
from training.models.checkpoints import build_model, build_tokenizer  # noqa: E402
from training.models.machine import pin_threads  # noqa: E402
from training.models.recipe import Recipe, read_recipe  # noqa: E402

HALF = "loop, bf16"
BARS = {"loop": 1.2, HALF: 1.6}
MOST_PADDING = 0.15


@dataclass(frozen=True)
class Taken:
    """What a round took, and how much it got through."""

    wall: float
    cpu: float
    examples: int
    pieces: int

    def or_better(self, other: "Taken | None") -> "Taken":
        """The quicker of two rounds over equal work, by each clock apart."""
        return self if other is None else replace(self, wall=min(self.wall, other.wall), cpu=min(self.cpu, other.cpu))


class Clock:
    """Reads both clocks at the end of the first step and of the last but one."""

    def __init__(self, steps: int) -> None:
        self.steps, self.readings = steps, {}

    def step(self, number: int) -> None:
        if number in (1, self.steps - 1):
            self.readings[number] = time.perf_counter(), time.process_time()

    def taken(self, examples: int, pieces: int) -> Taken:
        (wall, cpu), (wall_end, cpu_end) = self.readings[1], self.readings[self.steps - 1]
        return Taken(wall_end - wall, cpu_end - cpu, examples, pieces)


def finetuned(recipe: Recipe, examples: list[Example], folder: Path, clock: Clock) -> Trained:
    """`finetune` as `train` calls it, but for the looks: one at the end, which is not timed."""
    return finetune(
        recipe,
        train=examples,
        validation=examples[:8],
        to=folder,
        with_traits=True,
        seed=7,
        run={"recipe": recipe.as_json()},
        watch=lambda done, total, note: clock.step(done),
    )


def our_loop(recipe: Recipe, examples: list[Example], rows: list[Encoded], folder: Path) -> Taken:
    """The loop, and what it got through in what time."""
    clock = Clock(recipe.steps)
    finetuned(recipe, examples, folder, clock)
    order = batches(rows, size=recipe.batch, bucket=recipe.bucket, seed=7, epoch=0, budget=recipe.tokens)
    between = [place for batch in order[1 : recipe.steps - 1] for place in batch]
    return clock.taken(len(between), sum(len(rows[place].source) + len(rows[place].target) for place in between))


def trainer(recipe: Recipe, tokenizer: Any, rows: list[Encoded], folder: Path) -> Taken:
    """Seq2SeqTrainer as one gets it: random batches, padded to the longest, AdamW, full precision."""
    from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback, set_seed

    clock = Clock(recipe.steps)

    class Watch(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **more: Any) -> None:
            clock.step(state.global_step)

    set_seed(7)
    model = build_model(recipe, tokenizer)
    arguments = Seq2SeqTrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=recipe.batch,
        max_steps=recipe.steps,
        learning_rate=1e-3,
        save_strategy="no",
        use_cpu=True,
        seed=7,
        disable_tqdm=True,
        report_to=[],
    )
    features = [
        {"input_ids": list(row.source), "attention_mask": [1] * len(row.source), "labels": list(row.target)}
        for row in rows
    ]
    Seq2SeqTrainer(
        model=model,
        args=arguments,
        train_dataset=features,
        data_collator=DataCollatorForSeq2Seq(tokenizer, model=model),
        callbacks=[Watch()],
    ).train()
    # Its batches are random: of so many examples each, and of the average length.
    examples = recipe.batch * (recipe.steps - 2)
    pieces = sum(len(row.source) + len(row.target) for row in rows) * examples // len(rows)
    return clock.taken(examples, pieces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    asked = parser.parse_args()
    threads = pin_threads()
    examples = some_examples(asked.examples)
    plain = read_recipe("tiny", overrides=[f"batch={asked.batch}", f"at_once={asked.batch}", "evaluate_on=8"])
    template = plain.template(with_traits=True)
    tokenizer = build_tokenizer((template.prepare(each.reply) for each in examples), vocabulary=plain.vocabulary)
    rows = Encoder(tokenizer=tokenizer, template=template).examples(examples)
    steps = len(rows) // asked.batch
    sized = [
        f"batch={asked.batch}",
        f"at_once={asked.batch}",
        "evaluate_on=8",
        f"steps={steps}",
        f"evaluate_every={steps}",
    ]
    recipes = {
        "loop": read_recipe("tiny", overrides=sized),
        HALF: read_recipe("tiny", overrides=[*sized, "precision=bf16"]),
    }
    print(
        f"{len(rows):,} examples, {steps} steps of {asked.batch}, {threads} threads, best of {asked.rounds} interleaved"
    )
    best: dict[str, Taken] = {}
    with tempfile.TemporaryDirectory() as place:
        probed = read_recipe("tiny", overrides=[*sized, "steps=2", "precision=auto"])
        chosen = finetuned(probed, examples, Path(place) / "probed", Clock(2)).precision
        for number in range(asked.rounds):
            ways = {name: (lambda to, r=recipe: our_loop(r, examples, rows, to)) for name, recipe in recipes.items()}
            ways["Seq2SeqTrainer"] = lambda to: trainer(recipes["loop"], tokenizer, rows, to)
            for name, run in ways.items():
                # Where half precision is emulated it takes many times as long: once is enough to say so.
                if name == HALF and chosen != "bf16" and number:
                    continue
                best[name] = run(Path(place) / f"{name}-{number}").or_better(best.get(name))
    base = best["Seq2SeqTrainer"]
    print(f"{'':16}{'examples/s':>12}{'real tokens/s':>15}{'x, wall':>9}{'x, CPU':>9}  bar")
    for name, taken in best.items():
        wall = (taken.examples / taken.wall) / (base.examples / base.wall)
        cpu = (taken.examples / taken.cpu) / (base.examples / base.cpu)
        said = ""
        if name == HALF and chosen != "bf16":
            said = "no bar here: the probe finds it no faster on this processor"
        elif bar := BARS.get(name):
            said = f"{'met' if cpu >= bar else 'missed'} ({bar:g})"
        rates = f"{taken.examples / taken.wall:12.0f}{taken.pieces / taken.wall:15.0f}"
        print(f"{name:16}{rates}{wall:9.2f}{cpu:9.2f}  {said}")
    loop = recipes["loop"]
    padding = padding_of(rows, batches(rows, size=loop.batch, bucket=loop.bucket, seed=7, epoch=0))
    said = "met" if padding <= MOST_PADDING else "missed"
    print(f"padding of the loop's batches: {padding:.1%}, {said} (at most {MOST_PADDING:.0%})")


if __name__ == "__main__":
    main()
