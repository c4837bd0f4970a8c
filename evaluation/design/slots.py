"""From contexts and systems to planned slots: what is judged, how often, in which order, and who stands on the left.

Pure and seeded: the same input and seed give the same plan, on any machine.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
DEPTHS = 3


@dataclass(frozen=True)
class Candidate:
    """A context that could be judged. `depth` is how many turns precede the reply; `traits` are those with words."""

    id: str
    cluster: str
    domain: str
    speaker: int
    depth: int
    traits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PlannedItem:
    """A pair of systems in one context. `first` and `second` are the systems' places in the study's order."""

    context: str
    domain: str
    first: int
    second: int
    # Both said the same: a tie that nobody is asked about.
    tied: bool = False


@dataclass(frozen=True)
class PlannedSlot:
    """A look at the item of that place in the list of items. `repeats` is the place of the slot that it repeats."""

    item: int
    number: int
    first_on_left: bool
    look: int = 1
    repeats: int | None = None


def choose_contexts(
    candidates: Iterable[Candidate],
    *,
    per_domain: int | None,
    per_cluster: int,
    balance: Sequence[str],
    seed: int,
) -> tuple[Candidate, ...]:
    """Up to `per_domain` contexts of each domain (None: as many as there are), at most `per_cluster` of one cluster.

    Clusters are taken in a drawn order, each once before any is taken twice. Within a cluster the context is taken
    whose speaker and depth (early, middle or late, by thirds of the domain) were taken least often, where `balance`
    names them; else one is drawn.
    """
    by_domain = grouped(sorted(candidates, key=lambda each: each.id), lambda each: each.domain)
    chosen: list[Candidate] = []
    for domain in sorted(by_domain):
        rng = random.Random(f"{seed} contexts of {domain}")  # an own stream: another domain more changes nothing here
        chosen += _of_one_domain(by_domain[domain], per_domain, per_cluster, balance, rng)
    return tuple(chosen)


def _of_one_domain(
    candidates: Sequence[Candidate],
    most: int | None,
    per_cluster: int,
    balance: Sequence[str],
    rng: random.Random,
) -> list[Candidate]:
    clusters = list(grouped(candidates, lambda each: each.cluster).values())
    rng.shuffle(clusters)
    for cluster in clusters:
        rng.shuffle(cluster)
    third = _thirds([each.depth for each in candidates])
    taken: Counter[tuple[str, int]] = Counter()
    chosen: list[Candidate] = []
    for _ in range(min(per_cluster, len(candidates))):
        for cluster in clusters:
            if not cluster or (most is not None and len(chosen) >= most):
                continue
            strata = {each.id: _strata(each, third, balance) for each in cluster}
            best = min(cluster, key=lambda each: sum(taken[stratum] for stratum in strata[each.id]))
            cluster.remove(best)
            taken.update(strata[best.id])
            chosen.append(best)
    return chosen


def _strata(candidate: Candidate, third: Callable[[int], int], balance: Sequence[str]) -> list[tuple[str, int]]:
    of = {"speaker": candidate.speaker, "depth": third(candidate.depth)}
    return [(each, of[each]) for each in balance]


def _thirds(depths: Sequence[int]) -> Callable[[int], int]:
    """Whether a depth is early (0), middle (1) or late (2) among `depths`."""
    ordered = sorted(depths)
    cuts = [ordered[len(ordered) * part // DEPTHS] for part in range(1, DEPTHS)]
    return lambda depth: sum(depth >= cut for cut in cuts)


def choose_traits(
    contexts: Sequence[Candidate], *, seed: int, asked_before: Mapping[tuple[str, str], int] | None = None
) -> dict[str, tuple[str, str]]:
    """The one trait and level that each context is asked about, of those that it has; each as often as can be.

    Contexts with little choice are served first. A context without traits is not in the result. `asked_before` counts
    how often each is asked about already, in a study that is extended.
    """
    rng = random.Random(f"{seed} traits")
    order = [each for each in contexts if each.traits]
    rng.shuffle(order)
    order.sort(key=lambda each: len(each.traits))
    asked: Counter[tuple[str, str]] = Counter(asked_before or {})
    chosen: dict[str, tuple[str, str]] = {}
    for context in order:
        traits = list(context.traits)
        rng.shuffle(traits)
        chosen[context.id] = min(traits, key=lambda each: asked[each])
        asked[chosen[context.id]] += 1
    return chosen


def pairs_of(systems: int) -> list[tuple[int, int]]:
    """Every two of so many systems, by their places; the earlier is the pair's first."""
    return list(combinations(range(systems), 2))


