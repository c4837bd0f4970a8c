"""Corpora described together: each read once, and joined by the persona pairs that they share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import CorpusMissing, Dialogue, read_dialogues
from generation.corpus.distinctive import FALSE_DISCOVERIES
from generation.corpus.folders import provenance
from generation.corpus.manifest import read_manifest
from generation.corpus.measures import Parts
from generation.corpus.summary import SIGNATURE, Summary, summarise
from generation.describing.differences import DIFFERENCES, Difference, differences
from generation.describing.expenses import Expenses, expenses_of
from generation.describing.joining import Joined
from generation.describing.rows import PAIRED
from generation.describing.sentiment import sentiment_signature, valence
from generation.home import corpus_and_split
from generation.labels.labelling import LABELS_FILE, count_levels, read_labels
from generation.labels.leaning import findings

# Shows how far the reading of a corpus, by its name, has come.
Watch = Callable[[Iterable[Dialogue], str], Iterable[Dialogue]]
# Where each of a corpus's traits counts its levels.
Levels = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Described:
    """A corpus under the name it was called by: its summary, who wrote it, and what must be said of it.

    `labels` counts the personas at each level of each trait, and `label_findings` has their reliability and their lean;
    None and empty where the corpus has no labels.
    """

    name: str
    summary: Summary
    author: str | None
    caveats: tuple[str, ...]
    labels: Levels | None
    label_findings: Mapping[str, Any]
    expenses: Expenses

    @property
    def written(self) -> int:
        """How many dialogues have turns."""
        return self.summary.dialogues - self.summary.pairs_without_dialogue

    def as_json(self) -> dict[str, Any]:
        """The corpus as `describe --json` prints it."""
        return {
            "corpus": self.name,
            "author": self.author,
            "caveats": list(self.caveats),
            **self.summary.as_json(),
            "labels": self.labels,
            **self.label_findings,
            "expenses": self.expenses.as_json(),
        }


@dataclass(frozen=True)
class Compared:
    """Two corpora, and how the second differs from the first over the persona pairs that they share."""

    first: str
    second: str
    in_common: int
    differences: Mapping[str, Difference]

    def as_json(self) -> dict[str, Any]:
        """The names and the differences of all measures."""
        return {
            "first": self.first,
            "second": self.second,
            "origins_in_common": self.in_common,
            "measures": {name: difference.as_json() for name, difference in self.differences.items()},
        }


@dataclass(frozen=True)
class Description:
    """Corpora side by side, and each two of them compared; `origins_in_common` are persona pairs that all have."""

    corpora: tuple[Described, ...]
    comparisons: tuple[Compared, ...]
    origins_in_common: int

    @property
    def signature(self) -> str:
        """How every number was made."""
        return (
            f"{SIGNATURE}; sentiment {sentiment_signature()}; distinctive n-grams: log-odds with an informative "
            f"Dirichlet prior, speakers counted, Benjamini-Hochberg at {FALSE_DISCOVERIES}; {DIFFERENCES}"
        )

    def as_json(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            "signature": self.signature,
            "origins_in_common": self.origins_in_common,
            "corpora": [corpus.as_json() for corpus in self.corpora],
            "differences": [compared.as_json() for compared in self.comparisons],
        }


def _unwatched(dialogues: Iterable[Dialogue], name: str) -> Iterable[Dialogue]:
    return dialogues


def gather(names: Sequence[str], *, watch: Watch = _unwatched) -> Description:
    """The description of the corpora `names`, in this order; raises `NoSuchName` and `CorpusMissing`."""
    places = [corpus_and_split(name) for name in names]
    with Joined() as joined:
        corpora = [
            _described(name, folder, split, number=number, joined=joined, watch=watch)
            for number, (name, (folder, split)) in enumerate(zip(names, places, strict=True))
        ]
        comparisons = [
            _compared(corpora, joined, first, second) for first, second in combinations(range(len(corpora)), 2)
        ]
        in_common = joined.origins_in_all(range(len(corpora)))
    return Description(tuple(corpora), tuple(comparisons), in_common)


def _described(name: str, folder: Path, split: str | None, *, number: int, joined: Joined, watch: Watch) -> Described:
    def keep(dialogue: Dialogue, parts: Parts) -> None:
        joined.add(number, dialogue.origin, dialogue.id, parts)

    summary = summarise(watch(read_dialogues(folder, split), name), sentiment=valence, keep=keep)
    if not summary.dialogues:
        raise CorpusMissing(f"{name} has no dialogues")
    repeated = summary.repetition
    for origin, turns in repeated.turns_of.items():
        joined.add(number, origin, "", {"repeated_turns": turns, "repeated_phrases": repeated.phrases_of[origin]})
    known = provenance(folder)
    labels = read_labels(folder) if (folder / LABELS_FILE).is_file() else {}
    counts = count_levels(labels.values()) if labels else None
    return Described(
        name=name,
        summary=summary,
        author=known.get("author"),
        caveats=tuple(known.get("caveats", ())),
        labels=counts,
        label_findings=findings(labels.values(), counts) if counts else {},
        expenses=expenses_of(read_manifest(folder).get("results", {})),
    )


def _compared(corpora: Sequence[Described], joined: Joined, first: int, second: int) -> Compared:
    in_both = (
        (_added_up(ours), _added_up(theirs)) for _, ours, theirs in joined.pairs(first, second) if ours and theirs
    )
    found = differences(in_both, PAIRED)
    return Compared(corpora[first].name, corpora[second].name, joined.origins_in_all((first, second)), found)


def _added_up(values: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, tuple[float, float]]:
    """What the dialogues on one persona pair bring together."""
    sums: dict[str, tuple[float, float]] = {}
    for value in values:
        for name, (x, y) in value.items():
            before_x, before_y = sums.get(name, (0.0, 0.0))
            sums[name] = before_x + x, before_y + y
    return sums
