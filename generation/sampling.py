"""Which of a persona's labelled traits a dialogue is told: a seeded sample, the same in any corpus and order."""

import random
from typing import Final

from generation.corpus.traits import TRAITS, Traits, stated

ALL: Final = "all"


def sample_traits(*, levels: Traits, count: int | None, seed: int, origin: str, speaker: int) -> Traits:
    """`count` of the traits that are not unclear (all where None, or where fewer are clear), in the order of `TRAITS`.

    Drawn from the seed, the dialogue's origin and the speaker alone: a human dialogue and the one distilled from it get
    the same traits. Uniform over traits. A sample of one is part of the sample of two.
    """
    clear = list(stated(levels))
    # sha512 of a string seeds the generator, so the draw is the same in every process and on every machine.
    random.Random(f"traits {seed} {origin} {speaker}").shuffle(clear)
    chosen = set(clear if count is None else clear[:count])
    return {trait: levels[trait] for trait in TRAITS if trait in chosen}
