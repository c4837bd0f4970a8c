"""An author's dialogue taken apart, strictly, or the reason why the answer cannot be used."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from generation.corpus.coverage import own_coverage
from generation.corpus.dialogues import Dialogue, Speaker, Turn

# Two people say "me too" to one another; whole messages of so many words are not said twice.
SAID_AGAIN: Final = 4

REFUSAL: Final = re.compile(
    r"^\W*(i['’]?m|i am) (very |so )?(sorry|unable)|^\W*i (cannot|can['’]?t|won['’]?t) (help|"
    r"assist|write|create|provide|comply|fulfil)",
    re.IGNORECASE,
)
# A person in a chat is sorry as well, so a message is a refusal only where it says what it will not do.
REFUSAL_IN_TALK: Final = re.compile(
    r"^\W*(?:(?:i['’]?m|i am) (?:very |so )?sorry,? (?:but )?)?(?:i['’]?m|i am) (?:unable|not able) to (?:help|assist|"
    r"write|continue|provide|comply)|^\W*(?:(?:i['’]?m|i am) (?:very |so )?sorry,? (?:but )?)?i (?:cannot|can['’]?t|"
    r"won['’]?t) (?:assist|comply|fulfil|continue with|role-?play|write (?:this|that)|help with (?:this|that))",
    re.IGNORECASE,
)
MODEL_SPEAKING: Final = re.compile(
    r"\bas an? (ai|artificial intelligence|language model|assistant)\b|\blanguage model\b|"
    r"\bi(['’]?m| am) an? (ai|chatbot|virtual assistant)\b"
    r"|\b(openai|chatgpt)\b",
    re.IGNORECASE,
)
TURN: Final = re.compile(r"Speaker ([12]): ?(.*)")
# What stands before a message as in a script, and what is acted and not said: "*laughs*", "(smiling) Hi!".
NAMED: Final = re.compile(r"(?:speaker \d|person \d|user|assistant|you|me|them)\s*:|\*\*", re.IGNORECASE)
ACTED: Final = re.compile(r"[\[(][^\])]*[\])]|\*[^*]+\*|[-•*#] |\d+[.)] ")
# Nobody ends on these: the rest is missing.
UNFINISHED: Final = re.compile(
    r"(?:[,–—]|(?<![:;=-])[(\[-]|\b(?:a|an|the|my|your|and|or|but|because|i['’]m|i['’]ve))$", re.IGNORECASE
)


# In the right form, but a speaker tells too little of their own persona.
OFF_PERSONA: Final = "off_persona"


class Unusable(ValueError):
    """An answer that cannot be used. `kind` is refused, truncated, malformed or off_persona.

    The message is said to the author.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


@dataclass(frozen=True)
class Answer:
    """What an endpoint answered, as far as the corpus depends on it."""

    text: str
    finish_reason: str = "stop"
    refusal: str | None = None


@dataclass(frozen=True)
class Bounds:
    """How many turns a dialogue may have, and how many words a turn; what must be said of a persona, and what must not.

    A persona sentence of at least `copied_words`, said word for word, was copied: "i have two dogs" is just how one
    says it. Each speaker says at least the share `min_coverage` of the content words of their own persona.
    """

    min_turns: int = 8
    max_turns: int = 16
    max_words: int = 60
    copied_words: int = 10
    # One word in ten: hardly anybody in PersonaChat says less (5 in 100), and an author who does forgot the persona.
    min_coverage: float = 0.1


BOUNDS: Final = Bounds()


def check_whole(answer: Answer, refusal: re.Pattern[str] = REFUSAL) -> None:
    """Raise `Unusable` for an answer that was refused, which may show in its words, or cut off."""
    if answer.refusal or answer.finish_reason == "content_filter" or refusal.search(answer.text):
        raise Unusable("refused", "it is a refusal, and nothing harmful was asked for")
    if answer.finish_reason == "length":
        raise Unusable("truncated", "it was cut off before its end")


