from typing import Any

from generation.terminal import ParleyCommand
from training.models.processes import rank_given


class LaunchedCommand(ParleyCommand):
    """A command that `torchrun` may start in several processes, of which the first speaks for all."""

    def handle(self, *args: Any, **options: Any) -> None:
        if rank_given():
            options |= {"json": False, "quiet": True}
        super().handle(*args, **options)

    def say(self, text: str) -> None:
        if not rank_given():
            super().say(text)
