"""More judgments, more pairs: what stands stays, sides are balanced over both, and it is an amendment."""

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from evaluation.annotators.excluding import exclude
from evaluation.changes.extending import extend
from evaluation.changes.further import CannotExtend
from evaluation.judging.assignment import claim_next
from evaluation.material.gathering import gather
from evaluation.models import Amendment, Annotator, AuditEntry, Slot, Study
from evaluation.reports.build import report_of
from evaluation.studies.life import close_study, open_study, pause_study, unblind
from tests.cast import NOW
from tests.evaluation.builders import a_study, an_annotator, answer, judge_all

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
WHY = "agreement is low"


def wrote(folder: Path, *, contexts: int = 20, systems=("p", "pt"), traits: bool = False) -> list[Path]:
    """Responses files of two systems to contexts of two domains."""
    files = []
    for system in systems:
        lines = []
        for number in range(contexts):
            context = {
                "id": f"{'snow' if number % 2 else 'sea'}/{number:02}#1",
                "domain": "snow" if number % 2 else "sea",
                "turns": [f"hello {number}"],
            }
            if traits:
                context |= {"speaker": 1, "traits": {"openness": "high", "extraversion": "low"}}
            response = {"format": 1, "system": system, "context": context, "response": f"{system} says {number}"}
            lines.append(json.dumps(response) + "\n")
        files.append(folder / f"{system}.jsonl")
        files[-1].write_text("".join(lines), encoding="utf-8")
    return files


def a_study_from_files(folder: Path, text: str = "", *, per_domain: int = 3, **kind) -> Study:
    wrote(folder, **kind)
    file = folder / "snow.toml"
    file.write_text(
        'title = "Snow"\nresponses = ["./p.jsonl", "./pt.jsonl"]\nethics = "none"\njudgments_per_pair = 3\n'
        f"contexts = {{ per_domain = {per_domain}, seed = 11 }}\n{text}\n"
        '[[criteria]]\nkey = "naturalness"\n',
        encoding="utf-8",
    )
    call_command("create_study", str(file), stdout=StringIO(), stderr=StringIO())
    study = Study.objects.get()
    open_study(study=study, now=NOW)
    return study


def planned(study: Study) -> list[tuple]:
    rows = study.slots.order_by("pk").values_list("pk", "item", "number", "look", "position", "first_on_left")
    return list(rows)


def test_more_judgments_for_each_pair_leave_what_stands_and_balance_sides_over_both():
    study = a_study(contexts=6, k=3)
    judge_all(study, an_annotator(study))
    before = planned(study)

    made = extend(study=study, because=WHY, now=LATER, judgments_per_pair=6)

    after = planned(study)
    assert after[: len(before)] == before
    assert made.slots == len(after) - len(before) == 18
    study.refresh_from_db()
    assert study.judgments_per_pair == 6
    for item in study.items.all():
        sides = list(item.slots.values_list("first_on_left", flat=True))
        assert (len(sides), sum(sides)) == (6, 3)
    assert min(row[4] for row in after[len(before) :]) > max(row[4] for row in before)


def test_it_is_an_amendment_that_says_how_far_the_study_was():
    study = a_study(contexts=4, k=1)
    judge_all(study, an_annotator(study))

    made = extend(study=study, because=WHY, now=LATER, judgments_per_pair=2)

    amendment = Amendment.objects.get()
    assert amendment == made.amendment
    assert amendment.text == f"Extended from 1 to 2 judgments for each pair: {WHY}"
    assert amendment.change == {
        "changes": [{"key": "judgments_per_pair", "before": 1, "after": 2}],
        "judgments": 4,
        "slots_done": 4,
        "slots": 4,
        "results_seen": False,
        "extended": True,
        "looks": 0,
    }
    assert AuditEntry.objects.get().action == "extended"


def test_looks_that_stand_in_for_somebodys_are_no_plan_and_keep_their_numbers():
    study = a_study(contexts=4, k=1)
    ada = an_annotator(study)
    judge_all(study, ada)
    exclude(annotator=ada, because="guessed", now=LATER)

    extend(study=study, because=WHY, now=LATER, judgments_per_pair=3)

    # One that was ruled out, one in its place, and two more: three that count.
    assert {item.slots.count() for item in study.items.all()} == {4}
    numbers = [sorted(item.slots.values_list("number", flat=True)) for item in study.items.all()]
    assert all(each == [0, 1, 2, 3] for each in numbers)


def test_more_contexts_are_drawn_as_if_they_had_been_asked_for_at_the_start(tmp_path):
    study = a_study_from_files(tmp_path)
    judge_all(study, an_annotator(study))
    before, first_contexts = planned(study), set(study.contexts.values_list("ident", flat=True))
    gathered = gather([tmp_path / "p.jsonl", tmp_path / "pt.jsonl"])

    made = extend(study=study, because=WHY, now=LATER, per_domain=6, gathered=gathered)

    assert made.contexts == {"sea": 3, "snow": 3}
    assert planned(study)[: len(before)] == before
    contexts = set(study.contexts.values_list("ident", flat=True))
    assert contexts > first_contexts
    assert set(study.items.values_list("slots__number", flat=True)) == {0, 1, 2}
    lean = sum(1 if slot.first_on_left else -1 for slot in study.slots.all())
    assert lean == 0
    # A study made with six at once has the same contexts.
    Study.objects.all().delete()
    assert set(a_study_from_files(tmp_path, per_domain=6).contexts.values_list("ident", flat=True)) == contexts


def test_contexts_of_pairs_with_a_known_answer_are_never_drawn_again(tmp_path):
    study = a_study_from_files(tmp_path, '[checks]\nmake = "shuffled-context"\nshare = 0.2\n')
    known = set(study.items.filter(is_check=True).values_list("context__ident", flat=True))
    gathered = gather([tmp_path / "p.jsonl", tmp_path / "pt.jsonl"])

    with pytest.raises(CannotExtend, match="expected more than the study has"):
        extend(study=study, because=WHY, now=LATER, per_domain=2, gathered=gathered)
    extend(study=study, because=WHY, now=LATER, per_domain=100, gathered=gathered)

    with pytest.raises(CannotExtend, match="expected more than the study has"):
        extend(study=study, because=WHY, now=LATER, per_domain=101, gathered=gathered)
    judged = set(study.items.filter(is_check=False).values_list("context__ident", flat=True))
    assert known
    assert not known & judged
    assert len(known | judged) == 20


def test_traits_are_asked_about_evenly_over_old_and_new(tmp_path):
    study = a_study_from_files(tmp_path, traits=True)
    gathered = gather([tmp_path / "p.jsonl", tmp_path / "pt.jsonl"])

    extend(study=study, because=WHY, now=LATER, per_domain=10, gathered=gathered)

    assert Counter(study.items.values_list("trait", flat=True)) == {"openness": 10, "extraversion": 10}


def test_other_files_than_the_studys_are_refused(tmp_path):
    study = a_study_from_files(tmp_path)
    (tmp_path / "pt.jsonl").write_text((tmp_path / "pt.jsonl").read_text().replace("says", "whispers"))

    with pytest.raises(CannotExtend, match="pt was frozen under the digest"):
        extend(
            study=study, because=WHY, now=LATER, per_domain=6,
            gathered=gather([tmp_path / "p.jsonl", tmp_path / "pt.jsonl"]),
        )  # fmt: skip
    with pytest.raises(CannotExtend, match="its files are not here"):
        extend(study=study, because=WHY, now=LATER, per_domain=6)

    assert (study.items.count(), Amendment.objects.count()) == (6, 0)


@pytest.mark.parametrize(
    ("state", "asked", "expected"),
    [
        ("draft", {"judgments_per_pair": 5}, "expected a study that is open or paused, and it is draft"),
        ("closed", {"judgments_per_pair": 5}, "and it is closed"),
        ("open", {"judgments_per_pair": 1}, "expected 2 or more, got 1"),
        ("open", {"judgments_per_pair": 2}, "every pair is planned 2 times already"),
        ("open", {}, "expected more judgments per pair, more contexts per domain, or both"),
        ("open", {"judgments_per_pair": 5, "because": " "}, "expected a reason"),
    ],
)
def test_what_is_no_extension_is_refused(state, asked, expected):
    study = a_study(contexts=1, k=2, state=state)

    with pytest.raises(CannotExtend, match=expected):
        extend(**{"study": study, "because": WHY, "now": LATER, **asked})


