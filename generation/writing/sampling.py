"""Which of a persona's labelled traits a dialogue is told: a seeded sample, the same in any corpus and order."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from generation.corpus.traits import TRAITS, Traits, stated

ALL: Final = "all"
UNIFORM: Final = "uniform"
BALANCED: Final = "balanced"
SAMPLINGS: Final = (UNIFORM, BALANCED)


class Sampler(Protocol):
    """Draws the traits of one speaker after another, in the order of the dialogues' ids."""

    def draw(self, *, levels: Traits, count: int | None, origin: str, speaker: int) -> Traits:
        """`count` of the traits that are not unclear (all where None, or where fewer are clear)."""
        ...


def sample_traits(*, levels: Traits, count: int | None, seed: int, origin: str, speaker: int) -> Traits:
    """`count` of the traits that are not unclear (all where None, or where fewer are clear), in the order of `TRAITS`.

    Drawn from the seed, the dialogue's origin and the speaker alone: a human dialogue and the one distilled from it get
    the same traits. Uniform over traits. A sample of one is part of the sample of two.
    """
    return _in_order(_shuffled(levels, seed, origin, speaker)[:count], levels)


@dataclass(frozen=True)
class UniformSampler:
    """Every clear trait with the same probability, whatever other speakers are told."""

    seed: int

    def draw(self, *, levels: Traits, count: int | None, origin: str, speaker: int) -> Traits:
        """As `sample_traits`."""
        return sample_traits(levels=levels, count=count, seed=self.seed, origin=origin, speaker=speaker)


@dataclass(frozen=True)
class BalancedSampler:
    """Of the clear traits those whose level was told least often so far, so that rare levels get their dialogues.

    What a speaker is told follows from the speakers before it and not from those after it: a corpus that grows at its
    end keeps all its earlier draws, and with them the prompts that were paid for. Ties are broken by the uniform draw.
    """

    seed: int
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def draw(self, *, levels: Traits, count: int | None, origin: str, speaker: int) -> Traits:
        """As `sample_traits`, but the rarest first; counted as told."""
        clear = sorted(
            _shuffled(levels, self.seed, origin, speaker), key=lambda trait: self.told[trait, levels[trait]]
        )[:count]
        self.told.update((trait, levels[trait]) for trait in clear)
        return _in_order(clear, levels)


def sampler_of(sampling: str, seed: int) -> Sampler:
    """A sampler that has drawn nothing yet."""
    return BalancedSampler(seed) if sampling == BALANCED else UniformSampler(seed)


def _shuffled(levels: Traits, seed: int, origin: str, speaker: int) -> list[str]:
    clear = list(stated(levels))
    # sha512 of a string seeds the generator, so the draw is the same in every process and on every machine.
    random.Random(f"traits {seed} {origin} {speaker}").shuffle(clear)
    return clear


def _in_order(chosen: list[str], levels: Traits) -> Traits:
    return {trait: levels[trait] for trait in TRAITS if trait in chosen}
