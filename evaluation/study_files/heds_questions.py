"""The questions of HEDS 3.0, the human evaluation datasheet (Belz and Thomson 2025), by number and in our own words.

`ADJUDICATION` is asked too, by audits of the field: how disagreements were settled.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

SECTIONS: Final = {
    "1": "Reference and resources",
    "2": "Systems",
    "3.1": "Sample",
    "3.2": "Annotators",
    "3.3": "Design",
    "4.1": "What the criterion is about",
    "4.2": "How it is assessed",
    "4.3": "How answers are elicited",
    "5": "Ethics",
}
ADJUDICATION: Final = "adjudication"


@dataclass(frozen=True)
class Question:
    """One question. Those of section 4 are asked of every criterion."""

    number: str
    words: str

    @property
    def of_each_criterion(self) -> bool:
        """Whether it has an answer for every criterion."""
        return self.number.startswith("4.")

    @property
    def section(self) -> str:
        """The heading that it stands under."""
        return SECTIONS.get(self.number[:1]) or SECTIONS[self.number[:3]]


QUESTIONS: Final = tuple(
    Question(number, words)
    for number, words in (
        ("1.1.1", "Where the experiment is reported"),
        ("1.1.2", "Which experiment this is"),
        ("1.2", "Where its resources are"),
        ("1.3.1.1", "Name of who fills this in"),
        ("1.3.1.2", "Their affiliation"),
        ("1.3.1.3", "Their address"),
        ("1.3.2.1", "Name of the contact author"),
        ("1.3.2.2", "Their affiliation"),
        ("1.3.2.3", "Their address"),
        ("2.1", "Kind of input of the systems"),
        ("2.2", "Kind of output"),
        ("2.3", "Task of the systems"),
        ("2.4", "Languages of the input"),
        ("2.5", "Languages of the output"),
        ("3.1.1", "Outputs judged, per system"),
        ("3.1.2", "How they were chosen"),
        ("3.1.3.1", "Method of the power analysis"),
        ("3.1.3.2", "Power of the sample"),
        ("3.1.3.3", "Code of the power analysis"),
        ("3.2.1", "Number of annotators in the result"),
        ("3.2.2.1", "Domain experts?"),
        ("3.2.2.2", "Paid?"),
        ("3.2.2.3", "Known to the researchers before?"),
        ("3.2.2.4", "Researchers among them?"),
        ("3.2.3", "How they were recruited"),
        ("3.2.4", "Training and practice"),
        ("3.2.5", "What else is known of them"),
        ("3.3.1", "Preregistered?"),
        ("3.3.2", "Medium of the answers"),
        ("3.3.3.1", "Kinds of quality assurance"),
        ("3.3.3.2", "What was done for it"),
        ("3.3.4.1", "Where the form can be seen"),
        ("3.3.4.2", "What annotators saw"),
        ("3.3.5", "Free to choose when and how fast?"),
        ("3.3.6", "Could they ask and comment?"),
        ("3.3.7", "Place and conditions"),
        ("3.3.8", "Variation of the conditions"),
        ("4.1.1", "Type of quality (correctness, goodness, feature)"),
        ("4.1.2", "Aspect of the output (form, content, both)"),
        ("4.1.3", "Judged by itself, or against what"),
        ("4.2.1", "Objective or subjective"),
        ("4.2.2", "Absolute or relative"),
        ("4.2.3", "Intrinsic or extrinsic"),
        ("4.3.1.1", "Name told to annotators"),
        ("4.3.1.2", "Standard name"),
        ("4.3.2", "Definition told to annotators"),
        ("4.3.3", "Size of the scale"),
        ("4.3.4", "Values of the scale"),
        ("4.3.5", "How the scale is presented"),
        ("4.3.6", "Task, where there is no scale"),
        ("4.3.7", "The question, word for word"),
        ("4.3.8", "Form of the answers"),
        ("4.3.9", "How answers become results"),
        ("4.3.10", "Effect size and significance"),
        ("4.3.11.1", "Agreement between annotators: method"),
        ("4.3.11.2", "Agreement between annotators: value"),
        ("4.3.12.1", "Agreement of annotators with themselves: method"),
        ("4.3.12.2", "Agreement of annotators with themselves: value"),
        ("5.1", "Ethics committee"),
        ("5.2", "Personal data"),
        ("5.3", "Special categories of personal data"),
        ("5.4", "Impact assessments"),
    )
)
NUMBERS: Final = frozenset(question.number for question in QUESTIONS)
# What researchers are asked for most often, by a word.
BY_WORD: Final = {
    "paper": "1.1.1",
    "resources": "1.2",
    "experts": "3.2.2.1",
    "pay": "3.2.2.2",
    "recruitment": "3.2.3",
    "training": "3.2.4",
    "background": "3.2.5",
    "preregistration": "3.3.1",
    "ethics": "5.1",
    "personal_data": "5.2",
}


class NoSuchQuestion(ValueError):
    """An answer to something that the datasheet does not ask."""


def answers_by_number(given: Mapping[str, str], *, criteria: Collection[str]) -> dict[str, str]:
    """The researchers' own answers, by number (`CRITERION 4.1.1` for one of a criterion), from words or numbers.

    Raises `NoSuchQuestion` with what could have been meant.
    """
    answers = {}
    for key, answer in given.items():
        criterion, _, number = key.rpartition(" ")
        name = BY_WORD.get(number, number)
        is_known = name in NUMBERS or (name == ADJUDICATION and not criterion)
        if not is_known or (name.startswith("4.") != bool(criterion)) or (criterion and criterion not in criteria):
            raise NoSuchQuestion(
                f"{key!r} is no question of the datasheet; expected {', '.join(BY_WORD)}, {ADJUDICATION}, a number of "
                "HEDS 3.0 such as 3.2.5, or a criterion and a number of section 4, such as 'naturalness 4.1.1'"
            )
        answers[f"{criterion} {name}".strip()] = answer
    return answers
