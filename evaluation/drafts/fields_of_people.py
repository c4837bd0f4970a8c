"""The form's fields for annotators: their pay, where they come from, what they read, and what is said of them."""

from typing import Final

from evaluation.drafts.draft_fields import Field, Section, in_words
from evaluation.study_files.heds_questions import ADJUDICATION, BY_WORD
from evaluation.study_files.recruiting import NAMES
from evaluation.study_files.telling_table import BACKGROUND

BACKGROUND_WORDS: Final = {
    "language": "First language",
    "age_band": "Age band",
    "chatbots": "How often they use chatbots",
}
# The words of the datasheet as the form asks for them; each also stands under its number.
DATASHEET_WORDS: Final = {
    "background": "Who the annotators are",
    "recruitment": "How they were recruited",
    "experts": "Whether they are experts of the domain",
    "training": "Training and practice",
    "pay": "Pay",
    "ethics": "Ethics committee",
    "personal_data": "Personal data",
    "preregistration": "Preregistration",
    ADJUDICATION: "How disagreements were settled",
    "paper": "Where the study is reported",
    "resources": "Where its resources are",
}

PAY: Final = Section(
    key="pay",
    title="Pay",
    fields=(
        Field(("pay", "per_judgment"), "For each pair", "number", "Either this …"),
        Field(("pay", "per_hour"), "For each hour of work", "number", "… or this."),
        Field(("pay", "currency"), "Currency", help="Three capitals: EUR"),
        Field(
            ("pay", "floor"),
            "Promised for an hour, at least",
            "number",
            "The pay list holds the median against it.",
        ),
    ),
)
RECRUITING: Final = Section(
    key="recruiting",
    title="Recruiting",
    intro="Where annotators come from a platform. Links of your own work beside it.",
    fields=(
        Field(("recruiting", "platform"), "Platform", "choice", choices=(("", "none: by links"), *NAMES.items())),
        Field(("recruiting", "completion"), "Prolific's code for who came to the end"),
        Field(("recruiting", "screen_out"), "Prolific's code for who was ended"),
        Field(("recruiting", "no_consent"), "Prolific's code for who declined"),
    ),
)
TEXTS: Final = Section(
    key="texts",
    title="What annotators read",
    intro="In Markdown. Empty a text to use the one that comes with Parley again.",
    fields=(
        Field(("text", "consent"), "Consent", "beside"),
        Field(("text", "instructions"), "Instructions", "beside"),
        Field(("text", "end"), "At the end", "beside"),
        Field(
            ("background", "ask"),
            "Ask about annotators",
            "ticks",
            "On a page of its own; all of it may be skipped.",
            in_words(BACKGROUND, BACKGROUND_WORDS),
        ),
    ),
)
DATASHEET: Final = Section(
    key="datasheet",
    title="Datasheet",
    intro=(
        "What only you can say of the study, for the human evaluation datasheet (HEDS) of its report: who the "
        "annotators are and how they were found. What the design says need not be said again."
    ),
    fields=tuple(
        Field(
            ("datasheet", word),
            label,
            "text",
            f"HEDS {BY_WORD[word]}" if word in BY_WORD else "",
            also=BY_WORD.get(word, ""),
            narrow=True,
        )
        for word, label in DATASHEET_WORDS.items()
    ),
)
ANSWERS: Final = Section(
    key="answers",
    title="Datasheet: its other questions",
    intro=(
        "By their number in HEDS 3.0. Those of section 4 are asked of each question of the study: its key goes before "
        "the number."
    ),
    entries=("datasheet",),
    one="answer",
    fields=(
        Field(("question",), "Question", help="Such as 3.3.7, or naturalness 4.1.1", suggest="datasheet"),
        Field(("answer",), "Answer", "text"),
    ),
)
