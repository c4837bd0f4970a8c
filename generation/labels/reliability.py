"""How far an author agrees with itself about a persona's traits: Krippendorff's alpha over several votes, per trait."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from generation.corpus.traits import FIVE_LEVELS, LEVELS, TRAITS, UNCLEAR
from generation.labels.labelling import PersonaLabels

_NONE_TWICE: Final = "no persona has two votes"
_NONE_CLEAR_TWICE: Final = "no persona has two votes that are not unclear"
_CONSTANT: Final = "all votes are the same level: there is no chance agreement to set them against"
# From the lowest up; what is unclear stands outside the order.
_ORDER: Final = tuple(level for level in FIVE_LEVELS if level != UNCLEAR)


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha and over how many personas it was taken; None with the reason where it is undefined."""

    value: float | None
    n: int
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The value with its n, and why it is null where it is."""
        return {"value": self.value, "n": self.n} | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True)
class Reliability:
    """The agreement of votes on one trait.

    `nominal` takes levels, and "unclear" among them, as names. `ordinal` takes them in their order and leaves out votes
    for "unclear", which has no place in it: do votes that see a clue see the same one?
    """

    nominal: Alpha
    ordinal: Alpha

    def as_json(self) -> dict[str, Any]:
        """Both coefficients."""
        return {"alpha_nominal": self.nominal.as_json(), "alpha_ordinal": self.ordinal.as_json()}


def reliability(labels: Iterable[PersonaLabels]) -> dict[str, Reliability]:
    """The agreement of the votes in `labels`, per trait; empty where no persona was voted on."""
    voted = [each for each in labels if any(label.votes for label in each.traits.values())]
    if not voted:
        return {}
    return {trait: _of([each.traits[trait].votes for each in voted]) for trait in TRAITS}


def _of(votes: Sequence[Sequence[str]]) -> Reliability:
    named = tuple(dict.fromkeys((*LEVELS, *FIVE_LEVELS)))
    clear = [[level for level in each if level != UNCLEAR] for each in votes]
    return Reliability(
        nominal=_alpha(votes, named, "nominal", _NONE_TWICE),
        ordinal=_alpha(clear, _ORDER, "ordinal", _NONE_CLEAR_TWICE),
    )


def _alpha(votes: Sequence[Sequence[str]], domain: Sequence[str], measurement: str, none_shared: str) -> Alpha:
    """Alpha of units' votes with levels in the order of `domain`. Krippendorff (2011), by the package of that name."""
    shared = [Counter(each) for each in votes if len(each) >= 2]
    seen = [level for level in domain if any(each[level] for each in shared)]
    if len(seen) < 2:
        return Alpha(None, len(shared), _CONSTANT if shared else none_shared)
    # Takes numpy along, which nobody needs who asks once.
    import krippendorff

    value = krippendorff.alpha(
        value_counts=[[each[level] for level in seen] for each in shared],
        value_domain=list(range(len(seen))),
        level_of_measurement=measurement,
    )
    return Alpha(float(value), len(shared))
