"""The form's fields for what is declared before the first judgment."""

from typing import Final

from evaluation.drafts.draft_fields import COMPARED, Field, Section
from evaluation.study_files.toml_table import Place
from generation.corpus.traits import TRAITS

PLAN: Final = Section(
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
        Field(("plan", "alpha"), "Level", "number", "Of all hypotheses and contrasts together. Empty: 0.05"),
        Field(("plan", "exclusions"), "Who is left out", "lines", "Rules, one on a line: median_seconds < 4"),
        Field(("plan", "looks"), "Looks before the end", "numbers", "Shares of the contexts, one on a line: 0.5"),
    ),
)
HYPOTHESES: Final = Section(
    key="hypotheses",
    title="Hypotheses",
    intro="What you expect, declared before anybody judges. Each is tested, corrected for their number.",
    repeats=("plan", "hypotheses"),
    one="hypothesis",
    kinds=COMPARED,
    fields=(
        Field(("criterion",), "On which question", help="Its key.", suggest="criteria"),
        Field(("better",), "The better system", help="Its name, as the files have it."),
        Field(("than",), "Better than", help="Needed with more than two systems."),
        Field(("domain",), "In which domain", help="Empty: all together."),
        Field(("margin",), "Equivalent within", "number", "A margin of net preference, for claims that two are alike."),
    ),
)


def _side(above: Place, whose: str, explained: str) -> tuple[Field, ...]:
    """The fields of one side of a contrast."""
    return (
        Field((*above, "better"), f"{whose}: system", help=explained),
        Field((*above, "than"), f"{whose}: over"),
        Field((*above, "domain"), f"{whose}: domain"),
        Field((*above, "trait"), f"{whose}: trait", "choice", choices=(("", "any"), *((t, t) for t in TRAITS))),
        Field((*above, "level"), f"{whose}: level of the trait"),
    )


CONTRASTS: Final = Section(
    key="contrasts",
    title="Contrasts",
    intro=(
        "A difference of net preference: is one system preferred more in one domain, or for one trait, than in "
        "another? Corrected together with the hypotheses."
    ),
    repeats=("plan", "contrasts"),
    one="contrast",
    kinds=COMPARED,
    fields=(
        Field(("criterion",), "On which question", help="Its key.", suggest="criteria"),
        *_side((), "First", "Net preference of this system over the other one."),
        *_side(("minus",), "Minus", "Of what is taken off, say only what differs from the first."),
    ),
)
