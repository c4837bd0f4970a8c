"""Another corpus, begun from one that is there with something changed, and with every answer that this does not touch.

An answer is known by the exact request. So a fork with another prompt for dialogues takes over all labels and buys each
dialogue anew; one with another seed takes over the labels, and the dialogues whose speakers happen to be told the same.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generation.asking.journal import JOURNAL_FILE, Journal, Record
from generation.asking.tracing import TracedJournal
from generation.home import NoSuchName
from generation.money.spending import REUSED


class ForkedJournal(TracedJournal):
    """The journal of a fork: an answer that only `base` has is copied over, marked with where it is from.

    What failed there is asked for anew.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, base: Path, writing: bool = True) -> None:
        super().__init__(folder, settings, writing=writing)
        self._base = Journal(base, settings_begun_with(base), writing=False)

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._base.__enter__()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.__exit__(kind, error, trace)
        super().__exit__(kind, error, trace)

    def find(self, request: str, sample: int, round_: int) -> Record | None:
        """What came of this request here, else the answer that the other corpus has."""
        if (own := super().find(request, sample, round_)) is not None:
            return own
        record = self._base.find(request, sample, round_)
        if record is None or "answer" not in record:
            return None
        copied = {REUSED: self._base.folder.name, **record}
        if self.writing:
            self.add(copied)
        return copied

    def last_round(self, request: str, sample: int) -> int:
        """The latest round in which this request was made, here or there."""
        return max(super().last_round(request, sample), self._base.last_round(request, sample))


def settings_begun_with(folder: Path) -> dict[str, Any]:
    """What the corpus in `folder` was begun with; `NoSuchName` where no `generate` began one."""
    try:
        with (folder / JOURNAL_FILE).open(encoding="utf-8") as lines:
            settings: dict[str, Any] = json.loads(next(lines))["settings"]
            return settings
    except FileNotFoundError as error:
        raise NoSuchName(f"--fork: no corpus that `generate` began is at {folder}") from error
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise NoSuchName(f"--fork: {folder / JOURNAL_FILE} does not begin as a journal does") from error
