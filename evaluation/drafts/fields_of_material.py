"""The form's fields for what a study is, what its items are made of, and how often they are judged."""

from typing import Final

from evaluation.drafts.draft_fields import COMPARED, Field, Section, in_words
from evaluation.study_files.item_kinds import KINDS, SHOWN
from evaluation.study_files.study_file import BALANCED, DISPLAYS, MOST_PER_LEVEL
from evaluation.study_files.telling_table import LAYOUTS, ONE_PAGE

KIND_WORDS: Final = {
    "pair": "Two replies to what was said before",
    "dialogues": "Two whole conversations",
    "persona": "One persona, to be labelled",
}
ABOUT: Final = Section(
    key="about",
    title="What it is",
    fields=(
        Field(("title",), "Title", help="For researchers; it may name the systems, annotators never see it."),
        Field(("public_title",), "Title for annotators", help="Names no system. Empty: one that suits what is judged."),
        Field(
            ("kind",),
            "What is judged",
            "choice",
            "Save, and the form has the fields that go with it.",
            in_words(KINDS, KIND_WORDS),
        ),
        Field(("language",), "Language of the texts", help="A tag such as en, de or pt-BR. Empty: en"),
        Field(("ethics",), "Ethics approval", help="The board and its reference, or: none. Needed to open."),
        Field(
            ("closes",),
            "Closes",
            "moment",
            "From then on nobody is given another pair. A day, to its end, or a time: 2026-12-24 18:00. In UTC.",
        ),
        Field(
            ("content_warning",), "Content warning", "text", "Said before the consent, where what is shown may hurt."
        ),
        Field(("may_skip",), "Annotators may skip a pair, without penalty", "yes"),
    ),
)
MATERIAL: Final = Section(
    key="material",
    title="Systems and contexts",
    fields=(
        Field(
            ("responses",),
            "Responses",
            "lines",
            "Your files (upload them under Files), or names under responses/ on the server. One on a line; their "
            "order is that of the report.",
            kinds=("pair",),
        ),
        Field(
            ("dialogues",),
            "Corpora to compare",
            "lines",
            "Two or more on the server, one on a line: CORPUS or CORPUS/SPLIT, and NAME=CORPUS/SPLIT to call its "
            "system otherwise. Their order is that of the report.",
            kinds=("dialogues",),
        ),
        Field(
            ("show",),
            "Shown above the conversations",
            "ticks",
            choices=in_words(SHOWN, {"personas": "the facts about both speakers"}),
            usual=SHOWN,
            kinds=("dialogues",),
        ),
        Field(
            ("personas",),
            "Corpus with labelled personas",
            help="One on the server, made by generate. What its labeller said is shown to nobody.",
            kinds=("persona",),
            suggest="corpora",
        ),
        Field(
            ("contexts", "per_level"),
            "Personas of each trait and level",
            "whole",
            f"Rare levels come as often as usual ones. Empty: {MOST_PER_LEVEL}",
            kinds=("persona",),
        ),
        Field(
            ("contexts", "per_domain"),
            "Contexts of each domain, at most",
            "whole",
            "Empty: all that every system answered.",
            kinds=COMPARED,
        ),
        Field(
            ("contexts", "per_cluster"),
            "Contexts of one dialogue, at most",
            "whole",
            "Empty: 1, which keeps them independent.",
            kinds=COMPARED,
        ),
        Field(
            ("contexts", "balance"),
            "Equally often",
            "ticks",
            choices=in_words(
                BALANCED, {"speaker": "First and second speaker", "depth": "Early, middle and late turns"}
            ),
            kinds=("pair",),
        ),
        Field(("contexts", "seed"), "Seed", "whole", "Decides what is drawn, sides and order. Empty: 7"),
        Field(
            ("display",),
            "Texts are shown",
            "choice",
            choices=in_words(
                DISPLAYS, {"detokenised": "with usual spaces and capitals", "as-is": "exactly as they are"}
            ),
        ),
    ),
)
JUDGMENTS: Final = Section(
    key="judgments",
    title="Judgments",
    fields=(
        Field(("judgments_per_pair",), "Judgments for each pair", "whole", "Or for each persona. Empty: 3"),
        Field(("max_share",), "Share that one annotator may give", "number", "Above 0, at most 1. Empty: 1"),
        Field(("repeat_share",), "Share shown again, sides swapped", "number", "For self-consistency. Empty: none"),
        Field(("lease_minutes",), "Minutes until a pair that was left is free again", "whole", "Empty: 30"),
        Field(
            ("layout",),
            "Questions",
            "choice",
            choices=in_words(LAYOUTS, {ONE_PAGE: "all on one page", "one-per-page": "one on a page"}),
        ),
    ),
)