def parse_dialogue(
    answer: Answer, speakers: tuple[Speaker, Speaker], bounds: Bounds, opening: tuple[Turn, ...] = ()
) -> tuple[Turn, ...]:
    """The turns of a dialogue written as lines "Speaker 1: ...", "Speaker 2: ..." and nothing else.

    The turns of `opening`, where there are such, must come first, word for word.
    """
    check_whole(answer)
    turns: list[Turn] = []
    for line in answer.text.splitlines():
        if not line.strip():
            continue
        found = TURN.fullmatch(line.strip())
        if not found:
            raise Unusable("malformed", f'the line {_short(line)!r} does not begin with "Speaker 1: " or "Speaker 2: "')
        turns.append(Turn(int(found[1]) - 1, " ".join(found[2].split())))
    _check_form(turns, bounds)
    _check_opening(turns, opening)
    for number, turn in enumerate(turns, start=1):
        _check_text(turn.text, f"turn {number}", speakers, bounds)
    if UNFINISHED.search(turns[-1].text):
        raise Unusable("truncated", f"its last turn is cut off after {_end(turns[-1].text)!r}")
    check_personas_used(turns, speakers, bounds)
    return tuple(turns)


def parse_message(answer: Answer, turns: Sequence[Turn], speaker: Speaker, bounds: Bounds) -> str:
    """The next message of one speaker, who was told nothing but their own persona; `turns` is what was said before."""
    check_whole(answer, REFUSAL_IN_TALK)
    lines = [line for line in answer.text.splitlines() if line.strip()]
    if len(lines) != 1:
        raise Unusable("malformed", f"expected one message on one line, got {len(lines)} lines")
    text = " ".join(lines[0].split())
    if NAMED.match(text):
        raise Unusable("malformed", f"{_short(text)!r} begins with a name; only the message itself was asked for")
    if len(text) > 1 and text[0] in '"“' and text[-1] in '"”' and not set(text[1:-1]) & set('"“”'):
        raise Unusable("malformed", "the message stands in quotation marks")
    _check_text(text, "the message", (speaker,), bounds)
    if UNFINISHED.search(text):
        raise Unusable("truncated", f"the message is cut off after {_end(text)!r}")
    if any(bare(text) == bare(turn.text) for turn in turns) and len(text.split()) >= SAID_AGAIN:
        raise Unusable("malformed", "the message was sent before, word for word")
    return text


def check_personas_used(turns: Sequence[Turn], speakers: tuple[Speaker, Speaker], bounds: Bounds) -> None:
    """Raise `Unusable` where a speaker brings up too little of their own persona."""
    for number, share in enumerate(own_coverage(Dialogue("", "", speakers, tuple(turns)))):
        if share is not None and share < bounds.min_coverage:
            raise Unusable(
                OFF_PERSONA,
                f"Speaker {number + 1} says only {share:.0%} of their own persona's words; more of it must come up",
            )


def _check_form(turns: list[Turn], bounds: Bounds) -> None:
    if not bounds.min_turns <= len(turns) <= bounds.max_turns:
        raise Unusable("malformed", f"expected from {bounds.min_turns} to {bounds.max_turns} turns, got {len(turns)}")
    for number, turn in enumerate(turns):
        if turn.speaker != number % 2:
            raise Unusable("malformed", f"turn {number + 1} should be Speaker {number % 2 + 1}'s")


def _check_opening(turns: list[Turn], opening: tuple[Turn, ...]) -> None:
    for number, (turn, given) in enumerate(zip(turns, opening, strict=False), start=1):
        if turn != given:
            raise Unusable("malformed", f"turn {number} should be, word for word, {given.text!r}")


def _check_text(text: str, what: str, speakers: Sequence[Speaker], bounds: Bounds) -> None:
    """Raise `Unusable` for a turn that is no turn; `what` it is called, and the personas it must not copy."""
    if not text:
        raise Unusable("malformed", f"{what} is empty")
    words = len(text.split())
    if words > bounds.max_words:
        raise Unusable("malformed", f"{what} has {words} words; at most {bounds.max_words} were asked for")
    if MODEL_SPEAKING.search(text):
        raise Unusable("refused", f"{what} speaks of being a language model")
    if ACTED.match(text):
        raise Unusable("malformed", f"{what} begins with what is not said, {_short(text)!r}")
    said = f" {bare(text)} "
    for sentence in (sentence for speaker in speakers for sentence in speaker.persona):
        told = bare(sentence)
        if len(told.split()) >= bounds.copied_words and f" {told} " in said:
            raise Unusable("malformed", f"the persona's sentence {sentence!r} is copied word for word")


def bare(text: str) -> str:
    """Lower case, no punctuation: what two spellings of one sentence have in common."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def _end(text: str) -> str:
    return " ".join(text.split()[-3:])


def _short(line: str) -> str:
    return line.strip() if len(line.strip()) <= 60 else f"{line.strip()[:57]}..."
