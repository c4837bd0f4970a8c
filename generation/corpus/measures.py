"""What is measured of one dialogue: each measure as a count over its cases, so that dialogues add up to a corpus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from generation.corpus.coverage import own_coverage, sentences_used
from generation.corpus.dialogues import Dialogue, Turn
from generation.corpus.expressiveness import asks, count_emoticons, count_intensifiers, exclaims
from generation.corpus.leakage import Mention, first_mentions
from generation.corpus.lexical import both_ways, moving_average, normalise, words
from generation.corpus.manner import manner_of
from generation.corpus.rates import Part

# Short enough that hardly a dialogue has fewer tokens, long enough that words come again.
MOVING_WINDOW: Final = 50

# The valence of a turn from -1 (negative) to 1 (positive).
Sentiment = Callable[[str], float]
# Measure -> what one dialogue, or one speaker, brings to it.
Parts = dict[str, Part]


@dataclass(frozen=True)
class Measure:
    """A measure's heading, the format of its value, and what it is."""

    heading: str
    form: str
    definition: str


# How somebody speaks: also measured by trait and level.
STYLE: Final = {
    "words_per_turn": Measure("words per turn", ".1f", "tokens that are no punctuation, over turns"),
    "sentiment": Measure("sentiment", ".3f", "VADER's compound score of a turn, from −1 to 1, mean over turns"),
    "exclamation_rate": Measure("turns with !", ".1%", "share of turns with an exclamation mark"),
    "question_rate": Measure("turns with ?", ".1%", "share of turns with a question mark"),
    "intensifier_rate": Measure("intensifiers", ".2%", "words such as “very” and “absolutely”, over words"),
    "emoticon_rate": Measure("emoticons", ".2%", "emoticons and emoji, over turns"),
}
USE: Final = {
    "own_coverage": Measure(
        "own persona's words said", ".1%", "share of the content words of one's own persona that one says"
    ),
    "sentences_used": Measure(
        "persona sentences used",
        ".1%",
        "share of persona sentences half of whose content words, at least, their speaker says in one turn",
    ),
    "leak_rate": Measure(
        "leak rate",
        ".1%",
        "of the first mentions of content words that stand in only one persona, the share by the other speaker",
    ),
}
VARIETY: Final = {
    "mtld_in_dialogues": Measure(
        "MTLD within dialogues", ".1f", "tokens over factors, each dialogue a text of its own, mean of both directions"
    ),
    "mattr": Measure(
        "MATTR",
        ".3f",
        f"type-token ratio in every window of {MOVING_WINDOW} tokens that lies within one dialogue, mean over windows",
    ),
}
MANNER: Final = {
    "assistant_manner": Measure("turns in an assistant's manner", ".1%", "turns with one of the next four signs"),
    "offers_of_help": Measure("  offers of help", ".1%", "“let me know if”, “happy to help”"),
    "enthusiasm": Measure("  delight", ".1%", "at what the partner says: “that sounds amazing”"),
    "formulas": Measure("  formulas", ".1%", "“thank you for sharing”, “I appreciate that”"),
    "lists": Measure("  lists", ".1%", "enumerations, bold type"),
    "closing_questions": Measure("  turns that end with ?", ".1%", "people ask, too: not among the four"),
}
SIZE: Final = {"turns_per_dialogue": Measure("turns per dialogue", ".1f", "of the dialogues that have turns")}
MEASURES: Final = {**SIZE, **VARIETY, **USE, **STYLE, **MANNER}


@dataclass(frozen=True)
class Measured:
    """What a dialogue brings to each measure, what each of its speakers brings to `STYLE`, and who mentioned what."""

    parts: Parts
    speakers: tuple[Parts, Parts]
    mentions: tuple[Mention, ...]


def measure(dialogue: Dialogue, *, sentiment: Sentiment) -> Measured:
    """Every measure of a dialogue that has turns."""
    first, second = (
        added_up([style_of(turn, sentiment) for turn in dialogue.turns if turn.speaker == speaker])
        for speaker in (0, 1)
    )
    tokens = [token for turn in dialogue.turns for token in normalise(turn.text)]
    count, factors = both_ways(tokens)
    mentions = tuple(first_mentions(dialogue))
    manner = manner_of(dialogue)
    shares = [share for share in own_coverage(dialogue) if share is not None]
    parts: Parts = {
        "turns_per_dialogue": (len(dialogue.turns), 1),
        "mtld_in_dialogues": (count, factors),
        "mattr": moving_average(tokens, MOVING_WINDOW),
        **added_up([first, second]),
        "own_coverage": (sum(shares), len(shares)),
        "sentences_used": sentences_used(dialogue),
        "leak_rate": (sum(mention.leaked for mention in mentions), len(mentions)),
        "assistant_manner": (manner.like_an_assistant, manner.turns),
        **{sign: (count, manner.turns) for sign, count in manner.signs.items()},
    }
    return Measured(parts, (first, second), mentions)


def style_of(turn: Turn, sentiment: Sentiment) -> Parts:
    """What a turn brings to the measures of `STYLE`."""
    said = words(turn.text)
    return {
        "words_per_turn": (len(said), 1),
        "sentiment": (sentiment(turn.text), 1),
        "exclamation_rate": (exclaims(turn.text), 1),
        "question_rate": (asks(turn.text), 1),
        "intensifier_rate": (count_intensifiers(said), len(said)),
        "emoticon_rate": (count_emoticons(turn.text), 1),
    }


def added_up(each: Sequence[Parts]) -> Parts:
    """What several bring to `STYLE` together; nothing where there is none."""
    return {name: (sum(parts[name][0] for parts in each), sum(parts[name][1] for parts in each)) for name in STYLE}
