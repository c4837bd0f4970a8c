"""Are two corpora parallel: the same sources, on the same personas, in the same splits?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from generation.corpus.dialogues import Dialogue
from generation.corpus.personas import PersonaKey, persona_keys
from generation.corpus.sketches import hash_of
from generation.describing.joining import Joined

# How many of each kind are named.
EXAMPLES: Final = 5
ONLY_FIRST: Final = "only_in_first"
ONLY_SECOND: Final = "only_in_second"
PERSONAS: Final = "other_personas"
SPLITS: Final = "other_splits"
SEVERAL: Final = "several_in_one"


@dataclass
class Findings:
    """How many sources the corpora share, and those that speak against their being parallel, by kind.

    `several_in_one` is said and no fault: a corpus may have two dialogues of one source, as minimal pairs.
    """

    in_both: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, origin: str) -> None:
        """Count one source of this kind; the first few are named."""
        self.counts[kind] += 1
        named = self.examples.setdefault(kind, [])
        if len(named) < EXAMPLES:
            named.append(origin)

    @property
    def parallel(self) -> bool:
        """Whether nothing speaks against it, and there is something to compare."""
        return self.parallel_where_shared and not any(self.counts[kind] for kind in (ONLY_FIRST, ONLY_SECOND))

    @property
    def parallel_where_shared(self) -> bool:
        """Whether that can be said of the sources that both have, whatever either has alone."""
        return self.in_both > 0 and not any(self.counts[kind] for kind in (PERSONAS, SPLITS))

    def as_json(self) -> dict[str, Any]:
        """The verdict, and each kind with its count and first examples."""
        return {
            "parallel": self.parallel,
            "parallel_where_shared": self.parallel_where_shared,
            "origins_in_both": self.in_both,
            **{
                kind: {"count": self.counts[kind], "examples": self.examples.get(kind, [])}
                for kind in (ONLY_FIRST, ONLY_SECOND, PERSONAS, SPLITS, SEVERAL)
            },
        }


def check(first: Iterable[Dialogue], second: Iterable[Dialogue]) -> Findings:
    """What two corpora have and have not in common, by source; both may be streams, and are read once.

    Personas are compared evened out, each speaker's with that of the same speaker: whoever is 0 here is 0 there.
    """
    findings = Findings()
    with Joined() as joined:
        for corpus, dialogues in enumerate((first, second)):
            for dialogue in dialogues:
                joined.add(corpus, dialogue.origin, dialogue.id, _facts(dialogue))
        for origin, ours, theirs in joined.pairs(0, 1):
            _compare(findings, origin, ours, theirs)
    return findings


def _facts(dialogue: Dialogue) -> dict[str, Any]:
    return {"split": dialogue.split, "personas": [_digest(key) for key in persona_keys(dialogue)]}


def _digest(key: PersonaKey) -> str:
    return f"{hash_of(' | '.join(sorted(key))):x}"


def _compare(
    findings: Findings, origin: str, ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]
) -> None:
    if len(ours) > 1 or len(theirs) > 1:
        findings.note(SEVERAL, origin)
    if not theirs:
        findings.note(ONLY_FIRST, origin)
        return
    if not ours:
        findings.note(ONLY_SECOND, origin)
        return
    findings.in_both += 1
    for kind, key in ((PERSONAS, "personas"), (SPLITS, "split")):
        if any(each[key] != ours[0][key] for each in (*ours, *theirs)):
            findings.note(kind, origin)
