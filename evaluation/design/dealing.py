"""Which checkpoint answers for its system in which context: those of one system (`pt#s1`, `pt#s2`) share them out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from random import Random

from evaluation.stats.preferences.seeds import system_of


def dealt_pairs(
    names: Sequence[str],
    domains: Mapping[str, str],
    *,
    seed: int,
    answered: Callable[[int, str], bool] = lambda place, context: True,
) -> dict[str, tuple[tuple[int, int], ...]]:
    """For each context (a key of `domains`) the pairs to be judged, as places in `names`: each two systems once.

    Within each domain contexts go round the runs in a shuffled order, the same for every system: each run has as many
    contexts, and of two systems trained with the same seeds those of one number meet. `answered` says whether the
    system at a place answered a context; runs that did not are passed over.
    """
    runs: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        runs[system_of(name)].append(place)
    by_domain: dict[str, list[str]] = defaultdict(list)
    for context, domain in sorted(domains.items()):
        by_domain[domain].append(context)
    turn: dict[str, int] = {}
    for domain, contexts in sorted(by_domain.items()):
        Random(f"{seed} {domain}").shuffle(contexts)
        turn |= {context: number for number, context in enumerate(contexts)}

    def dealt(places: Sequence[int], context: str) -> int:
        there = [place for place in places if answered(place, context)]
        return there[turn[context] % len(there)]

    return {
        context: tuple(combinations((dealt(places, context) for places in runs.values()), 2)) for context in domains
    }