def test_somebodys_share_is_at_once_a_share_of_the_extended_study():
    study = a_study(contexts=4, k=1, max_share=0.25)
    ada = an_annotator(study)
    assert judge_all(study, ada) == 1

    extend(study=study, because=WHY, now=LATER, judgments_per_pair=2)

    slot = claim_next(study=study, annotator=ada, now=NOW + timedelta(minutes=1))
    assert slot is not None


def test_repeats_are_planned_for_the_new_share_alone():
    study = a_study(contexts=10, k=1, repeat_share=0.2)

    extend(study=study, because=WHY, now=LATER, judgments_per_pair=2)

    repeats = study.slots.filter(look=2)
    assert repeats.count() == 2
    assert all(each.repeats.first_on_left != each.first_on_left for each in repeats.select_related("repeats"))


def test_the_report_names_optional_stopping_after_results_were_seen_and_not_before():
    study = a_study(contexts=8, k=1)
    judge_all(study, an_annotator(study, "A-ADA"))
    pause_study(study=study, now=LATER)
    extend(study=study, because=WHY, now=LATER, judgments_per_pair=2)
    blind = " ".join(report_of(study).methods)
    unblind(study=study, now=LATER + timedelta(minutes=1))
    extend(study=study, because="nearly significant", now=LATER + timedelta(minutes=2), judgments_per_pair=3)
    close_study(study=study, now=LATER + timedelta(hours=1))
    report = report_of(study)

    assert "It was extended while results by system were hidden" in blind
    assert "optional stopping" in " ".join(report.methods)
    said = report.analysis["exploratory"]
    assert sum("extended by hand after results could be seen" in each for each in said) == 1
    assert not any("Amended after results" in each for each in said)


def test_the_command_extends_and_refuses_with_status_2(tmp_path):
    study = a_study_from_files(tmp_path)
    out = StringIO()

    call_command(
        "extend_study", "snow", "--because", WHY, "--per-domain", "5", "--judgments-per-pair", "4",
        "--folder", str(tmp_path), "--json", stdout=out, stderr=StringIO(),
    )  # fmt: skip

    made = json.loads(out.getvalue())
    assert (made["contexts"], made["judgments_per_pair"], made["slots"]) == ({"sea": 2, "snow": 2}, 4, 22)
    assert {item.slots.count() for item in study.items.all()} == {4}
    with pytest.raises(CommandError, match="no responses") as refused:
        call_command("extend_study", "snow", "--because", WHY, "--per-domain", "6", "--folder", str(tmp_path / "x"))
    assert refused.value.returncode == 2


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_it_comes_beside_claims_and_submits_and_nothing_is_lost_or_doubled():
    contexts, people = 12, 8
    study = a_study(contexts=contexts, k=2)
    annotators = [an_annotator(study, f"A-{number}") for number in range(people)]
    together = threading.Barrier(people + 1)
    extended = threading.Event()

    def judging(annotator: Annotator) -> None:
        try:
            together.wait(timeout=30)
            while True:
                over = extended.is_set()
                slot = claim_next(study=study, annotator=annotator, now=NOW)
                if slot is not None:
                    answer(slot, annotator)
                elif over:
                    return
                else:
                    # Nobody asks in a loop without end: a single writer would never come to the others.
                    time.sleep(0.05)
        finally:
            connection.close()

    def extending() -> None:
        try:
            together.wait(timeout=30)
            for k in (3, 5):
                extend(study=Study.objects.get(pk=study.pk), because=WHY, now=LATER, judgments_per_pair=k)
        finally:
            extended.set()
            connection.close()

    with ThreadPoolExecutor(people + 1) as pool:
        running = [pool.submit(judging, each) for each in annotators]
        running.append(pool.submit(extending))
        for each in running:
            each.result(timeout=120)

    answered = Counter(Slot.objects.answered().values_list("item", flat=True))
    assert set(answered.values()) == {5}
    assert len(answered) == contexts
    seen = Counter(Slot.objects.values_list("context", "annotator"))
    assert set(seen.values()) == {1}
