"""The questions and texts that come with Parley, for studies that bring none of their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEXTS: Final = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True)
class Wording:
    """How a known criterion is asked; `needs` "traits" means that it shows the speaker's trait."""

    name: str
    question: str
    help: str
    needs: str = ""


WORDINGS: Final = {
    "naturalness": Wording(
        name="Naturalness",
        question="Which sounds more like something a person would really say?",
        help="Think of a chat with somebody you have just met. What is said matters, not whether you agree with it.",
    ),
    "coherence": Wording(
        name="Coherence",
        question="Which fits better with what was said before?",
        help="A reply that takes up what was asked or said fits; one that could stand anywhere does not.",
    ),
    "trait_consistency": Wording(
        name="Trait consistency",
        question="This person is {trait_words}. Which fits that better, neither too little nor overdone?",
        help="Judge the manner, not only the facts. A caricature fits no better than a reply that shows nothing of it.",
        needs="traits",
    ),
}


def bundled_text(kind: str) -> str:
    """The consent, instructions or end text that comes with Parley, in Markdown."""
    return (TEXTS / f"{kind}.md").read_text(encoding="utf-8")