def plan_slots(items: Sequence[PlannedItem], *, k: int, repeat_share: float, seed: int) -> tuple[PlannedSlot, ...]:
    """`k` slots for each item that is not tied, in the order in which they are handed out.

    Sides: each item has each order k // 2 times; where k is odd, the one more goes in turn to either order, so that in
    each domain of each pair of systems, and over all of a pair, the orders differ by one at most. What then is left
    over is dealt to the pairs so that each system stands on either side equally often, or one time more.
    Order: one look at every item before any gets its next; domains mixed in proportion throughout, so that every
    annotator meets them all. Repeats, with sides swapped, come last.
    """
    rng = random.Random(f"{seed} slots")
    sides = _sides(items, k, rng)
    order: list[PlannedSlot] = []
    for number in range(k):
        for item in mixed([place for place, each in enumerate(items) if not each.tied], items, rng):
            order.append(PlannedSlot(item=item, number=number, first_on_left=sides[item][number]))
    return with_repeats(order, repeat_share, rng)


def with_repeats(order: Sequence[PlannedSlot], share: float, rng: random.Random) -> tuple[PlannedSlot, ...]:
    """`order`, and after it a share of its slots again with sides swapped, evenly spread over it."""
    repeated = _evenly(len(order), round(share * len(order)), rng)
    return (*order, *(_repeat(order, place) for place in repeated))


def _sides(items: Sequence[PlannedItem], k: int, rng: random.Random) -> dict[int, list[bool]]:
    """For each item's place, which of its slots show the pair's first on the left."""
    sides: dict[int, list[bool]] = {}
    shown = sorted((place for place, item in enumerate(items) if not item.tied), key=lambda place: items[place].domain)
    systems = 1 + max((item.second for item in items), default=0)
    flipped = rng.random() < 0.5
    for pair, places in sorted(grouped(shown, lambda place: (items[place].first, items[place].second)).items()):
        by_domain = grouped(places, lambda place: items[place].domain)
        for of_domain in by_domain.values():
            rng.shuffle(of_domain)
        # Alternating along all domains, an odd number ends as it began: that order has one more.
        extra = _has_one_more(*pair, systems) != flipped
        for place in (place for domain in sorted(by_domain) for place in by_domain[domain]):
            sides[place] = [True] * (k // 2) + [False] * (k // 2) + [extra] * (k % 2)
            rng.shuffle(sides[place])
            extra = not extra
    return sides


def _has_one_more(first: int, second: int, systems: int) -> bool:
    """Whether the first of a pair gets the side that is left over, so dealt that every system gets half of its pairs.

    Systems stand in a circle, and each gets it from those of the half that follows; opposite ones take turns.
    """
    ahead = 2 * (second - first)
    return ahead < systems or (ahead == systems and first % 2 == 0)


def mixed(places: Sequence[int], items: Sequence[PlannedItem], rng: random.Random) -> list[int]:
    """`places` in a drawn order in which each domain is spread evenly over the whole."""
    by_domain = grouped(places, lambda place: items[place].domain)
    ranked: list[tuple[float, float, int]] = []
    for domain in sorted(by_domain):
        of_domain = by_domain[domain]
        rng.shuffle(of_domain)
        ranked += [((rank + 0.5) / len(of_domain), rng.random(), place) for rank, place in enumerate(of_domain)]
    return [place for _, _, place in sorted(ranked)]


def _evenly(among: int, wanted: int, rng: random.Random) -> list[int]:
    """`wanted` places among so many, evenly spread from a drawn start."""
    if not wanted:
        return []
    step = among / wanted
    start = rng.random() * step
    return [min(int(start + step * number), among - 1) for number in range(wanted)]


def _repeat(order: Sequence[PlannedSlot], place: int) -> PlannedSlot:
    slot = order[place]
    return PlannedSlot(slot.item, slot.number, not slot.first_on_left, look=2, repeats=place)


def grouped(values: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """The values by what `key` says of them, groups and values in the order in which they come."""
    groups: dict[K, list[T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups
