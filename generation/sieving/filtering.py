"""A corpus made of another by leaving dialogues out: those that filters reject, or as many at random for comparison.

Reads and writes one dialogue at a time. Ids, splits and sources stay as they are: what is left is still parallel.
"""

import filecmp
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from generation.corpus.dialogues import (
    DIALOGUES_FILE,
    BadLine,
    CorpusMissing,
    Dialogue,
    read_dialogues,
    read_json_lines,
)
from generation.corpus.folders import CorpusTaken
from generation.corpus.manifest import digest_of
from generation.corpus.personas import key_text, persona_keys
from generation.corpus.spilling import Numbered
from generation.labels.labelling import LABELS_FILE, read_labels, write_labels
from generation.sieving.filters import BadFilters, Fault, Filters, measured
from generation.sieving.screening import REJECTED_FILE, Rejection, Screen

AT_RANDOM: Final = "random"
FLAGGED: Final = "flagged"


class OutOfOrder(ValueError):
    """A corpus whose dialogues are not sorted by id, so that it cannot be filtered as it is read."""


@dataclass(frozen=True)
class Filtered:
    """What is left of a corpus: dialogues by split, how many were dropped, and how many got past each filter."""

    splits: Mapping[str, int]
    dropped: int
    survival: list[dict[str, Any]]

    @property
    def dialogues(self) -> int:
        """How many are left."""
        return sum(self.splits.values())


# Says why a dialogue is to be dropped, None where it stays.
Choice = Callable[[Dialogue], Rejection | None]


def filter_corpus(source: Path, folder: Path, *, filters: Filters, split: str | None = None) -> Filtered:
    """Write what passes the filters to `folder`, and the rest to its `rejected.jsonl`.

    Critics ask a model and do not work here: `BadFilters`. Dialogues without turns pass. Raises `CorpusTaken` where
    `folder` holds another corpus, `OutOfOrder` where `source` is not sorted.
    """
    if filters.critics:
        raise BadFilters(f"{' and '.join(filters.critics)}: critics ask a model, and work in generate alone")
    if not filters.thresholds:
        raise BadFilters("no filter is named; --max-leak 0.2, --filter NAME=THRESHOLD or --filters default name some")
    screen = Screen(filters)

    def choose(dialogue: Dialogue) -> Rejection | None:
        if not dialogue.turns:
            return None
        measures = measured(dialogue)
        fault = screen.fault(measures) or screen.admit(dialogue)
        return Rejection(dialogue, fault, measures) if fault else None

    splits, dropped = _write(source, folder, choose, split)
    return Filtered(splits, dropped, screen.survival.as_json())


def drop_at_random(source: Path, folder: Path, *, drop: int | Path, seed: int, split: str | None = None) -> Filtered:
    """Drop dialogues by lot: a number of them, or in each split as many as the filtered corpus `drop` has fewer.

    Every dialogue (of its split) is as likely to go as any other; the seed decides. Raises `BadFilters` where there are
    not so many.
    """
    there = _sizes(source, split)
    if isinstance(drop, Path):
        left = _sizes(drop, split)
        to_drop = {name: count - left.get(name, 0) for name, count in there.items()}
        if any(count < 0 for count in to_drop.values()) or left.keys() - there.keys():
            raise BadFilters(
                f"--random: {drop.name} is not what is left of {source.name}: {dict(left)} of {dict(there)}"
            )
    else:
        there, to_drop = Counter({"": there.total()}), {"": drop}
        if drop > there.total():
            raise BadFilters(f"--random: expected at most {there.total()}, as many as there are, got {drop}")
    rng = random.Random(f"drop {seed}")
    seen: Counter[str] = Counter()

    def choose(dialogue: Dialogue) -> Rejection | None:
        name = dialogue.split if dialogue.split in to_drop and isinstance(drop, Path) else ""
        # Sampling in one pass (Knuth's algorithm S): each goes with the share that is still to go of what is to come.
        goes = rng.random() * (there[name] - seen[name]) < to_drop[name]
        seen[name] += 1
        if not goes:
            return None
        to_drop[name] -= 1
        return Rejection(dialogue, Fault(AT_RANDOM, 0.0, "drawn by lot"), {})

    splits, dropped = _write(source, folder, choose, split)
    return Filtered(splits, dropped, [])


