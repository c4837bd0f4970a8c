from datetime import date, timedelta

from evaluation.reports.watching import Bar, annotators_so_far, days_of, watched
from evaluation.running.quality import Quality
from evaluation.stats.inference.estimate import Estimate
from evaluation.studies.life import AnnotatorProgress, StudyProgress
from tests.cast import NOW

NOTHING = Quality(agreement=(), annotators={}, share_left=Estimate(None, reason="no sides"))


def an_annotator(**fields) -> AnnotatorProgress:
    given = {"code": "A-ADA", "kind": "human", "state": "active", "done": 10, "median_seconds": 20.0}
    given |= {"share_left_clicked": 0.5, "share_tied": 0.2, "last_seen_at": NOW}
    return AnnotatorProgress(**{**given, **fields})


def a_progress(*annotators: AnnotatorProgress, by_day=()) -> StudyProgress:
    return StudyProgress(
        slots_done=0,
        slots_out=0,
        slots_free=0,
        slots=0,
        items=0,
        annotators=len(annotators),
        judgments=0,
        per_annotator=annotators,
        by_day=by_day,
    )


def test_days_without_answers_leave_their_place_empty():
    first = date(2026, 11, 20)

    days = days_of([(first, 10), (first + timedelta(days=9), 5)])

    assert days is not None
    assert days.bars == (
        Bar(x=1.0, y=0.0, width=8.0, height=100.0, label="20 Nov 2026: 10\u00a0answers"),
        Bar(x=91.0, y=50.0, width=8.0, height=50.0, label="29 Nov 2026: 5\u00a0answers"),
    )
    assert days.alt.replace("\u00a0", " ") == "15 answers from 20 Nov 2026 to 29 Nov 2026; at most 10 on one day."


def test_before_the_first_answer_there_are_no_days():
    assert days_of([]) is None


def test_speed_and_sides_are_flagged():
    progress = a_progress(an_annotator(), an_annotator(code="A-BO", median_seconds=2.0, share_left_clicked=0.95))

    table = annotators_so_far(progress, NOTHING, now=NOW)

    assert table.flags == {(1, "median_seconds"), (1, "share_left")}


def test_when_somebody_was_last_seen_is_said_in_one_unit():
    ago = (timedelta(0), timedelta(minutes=5), timedelta(hours=3), timedelta(days=4))
    progress = a_progress(*(an_annotator(code=f"A-{n}", last_seen_at=NOW - each) for n, each in enumerate(ago)))

    table = annotators_so_far(progress, NOTHING, now=NOW)

    assert [row[9] for row in table.rows] == ["now", "5 min ago", "3 h ago", "4 days ago"]


def test_what_is_not_known_yet_is_said_to_be_so():
    said = watched(NOTHING, a_progress())

    assert (said.agreement, said.agreement_said, said.agreement_detail, said.seconds_said, said.side_said) == (
        None,
        "–",
        "no two annotators judged the same yet",
        "–",
        "no side chosen yet",
    )
