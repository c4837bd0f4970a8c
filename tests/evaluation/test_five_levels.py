"""A study of a corpus with five levels: each stated level can be asked about, medium as well."""

from collections import Counter

import pytest

from evaluation.items.questions import in_plain_words
from evaluation.material.gathering import gather_named
from evaluation.models import Slot
from evaluation.opening.importing import create_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.files import STUDY, a_line, a_study_file, named_responses

pytestmark = [pytest.mark.django_db, pytest.mark.db]

QUESTION = "Which fits better with someone who is {trait_words}?"


def test_every_level_but_unclear_is_asked_about_in_plain_words(parley_home, tmp_path):
    levels = ("very low", "low", "medium", "high", "very high", "unclear")
    for system in ("p", "ptx"):
        named_responses(
            parley_home,
            system,
            [a_line(system, number, traits={"extraversion": level}) for number, level in enumerate(levels)],
        )
    text = STUDY.replace('"p", "pt"', '"p", "ptx"') + '[[criteria]]\nkey = "trait_consistency"\n'
    file = read_study_file(a_study_file(tmp_path, text))

    study = create_study(name="five", file=file, gathered=gather_named(file.responses, folder=tmp_path), now=NOW).study

    assert Counter(study.items.values_list("trait", "level")) == {
        ("", ""): 1,
        **{("extraversion", level): 1 for level in levels[:-1]},
    }
    asked = {
        slot.item.level: in_plain_words(QUESTION, slot)
        for slot in Slot.objects.filter(study=study).exclude(item__trait="").select_related("item")
    }
    assert asked["very low"] == "Which fits better with someone who is very reserved, very quiet and very private?"
    assert asked["medium"] == (
        "Which fits better with someone who is neither especially outgoing nor especially reserved?"
    )
    assert asked.keys() == set(levels[:-1])
