"""One judgment as statistics read it: a row of the long format that `export_judgments` writes and `analyse` reads."""

from dataclasses import dataclass
from typing import Final, Literal

TIE: Final = "tie"
BOTH_BAD: Final = "both_bad"
CANNOT_JUDGE: Final = "cannot_judge"
NOT_A_SYSTEM: Final = (TIE, BOTH_BAD, CANNOT_JUDGE)
# What the two replies of a check pair are called, which no system gave: the one that is wrong, and the right one.
MADE_REPLY: Final = "made-for-a-check"
RIGHT_REPLY: Final = "right-on-a-check"
CONTROLS: Final = ("aa", "ceiling")
# What follows the name of a system's second sample on an A/A pair.
ASKED_AGAIN: Final = " (asked again)"
# What the two replies of a ceiling pair are called: what a person said there, and what one said elsewhere.
REFERENCE: Final = "human-reference"
SHUFFLED_REFERENCE: Final = "shuffled-reference"

AnnotatorKind = Literal["human", "simulated", "llm"]


@dataclass(frozen=True, slots=True)
class JudgmentRow:
    """What one annotator said of one item under one criterion; names as in `docs/study-file.md`.

    On a preference `first` and `second` are the systems compared and `choice` is one of them, or `tie`,
    `both_bad` or `cannot_judge`. On a rating or label `system` is what was rated and `choice` the number or label.
    """

    context: str
    annotator: str
    criterion: str
    choice: str
    first: str = ""
    second: str = ""
    system: str = ""
    strength: int | None = None
    look: int = 1
    annotator_kind: AnnotatorKind = "human"
    cluster: str = ""
    domain: str = ""
    pair: str = ""
    displayed_left: str = ""
    layout: str = ""
    seconds: float | None = None
    submitted_at: str = ""
    is_check: bool = False
    expected: str = ""
    excluded_by: str = ""
    trait: str = ""
    level: str = ""
    # What the annotator reported of the pair: "broken", "nonsense" or "unsafe".
    problem: str = ""
    # A pair that tests the instrument: "aa", two samples of one system, or "ceiling", a reference and a shuffled one.
    control: str = ""
    # In the annotator's words, where the criterion asks for it or the answer is "cannot_judge". No number rests on it.
    reason: str = ""
    # The version of the question's wording that was answered: 1, and one more for each amendment of it.
    wording: int = 1
    # Why the pair was dropped while the study ran; empty where it was not. What was said of it enters no result.
    dropped: str = ""
