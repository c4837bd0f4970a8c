"""Toy corpora and tiny checkpoints for the tests of training."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import Dialogue, Speaker, Turn, write_dialogues
from generation.corpus.traits import Traits
from tests.generation.builders import a_persona
from training.data.encoding import Encoder
from training.data.examples import Example, Template, examples_of
from training.data.responses import Context, Given, Response
from training.models.recipe import Recipe, read_recipe

# The smoke recipe is seconds; this is less.
QUICK = ("steps=12", "evaluate_every=4", "evaluate_on=12", "warm_up=2")
SMALL = ("vocabulary=300", "width=32", "head_width=32")


def a_toy_dialogue(number: int, *, split: str = "train", corpus: str = "toy", traits: Traits | None = None) -> Dialogue:
    """Two people tell each other what their personas say: easily learned. All personas are distinct."""
    # 37 shares no factor with the 200 personas: all hobbies, pets and jobs come up early.
    ours, theirs = a_persona(2 * number * 37), a_persona((2 * number + 1) * 37)
    texts = (
        "hi ! what do you like to do ?",
        f"{theirs[0][:-1]} . and you ?",
        f"{ours[0][:-1]} . do you have a pet ?",
        f"yes , {theirs[1][:-1]} . what do you do for work ?",
        f"{ours[2][:-1]} . what about you ?",
        f"{theirs[2][:-1]} .",
    )
    told = dict(traits or {})
    return Dialogue(
        id=f"{corpus}/{split}/{number:05}",
        split=split,
        speakers=(Speaker(ours, told), Speaker(theirs, told)),
        turns=tuple(Turn(place % 2, text) for place, text in enumerate(texts)),
    )


def toy_dialogues(*, corpus: str = "toy", train: int = 24, validation: int = 4, test: int = 4) -> list[Dialogue]:
    """A whole toy corpus; no persona stands in two splits."""
    splits = ["train"] * train + ["validation"] * validation + ["test"] * test
    return [a_toy_dialogue(number, split=split, corpus=corpus) for number, split in enumerate(splits)]


def toy_corpus(home: Path, *, name: str = "toy", **counts: int) -> Path:
    """A toy corpus in its place under `home`."""
    folder = home / "corpora" / name
    write_dialogues(folder, toy_dialogues(corpus=name, **counts))
    return folder


def toy_examples(split: str = "train", **counts: int) -> list[Example]:
    """The examples of one split of a toy corpus."""
    return list(examples_of(dialogue for dialogue in toy_dialogues(**counts) if dialogue.split == split))


def a_recipe(*overrides: str) -> Recipe:
    """The smoke recipe, cut down to a second, with `overrides` on top."""
    return read_recipe("smoke", overrides=[*QUICK, *SMALL, *overrides])


def a_checkpoint_recipe(checkpoint: Path, *overrides: str, name: str = "t5-small") -> Recipe:
    """A recipe that starts from a checkpoint, cut down to a second."""
    quick = [*QUICK, "batch=8", "at_once=8", "max_source=96", "rate=0.01", "precision=fp32", f"checkpoint={checkpoint}"]
    return read_recipe(name, overrides=[*quick, *overrides])


def a_template(**changed: Any) -> Template:
    """The template of the smoke recipe, with traits."""
    return replace(read_recipe("smoke").template(with_traits=True), **changed)


def a_tokenizer(texts: Sequence[str] = (), *, vocabulary: int = 300) -> Any:
    """A tokenizer trained on the toy corpus and `texts`."""
    from training.models.checkpoints import build_tokenizer

    spoken = [turn.text for dialogue in toy_dialogues() for turn in dialogue.turns]
    return build_tokenizer([*spoken, *spoken, *texts, *texts], vocabulary=vocabulary)


def an_encoder(**changed: Any) -> Encoder:
    """An encoder with the toy tokenizer; `changed` goes into its template."""
    return Encoder(tokenizer=a_tokenizer(), template=a_template(**changed))


def a_model(tokenizer: Any, *overrides: str, seed: int = 0) -> Any:
    """An untrained tiny model for the tokenizer, ready to be asked."""
    import torch

    from training.models.checkpoints import build_model, set_generation

    torch.manual_seed(seed)
    model = build_model(a_recipe(*overrides), tokenizer)
    set_generation(model, tokenizer, max_new_tokens=20)
    return model.eval()


def a_t5_checkpoint(folder: Path, *, own_head: bool = False, spare_rows: int = 0) -> Path:
    """What a T5 of a hub looks like: no marks of ours; with `own_head` as v1.1 and Flan, gated and not tied."""
    import torch
    from safetensors.torch import load_file, save_file
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    core = Tokenizer(models.BPE(unk_token="<unk>"))
    core.pre_tokenizer, core.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=200, special_tokens=["<pad>", "</s>", "<unk>", "<extra_id_0>"], show_progress=False
    )
    core.train_from_iterator([turn.text for each in toy_dialogues() for turn in each.turns], trainer)
    core.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        extra_special_tokens=["<extra_id_0>"],
    )
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=len(tokenizer) + spare_rows,
        d_model=16,
        d_kv=8,
        num_heads=2,
        d_ff=32,
        num_layers=1,
        decoder_start_token_id=0,
        feed_forward_proj="gated-gelu" if own_head else "relu",
        tie_word_embeddings=not own_head,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    if own_head:
        weights = load_file(folder / "model.safetensors")
        weights["lm_head.weight"] = torch.randn(config.vocab_size, 16)
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save_pretrained(folder)
    return folder


def a_bart_checkpoint(folder: Path, *, positions: int = 256) -> Path:
    """What a BART of a hub looks like: byte-level pieces, `<s>` and `</s>` round each text, habits of generation."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import BartConfig, BartForConditionalGeneration, GenerationConfig, PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer, core.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator([turn.text for each in toy_dialogues() for turn in each.turns], trainer)
    core.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(1)
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=positions,
        )
    )  # fmt: skip
    # What facebook/bart-large brings along.
    model.generation_config = GenerationConfig(
        bos_token_id=0, decoder_start_token_id=2, eos_token_id=2, forced_bos_token_id=0, forced_eos_token_id=2,
        pad_token_id=1, no_repeat_ngram_size=3, num_beams=4, early_stopping=True,
    )  # fmt: skip
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def a_response(
    text: str,
    *,
    reference: str | None = None,
    dialogue: str = "toy/test/00000",
    turn: int = 1,
    system: str = "pt",
    domain: str = "toy",
) -> Response:
    """A response in a small context."""
    context = Context(
        id=f"{dialogue}#{turn}",
        cluster=dialogue,
        domain=domain,
        speaker=turn % 2,
        persona=("i like to ski.",),
        traits={},
        turns=tuple(Turn(place % 2, "hi !") for place in range(turn)),
    )
    return Response(system=system, context=context, given=Given(), text=text, reference=reference)
