"""An author's dialogue taken apart, strictly, or the reason why the answer cannot be used."""

import re
from dataclasses import dataclass
from typing import Final

from generation.corpus.dialogues import Speaker, Turn

# A persona sentence at least this long, said word for word, was copied; "i have two dogs" is just how one says it.
COPIED_WORDS: Final = 10
REFUSAL: Final = re.compile(
    r"^\W*(i['’]?m|i am) (very |so )?(sorry|unable)|^\W*i (cannot|can['’]?t|won['’]?t) (help|"
    r"assist|write|create|provide|comply|fulfil)",
    re.IGNORECASE,
)
MODEL_SPEAKING: Final = re.compile(
    r"\bas an? (ai|artificial intelligence|language model|assistant)\b|\blanguage model\b|"
    r"\bi(['’]?m| am) an? (ai|chatbot|virtual assistant)\b"
    r"|\b(openai|chatgpt)\b",
    re.IGNORECASE,
)
TURN: Final = re.compile(r"Speaker ([12]): ?(.*)")


class Unusable(ValueError):
    """An answer that cannot be used. `kind` is refused, truncated or malformed; the message is said to the author."""

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
    """How many turns a dialogue may have, and how many words a turn."""

    min_turns: int = 8
    max_turns: int = 16
    max_words: int = 60


BOUNDS: Final = Bounds()


def check_whole(answer: Answer) -> None:
    """Raise `Unusable` for an answer that was refused or cut off."""
    if answer.refusal or answer.finish_reason == "content_filter" or REFUSAL.search(answer.text):
        raise Unusable("refused", "it is a refusal, and nothing harmful was asked for")
    if answer.finish_reason == "length":
        raise Unusable("truncated", "it was cut off before its end")


def parse_dialogue(answer: Answer, speakers: tuple[Speaker, Speaker], bounds: Bounds) -> tuple[Turn, ...]:
    """The turns of a dialogue written as lines "Speaker 1: ...", "Speaker 2: ..." and nothing else."""
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
    _check_words(turns, speakers)
    return tuple(turns)


def _check_form(turns: list[Turn], bounds: Bounds) -> None:
    if not bounds.min_turns <= len(turns) <= bounds.max_turns:
        raise Unusable("malformed", f"expected from {bounds.min_turns} to {bounds.max_turns} turns, got {len(turns)}")
    for number, turn in enumerate(turns):
        if turn.speaker != number % 2:
            raise Unusable("malformed", f"turn {number + 1} should be Speaker {number % 2 + 1}'s")
        if not turn.text:
            raise Unusable("malformed", f"turn {number + 1} is empty")
        words = len(turn.text.split())
        if words > bounds.max_words:
            raise Unusable(
                "malformed", f"turn {number + 1} has {words} words; at most {bounds.max_words} were asked for"
            )


def _check_words(turns: list[Turn], speakers: tuple[Speaker, Speaker]) -> None:
    for number, turn in enumerate(turns, start=1):
        if MODEL_SPEAKING.search(turn.text):
            raise Unusable("refused", f"turn {number} speaks of being a language model")
    said = [f" {bare(turn.text)} " for turn in turns]
    for sentence in (sentence for speaker in speakers for sentence in speaker.persona):
        words = bare(sentence)
        if len(words.split()) >= COPIED_WORDS and any(f" {words} " in each for each in said):
            raise Unusable("malformed", f"the persona's sentence {sentence!r} is copied word for word")


def bare(text: str) -> str:
    """Lower case, no punctuation: what two spellings of one sentence have in common."""
    return " ".join(re.findall(r"\w+", text.lower().replace("'", "").replace("’", "")))


def _short(line: str) -> str:
    return line.strip() if len(line.strip()) <= 60 else f"{line.strip()[:57]}..."
