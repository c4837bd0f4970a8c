"""The form of a study: its sections and fields, each the place of a value in `study.toml`.

What the form does not know stays in the text as it is: the form is an edit of the file, never a rewriting.
"""

from dataclasses import dataclass
from typing import Final, Literal

from evaluation.study_files.checks_table import SHUFFLED
from evaluation.study_files.recruiting import NAMES
from evaluation.study_files.study_file import BALANCED, DISPLAYS, EXTRA_ANSWERS, SCALES
from evaluation.study_files.telling_table import BACKGROUND, LAYOUTS, ONE_PAGE, REASONS
from evaluation.study_files.toml_table import Place

# How a field is shown and read. "lines" are a list, one entry on a line; "ticks" a list out of a closed set; "yes" a
# truth that is false where nothing is said; "beside" a text in a file of its own.
Kind = Literal["line", "text", "whole", "number", "choice", "yes", "lines", "ticks", "beside"]


@dataclass(frozen=True)
class Field:
    """One field: where its value stands, and how it is told. Of `choices` (value, words) the first is the default."""

    place: Place
    label: str
    kind: Kind = "line"
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    # Folded away until something is said in it.
    folded: bool = False


@dataclass(frozen=True)
class Section:
    """Fields under one heading; `repeats` is a list of tables that have these fields each."""

    key: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    repeats: Place = ()
    # What one of the tables is called, on the buttons.
    one: str = ""
    fewest: int = 0


