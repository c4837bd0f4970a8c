"""Low-rank tuning of a checkpoint (Hu et al. 2021), by `peft`; what is saved is a whole model like any other."""

from typing import Any

from training.data.examples import MARKS
from training.models.recipe import Recipe


class NoLora(ValueError):
    """The package for low-rank tuning is not installed."""


def with_lora(model: Any, tokenizer: Any, recipe: Recipe) -> Any:
    """`model` with low-rank matrices beside each linear map, and nothing tuned but these and our marks' own rows.

    The marks are new: their rows hold nothing yet and must be learned. As it comes where the recipe asks for none.
    """
    if not recipe.lora_rank:
        return model
    try:
        from peft import LoraConfig, TaskType, get_peft_model
    except ImportError as error:
        raise NoLora("lora_rank needs the peft package: pip install 'parley[lora]'") from error
    rows = [tokenizer.convert_tokens_to_ids(mark) for mark in MARKS]
    embeddings = model.get_input_embeddings()
    name = next(name.rpartition(".")[2] for name, module in model.named_modules() if module is embeddings)
    config = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.dropout,
        target_modules="all-linear",
        trainable_token_indices={name: rows},
    )
    return get_peft_model(model, config)


def merged(model: Any, recipe: Recipe) -> Any:
    """The whole model with what was tuned worked into its weights; loads without `peft`."""
    return model.merge_and_unload() if recipe.lora_rank else model