@dataclass(frozen=True)
class Flagged:
    """A dialogue that somebody wants out, why, and the digest of the dialogue that was looked at, where it is known."""

    reason: str
    digest: str | None


def read_flagged(path: Path) -> dict[str, Flagged]:
    """Dialogue id -> its flag, from the lines of `export_flags` or any with a `dialogue`; the first flag counts."""
    found: dict[str, Flagged] = {}
    for number, data in read_json_lines(path):
        if not isinstance(data, dict) or not isinstance(data.get("dialogue"), str):
            raise BadLine(path, number, "expected an object that names a dialogue")
        digest = data.get("digest")
        found.setdefault(data["dialogue"], Flagged(str(data.get("reason") or "listed"), digest and str(digest)))
    return found


def drop_flagged(source: Path, folder: Path, *, flagged: Mapping[str, Flagged], split: str | None = None) -> Filtered:
    """Drop the dialogues that were flagged; one that was written anew since it was flagged stays."""

    def choose(dialogue: Dialogue) -> Rejection | None:
        flag = flagged.get(dialogue.id)
        if flag is None or flag.digest not in (None, digest_of(dialogue.as_json())):
            return None
        return Rejection(dialogue, Fault(FLAGGED, 0.0, f"flagged: {flag.reason}"), {})

    splits, dropped = _write(source, folder, choose, split)
    return Filtered(splits, dropped, [])


def _sizes(folder: Path, split: str | None) -> Counter[str]:
    return Counter(dialogue.split for dialogue in read_dialogues(folder, split))


def _write(source: Path, folder: Path, choose: Choice, split: str | None) -> tuple[dict[str, int], int]:
    """Write what stays and what goes, whole or not at all; the sizes of the splits that stay, and how many went."""
    splits: Counter[str] = Counter()
    dropped = 0
    labelled = (source / LABELS_FILE).is_file()
    personas = Numbered()
    with _unfinished(folder) as part:
        with (
            (part / DIALOGUES_FILE).open("w", encoding="utf-8", newline="\n") as kept,
            (part / REJECTED_FILE).open("w", encoding="utf-8", newline="\n") as gone,
        ):
            for dialogue in _in_order(read_dialogues(source, split), source):
                rejection = choose(dialogue)
                if rejection is not None:
                    dropped += 1
                    gone.write(json.dumps(rejection.as_json(), ensure_ascii=False) + "\n")
                    continue
                splits[dialogue.split] += 1
                if labelled:
                    for key in persona_keys(dialogue):
                        personas.number(key_text(key))
                kept.write(json.dumps(dialogue.as_json(), ensure_ascii=False) + "\n")
        if not splits and not dropped:
            raise CorpusMissing(f"{source.name}{f'/{split}' if split else ''} has no dialogues")
        _move(part, folder, rejected=dropped > 0)
    if labelled:
        labels = read_labels(source).values()
        write_labels(folder, (each for each in labels if personas.find(key_text(each.key)) is not None))
    return dict(sorted(splits.items())), dropped


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A place inside `folder` for files that are not whole yet; nothing is left of either where nothing comes of it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=folder, prefix=".", suffix=".part") as name:
            yield Path(name)
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()


def _in_order(dialogues: Iterable[Dialogue], source: Path) -> Iterator[Dialogue]:
    before = ""
    for dialogue in dialogues:
        if dialogue.id < before:
            raise OutOfOrder(f"{source.name}: expected dialogues sorted by id, but {dialogue.id} comes after {before}")
        before = dialogue.id
        yield dialogue


def _move(part: Path, folder: Path, *, rejected: bool) -> None:
    """Put the finished files in their place, unless another corpus is there."""
    target = folder / DIALOGUES_FILE
    if target.is_file() and not filecmp.cmp(part / DIALOGUES_FILE, target, shallow=False):
        raise CorpusTaken(f"{folder} holds other dialogues already; remove it or name another")
    if rejected:
        (part / REJECTED_FILE).replace(folder / REJECTED_FILE)
    else:
        (folder / REJECTED_FILE).unlink(missing_ok=True)
    (part / DIALOGUES_FILE).replace(target)
