"""Controls of the instrument, from the study file to the report: planted among the others, and in no result."""

from collections import Counter

import pytest

from evaluation.items.blinding import blinded
from evaluation.judging.assignment import claim_next
from evaluation.material.gathering import WrongFiles, gather_named
from evaluation.models import Item, Slot
from evaluation.opening.importing import create_study
from evaluation.opening.simulating import simulate
from evaluation.reports.build import report_of
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_info, read_judgments, write_judgments
from evaluation.stats.analysis import analyse
from evaluation.stats.data.rows import REFERENCE, SHUFFLED_REFERENCE
from evaluation.studies.life import open_study
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.toml_table import BadToml
from tests.cast import NOW
from tests.evaluation.builders import an_annotator, answer
from tests.evaluation.files import STUDY, a_line, a_study_file, named_responses

pytestmark = pytest.mark.django_db

DOMAINS = ("personachat", "personalitychat")
BOTH = '[controls]\naa_share = 0.2\nceiling_share = 0.2\nsamples = ["p-again", "pt-again"]\n'


def lines(system: str, *, again: bool = False, contexts: int = 60, reference: bool = True):
    made = [
        a_line(
            system,
            number,
            domain=DOMAINS[number % 2],
            reply=f"{system} says number {number}{' , or so' if again else ''}",
        )
        for number in range(contexts)
    ]
    said = "what somebody said in talk"
    return [each | {"reference": f"{said} {number}"} if reference else each for number, each in enumerate(made)]


def the_responses(home, **given):
    for system in ("p", "pt"):
        named_responses(home, system, lines(system, **given))
        named_responses(home, f"{system}-again", lines(system, again=True))


def the_study(tmp_path, controls: str = BOTH, **contexts):
    file = read_study_file(a_study_file(tmp_path, STUDY + "[contexts]\nper_domain = 20\n" + controls))
    return create_study(name="snow", file=file, gathered=gather_named(file.responses, folder=tmp_path), now=NOW)


def test_each_kind_has_its_share_contexts_of_its_own_and_balanced_sides(parley_home, tmp_path):
    the_responses(parley_home)

    study = the_study(tmp_path).study

    controls = study.items.exclude(control="").select_related("first__system", "second__system", "context")
    assert Counter(each.control for each in controls) == {"aa": 8, "ceiling": 8}
    assert study.items.filter(control="").count() == 40
    judged = set(study.items.filter(control="").values_list("context", flat=True))
    assert not judged & {each.context_id for each in controls}
    # Two samples of one system, each system as often.
    aa = [each for each in controls if each.control == "aa"]
    assert all(each.first.system == each.second.system for each in aa)
    assert [(each.first.sample, each.second.sample) for each in aa] == [(0, 1)] * 8
    assert Counter(each.first.system.name for each in aa) == {"p": 4, "pt": 4}
    for kind in ("aa", "ceiling"):
        sides = Counter(Slot.objects.filter(item__control=kind).values_list("first_on_left", flat=True))
        assert sides == {True: 12, False: 12}


def test_they_are_spread_over_all_that_is_judged(parley_home, tmp_path):
    the_responses(parley_home)

    study = the_study(tmp_path).study

    kinds = [
        bool(kind) for kind in study.slots.filter(look=1).order_by("position").values_list("item__control", flat=True)
    ]
    # 48 of 168: every quarter holds its quarter, give or take one.
    quarters = [sum(kinds[start : start + 42]) for start in range(0, 168, 42)]
    assert all(11 <= each <= 13 for each in quarters)


def test_a_ceiling_pair_is_what_somebody_said_there_against_what_was_said_elsewhere(parley_home, tmp_path):
    the_responses(parley_home)

    study = the_study(tmp_path).study

    for item in Item.objects.filter(study=study, control="ceiling").select_related("context", "first", "second"):
        number = int(item.context.cluster.rpartition("/")[2])
        assert item.first.text == f"what somebody said in talk {number}"
        assert item.second.text.startswith("what somebody said in talk ")
        assert (item.first.system, item.second.system, item.expected) == (None, None, {"naturalness": "first"})


