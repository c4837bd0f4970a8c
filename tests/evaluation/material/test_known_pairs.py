import pytest

from evaluation.material.gathering import WrongFiles, gather_named
from evaluation.models import Item
from evaluation.opening.importing import create_study
from evaluation.study_files.study_file import read_study_file
from tests.cast import NOW
from tests.evaluation.files import STUDY, a_line, a_study_file, named_responses, two_systems, write_lines

pytestmark = pytest.mark.django_db
CHECKS = '[checks]\nshare = 0.2\nmake = "shuffled-context"\nfail_after = 2\n'
PRACTICE = '[practice]\nmake = "shuffled-context"\npairs = 2\npass = 1\n'


def created(folder, text, *, name="snow"):
    file = read_study_file(a_study_file(folder, text))
    gathered = gather_named(file.responses, folder=file.folder)
    return create_study(name=name, file=file, gathered=gathered, now=NOW)


def replies(study):
    """Context -> the right and the wrong reply of each pair with a known answer."""
    known = Item.objects.filter(study=study, first__system=None).order_by("pk")
    return {each.context.ident: (each.first.text, each.second.text) for each in known.select_related("context")}


def test_a_real_reply_stands_against_one_of_another_dialogue(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=20)

    made = created(tmp_path, f"{STUDY}{CHECKS}{PRACTICE}")

    study = made.study
    assert (made.checks, made.practice) == (5, 2)
    judged = set(study.slots.values_list("context__ident", flat=True))
    known = replies(study)
    assert (len(judged), len(known), judged & set(known)) == (13, 7, set())
    number = {ident: int(ident.partition("#")[0].rpartition("/")[2]) for ident in known}
    for ident, (right, wrong) in known.items():
        assert right.startswith(f"reply {number[ident]}.")
        # Made of replies that nobody meets in a real pair.
        assert int(wrong.split()[1].partition(".")[0]) in set(number.values()) - {number[ident]}
    assert sum(made.contexts.values()) * 3 == made.slots
    assert list(study.plan["exclusions"]) == ["checks_wrong >= 2"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The other reply was given"), ("de-AT", "Die andere Antwort wurde")]
)
def test_feedback_on_a_pair_that_was_made_is_in_the_studys_language(settings, tmp_path, language, said):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=20)

    study = created(tmp_path, f'language = "{language}"\n{STUDY}{PRACTICE}').study

    assert [each.why.startswith(said) for each in study.items.filter(is_practice=True)] == [True, True]


def test_contexts_to_spare_are_taken_first(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=20)

    made = created(tmp_path, "contexts = { per_domain = 5 }\n" + STUDY + CHECKS)

    assert sum(made.contexts.values()) == 10
    assert made.checks == 3


def test_what_people_said_is_taken_where_the_responses_tell(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    for system in ("p", "pt"):
        lines = [{**a_line(system, number), "reference": f"said by somebody {number}"} for number in range(12)]
        named_responses(tmp_path, system, lines)

    study = created(tmp_path, STUDY + CHECKS).study

    assert all(text.startswith("said by somebody") for pair in replies(study).values() for text in pair)


def test_the_same_file_makes_the_same_pairs(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=20)

    once, again = (created(tmp_path, STUDY + CHECKS, name=name).study for name in ("snow", "rain"))

    assert replies(once) == replies(again)
    assert created(tmp_path, STUDY + CHECKS).state == "kept"


def test_too_few_contexts_are_refused(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=6)

    with pytest.raises(WrongFiles, match="5 contexts are needed for pairs with a known answer"):
        created(tmp_path, f"{STUDY}{CHECKS}{PRACTICE}")


def test_a_check_of_ones_own_may_not_be_of_a_context_that_is_judged(settings, tmp_path):
    settings.PARLEY_HOME = tmp_path
    two_systems(tmp_path, contexts=6)
    line = {"context": a_line(number=0, depth=1)["context"], "right": "hello !", "wrong": "at seven ."}
    write_lines(tmp_path / "checks.jsonl", [line])

    with pytest.raises(WrongFiles, match="a check pair is of the context of a pair that is judged"):
        created(tmp_path, STUDY + '[checks]\nshare = 0.2\nfile = "checks.jsonl"\n')
