"""A file for each split, opened when its first dialogue comes, and there under its name only once it is whole."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Generic, TypeVar

from generation.corpus.dialogues import SPLITS

T = TypeVar("T")
# What `datasets` takes for the name of a split.
_NAME: Final = re.compile(r"\w+(\.\w+)*")


class BadSplit(ValueError):
    """A split whose name cannot be that of a file."""


@dataclass(frozen=True)
class Exported:
    """Split -> its file's name and how many dialogues it holds; and what could not be said as it was, counted."""

    files: dict[str, str]
    dialogues: dict[str, int]
    changes: Counter[str] = field(default_factory=Counter)


class SplitFiles(Generic[T]):
    """What splits are written to, as `open_file` makes it from a path; use it in a `with`, and ask as splits come.

    Raises `BadSplit` for a name that could not be a file's.
    """

    def __init__(self, folder: Path, suffix: str, open_file: Callable[[Path], AbstractContextManager[T]]) -> None:
        self._folder, self._suffix, self._open = folder, suffix, open_file
        self._stack = ExitStack()
        self._splits: dict[str, T] = {}
        self.dialogues: Counter[str] = Counter()

    def __enter__(self) -> "SplitFiles[T]":
        self._stack.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)

    def of(self, split: str) -> T:
        """What the split is written to; counts one dialogue."""
        if split not in self._splits:
            if not _NAME.fullmatch(split):
                raise BadSplit(f"the split {split!r} cannot be a file; expected letters, digits and single dots")
            self._splits[split] = self._stack.enter_context(self._open(self._folder / self.name(split)))
        self.dialogues[split] += 1
        return self._splits[split]

    def name(self, split: str) -> str:
        """The split's file."""
        return f"{split}{self._suffix}"

    def exported(self, changes: Counter[str] | None = None) -> Exported:
        """What was written, by split: train, validation, test, then any other."""
        ordered = [split for split in SPLITS if split in self.dialogues]
        ordered += sorted(self.dialogues.keys() - set(SPLITS))
        return Exported(
            files={split: self.name(split) for split in ordered},
            dialogues={split: self.dialogues[split] for split in ordered},
            changes=changes or Counter(),
        )