def test_they_enter_no_result_and_a_report_from_the_file_is_the_study_s(parley_home, tmp_path):
    the_responses(parley_home)
    study = the_study(tmp_path).study
    done = simulate(study=study, annotators=6, truth={"pt": 1.0}, seed=7, now=NOW).study
    rows, info = rows_of(done), info_of(done)

    write_judgments(tmp_path / "j.csv", rows, info)
    again = analyse(read_judgments(tmp_path / "j.csv"), read_info(tmp_path / "j.csv"))

    analysis = report_of(done).analysis
    assert again == analysis
    assert analysis["n"]["contexts"] == 40
    assert Counter(row.control for row in rows) == {"": 120, "aa": 24, "ceiling": 24}
    ceiling = next(row for row in rows if row.control == "ceiling")
    assert (ceiling.first, ceiling.second, ceiling.expected) == (REFERENCE, SHUFFLED_REFERENCE, REFERENCE)
    controls = analysis["controls"]
    assert controls["sees_what_is_there"] is True
    assert [each["first"] for each in controls["ceiling"]] == [REFERENCE]
    assert {(each["first"], each["second"]) for each in controls["aa"]} == {
        ("p", "p (asked again)"),
        ("pt", "pt (asked again)"),
    }


def test_nothing_in_the_plan_changes_for_a_study_without(parley_home, tmp_path):
    the_responses(parley_home)

    study = the_study(tmp_path, controls="").study

    assert not study.items.exclude(control="").exists()
    assert "controls" not in study.design


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ("[controls]\n", "controls.aa_share: expected aa_share or ceiling_share above 0"),
        (
            "[controls]\naa_share = 0.1\n",
            "controls.samples: an A/A pair is two answers of one system: expected responses",
        ),
        ('[controls]\nceiling_share = 0.1\nsamples = ["p"]\n', "controls.aa_share: there are samples"),
        ("[controls]\naa_share = 2\n", "controls.aa_share: expected a share of the pairs, from 0 to 1, got 2"),
    ],
)
def test_what_a_file_cannot_mean_is_refused_with_its_line(tmp_path, controls, message):
    with pytest.raises(BadToml, match=r"study\.toml:") as refused:
        read_study_file(a_study_file(tmp_path, STUDY + controls))

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ("p", "all 60 are the same as the first time: was it decoded greedily"),
        ("stranger", "holds answers of 'q'; expected one of p, pt, asked again"),
        ("elsewhere", "no context is shared"),
    ],
)
def test_samples_that_make_no_pair_are_refused(parley_home, tmp_path, samples, message):
    the_responses(parley_home)
    named_responses(parley_home, "stranger", lines("q"))
    named_responses(parley_home, "elsewhere", [a_line("p", 99)])

    with pytest.raises(WrongFiles, match=message):
        the_study(tmp_path, f'[controls]\naa_share = 0.1\nsamples = ["{samples}"]\n')


def test_a_ceiling_needs_references_and_a_share_must_leave_something_to_judge(parley_home, tmp_path):
    the_responses(parley_home, reference=False)
    with pytest.raises(WrongFiles, match="expected a `reference` in the responses to all 60 contexts, found 0"):
        the_study(tmp_path, "[controls]\nceiling_share = 0.1\n")

    the_responses(parley_home)
    with pytest.raises(WrongFiles, match="40 contexts are needed for ceiling pairs, and 10"):
        the_study(tmp_path, '[controls]\naa_share = 1\nceiling_share = 1\nsamples = ["p-again"]\n')


def test_other_samples_make_another_study(parley_home, tmp_path):
    the_responses(parley_home)
    the_study(tmp_path)

    same = the_study(tmp_path)
    named_responses(parley_home, "p-again", lines("p", again=True, contexts=59))
    other = the_study(tmp_path)

    assert (same.state, other.state) == ("kept", "replaced")


def test_no_page_tells_a_control_from_another_pair(parley_home, tmp_path):
    the_responses(parley_home)
    study = the_study(tmp_path).study
    open_study(study=study, now=NOW)
    ada = an_annotator(study)

    shapes = set()
    while (slot := claim_next(study=study, annotator=ada, now=NOW)) is not None:
        item = blinded(slot)
        shapes.add((item.kind, len(item.turns), tuple(question.field for question in item.questions), item.wording))
        assert not any(word in repr(item) for word in ("ceiling", "control", "asked again", "human-reference"))
        answer(slot, ada)

    assert len(shapes) == 1
    assert study.slots.filter(annotator=ada).exclude(item__control="").count() == 16
