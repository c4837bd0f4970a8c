"""Models and tokenizers: built, loaded, given our marks, and saved for plain transformers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.builders import (
    a_bart_checkpoint,
    a_checkpoint_recipe,
    a_model,
    a_recipe,
    a_t5_checkpoint,
    a_template,
    a_tokenizer,
)
from training.data.examples import MARKS, NotAModel
from training.models.checkpoints import (
    CheckpointMissing,
    build_model,
    checkpoint_file,
    load_checkpoint,
    load_model,
    save_model,
    set_generation,
)

pytestmark = pytest.mark.torch


@pytest.fixture
def no_network(monkeypatch, parley_home):
    """A hub that cannot be asked, as on a machine without a network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return parley_home


def test_a_tokenizer_is_the_same_in_every_process(tmp_path):
    script = (
        "from tests.training.builders import a_tokenizer; import sys;"
        "sys.stdout.write(a_tokenizer().backend_tokenizer.to_str())"
    )

    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert there.stdout == a_tokenizer().backend_tokenizer.to_str()


def test_a_tokenizer_gives_back_what_it_reads():
    tokenizer = a_tokenizer()

    for text in ("i like to bake bread .", "do you have a pet ?"):
        assert tokenizer.decode(tokenizer(f" {text}")["input_ids"], skip_special_tokens=True) == text


def test_an_architecture_is_built_with_the_recipes_sizes():
    tokenizer = a_tokenizer()

    t5 = build_model(a_recipe("layers=2"), tokenizer)
    bart = build_model(a_recipe("architecture=bart", "layers=2"), tokenizer)

    assert (t5.config.d_model, t5.config.num_layers, t5.config.num_decoder_layers, t5.config.vocab_size) == (
        32, 2, 2, len(tokenizer),
    )  # fmt: skip
    # The form that converters read rightly.
    assert (t5.config.scale_decoder_outputs, t5.lm_head.weight is t5.shared.weight) == (True, True)
    assert (bart.config.d_model, bart.config.encoder_layers, bart.config.decoder_layers) == (32, 2, 2)
    # Were the start of a reply its end mark, replies could end before they begin.
    assert bart.config.decoder_start_token_id != bart.config.eos_token_id


@pytest.mark.parametrize("make", [a_t5_checkpoint, a_bart_checkpoint])
def test_a_checkpoint_gets_our_marks_and_keeps_all_else(tmp_path, make):
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    folder = make(tmp_path)
    before, known = AutoModelForSeq2SeqLM.from_pretrained(folder), len(AutoTokenizer.from_pretrained(folder))

    model, tokenizer = load_checkpoint(a_checkpoint_recipe(folder))

    assert tokenizer.convert_tokens_to_ids(list(MARKS)) == list(range(known, known + len(MARKS)))
    assert model.get_input_embeddings().num_embeddings == model.config.vocab_size == len(tokenizer)
    assert torch.equal(model.get_input_embeddings().weight[:known], before.get_input_embeddings().weight)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_an_output_matrix_of_its_own_survives_new_rows(tmp_path):
    """transformers calls every T5 tied, and ties Flan's two matrices when it makes room for pieces."""
    import torch
    from safetensors.torch import load_file

    folder = a_t5_checkpoint(tmp_path / "flan", own_head=True)
    own = load_file(folder / "model.safetensors")["lm_head.weight"]

    model, tokenizer = load_checkpoint(a_checkpoint_recipe(folder))
    save_model(tmp_path / "saved", model=model, tokenizer=tokenizer, template=a_template())
    again, _, _ = load_model(tmp_path / "saved", device="cpu")

    assert model.lm_head.weight.shape == (len(tokenizer), 16)
    assert torch.equal(model.lm_head.weight[: len(own)], own)
    assert torch.equal(again.lm_head.weight, model.lm_head.weight)
    assert torch.equal(again.shared.weight, model.shared.weight)
    assert (again.config.scale_decoder_outputs, again.lm_head.weight is again.shared.weight) == (False, False)


def test_spare_rows_are_used_and_none_is_cut_off(tmp_path):
    folder = a_t5_checkpoint(tmp_path, spare_rows=28)

    model, tokenizer = load_checkpoint(a_checkpoint_recipe(folder))

    assert model.get_input_embeddings().num_embeddings == len(tokenizer) - len(MARKS) + 28


def test_a_half_precision_checkpoint_is_trained_in_full(tmp_path):
    import torch
    from transformers import AutoModelForSeq2SeqLM

    folder = a_t5_checkpoint(tmp_path)
    AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.bfloat16).save_pretrained(folder)

    model, _ = load_checkpoint(a_checkpoint_recipe(folder))

    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


@pytest.mark.parametrize(("make", "key"), [(a_t5_checkpoint, "dropout_rate"), (a_bart_checkpoint, "dropout")])
def test_dropout_is_the_recipes(tmp_path, make, key):
    model, _ = load_checkpoint(a_checkpoint_recipe(make(tmp_path), "dropout=0.25"))

    assert getattr(model.config, key) == 0.25
    assert 0.25 in {module.p for module in model.modules() if type(module).__name__ == "Dropout"} | {
        layer.dropout for layer in getattr(model.get_encoder(), "layers", [])
    }


