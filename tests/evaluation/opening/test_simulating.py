"""A dry run fills a copy, says what it is, and leaves the study alone."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evaluation.models import Judgment, Membership, Slot, Study
from evaluation.opening.simulating import simulate
from evaluation.results.exporting import rows_of
from tests.cast import CLEO, NOW
from tests.evaluation.builders import NATURALNESS, THREE_CRITERIA, a_researcher, a_study, an_annotator

pytestmark = pytest.mark.django_db


def simulated(*words: str) -> dict[str, object]:
    out = StringIO()
    call_command("simulate_annotators", *words, "--json", "--quiet", stdout=out, stderr=StringIO())
    return dict(json.loads(out.getvalue()))


def refused(*words: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        simulated(*words)
    return caught.value


def test_every_slot_of_the_copy_is_judged_and_none_of_the_study():
    study = a_study(criteria=THREE_CRITERIA, contexts=6, k=3, traits={"extraversion": "low"}, owner=a_researcher())

    result = simulated("snow", "--annotators", "5", "--truth", "pt=0.5")

    assert result == {
        "study": "snow-dryrun",
        "annotators": 5,
        "slots": 18,
        "unfilled": 0,
        "truth": {"pt": 0.5},
        "seed": 7,
    }
    copy = Study.objects.get(name="snow-dryrun")
    rows = rows_of(copy)
    assert len(rows) == 18 * 3
    assert {row.annotator_kind for row in rows} == {"simulated"}
    assert max(Counter(row.context for row in rows if row.criterion == "coherence").values()) == 3
    assert (copy.simulated, copy.state) == (True, Study.State.CLOSED)
    assert Membership.objects.get(study=copy).researcher.email == CLEO
    study.refresh_from_db()
    assert study.state == Study.State.OPEN
    assert not Judgment.objects.filter(slot__study=study).exists()
    assert not Slot.objects.filter(study=study, annotator__isnull=False).exists()


def test_a_copy_of_a_study_under_way_starts_empty():
    study = a_study(contexts=2)
    Slot.objects.filter(study=study).update(annotator=an_annotator(study), answered_at=NOW)

    result = simulate(study=study, annotators=2, truth={}, seed=1, now=NOW)

    assert (result.slots, result.unfilled) == (2, 0)


def test_the_same_seed_gives_the_same_judgments_and_replaces_the_earlier_run():
    a_study(contexts=8, k=2)
    simulated("snow", "--annotators", "4")
    first = [(row.context, row.annotator, row.choice) for row in rows_of(Study.objects.get(name="snow-dryrun"))]

    simulated("snow", "--annotators", "4")
    second = [(row.context, row.annotator, row.choice) for row in rows_of(Study.objects.get(name="snow-dryrun"))]
    simulated("snow", "--annotators", "4", "--seed", "8")
    other = [(row.context, row.annotator, row.choice) for row in rows_of(Study.objects.get(name="snow-dryrun"))]

    assert first == second
    assert first != other
    assert Study.objects.filter(name="snow-dryrun").count() == 1


def test_the_truth_shows_in_what_is_chosen():
    a_study(contexts=30, k=2)

    simulated("snow", "--annotators", "6", "--truth", "pt=4")

    chosen = Counter(row.choice for row in rows_of(Study.objects.get(name="snow-dryrun")))
    # At 4 logits an even reply wins 98 % of what is no tie; the contexts' own spread takes some of that away.
    assert chosen["pt"] > 5 * chosen["p"]


@pytest.mark.parametrize(
    "criterion",
    [
        {**NATURALNESS, "scale": "preference5", "options": ["tie", "both_bad", "cannot_judge"]},
        {**NATURALNESS, "scale": "rating", "range": {"min": 1, "max": 5}, "options": []},
        {**NATURALNESS, "scale": "label", "options": ["low", "high"]},
    ],
    ids=lambda criterion: criterion["scale"],
)
def test_every_scale_can_be_tried_out(criterion):
    study = a_study(contexts=3, k=2, criteria=(criterion,))

    run = simulate(study=study, annotators=3, truth={"pt": 1.0}, seed=3, now=NOW)

    assert (run.slots, run.unfilled) == (6, 0)


def test_too_few_annotators_leave_slots_empty_and_say_so():
    study = a_study(contexts=2, k=3)

    run = simulate(study=study, annotators=1, truth={}, seed=3, now=NOW)

    # One person sees each context once.
    assert (run.slots, run.unfilled) == (2, 4)


def test_what_cannot_be_is_refused_and_nothing_changes():
    a_study(contexts=1)
    a_study("rain", contexts=1)
    a_study("rain-dryrun", contexts=1)

    assert (refused("sun").returncode, str(refused("sun"))) == (2, "no study 'sun'; there: rain, rain-dryrun, snow")
    assert str(refused("snow", "--truth", "q=1")) == "no system 'q' in snow; there: p, pt"
    assert str(refused("snow", "--truth", "pt")) == "--truth pt: expected SYSTEM=STRENGTH, such as pt-tiny=0.5"
    assert str(refused("snow", "--annotators", "0")) == "--annotators: expected at least 1, got 0"
    assert "rain-dryrun is a study of people" in str(refused("rain"))
    assert Study.objects.filter(simulated=True).count() == 0
    assert Study.objects.count() == 3


def test_a_dry_run_is_not_tried_out_itself():
    a_study(contexts=1)
    simulated("snow")

    assert str(refused("snow-dryrun")) == "snow-dryrun is a dry run itself"
