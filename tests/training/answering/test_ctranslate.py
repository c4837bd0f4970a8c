"""The fast engine gives the model's own replies, and is not used where it would not."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.training.builders import a_bart_checkpoint, a_checkpoint_recipe, a_t5_checkpoint, toy_examples
from tests.training.learning.test_finetuning import tuned
from training.answering.ctranslate import FastModel, NoEngine, WrongConversion, _readable_copy, check_engine, converted
from training.answering.decoding import Decoding, Question, decode
from training.data.encoding import Encoder
from training.data.rows import Encoded
from training.models.checkpoints import load_model

pytestmark = pytest.mark.torch
pytest.importorskip("ctranslate2", reason="the extra [ct2] is not installed")
SHORT = Decoding(max_new_tokens=12)


def asked(folder: Path) -> tuple[tuple, list[Question], list[Encoded]]:
    """A model with questions for it, and their replies."""
    loaded = load_model(folder, device="cpu")
    encoder = Encoder(tokenizer=loaded[1], template=loaded[2])
    rows = encoder.examples(toy_examples("validation"))
    return loaded, [Question(str(number), row.source) for number, row in enumerate(rows)], rows


def stir(folder: Path) -> None:
    """Random weights, so large that each input gets a reply of its own."""
    import torch
    from safetensors.torch import load_file, save_file

    drawn = torch.Generator().manual_seed(7)
    weights = load_file(folder / "model.safetensors")
    stirred = {
        name: tensor if "norm" in name else torch.randn(tensor.shape, generator=drawn) * 0.5
        for name, tensor in weights.items()
    }
    save_file(stirred, folder / "model.safetensors", metadata={"format": "pt"})


def replies(batches) -> dict[int, str]:
    return {place: text for batch in batches for place, text in batch}


@pytest.mark.parametrize(
    ("make", "options"),
    [(a_t5_checkpoint, {}), (a_t5_checkpoint, {"own_head": True}), (a_bart_checkpoint, {})],
    ids=["t5", "flan", "bart"],
)
def test_greedy_replies_are_the_models_own(tmp_path, make, options):
    tuned(tmp_path / "pt", a_checkpoint_recipe(make(tmp_path / "hub", **options), "steps=4"))
    stir(tmp_path / "pt")
    (model, tokenizer, _), questions, rows = asked(tmp_path / "pt")

    slow = replies(decode(model, tokenizer, questions, decoding=SHORT, seed=7, batch_size=8))
    fast = replies(
        FastModel(tmp_path / "pt", model, tokenizer, probes=rows).decode(questions, decoding=SHORT, batch_size=8)
    )

    assert fast == slow
    # Equality says something only where replies differ.
    assert len(set(slow.values())) > 3


def test_processes_that_begin_together_convert_once(trained_home, tmp_path, monkeypatch):
    folder = Path(shutil.copytree(trained_home / "models" / "pt", tmp_path / "pt"))
    _, tokenizer, _ = load_model(folder, device="cpu")
    copied: list[Path] = []
    both = threading.Barrier(2, timeout=60)

    def copy(*words: Any) -> None:
        copied.append(words[1])
        _readable_copy(*words)

    def begin(_: int) -> Path:
        both.wait()
        return converted(folder, tokenizer)

    monkeypatch.setattr("training.answering.ctranslate._readable_copy", copy)
    with ThreadPoolExecutor(2) as pool:
        places = list(pool.map(begin, range(2)))

    assert len(copied) == 1
    assert (places[0] / "model.bin").is_file()
    assert places[0] == places[1]


def test_a_conversion_is_made_once_and_anew_for_new_weights(trained_home, tmp_path):
    folder = Path(shutil.copytree(trained_home / "models" / "pt", tmp_path / "pt"))
    _, tokenizer, _ = load_model(folder, device="cpu")

    first = converted(folder, tokenizer)
    made_at = (first / "model.bin").stat().st_mtime_ns
    again = converted(folder, tokenizer)
    assert (again, (again / "model.bin").stat().st_mtime_ns) == (first, made_at)

    (first / "converted-from.json").write_text(json.dumps({"sha256": "of other weights"}))
    assert (converted(folder, tokenizer) / "model.bin").stat().st_mtime_ns != made_at
    assert not list(folder.glob(".converting-*"))


def test_a_wrong_conversion_is_refused_before_it_answers(trained_home, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(trained_home / "models" / "pt", tmp_path / "pt"))
    (model, tokenizer, _), _, rows = asked(folder)
    weights = load_file(folder / "model.safetensors")
    weights["decoder.final_layer_norm.weight"] *= 0.5
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    with pytest.raises(WrongConversion, match="per piece from the model's own"):
        FastModel(folder, model, tokenizer, probes=rows)


@pytest.mark.parametrize("manner", ["beam", "sample"])
def test_what_it_would_do_otherwise_is_refused(manner):
    with pytest.raises(NoEngine, match=f"for greedy alone, not for {manner}"):
        check_engine(Decoding(manner=manner))
