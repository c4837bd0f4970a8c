"""The form's fields for what is asked, and for the pairs that test annotators and the instrument."""

from typing import Final

from evaluation.drafts.draft_fields import COMPARED, Field, Section, in_words
from evaluation.stats.data.declared import PREFERENCES, SCALES
from evaluation.study_files.checks_table import SHUFFLED, SHUFFLED_TURNS
from evaluation.study_files.study_file import EXTRA_ANSWERS
from evaluation.study_files.telling_table import REASONS

SCALE_WORDS: Final = {
    "preference": "Preference: Reply 1, about equal, Reply 2",
    "preference5": "Preference in five steps: each much or slightly better",
    "rating": "Rating of each reply",
    "label": "Label for each reply",
}
OF_ONE: Final = {"rating": "Rating", "label": "Label, such as a trait's level"}
OPTION_WORDS: Final = {"tie": "About equal", "both_bad": "Both bad", "cannot_judge": "Cannot judge"}

CRITERIA: Final = Section(
    key="criteria",
    title="Questions",
    repeats=("criteria",),
    one="question",
    folded="Ratings, labels, traits, order, reasons",
    fewest=1,
    fields=(
        Field(("key",), "Key", help="Small letters, digits, - and _. It stands in files and reports: naturalness"),
        Field(("name",), "Name"),
        Field(("question",), "Question", "text", "{trait_words} becomes the speaker's trait in plain words."),
        Field(("help",), "What is meant", "text", "Shown on request below the question."),
        Field(("scale",), "Scale", "choice", choices=in_words(SCALES, SCALE_WORDS), kinds=COMPARED),
        Field(
            ("scale",),
            "Scale",
            "choice",
            # A persona is judged by itself: there is nothing to prefer it to. Labels are what is usual.
            choices=in_words([each for each in reversed(SCALES) if each not in PREFERENCES], OF_ONE),
            kinds=("persona",),
        ),
        Field(
            ("options",),
            "May also be answered",
            "ticks",
            "On a rating only “cannot judge” can be offered.",
            in_words(EXTRA_ANSWERS, OPTION_WORDS),
            usual=("tie",),
        ),
        Field(
            ("labels",),
            "Labels, for the scale of labels",
            "lines",
            "One on a line, in their order.",
            folded=True,
            kinds=COMPARED,
        ),
        Field(
            ("labels",),
            "Labels",
            "lines",
            "One on a line, in their order. Empty, of a trait: high, low, unclear.",
            folded=True,
            kinds=("persona",),
        ),
        Field(("min",), "Lowest rating", "whole", folded=True),
        Field(("max",), "Highest rating", "whole", "Of a rating: 10 at most.", folded=True),
        Field(("ends",), "Words at both ends of the rating", "lines", "Two lines: lowest and highest.", folded=True),
        Field(
            ("needs",),
            "Asks about the speaker's trait",
            "choice",
            choices=(("", "No"), ("traits", "Yes: where one is stated")),
            folded=True,
            kinds=COMPARED,
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
                *in_words(REASONS, {"optional": "May be given", "required": "Must be given"}),
            ),
            folded=True,
        ),
    ),
)


def _made_of(table: str, file: str) -> tuple[Field, ...]:
    """What pairs with a known answer are made of: of dialogues they are always made."""
    return (
        Field(
            (table, "make"),
            "Made of",
            "choice",
            choices=(("", "a file of yours, named below"), (SHUFFLED, "a real reply against another context's")),
            kinds=("pair",),
        ),
        Field(
            (table, "make"),
            "Made of",
            "choice",
            choices=(("", "nothing"), (SHUFFLED_TURNS, "a conversation against itself, its turns in another order")),
            kinds=("dialogues",),
        ),
        Field((table, "file"), file, help="One of your uploaded files.", kinds=("pair",)),
        Field(
            (table, "criteria"),
            "Questions with a known answer",
            "lines",
            "Their keys, one on a line. Empty: coherence, else the first.",
        ),
    )


CHECKS: Final = Section(
    key="checks",
    title="Check pairs",
    intro="Pairs with a known answer, mixed in and looking like any other. Leave all of it empty for none.",
    kinds=COMPARED,
    fields=(
        Field(("checks", "share"), "Share of what each annotator sees", "number", "0.1 is one in ten; 0.5 at most."),
        *_made_of("checks", "File of check pairs"),
        Field(
            ("checks", "fail_after"),
            "Wrong answers that end somebody",
            "whole",
            "At least 2. Empty: nobody is ended.",
        ),
    ),
)
PRACTICE: Final = Section(
    key="practice",
    title="Practice",
    intro="Before the first pair, with feedback. Leave all of it empty for none.",
    kinds=COMPARED,
    fields=(
        *_made_of("practice", "File of practice pairs"),
        Field(("practice", "pairs"), "Pairs that are made", "whole", "Empty: 3. A file has as many as it has."),
        Field(("practice", "pass"), "Right ones to go on", "whole", "Empty: all but one."),
        Field(("practice", "tries"), "Tries", "whole", "At least 2. Empty: 2"),
    ),
)
CONTROLS: Final = Section(
    key="controls",
    title="Controls of the instrument",
    intro="Pairs at which a working study shows nothing, or everything. They look like any other, and enter no result.",
    kinds=("pair",),
    fields=(
        Field(
            ("controls", "aa_share"),
            "A/A pairs for each pair that is judged",
            "number",
            "Two answers of one system: nothing is there to be found. 0.05 is one for twenty.",
        ),
        Field(
            ("controls", "samples"),
            "Second answers of the systems",
            "lines",
            "What A/A pairs are made of: files of responses of systems of the study, asked a second time. One on a "
            "line.",
        ),
        Field(
            ("controls", "ceiling_share"),
            "Human against shuffled, for each pair that is judged",
            "number",
            "What a person said against what one said elsewhere: whoever reads both sees it. The responses need a "
            "reference each.",
        ),
    ),
)
