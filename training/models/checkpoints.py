"""Models and tokenizers: built anew from a recipe, loaded from a folder or a hub, saved for plain `from_pretrained`."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from generation.home import home
from training.data.examples import MARKS, NotAModel, Template, read_template, write_template
from training.models.machine import best_device, pin_threads
from training.models.recipe import Recipe

HUB: Final = "hub:"
WEIGHTS_FILE: Final = "model.safetensors"
# A piece must occur this often: what is rarer is spelt from smaller ones.
RAREST_PIECE: Final = 2
PAD, END, UNKNOWN, START = "<pad>", "</s>", "<unk>", "<s>"
# Seconds to wait for a hub before saying that it cannot be reached.
HUB_PATIENCE: Final = 5.0


class CheckpointMissing(ValueError):
    """No checkpoint in the folder or on the hub that a recipe starts from, or one that cannot be started from."""


def _transformers() -> Any:
    """transformers, without progress bars of its own between our lines."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    return transformers


def unreadable() -> tuple[type[Exception], ...]:
    """What loading raises where files are not what they should be; torn weights have an error of their own."""
    from safetensors import SafetensorError

    return (OSError, ValueError, KeyError, RuntimeError, SafetensorError)


def build_tokenizer(texts: Iterable[str], *, vocabulary: int) -> Any:
    """A BPE tokenizer trained on `texts` (prepared), with our marks, as transformers knows it.

    Training is deterministic: the same texts give the same pieces.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from tokenizers import decoders as text_decoders

    core = Tokenizer(models.BPE(unk_token=UNKNOWN))
    core.pre_tokenizer = pre_tokenizers.Metaspace()
    core.decoder = text_decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=RAREST_PIECE,
        special_tokens=[PAD, END, UNKNOWN, START, *MARKS],
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    core.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, 1)])
    return _transformers().PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=PAD, eos_token=END, unk_token=UNKNOWN, extra_special_tokens=list(MARKS)
    )


def build_model(recipe: Recipe, tokenizer: Any) -> Any:
    """A model of the recipe's architecture and sizes, with the random weights that torch's seed gives it."""
    transformers = _transformers()
    ends = {"pad_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id}
    if recipe.architecture == "t5":
        # Tied and scaled, the older of T5's two forms: the one that converters read rightly.
        return transformers.T5ForConditionalGeneration(
            transformers.T5Config(
                vocab_size=len(tokenizer),
                d_model=recipe.width,
                d_kv=recipe.head_width,
                num_heads=recipe.heads,
                d_ff=recipe.feed_forward,
                num_layers=recipe.layers,
                dropout_rate=recipe.dropout,
                decoder_start_token_id=tokenizer.pad_token_id,
                **ends,
            )
        )
    start = tokenizer.convert_tokens_to_ids(START)
    return transformers.BartForConditionalGeneration(
        transformers.BartConfig(
            vocab_size=len(tokenizer),
            d_model=recipe.width,
            encoder_layers=recipe.layers,
            decoder_layers=recipe.layers,
            encoder_attention_heads=recipe.heads,
            decoder_attention_heads=recipe.heads,
            encoder_ffn_dim=recipe.feed_forward,
            decoder_ffn_dim=recipe.feed_forward,
            max_position_embeddings=max(recipe.max_source, recipe.max_target) * 2,
            dropout=recipe.dropout,
            attention_dropout=recipe.dropout,
            bos_token_id=start,
            decoder_start_token_id=start,
            forced_eos_token_id=None,
            **ends,
        )
    )


def load_checkpoint(recipe: Recipe) -> tuple[Any, Any]:
    """The model and tokenizer of the checkpoint that a recipe starts from, in float32, with our marks added.

    The name is a folder where it begins with `.`, `/` or `~`. Else it is `hub:OWNER/NAME`, looked for in
    `PARLEY_HOME/checkpoints/NAME`, then in the hub's cache on this machine, and only then on the hub. Weights are read
    from safetensors alone: nothing is unpickled.
    """
    import torch

    transformers = _transformers()
    name = recipe.checkpoint
    where, here_only = find_checkpoint(name)
    try:
        config = transformers.AutoConfig.from_pretrained(where, local_files_only=here_only)
        setattr(config, "dropout_rate" if hasattr(config, "dropout_rate") else "dropout", recipe.dropout)
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(
            # Left to itself, transformers would go on in the precision in which the checkpoint was saved.
            where, config=config, dtype=torch.float32, local_files_only=here_only, use_safetensors=True
        )  # fmt: skip
        tokenizer = transformers.AutoTokenizer.from_pretrained(where, local_files_only=here_only)
    except unreadable() as error:
        raise CheckpointMissing(
            f"checkpoint {name!r}: expected an encoder-decoder in safetensors with its tokenizer: {_first_line(error)}"
        ) from error
    places = getattr(config, "max_position_embeddings", None)
    if places and places < max(recipe.max_source, recipe.max_target):
        raise CheckpointMissing(
            f"checkpoint {name!r} reads at most {places} pieces, and the recipe feeds it "
            f"{max(recipe.max_source, recipe.max_target)}: lower max_source and max_target"
        )
    _learn_marks(model, tokenizer)
    return model, tokenizer


def _learn_marks(model: Any, tokenizer: Any) -> None:
    """Add our marks to a checkpoint's tokenizer, and rows for them where the model has none to spare."""
    tokenizer.add_tokens(list(MARKS), special_tokens=True)
    # Checkpoints often have more rows than pieces: those are kept, since cutting them would change the model.
    if len(tokenizer) <= model.get_input_embeddings().num_embeddings:
        return
    tied = model.config.tie_word_embeddings
    # transformers calls every T5 tied. One with an output matrix of its own (v1.1, Flan) would lose it here.
    model.config.tie_word_embeddings = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    model.resize_token_embeddings(len(tokenizer))
    model.config.tie_word_embeddings = tied


