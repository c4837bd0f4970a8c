"""The whole form: its sections in their order, as a study of each kind of item has them.

What the form does not know stays in the text as it is: the form is an edit of the file, never a rewriting.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from evaluation.drafts.draft_fields import Section
from evaluation.drafts.fields_of_material import ABOUT, JUDGMENTS, MATERIAL
from evaluation.drafts.fields_of_people import ANSWERS, DATASHEET, PAY, RECRUITING, TEXTS
from evaluation.drafts.fields_of_plan import CONTRASTS, HYPOTHESES, PLAN
from evaluation.drafts.fields_of_questions import CHECKS, CONTROLS, CRITERIA, PRACTICE
from evaluation.drafts.fields_of_traits import TRAITS_IN_WORDS
from evaluation.study_files.item_kinds import KINDS, Kind
from evaluation.study_files.wording import OF_KIND

SECTIONS: Final = (
    *(ABOUT, MATERIAL, CRITERIA, TRAITS_IN_WORDS, JUDGMENTS, CHECKS, PRACTICE, PAY, RECRUITING, TEXTS),
    *(PLAN, HYPOTHESES, CONTRASTS, CONTROLS, DATASHEET, ANSWERS),
)
# Tables that are gone once nothing stands in them.
TABLES: Final = tuple(
    dict.fromkeys(str(each.place[0]) for of in SECTIONS if not of.has_rows for each in of.fields if len(each.place) > 1)
)
_ASKED: Final[dict[Kind, str]] = {"pair": "every pair", "dialogues": "every pair", "persona": "every persona"}


def kind_said(data: Mapping[str, Any]) -> Kind:
    """What is judged, as far as `data` says something that it can be."""
    said = data.get("kind")
    return cast(Kind, str(said)) if said in KINDS else "pair"


def sections_of(kind: Kind) -> tuple[Section, ...]:
    """The form's sections; of several fields of one place each has the one that suits this `kind` of item."""
    keys = OF_KIND[kind]
    intro = (
        f"Each is asked of {_ASKED[kind]}. {', '.join(keys)} come with wording of their own: leave the name, the "
        "question and the help empty to use it."
    )
    made = []
    for section in SECTIONS:
        # What suits comes last, and stands where another one would.
        suited = {each.place: each for each in sorted(section.fields, key=lambda each: kind in each.kinds)}
        places = dict.fromkeys(each.place for each in section.fields)
        said = intro if section is CRITERIA else section.intro
        made.append(replace(section, fields=tuple(suited[place] for place in places), intro=said))
    return tuple(made)