def _words(values: tuple[str, ...], said: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((value, said.get(value, value)) for value in values)


SCALE_WORDS: Final = {
    "preference": "Preference: Reply 1, about equal, Reply 2",
    "preference5": "Preference in five steps: each much or slightly better",
    "rating": "Rating of each reply",
    "label": "Label for each reply",
}
OPTION_WORDS: Final = {"tie": "About equal", "both_bad": "Both bad", "cannot_judge": "Cannot judge"}
BACKGROUND_WORDS: Final = {
    "language": "First language",
    "age_band": "Age band",
    "chatbots": "How often they use chatbots",
}

CRITERIA: Final = Section(
    key="criteria",
    title="Questions",
    intro=(
        "Each is asked of every pair. naturalness, coherence and trait_consistency come with wording of their own: "
        "leave the name, the question and the help empty to use it."
    ),
    repeats=("criteria",),
    one="question",
    fewest=1,
    fields=(
        Field(("key",), "Key", help="Small letters, digits, - and _. It stands in files and reports: naturalness"),
        Field(("name",), "Name"),
        Field(("question",), "Question", "text", "{trait_words} becomes the speaker's trait in plain words."),
        Field(("help",), "What is meant", "text", "Shown on request below the question."),
        Field(("scale",), "Scale", "choice", choices=_words(SCALES, SCALE_WORDS)),
        Field(
            ("options",),
            "May also be answered",
            "ticks",
            "On a rating only “cannot judge” can be offered.",
            _words(EXTRA_ANSWERS, OPTION_WORDS),
        ),
        Field(("labels",), "Labels, for the scale of labels", "lines", "One on a line, in their order.", folded=True),
        Field(("min",), "Lowest rating", "whole", folded=True),
        Field(("max",), "Highest rating", "whole", "Of a rating: 10 at most.", folded=True),
        Field(("ends",), "Words at both ends of the rating", "lines", "Two lines: lowest and highest.", folded=True),
        Field(
            ("needs",),
            "Asks about the speaker's trait",
            "choice",
            choices=(("", "No"), ("traits", "Yes: where one is stated")),
            folded=True,
        ),
        Field(
            ("after",),
            "Asked only after",
            "lines",
            "Keys of questions, one on a line. Questions about traits wait by themselves.",
            folded=True,
        ),
        Field(
            ("reason",),
            "A reason in words",
            "choice",
            choices=(
                ("", "Not asked for"),
                *_words(REASONS, {"optional": "May be given", "required": "Must be given"}),
            ),
            folded=True,
        ),
    ),
)
HYPOTHESES: Final = Section(
    key="hypotheses",
    title="Hypotheses",
    intro="What you expect, declared before anybody judges. Each is tested, corrected for their number.",
    repeats=("plan", "hypotheses"),
    one="hypothesis",
    fields=(
        Field(("criterion",), "On which question", help="Its key."),
        Field(("better",), "The better system", help="Its name, as the files have it."),
        Field(("than",), "Better than", help="Needed with more than two systems."),
        Field(("domain",), "In which domain", help="Empty: all together."),
        Field(("margin",), "Equivalent within", "number", "A margin of net preference, for claims that two are alike."),
    ),
)
SECTIONS: Final = (
    Section(
        key="about",
        title="What it is",
        fields=(
            Field(("title",), "Title", help="For researchers; it may name the systems, annotators never see it."),
            Field(("public_title",), "Title for annotators", help="Names no system. Empty: Which reply is better?"),
            Field(("language",), "Language of the texts", help="A tag such as en, de or pt-BR. Empty: en"),
            Field(
                ("ethics",),
                "Ethics approval",
                help="The board and its reference, or: none. Needed to open.",
            ),
            Field(
                ("content_warning",),
                "Content warning",
                "text",
                "Said before the consent, where what is shown may hurt.",
            ),
            Field(("may_skip",), "Annotators may skip a pair, without penalty", "yes"),
        ),
    ),
    Section(
        key="material",
        title="Systems and contexts",
        fields=(
            Field(
                ("responses",),
                "Responses",
                "lines",
                "Your files (upload them under Files), or names under responses/ on the server. One on a line; their "
                "order is that of the report.",
            ),
            Field(
                ("contexts", "per_domain"),
                "Contexts of each domain, at most",
                "whole",
                "Empty: all that every system answered.",
            ),
            Field(
                ("contexts", "per_cluster"),
                "Contexts of one dialogue, at most",
                "whole",
                "Empty: 1, which keeps them independent.",
            ),
            Field(
                ("contexts", "balance"),
                "Equally often",
                "ticks",
                choices=_words(
                    BALANCED, {"speaker": "First and second speaker", "depth": "Early, middle and late turns"}
                ),
            ),
            Field(("contexts", "seed"), "Seed", "whole", "Decides contexts, sides and order. Empty: 7"),
            Field(
                ("display",),
                "Texts are shown",
                "choice",
                choices=_words(
                    DISPLAYS, {"detokenised": "with usual spaces and capitals", "as-is": "exactly as they are"}
                ),
            ),
        ),
    ),
    CRITERIA,
    Section(
        key="judgments",
        title="Judgments",
        fields=(
            Field(("judgments_per_pair",), "Judgments for each pair", "whole", "Empty: 3"),
            Field(("max_share",), "Share that one annotator may give", "number", "Above 0, at most 1. Empty: 1"),
            Field(("repeat_share",), "Share shown again, sides swapped", "number", "For self-consistency. Empty: none"),
            Field(("lease_minutes",), "Minutes until a pair that was left is free again", "whole", "Empty: 30"),
            Field(
                ("layout",),
                "Questions",
                "choice",
                choices=_words(LAYOUTS, {ONE_PAGE: "all on one page", "one-per-page": "one on a page"}),
            ),
        ),
    ),
    Section(
        key="checks",
        title="Check pairs",
        intro="Pairs with a known answer, mixed in and looking like any other. Leave all of it empty for none.",
        fields=(
            Field(
                ("checks", "share"), "Share of what each annotator sees", "number", "0.1 is one in ten; 0.5 at most."
            ),
            Field(
                ("checks", "make"),
                "Made of",
                "choice",
                choices=(("", "a file of yours, named below"), (SHUFFLED, "a real reply against another context's")),
            ),
            Field(("checks", "file"), "File of check pairs", help="One of your uploaded files."),
            Field(
                ("checks", "criteria"),
                "Questions with a known answer",
                "lines",
                "Their keys, one on a line. Empty: coherence, else the first.",
            ),
            Field(
                ("checks", "fail_after"),
                "Wrong answers that end somebody",
                "whole",
                "At least 2. Empty: nobody is ended.",
            ),
        ),
    ),
    Section(
        key="practice",
        title="Practice",
        intro="Before the first pair, with feedback. Leave all of it empty for none.",
        fields=(
            Field(
                ("practice", "make"),
                "Made of",
                "choice",
                choices=(("", "a file of yours, named below"), (SHUFFLED, "a real reply against another context's")),
            ),
            Field(("practice", "file"), "File of practice pairs"),
            Field(("practice", "pairs"), "Pairs that are made", "whole", "Empty: 3. A file has as many as it has."),
            Field(("practice", "pass"), "Right ones to go on", "whole", "Empty: all but one."),
            Field(("practice", "tries"), "Tries", "whole", "At least 2. Empty: 2"),
        ),
    ),
    Section(
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
    ),
    Section(
        key="recruiting",
        title="Recruiting",
        intro="Where annotators come from a platform. Links of your own work beside it.",
        fields=(
            Field(("recruiting", "platform"), "Platform", "choice", choices=(("", "none: by links"), *NAMES.items())),
            Field(("recruiting", "completion"), "Prolific's code for who came to the end"),
            Field(("recruiting", "screen_out"), "Prolific's code for who was ended"),
            Field(("recruiting", "no_consent"), "Prolific's code for who declined"),
        ),
    ),
    Section(
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
                _words(BACKGROUND, BACKGROUND_WORDS),
            ),
        ),
    ),
    Section(
        key="plan",
        title="Plan of the analysis",
        intro="Declared before the first judgment. Without it the report calls itself exploratory.",
        fields=(
            Field(
                ("plan", "annotators"),
                "The claim is about",
                "choice",
                choices=(("", "nothing declared"), ("these", "these annotators"), ("population", "people in general")),
            ),
            Field(("plan", "alpha"), "Level", "number", "Of all hypotheses together. Empty: 0.05"),
            Field(("plan", "exclusions"), "Who is left out", "lines", "Rules, one on a line: median_seconds < 4"),
            Field(("plan", "looks"), "Looks before the end", "lines", "Shares of the contexts, one on a line: 0.5"),
        ),
    ),
    HYPOTHESES,
    Section(
        key="controls",
        title="Controls of the instrument",
        intro="Pairs at which a working study shows nothing, or everything. They enter no result.",
        fields=(
            Field(("controls", "aa_share"), "Share of pairs of one system with itself", "number"),
            Field(
                ("controls", "samples"), "Second answers of the systems", "lines", "Files of responses, one on a line."
            ),
            Field(("controls", "ceiling_share"), "Share of human replies against shuffled ones", "number"),
        ),
    ),
)
# Tables that are gone once nothing stands in them.
TABLES: Final = ("contexts", "text", "checks", "practice", "pay", "recruiting", "background", "plan", "controls")
