"""How well a model predicts replies: summed negative log-likelihood over all target pieces, per reply and together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from training.data.batching import by_length
from training.data.rows import Encoded

# Targets that are no reply: the loss passes over them.
IGNORED: Final = -100


@dataclass(frozen=True)
class Likelihood:
    """Negative log-likelihood (natural logarithm) of one reply and the number of its pieces, end mark included."""

    negative_log: float
    pieces: int


def as_tensors(rows: Sequence[Encoded], *, pad: int, start: int, device: Any) -> dict[str, Any]:
    """A batch as padded tensors: what the model is given, and `labels`, `IGNORED` where there is nothing to predict.

    `decoder_input_ids` are the targets moved on by one, behind the `start` mark: each piece is predicted from those
    before it.
    """
    import torch

    longest = max(len(row.source) for row in rows)
    longest_target = max(len(row.target) for row in rows)

    def padded(rows: Sequence[Sequence[int]], length: int, filler: int) -> Any:
        return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows], device=device)

    return {
        "input_ids": padded([row.source for row in rows], longest, pad),
        "attention_mask": padded([[1] * len(row.source) for row in rows], longest, 0),
        "decoder_input_ids": padded([[start, *row.target[:-1]] for row in rows], longest_target, pad),
        "labels": padded(
            [[IGNORED] * row.opening + [*row.target[row.opening :]] for row in rows], longest_target, IGNORED
        ),
    }


def summed_loss(model: Any, batch: dict[str, Any], *, smoothing: float = 0.0, each: bool = False) -> Any:
    """The negative log-likelihood of a batch summed over its target pieces, or of `each` row apart.

    Sums, not means: only then does a batch weigh as much as it has pieces.
    """
    from torch.nn.functional import cross_entropy

    labels = batch["labels"]
    logits = model(
        input_ids=batch["input_ids"],
        attention_mask=batch["attention_mask"],
        decoder_input_ids=batch["decoder_input_ids"],
        use_cache=False,
    ).logits.float()
    # One row for each position: with the pieces in the middle, as a batch of sequences would have them, it takes twice
    # as long.
    losses = cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none", label_smoothing=smoothing
    ).view_as(labels)
    return losses.sum(dim=1) if each else losses.sum()


def likelihoods(model: Any, rows: Sequence[Encoded], *, pad: int, batch_size: int = 32) -> list[Likelihood]:
    """The likelihood of each row's target, in the rows' order, whatever the batch size."""
    import torch

    found: list[Likelihood | None] = [None] * len(rows)
    device, start = next(model.parameters()).device, model.config.decoder_start_token_id
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for places in by_length([len(row.source) + len(row.target) for row in rows], size=batch_size):
            batch = as_tensors([rows[place] for place in places], pad=pad, start=start, device=device)
            for place, loss in zip(places, summed_loss(model, batch, each=True).tolist(), strict=True):
                found[place] = Likelihood(negative_log=loss, pieces=rows[place].predicted)
    model.train(was_training)
    return [each for each in found if each is not None]


def perplexity(rows: Sequence[Likelihood]) -> float:
    """exp of the summed negative log-likelihood over the number of pieces of all rows together."""
    return exponential(sum(row.negative_log for row in rows) / sum(row.pieces for row in rows))


def exponential(value: float) -> float:
    """exp, infinite rather than an error where it leaves the range of floats."""
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf
