"""Several processes at one task, on one host or more, as `torchrun` starts them: which one this is, what all say."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

T = TypeVar("T")

# Who has nothing left to do waits so long for slower ones; a connection that breaks is noticed at once.
PATIENCE: Final = timedelta(days=1)


class WrongProcesses(RuntimeError):
    """A launcher asked for several processes and accelerate sees another number, or they see different things."""


class ProcessLost(WrongProcesses):
    """Another process, on this host or another, is gone, and what is left cannot be done without it."""


class Processes(Protocol):
    """The processes of a task. Whoever asks for what all say waits until each has said it."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def rank(self) -> int:
        """Which one this is, counted from 0: the first speaks for all."""
        ...

    def gathered(self, value: T) -> list[T]:
        """What each process gives, in the order of their ranks."""
        ...

    def brought(self, value: T) -> list[T]:
        """The same for the first process alone; for the others nothing."""
        ...


@dataclass(frozen=True)
class Alone:
    """One process by itself."""

    count: int = 1
    rank: int = 0

    def gathered(self, value: T) -> list[T]:
        return [value]

    def brought(self, value: T) -> list[T]:
        return [value]


ALONE: Final = Alone()


class Launched:
    """The processes that `torchrun` started. Each takes the GPU of its number on its host, where there is one.

    They speak over gloo on GPUs too: what they say is little, and several may then share a device.
    """

    def __init__(self) -> None:
        import torch
        from accelerate import PartialState

        # cpu: what is meant is where they speak. Without it accelerate may overlook that there are several.
        state = PartialState(cpu=True, backend="gloo", timeout=PATIENCE)
        check_processes(state.num_processes)
        self.count, self.rank = int(state.num_processes), int(state.process_index)
        if torch.cuda.is_available():
            torch.cuda.set_device(state.local_process_index % torch.cuda.device_count())

    def gathered(self, value: T) -> list[T]:
        from torch.distributed import all_gather_object

        found: list[Any] = [None] * self.count
        with all_there("while all were asked", several=True):
            all_gather_object(found, value)
        return found

    def brought(self, value: T) -> list[T]:
        from torch.distributed import gather_object

        found: list[Any] = [None] * self.count if self.rank == 0 else []
        with all_there("while the parts were put together", several=True):
            gather_object(value, found or None, dst=0)
        return found


def launched() -> Processes:
    """The processes that a launcher started, or this one alone."""
    return Launched() if processes_wanted() > 1 else ALONE


def each_says(processes: Processes, make: Callable[[], T]) -> list[T]:
    """What `make` gives in each process, in the order of their ranks; what one of them refuses, all of them refuse.

    A refusal is a ValueError: without this the others would hear of a lost process, and not why.
    """
    made: T | None = None
    refused: ValueError | None = None
    try:
        made = make()
    except ValueError as error:
        refused = error
    said = processes.gathered((made, refused))
    for _, each in said:
        if each is not None:
            raise each
    # Whoever has refused nothing has made something.
    return [each for each, _ in said]  # type: ignore[misc]


def processes_wanted() -> int:
    """How many processes the launcher says there are; 1 without one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank_given() -> int:
    """Which of them this one is, as the launcher says; 0 without one."""
    return int(os.environ.get("RANK", "0")) if processes_wanted() > 1 else 0


def check_processes(seen: int) -> None:
    """Raise `WrongProcesses` where accelerate sees another number than was launched."""
    if seen != (wanted := processes_wanted()):
        raise WrongProcesses(f"the launcher started {wanted} processes and accelerate sees {seen}")


@contextmanager
def all_there(where: str, *, several: bool, kept: str = "what each has done is kept") -> Iterator[None]:
    """Say what it means when another process cannot be reached."""
    try:
        yield
    except RuntimeError as error:
        # Neither gloo nor NCCL has an error of its own for it.
        if several and any(sign in str(error).lower() for sign in ("gloo", "nccl", "peer")):
            raise ProcessLost(
                f"{where}: contact with another process was lost ({str(error).splitlines()[0][:200]}); {kept}: start "
                "all of them again to go on"
            ) from error
        raise
