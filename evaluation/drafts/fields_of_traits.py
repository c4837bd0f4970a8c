"""The form's fields for a study's own words for traits, in its own language; others stay in the text as they are."""

from typing import Final

from evaluation.drafts.draft_fields import COMPARED, Field, Section
from evaluation.study_files.trait_words import LEVELS_SAID, TABLE
from generation.corpus.traits import TRAITS, in_words

TRAITS_IN_WORDS: Final = Section(
    key="trait_words",
    title="Words for traits",
    intro=(
        "What {trait_words} in a question becomes, in the study's language. Leave a line empty to keep the words that "
        "come with Parley."
    ),
    kinds=COMPARED,
    fields=tuple(
        Field(
            (TABLE, trait, level),
            f"{trait.capitalize()}, {level}",
            help=f"In English it would be: {in_words(trait, level)}.",
            kinds=COMPARED,
        )
        for trait in TRAITS
        for level in LEVELS_SAID
    ),
)
