"""The Big-5 traits, their levels, and the plain words in which people meet them."""

from typing import Final, Literal

Trait = Literal["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"]
Level = Literal["high", "low", "unclear"]
# What is told of a speaker: trait -> level. A trait that is not in it was not stated.
Traits = dict[str, str]

TRAITS: Final[tuple[Trait, ...]] = (
    "openness",
    "conscientiousness",
    "extraversion",
    "agreeableness",
    "neuroticism",
)
LEVELS: Final[tuple[Level, ...]] = ("high", "low", "unclear")
FIVE_LEVELS: Final[tuple[str, ...]] = ("very low", "low", "medium", "high", "very high", "unclear")
UNCLEAR: Final = "unclear"
MEDIUM: Final = "medium"
# The pole that people like to be seen at; what LLMs are known to lean to when they guess.
DESIRABLE: Final[dict[str, str]] = {
    "openness": "high",
    "conscientiousness": "high",
    "extraversion": "high",
    "agreeableness": "high",
    "neuroticism": "low",
}

# Defining adjectives, in our own selection: three that an ordinary reader knows for each end of a trait.
ADJECTIVES: Final[dict[str, dict[str, tuple[str, str, str]]]] = {
    "openness": {
        "high": ("curious", "imaginative", "open to new things"),
        "low": ("conventional", "down-to-earth", "fond of the familiar"),
    },
    "conscientiousness": {
        "high": ("organized", "planful", "reliable"),
        "low": ("disorganized", "careless", "spontaneous"),
    },
    "extraversion": {
        "high": ("outgoing", "talkative", "energetic"),
        "low": ("reserved", "quiet", "private"),
    },
    "agreeableness": {
        "high": ("warm", "kind", "trusting"),
        "low": ("critical", "blunt", "stubborn"),
    },
    "neuroticism": {
        "high": ("anxious", "moody", "easily worried"),
        "low": ("calm", "steady", "hard to upset"),
    },
}


class UnknownTrait(ValueError):
    """A name that is not one of the five traits, or a level that no trait has."""


def levels_of(count: int) -> tuple[str, ...]:
    """The levels of a scale of 3 or 5, "unclear" last; from the lowest up where there are five."""
    return FIVE_LEVELS if count == 5 else LEVELS


def pole(level: str) -> str:
    """The end of the trait that a level is at: "very high" is at "high"; "medium" and "unclear" are at none."""
    return level.rpartition(" ")[2]


def adjectives(trait: str, level: str) -> tuple[str, ...]:
    """The words that describe `trait` at `level`.

    "very" strengthens them, "medium" stands between the first of either end, "unclear" has none.
    """
    check_traits({trait: level})
    if level == UNCLEAR:
        return ()
    if level == MEDIUM:
        low, high = ADJECTIVES[trait]["low"][0], ADJECTIVES[trait]["high"][0]
        return (f"neither especially {high} nor especially {low}",)
    strength, _, end = level.rpartition(" ")
    return tuple(f"{strength} {word}".strip() for word in ADJECTIVES[trait][end])


def in_words(trait: str, level: str) -> str:
    """The trait as an annotator reads it: "outgoing, talkative and energetic"; empty where nothing is said."""
    words = adjectives(trait, level)
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def stated(traits: Traits) -> Traits:
    """Only the traits that say something, in the order of `TRAITS`."""
    return {trait: traits[trait] for trait in TRAITS if traits.get(trait, UNCLEAR) != UNCLEAR}


def check_traits(traits: Traits) -> None:
    """Raise `UnknownTrait`, naming what was expected, unless every trait and level is one of ours."""
    for trait, level in traits.items():
        if trait not in TRAITS:
            raise UnknownTrait(f"unknown trait {trait!r}; expected one of {', '.join(TRAITS)}")
        if level not in LEVELS and level not in FIVE_LEVELS:
            raise UnknownTrait(f"unknown level {level!r} of {trait}; expected one of {', '.join(LEVELS)}")