def test_a_checkpoints_habits_of_generation_are_left_behind(tmp_path):
    folder = a_bart_checkpoint(tmp_path / "bart")
    model, tokenizer = load_checkpoint(a_checkpoint_recipe(folder))

    set_generation(model, tokenizer, max_new_tokens=9)
    save_model(tmp_path / "saved", model=model, tokenizer=tokenizer, template=a_template())

    kept = json.loads((tmp_path / "saved" / "generation_config.json").read_text())
    kept.pop("transformers_version")
    # How a reply begins and ends: no beams, no ban on repeated words.
    assert {key: value for key, value in kept.items() if value is not None and key != "_from_model_config"} == {
        "decoder_start_token_id": 2,
        "forced_bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "max_new_tokens": 9,
    }


def test_what_is_saved_loads_with_plain_transformers_and_answers_alike(tmp_path):
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = a_tokenizer()
    model = a_model(tokenizer)
    save_model(tmp_path, model=model, tokenizer=tokenizer, template=a_template())

    plain, plain_tokenizer = (each.from_pretrained(tmp_path) for each in (AutoModelForSeq2SeqLM, AutoTokenizer))
    ours, _, template = load_model(tmp_path, device="cpu")

    asked = plain_tokenizer("<persona> i like to ski . <you> hi !", return_tensors="pt")
    assert torch.equal(plain.generate(**asked), ours.generate(**asked))
    assert torch.equal(plain.generate(**asked), model.generate(**asked))
    assert template == a_template()
    assert not list(tmp_path.glob("*.bin"))


def test_a_folder_goes_before_the_hub(no_network):
    a_t5_checkpoint(no_network / "checkpoints" / "t5-small")

    model, _ = load_checkpoint(a_checkpoint_recipe(Path("hub:google-t5/t5-small")))

    assert model.config.d_model == 16
    assert checkpoint_file("hub:google-t5/t5-small") == no_network / "checkpoints" / "t5-small" / "model.safetensors"


def test_neither_folder_nor_hub_is_said_at_once(no_network):
    with pytest.raises(CheckpointMissing) as caught:
        load_checkpoint(a_checkpoint_recipe(Path("hub:google-t5/t5-small")))

    assert str(caught.value) == (
        f"no checkpoint in {no_network}/checkpoints/t5-small, and google-t5/t5-small cannot be had from the hub: "
        "HF_HUB_OFFLINE is set"
    )


def test_a_hub_that_does_not_answer_is_given_up_soon(monkeypatch, parley_home, tmp_path):
    script = (
        "import os, sys; os.environ.update(HF_ENDPOINT='http://127.0.0.1:9', HF_HOME=sys.argv[1]);"
        "os.environ.pop('HF_HUB_OFFLINE', None);"
        "import django; django.setup();"
        "from training.models.checkpoints import CheckpointMissing, find_checkpoint\n"
        "try: find_checkpoint('hub:google-t5/t5-small')\n"
        "except CheckpointMissing as error: print(error)"
    )

    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=30
    )

    assert "google-t5/t5-small cannot be had from the hub: " in said.stdout


def test_a_name_without_a_folder_or_hub_is_refused_with_the_way_out():
    with pytest.raises(
        CheckpointMissing, match=r"no checkpoint at t5-small: .* a hub's checkpoint is written hub:OWNER"
    ):
        load_checkpoint(a_checkpoint_recipe(Path("t5-small")))


def test_a_checkpoint_of_another_kind_is_refused(tmp_path):
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=20)).save_pretrained(tmp_path)

    with pytest.raises(CheckpointMissing, match="expected an encoder-decoder in safetensors with its tokenizer"):
        load_checkpoint(a_checkpoint_recipe(tmp_path))


def test_pickled_weights_are_not_read(tmp_path):
    import torch

    folder = a_t5_checkpoint(tmp_path)
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")

    with pytest.raises(CheckpointMissing, match="in safetensors"):
        load_checkpoint(a_checkpoint_recipe(folder))


def test_a_checkpoint_that_reads_less_than_the_recipe_feeds_is_refused(tmp_path):
    folder = a_bart_checkpoint(tmp_path, positions=64)

    with pytest.raises(CheckpointMissing, match="reads at most 64 pieces, and the recipe feeds it 96"):
        load_checkpoint(a_checkpoint_recipe(folder))


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_model_that_is_not_whole_says_what_is_missing(tmp_path, file):
    tokenizer = a_tokenizer()
    save_model(tmp_path, model=a_model(tokenizer), tokenizer=tokenizer, template=a_template())
    (tmp_path / file).unlink()

    with pytest.raises(NotAModel, match=rf"{file} is not there; its training has not ended"):
        load_model(tmp_path)


def test_a_tokenizer_of_another_model_is_noticed(tmp_path):
    tokenizer = a_tokenizer()
    save_model(tmp_path, model=a_model(tokenizer), tokenizer=tokenizer, template=a_template())
    tokenizer.add_tokens(["zebra"])
    tokenizer.save_pretrained(tmp_path)

    with pytest.raises(NotAModel, match="they do not belong together"):
        load_model(tmp_path)


def test_a_torn_file_of_weights_is_noticed(tmp_path):
    tokenizer = a_tokenizer()
    save_model(tmp_path, model=a_model(tokenizer), tokenizer=tokenizer, template=a_template())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])

    with pytest.raises(NotAModel, match="not an encoder-decoder that can be loaded"):
        load_model(tmp_path)
