"""One step's gradient: in which precision, in how many rows at once, and what is done where they do not fit."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from training.data.rows import Encoded
from training.models.perplexity import as_tensors, summed_loss
from training.models.recipe import Precision, Recipe

# A probe times so many gradients in each precision, after one to warm up; bf16 must be this much faster to be taken.
PROBED: Final = 3
WORTH: Final = 1.1


class OutOfMemory(RuntimeError):
    """Not even one row at once fits."""


@dataclass
class Stepper:
    """Puts gradients into a model. `at_once` halves when the memory does not suffice: the gradient stays the same.

    `precision` is what a probe chose where the recipe leaves it open.
    """

    model: Any
    accelerator: Any
    marks: Mapping[str, int]
    smoothing: float
    at_once: int
    precision: Precision

    def gradient(self, batch: Sequence[Encoded]) -> float:
        """Put the gradient of the batch's mean loss per target piece into the model; the loss of the whole batch.

        Where memory runs out, rows are taken half as many at once from then on. Raises `OutOfMemory` where one does not
        fit.
        """
        while True:
            try:
                return self._gradient(batch)
            except RuntimeError as error:
                if not _is_memory(error):
                    raise
                if self.at_once == 1:
                    raise OutOfMemory(
                        "a single row does not fit: lower max_source and max_target, or set checkpointing = true"
                    ) from error
            self.at_once = max(1, min(self.at_once, len(batch)) // 2)
            self.model.zero_grad(set_to_none=True)
            _give_back()

    def _gradient(self, batch: Sequence[Encoded]) -> float:
        """The mean is over the pieces of the *whole* batch, however it is divided among processes and rows at once."""
        from torch import autocast, bfloat16

        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        # A process without a share still has to take part in the exchange of gradients: with a row of weight 0.
        own, weight = (batch[rank::world], 1.0) if rank < len(batch) else (batch[:1], 0.0)
        device = self.accelerator.device
        total = 0.0
        chunks = [own[start : start + self.at_once] for start in range(0, len(own), self.at_once)]
        for number, chunk in enumerate(chunks, start=1):
            with nullcontext() if number == len(chunks) else self.accelerator.no_sync(self.model):
                tensors = as_tensors(chunk, **self.marks, device=device)
                with autocast(device.type, dtype=bfloat16, enabled=self.precision == "bf16"):
                    loss = weight * summed_loss(self.model, tensors, smoothing=self.smoothing)
                # world: the processes' gradients are averaged, and these are shares of one sum.
                self.accelerator.backward(loss * world / pieces_of(batch))
                total = total + loss.detach()
        return float(self.accelerator.reduce(total, reduction="sum") if world > 1 else total)


def pieces_of(batch: Sequence[Encoded]) -> int:
    """How many pieces a batch has to predict."""
    return sum(row.predicted for row in batch)


def precision_for(recipe: Recipe, stepper: Stepper, batch: Sequence[Encoded]) -> Precision:
    """The recipe's precision; where it is "auto", bf16 if gradients of `batch` are faster in it here, else fp32.

    Leaves model and random state as they were. The first process decides for all.
    """
    import torch

    if recipe.precision != "auto":
        return recipe.precision
    device = stepper.accelerator.device
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        seconds = {precision: _seconds(stepper, precision, batch) for precision in ("fp32", "bf16")}
    stepper.model.zero_grad(set_to_none=True)
    faster = torch.tensor([float(seconds["fp32"] > WORTH * seconds["bf16"])], device=device)
    if stepper.accelerator.num_processes > 1:
        torch.distributed.broadcast(faster, src=0)
    return "bf16" if faster.item() else "fp32"


def _seconds(stepper: Stepper, precision: Precision, batch: Sequence[Encoded]) -> float:
    """The quickest of a few gradients: others on the machine only ever slow them."""
    import torch

    stepper.precision = precision
    found = []
    for _ in range(PROBED + 1):
        began = time.perf_counter()
        stepper.gradient(batch)
        if stepper.accelerator.device.type == "cuda":
            torch.cuda.synchronize()
        found.append(time.perf_counter() - began)
    return min(found[1:])


def _is_memory(error: RuntimeError) -> bool:
    import torch

    # On a processor it is a plain RuntimeError of the allocator.
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)


def _give_back() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