def set_generation(model: Any, tokenizer: Any, *, max_new_tokens: int) -> None:
    """Let the model generate as it was taught, and by nothing else.

    transformers fills in whatever a call leaves open from here, and checkpoints bring much along: bart-large repeats no
    three words and searches with four beams. What stays is which piece begins a reply, and which ends it.
    """
    opening = tokenizer("")["input_ids"][:-1]
    model.generation_config = _transformers().GenerationConfig(
        decoder_start_token_id=model.config.decoder_start_token_id,
        forced_bos_token_id=opening[0] if opening else None,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        max_new_tokens=max_new_tokens,
    )


def checkpoint_file(name: str) -> Path | None:
    """The weights of a checkpoint that lies in a folder of this machine; None for one of the hub's."""
    if not name:
        return None
    folder = _local_folder(name)
    return folder / WEIGHTS_FILE if folder and (folder / WEIGHTS_FILE).is_file() else None


def _local_folder(name: str) -> Path | None:
    """The folder of a checkpoint on this machine, if there is one."""
    is_hub = name.startswith(HUB)
    folder = home() / "checkpoints" / name.rpartition("/")[2] if is_hub else Path(name).expanduser()
    return folder if (folder / "config.json").is_file() else None


def find_checkpoint(name: str) -> tuple[str, bool]:
    """Where to load `name` from, and whether the network is out of the question."""
    folder = _local_folder(name)
    if folder:
        return str(folder), True
    if not name.startswith(HUB):
        raise CheckpointMissing(
            f"no checkpoint at {name}: config.json is not there; a hub's checkpoint is written {HUB}OWNER/NAME"
        )
    wanted = name.removeprefix(HUB)
    folder = home() / "checkpoints" / wanted.rpartition("/")[2]
    from huggingface_hub import HfApi, try_to_load_from_cache

    if isinstance(try_to_load_from_cache(wanted, "config.json"), str):
        return wanted, True
    if os.environ.get("HF_HUB_OFFLINE", "").lower() not in ("1", "true", "yes", "on"):
        try:
            HfApi().model_info(wanted, timeout=HUB_PATIENCE)
        except Exception as error:  # noqa: BLE001  # the hub client's errors have no common base; each means the same here
            reason = _first_line(error)
        else:
            return wanted, False
    else:
        reason = "HF_HUB_OFFLINE is set"
    raise CheckpointMissing(f"no checkpoint in {folder}, and {wanted} cannot be had from the hub: {reason}")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def save_model(folder: Path, *, model: Any, tokenizer: Any, template: Template) -> None:
    """Save model, tokenizer and template into `folder`; plain transformers loads it, as safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_template(folder, template)


def template_of(folder: Path) -> Template:
    """The template of the trained model in `folder`; `NotAModel` where there is none, or not all of one."""
    template = read_template(folder)
    for file in ("config.json", WEIGHTS_FILE, "tokenizer.json"):
        if not (folder / file).is_file():
            raise NotAModel(f"no whole model at {folder}: {file} is not there; its training has not ended")
    return template


def load_model(folder: Path, *, device: str | None = None) -> tuple[Any, Any, Template]:
    """The trained model, ready to answer, with its tokenizer and template; `NotAModel` where `folder` is none."""
    import torch

    transformers = _transformers()
    template = template_of(folder)
    try:
        model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except unreadable() as error:
        raise NotAModel(f"{folder}: not an encoder-decoder that can be loaded: {_first_line(error)}") from error
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        raise NotAModel(
            f"{folder}: the tokenizer has {len(tokenizer)} pieces, and the model "
            f"{model.get_input_embeddings().num_embeddings}: they do not belong together"
        )
    pin_threads()
    model.to(device or best_device())
    model.eval()
    return model, tokenizer, template
