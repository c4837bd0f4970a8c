"""The questions and texts that come with Parley, for studies that bring none of their own, in the study's language."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from django.utils.translation import gettext, gettext_noop, override

from evaluation.annotators.language import FALLBACK, interface
from evaluation.study_files.item_kinds import Kind

TEXTS: Final = Path(__file__).resolve().parent / "texts"


@dataclass(frozen=True)
class Wording:
    """How a known criterion is asked; `needs` "traits" means that it shows the speaker's trait."""

    name: str
    question: str
    help: str
    needs: str = ""


PUBLIC_TITLE: Final = gettext_noop("Which reply is better?")
PUBLIC_TITLES: Final[dict[Kind, str]] = {
    "pair": PUBLIC_TITLE,
    "dialogues": gettext_noop("Which conversation is better?"),
    "persona": gettext_noop("What is this person like?"),
}
WORDINGS: Final = {
    "naturalness": Wording(
        name=gettext_noop("Naturalness"),
        question=gettext_noop("Which sounds more like something a person would really say?"),
        help=gettext_noop(
            "Think of a chat with somebody you have just met. What is said matters, not whether you agree with it."
        ),
    ),
    "coherence": Wording(
        name=gettext_noop("Coherence"),
        question=gettext_noop("Which fits better with what was said before?"),
        help=gettext_noop("A reply that takes up what was asked or said fits; one that could stand anywhere does not."),
    ),
    "trait_consistency": Wording(
        name=gettext_noop("Trait consistency"),
        question=gettext_noop("This person is {trait_words}. Which fits that better, neither too little nor overdone?"),
        help=gettext_noop(
            "Judge the manner, not only the facts. A caricature fits no better than a reply that shows nothing of it."
        ),
        needs="traits",
    ),
}
DIALOGUE_WORDINGS: Final = {
    "naturalness": Wording(
        name=gettext_noop("Naturalness"),
        question=gettext_noop("Which sounds more like two people who really talk to each other?"),
        help=gettext_noop(
            "Think of a chat between two people who have just met. Whether you like them does not matter."
        ),
    ),
    "coherence": Wording(
        name=gettext_noop("Coherence"),
        question=gettext_noop("In which do the turns follow better from what was said before?"),
        help=gettext_noop("Questions are answered, topics are taken up, and nobody contradicts or repeats themselves."),
    ),
    "engagingness": Wording(
        name=gettext_noop("Engagingness"),
        question=gettext_noop("Which would you rather go on with yourself?"),
        help=gettext_noop(
            "In an engaging conversation both bring something of their own, and each is curious about the other."
        ),
    ),
    "persona_consistency": Wording(
        name=gettext_noop("Persona consistency"),
        question=gettext_noop("In which do the speakers fit better what is known of them?"),
        help=gettext_noop(
            "Nothing contradicts the facts. None of them need be mentioned, and one recited out of place fits badly."
        ),
    ),
    "trait_consistency": Wording(
        name=gettext_noop("Trait consistency"),
        question=gettext_noop(
            "{speaker} is {trait_words}. In which does that show better, neither too little nor overdone?"
        ),
        help=gettext_noop(
            "Judge the manner, not only the facts. A caricature is no better than a conversation that shows none of it."
        ),
        needs="traits",
    ),
}
PERSONA_WORDINGS: Final = {
    "openness": Wording(
        name=gettext_noop("Openness"),
        question=gettext_noop(
            "Is this person more curious, imaginative and open to new things, or more conventional, down-to-earth and "
            "fond of the familiar?"
        ),
        help="",
    ),
    "conscientiousness": Wording(
        name=gettext_noop("Conscientiousness"),
        question=gettext_noop(
            "Is this person more organized, planful and reliable, or more disorganized, careless and spontaneous?"
        ),
        help="",
    ),
    "extraversion": Wording(
        name=gettext_noop("Extraversion"),
        question=gettext_noop(
            "Is this person more outgoing, talkative and energetic, or more reserved, quiet and private?"
        ),
        help="",
    ),
    "agreeableness": Wording(
        name=gettext_noop("Agreeableness"),
        question=gettext_noop("Is this person more warm, kind and trusting, or more critical, blunt and stubborn?"),
        help="",
    ),
    "neuroticism": Wording(
        name=gettext_noop("Neuroticism"),
        question=gettext_noop(
            "Is this person more anxious, moody and easily worried, or more calm, steady and hard to upset?"
        ),
        help="",
    ),
}
# Said after a practice pair that was made, of the reply or dialogue that was shuffled.
WHYS: Final[dict[Kind, str]] = {
    "pair": gettext_noop(
        "The other reply was given in another conversation, and does not answer what was said in this one."
    ),
    "dialogues": gettext_noop(
        "The other conversation is the same one with its turns in another order: its answers do not follow."
    ),
}
OF_KIND: Final[dict[Kind, dict[str, Wording]]] = {
    "pair": WORDINGS,
    "dialogues": DIALOGUE_WORDINGS,
    "persona": PERSONA_WORDINGS,
}


# The promise of the bundled consents, in each language.
NOTHING_ELSE: Final = (" Nothing else is asked about you.", " Sonst wird nichts über Sie gefragt.")


def wording_in(language: str, key: str, kind: Kind = "pair") -> Wording | None:
    """How a study of `language` asks the criterion `key` of a `kind` of item; None where Parley has no words for it."""
    known = OF_KIND[kind].get(key)
    if known is None:
        return None
    with override(interface(language)):
        # An empty text is no message: gettext would answer it with the head of its catalogue.
        explained = gettext(known.help) if known.help else ""
        return replace(known, name=gettext(known.name), question=gettext(known.question), help=explained)


def public_title_in(language: str, kind: Kind = "pair") -> str:
    """What annotators read over a study that gives them no title of its own."""
    with override(interface(language)):
        return gettext(PUBLIC_TITLES[kind])


def why_in(language: str, kind: Kind = "pair") -> str:
    """What a study of `language` says of a pair with a known answer that was made for it."""
    with override(interface(language)):
        return gettext(WHYS[kind])


def bundled_text(which: str, language: str = FALLBACK, kind: Kind = "pair") -> str:
    """The consent, instructions or end text that comes with Parley, in Markdown; English where `language` has none.

    Where there is none for this `kind` of item, that of pairs says nothing of pairs and serves all.
    """
    spoken = interface(language)
    of_kind = [] if kind == "pair" else [f"{which}.{kind}.{spoken}.md", f"{which}.{kind}.md"]
    named = (TEXTS / name for name in (*of_kind, f"{which}.{spoken}.md", f"{which}.md"))
    return next(path for path in named if path.is_file()).read_text(encoding="utf-8")


def without_the_promise(consent: str) -> str:
    """A bundled consent for a study with a background page, where its promise to ask nothing would be broken."""
    for promise in NOTHING_ELSE:
        consent = consent.replace(promise, "")
    return consent
