"""The loop: it learns, stops, goes on where it was, and says what it saw."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.manifest import digest_of_file
from tests.training.builders import (
    a_bart_checkpoint,
    a_checkpoint_recipe,
    a_recipe,
    a_t5_checkpoint,
    toy_examples,
)
from training.answering.decoding import Decoding, Question, decode
from training.data.encoding import Encoder
from training.learning.curves import CURVES_FILE
from training.learning.finetuning import LossNotFinite, NothingLeft, Trained, WrongProcesses, finetune
from training.learning.resuming import AnotherRun
from training.models.checkpoints import load_model
from training.models.perplexity import likelihoods, perplexity
from training.models.recipe import Recipe

pytestmark = pytest.mark.torch


class Interrupted(Exception):
    """As if the machine had been switched off."""


def tuned(to: Path, recipe: Recipe, *, stop_after: int | None = None, seed: int = 7, **changed: Any) -> Trained:
    def watch(done: int, total: int, note: str) -> None:
        if done == stop_after:
            raise Interrupted

    given: dict[str, Any] = {
        "train": toy_examples(),
        "validation": toy_examples("validation"),
        "with_traits": True,
        "run": {"seed": seed, **recipe.as_json()},
        "watch": watch,
    }
    return finetune(recipe, to=to, seed=seed, **{**given, **changed})


def curves(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / CURVES_FILE).read_text().splitlines()]


def weights(folder: Path) -> str:
    return digest_of_file(folder / "model.safetensors")


def test_it_learns(tmp_path):
    trained = tuned(tmp_path, a_recipe("steps=80", "evaluate_every=20"))

    measured = [row["validation_perplexity"] for row in curves(tmp_path)]
    # Each reply has some ten pieces out of 170: untrained, a model is near 170 per piece.
    assert measured[0] > 2 * measured[-1]
    assert measured[-1] < 8
    assert trained.best_perplexity == min(measured)
    assert (trained.steps, trained.stopped_early) == (80, False)


def test_what_is_saved_is_the_best_look_and_measures_as_it_did(tmp_path):
    # So high a rate that the perplexity goes up and down.
    wild = a_recipe("steps=40", "evaluate_every=2", "rate=0.6", "final_rate=0.99", "evaluate_on=20")
    trained = tuned(tmp_path, wild)

    measured = {row["step"]: row["validation_perplexity"] for row in curves(tmp_path)}
    assert trained.best_step == min(measured, key=measured.__getitem__) != 40
    model, tokenizer, template = load_model(tmp_path, device="cpu")
    encoder = Encoder(tokenizer=tokenizer, template=template)
    rows = encoder.examples(toy_examples("validation"))
    assert perplexity(likelihoods(model, rows, pad=0)) == pytest.approx(trained.best_perplexity, rel=1e-5)


def test_patience_ends_a_run_that_gets_no_better(tmp_path):
    trained = tuned(tmp_path, a_recipe("steps=60", "evaluate_every=2", "rate=0.5", "patience=3"))

    measured = [row["validation_perplexity"] for row in curves(tmp_path)]
    assert trained.stopped_early
    assert trained.steps < 60
    # Three looks, none of them better, after the best.
    assert measured.index(min(measured)) == len(measured) - 4


def test_epochs_end_a_run_too(tmp_path):
    # 120 examples in batches of 16 are 8 steps; half an epoch more is 4.
    assert tuned(tmp_path, a_recipe("steps=0", "epochs=1.5")).steps == 12


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        tuned(tmp_path / name, a_recipe("dropout=0.1"), seed=seed)

    assert weights(tmp_path / "one") == weights(tmp_path / "again") != weights(tmp_path / "other")


# Before the first state, at a look, between two looks; with all that has a state of its own in play.
@pytest.mark.parametrize("stop_after", [2, 4, 7, 11])
def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path, stop_after):
    recipe = a_recipe("dropout=0.1", "epochs=3", "evaluate_every=4")
    whole = tuned(tmp_path / "whole", recipe)

    with pytest.raises(Interrupted):
        tuned(tmp_path / "cut", recipe, stop_after=stop_after)
    resumed = tuned(tmp_path / "cut", recipe)

    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")
    without_clock = [{**row, "seconds": 0} for row in curves(tmp_path / "whole")]
    assert [{**row, "seconds": 0} for row in curves(tmp_path / "cut")] == without_clock
    assert {**resumed.as_json(), "seconds": 0} == {**whole.as_json(), "seconds": 0}


def test_a_resumed_run_takes_over_the_number_of_threads(tmp_path, monkeypatch):
    import torch

    with pytest.raises(Interrupted):
        tuned(tmp_path, a_recipe(), stop_after=5)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    try:
        assert tuned(tmp_path, a_recipe()).threads == 1
    finally:
        torch.set_num_threads(1)


def test_a_folder_with_another_run_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(Interrupted):
        tuned(tmp_path, a_recipe(), stop_after=5)

    with pytest.raises(AnotherRun, match="differing in steps"):
        tuned(tmp_path, a_recipe("steps=13"))


@pytest.mark.slow
def test_a_killed_process_goes_on_to_the_same_weights(tmp_path):
    recipe = "steps=400", "evaluate_every=20", "dropout=0.1"
    script = (
        "import sys; from pathlib import Path;"
        "from tests.training.learning.test_finetuning import tuned, a_recipe;"
        f"tuned(Path(sys.argv[1]), a_recipe(*{recipe!r}))"
    )

    def begin(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", script, str(tmp_path / name)])

    assert begin("whole").wait(timeout=120) == 0
    kills = 0
    # Wherever the process is just then.
    for after in (60, 140, 220, 300):
        process = begin("cut")
        while latest(tmp_path / "cut") < after:
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert begin("cut").wait(timeout=120) == 0

    assert kills == 4
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def latest(folder: Path) -> int:
    return max((int(path.name.removeprefix("step-")) for path in (folder / ".training").glob("step-*")), default=0)


def test_the_gradient_is_that_of_the_whole_batch_however_it_is_divided(tmp_path):
    whole = tuned(tmp_path / "whole", a_recipe("steps=4", "evaluate_every=1"))
    in_parts = tuned(tmp_path / "parts", a_recipe("steps=4", "evaluate_every=1", "at_once=3"))

    assert in_parts.best_perplexity == pytest.approx(whole.best_perplexity, rel=1e-4)
    for one, other in zip(curves(tmp_path / "whole"), curves(tmp_path / "parts"), strict=True):
        assert other["train_perplexity"] == pytest.approx(one["train_perplexity"], rel=1e-4)


def test_the_training_loss_is_weighted_by_pieces(tmp_path):
    # Before anything is learned (a rate of next to nothing) the loss over an epoch is that of all its examples.
    tuned(tmp_path, a_recipe("steps=8", "evaluate_every=8", "rate=1e-9"))

    model, tokenizer, template = load_model(tmp_path, device="cpu")
    rows = Encoder(tokenizer=tokenizer, template=template).examples(toy_examples())
    (row,) = curves(tmp_path)
    assert row["train_perplexity"] == pytest.approx(perplexity(likelihoods(model, rows, pad=0)), rel=1e-4)


def test_what_was_seen_and_left_out_is_counted(tmp_path):
    trained = tuned(tmp_path, a_recipe("max_target=10", "steps=0", "epochs=1"))

    assert trained.examples_seen == trained.train_examples < 120
    assert trained.cut["replies_too_long_left_out"] == 120 - trained.train_examples + 12 - trained.validation_examples
    assert (trained.device, trained.processes, trained.threads, trained.revision) == ("cpu", 1, 1, None)
    assert set(trained.libraries) == {"torch", "transformers", "accelerate", "tokenizers", "safetensors"}


def test_a_loss_that_is_no_number_ends_the_run_with_a_reason(tmp_path):
    with pytest.raises(LossNotFinite, match=r"step \d+: the loss is nan; lower the rate \(1e\+30\)"):
        tuned(tmp_path, a_recipe("optimiser=adamw", "rate=1e30", "warm_up=0"))


def test_replies_all_too_long_are_said_to_be(tmp_path):
    with pytest.raises(NothingLeft, match="of 120 examples to learn from 0 have a reply of at most 2 pieces"):
        tuned(tmp_path / "pt", a_recipe("max_target=2"))
    assert not (tmp_path / "pt").exists()


def test_a_launcher_that_started_fewer_processes_than_it_said_is_noticed(tmp_path, monkeypatch):
    from accelerate import Accelerator

    # What has been begun as one process stays one, whatever the environment says afterwards.
    Accelerator(cpu=True)
    monkeypatch.setenv("WORLD_SIZE", "2")

    with pytest.raises(WrongProcesses, match="started 2 processes and accelerate sees 1"):
        tuned(tmp_path, a_recipe())


@pytest.mark.parametrize(
    ("make", "options"),
    [(a_t5_checkpoint, {}), (a_t5_checkpoint, {"own_head": True}), (a_bart_checkpoint, {})],
    ids=["t5", "flan", "bart"],
)
def test_a_checkpoint_is_tuned_kept_and_answers(tmp_path, make, options):
    recipe = a_checkpoint_recipe(make(tmp_path / "hub", **options), "steps=60", "evaluate_every=20", "evaluate_on=20")

    trained = tuned(tmp_path / "pt", recipe)

    measured = [row["validation_perplexity"] for row in curves(tmp_path / "pt")]
    assert measured[-1] < 0.7 * measured[0]
    model, tokenizer, template = load_model(tmp_path / "pt", device="cpu")
    encoder = Encoder(tokenizer=tokenizer, template=template)
    examples = toy_examples("validation")
    # The saved model is the measured one: neither matrix was lost on the way to the disk and back.
    everything = perplexity(likelihoods(model, encoder.examples(examples), pad=tokenizer.pad_token_id))
    assert everything == pytest.approx(trained.best_perplexity, rel=1e-5)
    questions = [
        Question(each.context.id, encoder.source(template.source(each.context, each.traits))) for each in examples[:6]
    ]
    said = [
        text
        for batch in decode(model, tokenizer, questions, decoding=Decoding(max_new_tokens=8), seed=7, batch_size=6)
        for _, text in batch
    ]
    assert all(said)
    assert not any(mark in text for text in said for mark in ("<", ">"))


def test_an_untrained_model_would_be_noticed(tmp_path):
    """The bound of `test_it_learns` against what no learning gives."""
    tuned(tmp_path, a_recipe("steps=1", "evaluate_every=1", "rate=1e-9"))

    assert curves(tmp_path)[0]["validation_perplexity"] > 100
    assert not math.isnan(curves(tmp_path)[0]["train_perplexity"])


def test_half_precision_learns_as_well_and_keeps_full_weights(tmp_path):
    from safetensors.torch import load_file

    full = tuned(tmp_path / "full", a_recipe("steps=40"))
    half = tuned(tmp_path / "half", a_recipe("steps=40", "precision=bf16"))

    assert half.best_perplexity == pytest.approx(full.best_perplexity, rel=0.1)
    assert half.best_perplexity != full.best_perplexity
    stored = load_file(tmp_path / "half" / "model.safetensors")
    assert {str(tensor.dtype) for tensor in stored.values()} == {"torch.float32"}


# A BART of random weights has logits of next to nothing, which low ranks beside them hardly change.
@pytest.mark.parametrize(("make", "learned"), [(a_t5_checkpoint, 0.9), (a_bart_checkpoint, 0.98)], ids=["t5", "bart"])
def test_low_ranks_are_tuned_merged_and_loaded_like_any_model(tmp_path, make, learned):
    pytest.importorskip("peft", reason="the extra [lora] is not installed")
    recipe = a_checkpoint_recipe(
        make(tmp_path / "hub"), "steps=60", "evaluate_every=20", "evaluate_on=20", "lora_rank=8", "lora_alpha=32",
        "rate=0.05",
    )  # fmt: skip

    trained = tuned(tmp_path / "pt", recipe)

    looks = curves(tmp_path / "pt")
    assert looks[-1]["validation_perplexity"] < learned * looks[0]["train_perplexity"]
    model, tokenizer, template = load_model(tmp_path / "pt", device="cpu")
    rows = Encoder(tokenizer=tokenizer, template=template).examples(toy_examples("validation"))
    merged = perplexity(likelihoods(model, rows, pad=tokenizer.pad_token_id))
    assert merged == pytest.approx(trained.best_perplexity, rel=1e-4)
    assert not [name for name, _ in model.named_parameters() if "lora" in name]


def test_low_ranks_go_on_where_they_were(tmp_path):
    pytest.importorskip("peft", reason="the extra [lora] is not installed")
    hub = a_t5_checkpoint(tmp_path / "hub")
    recipe = a_checkpoint_recipe(hub, "steps=12", "evaluate_every=4", "lora_rank=4", "lora_alpha=8")
    tuned(tmp_path / "whole", recipe)

    with pytest.raises(Interrupted):
        tuned(tmp_path / "cut", recipe, stop_after=6)
    tuned(tmp_path / "cut", recipe)

    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_activations_computed_again_give_the_same_model(tmp_path):
    tuned(tmp_path / "kept", a_recipe("dropout=0.1"))
    tuned(tmp_path / "again", a_recipe("dropout=0.1", "checkpointing=true"))

    for one, other in zip(curves(tmp_path / "kept"), curves(tmp_path / "again"), strict=True):
        assert other["validation_perplexity"] == pytest.approx(one["validation_perplexity"], rel=1e-4)


def test_a_token_budget_cuts_epochs_and_resumes_bit_for_bit(tmp_path):
    recipe = a_recipe("tokens=640", "batch=64", "at_once=64", "steps=0", "epochs=2", "evaluate_every=5")
    whole = tuned(tmp_path / "whole", recipe)

    with pytest.raises(Interrupted):
        tuned(tmp_path / "cut", recipe, stop_after=7)
    tuned(tmp_path / "cut", recipe)

    assert whole.examples_seen >= 2 * 120 - 12
    assert whole.steps > 2 * 120 / 64
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


def test_the_precision_that_a_probe_chose_is_kept_through_an_interrupt(tmp_path, monkeypatch):
    recipe = a_recipe("precision=auto")
    choices = iter(["bf16", "fp32"])
    monkeypatch.setattr("training.learning.finetuning.precision_for", lambda *_: next(choices))

    with pytest.raises(Interrupted):
        tuned(tmp_path / "cut", recipe, stop_after=6)
    resumed = tuned(tmp_path / "cut", recipe)

    assert resumed.precision == "bf16"
    assert next(choices) == "fp32"


@pytest.mark.slow
def test_two_processes_give_the_curve_of_one(tmp_path):
    script = tmp_path / "two.py"
    script.write_text(
        "import sys; from pathlib import Path\n"
        "from tests.training.learning.test_finetuning import a_recipe, tuned\n"
        "trained = tuned(Path(sys.argv[1]), a_recipe('steps=20', 'evaluate_every=2'))\n"
        "assert trained.processes == 2, trained\n"
    )
    tuned(tmp_path / "one", a_recipe("steps=20", "evaluate_every=2"))

    subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", str(script), str(tmp_path / "two")],
        check=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )

    for one, two in zip(curves(tmp_path / "one"), curves(tmp_path / "two"), strict=True):
        # Sums are added up in another order, so not to the last bit.
        assert two["train_perplexity"] == pytest.approx(one["train_perplexity"], rel=1e-4)
        assert two["validation_perplexity"] == pytest.approx(one["validation_perplexity"], rel=1e-4)
