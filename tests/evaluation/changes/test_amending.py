"""What may change once a study is open, what is kept of it, and what never may change."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaluation.annotators.joining import consent_version, decline_again, give_consent, must_agree_again
from evaluation.changes.amending import CannotAmend, amend
from evaluation.judging.assignment import ConsentMissing, claim_next
from evaluation.models import Amendment, Annotator, AuditEntry, Judgment, Study
from evaluation.opening.importing import NameTaken
from evaluation.reports.build import build_report, report_of
from evaluation.reports.latex import report_latex, table_latex
from evaluation.results.exporting import info_of, rows_of
from evaluation.results.judgments_file import read_info, read_judgments, write_judgments
from evaluation.studies.life import close_study, open_study, unblind
from tests.cast import NOW
from tests.evaluation.builders import NATURALNESS, TRAITS, a_researcher, a_study, an_annotator, answer, judge_all

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
QUESTION = "criteria.naturalness.question"
PLAN = {
    "declared": True,
    "annotators": "these",
    "alpha": 0.05,
    "hypotheses": [{"criterion": "naturalness", "domain": "all", "better": "pt", "than": "p", "margin": None}],
    "contrasts": [],
    "looks": [],
    "exclusions": [],
}
ALSO = {"criterion": "naturalness", "domain": "personachat", "better": "pt"}


def changed(study: Study, because: str = "two people asked", **changes) -> Amendment:
    """The study amended an hour later; `__` in a key stands for a point."""
    return amend(
        study=study,
        changes={key.replace("__", "."): value for key, value in changes.items()},
        because=because,
        now=LATER,
    )


def test_a_new_wording_is_a_new_version_and_judgments_keep_theirs():
    study = a_study(contexts=3, criteria=(NATURALNESS,))
    ada = an_annotator(study)
    first, second = (claim_next(study=study, annotator=ada, now=NOW) for _ in range(2))
    assert first is not None
    answer(first, ada)
    old_page = {"naturalness": 1}
    second = claim_next(study=study, annotator=ada, now=NOW)
    assert second is not None

    changed(study, **{QUESTION: "Which would a person say?", "criteria.naturalness.help": "Anybody at all."})
    from evaluation.judging.submitting import submit

    submit(
        slot_id=second.pk, annotator=ada, key="k2", answers={"naturalness": "left"}, seconds=3, layout="",
        wording=old_page, now=LATER,
    )  # fmt: skip
    third = claim_next(study=study, annotator=ada, now=LATER)
    assert third is not None
    answer(third, ada, now=LATER)

    criterion = study.criteria.get()
    assert (criterion.question, criterion.help, criterion.version) == (
        "Which would a person say?",
        "Anybody at all.",
        2,
    )
    versions = Judgment.objects.order_by("pk").values_list("criterion_version", flat=True)
    # The second was on a page that showed the wording of before.
    assert list(versions) == [1, 1, 2]
    assert [row.wording for row in rows_of(study)] == [1, 1, 2]


def test_an_amendment_keeps_what_was_what_is_who_and_how_far_the_study_was():
    study = a_study(contexts=2, k=1)
    judge_all(study, an_annotator(study))
    cleo = a_researcher()

    amendment = amend(study=study, changes={"public_title": "Replies"}, because="shorter", now=LATER, by=cleo)

    assert amendment.text == "The title that annotators see changed: shorter"
    assert amendment.change == {
        "changes": [{"key": "public_title", "before": "Which reply is better?", "after": "Replies"}],
        "judgments": 2,
        "slots_done": 2,
        "slots": 2,
        "results_seen": False,
    }
    entry = AuditEntry.objects.get(study=study)
    assert (entry.action, entry.made_by, entry.made_at) == ("amended", cleo, LATER)
    assert entry.detail == {"amendment": amendment.pk, "changed": ["public_title"]}
    assert Study.objects.get().public_title == "Replies"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("systems", ["p"], "another set of systems is another study"),
        ("responses", ["x"], "judgments were given on these very responses"),
        ("sides", "left", "was drawn and shown"),
        ("judgments", [], "what was said stands"),
        ("criteria.naturalness.scale", "rating", "answers on another scale could not be compared"),
        ("criteria.naturalness.options", [], "answers that were not offered to everybody"),
        ("contexts", {}, "to draw more, extend the study"),
        ("judgments_per_pair", 5, "it can only grow, by extending the study"),
        ("display", "as-is", "texts that were shown otherwise"),
        ("colour", "red", "nothing of a study is called so"),
        ("criteria.fluency.question", "What?", "expected one of the criteria naturalness"),
        (QUESTION, " ", "expected a text"),
        (QUESTION, "Who is {trait_words}?", "without a trait"),
        ("criteria.naturalness.ends", ["a", "b"], "only a rating has words at its ends"),
        ("plan.alpha", 1.5, "expected a level, above 0 to 1"),
        ("plan.hypotheses", [{"criterion": "naturalness", "better": "zebra"}], "expected one of p, pt, got 'zebra'"),
        ("plan.hypotheses", "all", "expected a list of tables"),
        ("plan.exclusions", ["checks_wrong >= 2"], "the study has no [checks]"),
        ("pay", {"per_hour": 12}, "currency"),
        ("max_share", 2, "a share of the judgments"),
        ("may_skip", "yes", "expected true or false"),
        ("public_title", "Which reply is better?", "nothing would change"),
    ],
)
def test_what_must_not_change_or_means_nothing_is_refused_with_the_reason(key, value, expected):
    study = a_study(contexts=1, plan=PLAN)

    with pytest.raises(CannotAmend) as refused:
        amend(study=study, changes={"text.end": "Bye.", key: value} if key != "public_title" else {key: value},
              because="why not", now=LATER)  # fmt: skip

    assert expected in str(refused.value)
    # All of it or nothing.
    assert (Amendment.objects.count(), Study.objects.get().end_text) == (0, "Thank you.")


def test_a_question_about_traits_goes_on_saying_which():
    study = a_study(contexts=1, criteria=(NATURALNESS, TRAITS))

    with pytest.raises(CannotAmend, match="annotators must see which trait is meant"):
        changed(study, **{"criteria.trait_consistency.question": "Which fits better?"})


def test_a_reason_is_needed_a_draft_is_changed_by_its_file_and_nobody_reads_a_closed_studys_texts():
    with pytest.raises(CannotAmend, match="expected a reason"):
        changed(a_study("one"), because="  ", public_title="T")
    with pytest.raises(CannotAmend, match="was never opened: change its file"):
        changed(a_study("two", state="draft"), public_title="T")
    with pytest.raises(CannotAmend, match="is closed: nobody would see the title"):
        changed(a_study("three", state="closed"), public_title="T")
    changed(a_study("four", state="closed"), ethics="ERB 2026-17")


def test_whoever_agreed_to_another_text_is_asked_again_before_the_next_pair():
    study = a_study(contexts=3)
    ada, bo = (an_annotator(study, code, consent_version=consent_version(study)) for code in ("A-ADA", "A-BO"))
    held = claim_next(study=study, annotator=ada, now=NOW)
    assert held is not None

    changed(study, text__consent="We now keep your answers for ten years.")
    ada, bo = (Annotator.objects.get(pk=each.pk) for each in (ada, bo))
    # What was begun is still taken.
    answer(held, ada, now=LATER)
    for each in (ada, bo):
        with pytest.raises(ConsentMissing, match="as it is now"):
            claim_next(study=study, annotator=each, now=LATER)
    give_consent(annotator=ada, now=LATER)
    decline_again(annotator=bo, now=LATER)

    assert claim_next(study=study, annotator=ada, now=LATER) is not None
    assert (must_agree_again(ada), must_agree_again(bo)) == (False, True)
    assert Annotator.objects.get(pk=bo.pk).state == "finished"
    agreed = AuditEntry.objects.get(action="agreed to the changed consent")
    assert agreed.detail["annotator"] == "A-ADA"
    assert agreed.detail["before"]["at"] == NOW.isoformat(timespec="seconds")
    # The report of the one who said no still has what they did before.
    assert len(rows_of(study)) == 1


def test_a_rule_that_is_added_acts_at_once_also_on_who_has_finished():
    study = a_study(contexts=10, k=2, plan=PLAN)
    ada, bo = an_annotator(study, "A-ADA"), an_annotator(study, "A-BO")
    for slot_seconds, who in ((1.0, ada), (20.0, bo)):
        while slot := claim_next(study=study, annotator=who, now=NOW):
            answer(slot, who, seconds=slot_seconds)
    study.slots.filter(annotator=ada).update(seconds=1.0)
    study.slots.filter(annotator=bo).update(seconds=20.0)

    changed(study, plan__exclusions=["median_seconds < 3"])

    ada.refresh_from_db()
    bo.refresh_from_db()
    assert (ada.excluded_by, bo.excluded_by) == ("median_seconds < 3", "")


def test_a_plan_is_amended_by_its_own_rules_and_says_which_claims_came_late():
    study = a_study(contexts=8, k=2, plan=PLAN)
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code))

    changed(study, plan__hypotheses=[*PLAN["hypotheses"], ALSO])

    study.refresh_from_db()
    assert [each["after_judgments"] for each in study.plan["hypotheses"]] == [0, 16]
    assert study.plan["declared"] is True
    close_study(study=study, now=LATER)
    first, late = report_of(study).analysis["hypotheses"]
    assert (first["declared"], first["exploratory"], late["declared"], late["exploratory"]) == (
        True,
        False,
        False,
        True,
    )
    # The declared claim stands alone in its family; the late one is corrected with both.
    assert first["p_holm"] == pytest.approx(first["p"])
    assert late["p_holm"] == pytest.approx(min(1.0, 2 * late["p"]))


def test_before_the_first_judgment_a_claim_is_still_declared():
    study = a_study(contexts=8, k=1, plan={})

    changed(study, plan__hypotheses=[ALSO])

    study.refresh_from_db()
    assert (study.plan["declared"], study.plan["hypotheses"][0]["after_judgments"]) == (True, 0)


def test_a_plan_that_comes_after_the_first_judgment_declares_nothing():
    study = a_study(contexts=8, k=1, plan={})
    judge_all(study, an_annotator(study))

    changed(study, plan__hypotheses=[ALSO])

    study.refresh_from_db()
    assert study.plan["declared"] is False


def test_a_dropped_claim_and_a_changed_level_make_the_result_exploratory():
    study = a_study(contexts=8, k=1, plan=PLAN | {"hypotheses": [*PLAN["hypotheses"], ALSO]})
    judge_all(study, an_annotator(study))

    changed(study, plan__hypotheses=PLAN["hypotheses"], plan__alpha=0.1)
    close_study(study=study, now=LATER)

    said = " ".join(report_of(study).analysis["exploratory"])
    assert "A declared claim was dropped when 8 judgments were in" in said
    assert "The level was amended when 8 judgments were in" in said


def test_once_a_look_was_taken_its_claims_and_levels_stand():
    study = a_study(contexts=8, plan=PLAN)
    AuditEntry.objects.create(study=study, action="looked", detail={"at": "", "claims": []}, made_at=NOW)

    with pytest.raises(CannotAmend, match="1 planned look was taken"):
        changed(study, plan__alpha=0.01)


def test_the_report_lists_amendments_and_the_exported_file_gives_the_same(tmp_path):
    study = a_study(contexts=8, k=2, plan=PLAN)
    judge_all(study, an_annotator(study, "A-ADA"))
    changed(study, **{QUESTION: "Which would a person say?"})
    judge_all(study, an_annotator(study, "A-BO"))
    unblind(study=study, now=LATER + timedelta(hours=1))
    amend(
        study=study, changes={"plan.hypotheses": [*PLAN["hypotheses"], ALSO]}, because="it looked interesting",
        now=LATER + timedelta(hours=2),
    )  # fmt: skip
    close_study(study=study, now=LATER + timedelta(hours=3))

    report = report_of(study)
    write_judgments(tmp_path / "j.csv", rows_of(study), info_of(study))
    info = read_info(tmp_path / "j.csv")
    assert info is not None
    again = build_report(read_judgments(tmp_path / "j.csv"), info)

    assert again.analysis == report.analysis
    first, second = report.analysis["amendments"]
    assert (first["judgments"], first["results_seen"], second["judgments"], second["results_seen"]) == (
        8,
        False,
        16,
        True,
    )
    assert first["at"] == LATER.isoformat(timespec="seconds")
    assert first["changes"][0]["after"] == "Which would a person say?"
    table = next(each for each in report.tables if each.key == "amendments")
    assert [row[3] for row in table.rows] == [8, 16]
    said = " ".join(report.methods).replace("\u00a0", " ")
    assert "It was amended 2 times after that" in said
    assert "with 8 judgments in, results not seen" in said
    assert "with 16 judgments in, when results could be seen" in said
    assert "One claim (pt over p on naturalness in personachat) was added when judgments were in" in said
    assert "answered in version 1 (8 judgments) and version 2 (8 judgments)" in said
    assert "were not deposited elsewhere" in said
    assert "It was amended 2" in report_latex(report)
    assert r"\label{tab:amendments}" in table_latex(table)
    assert "exploratory: added when 16 judgments were in" in " ".join(each.text for each in report.verdicts).replace(
        "\u00a0", " "
    )


def amended_by_command(*words: str) -> dict:
    out = StringIO()
    call_command("amend_study", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_command_amends_by_keys_and_by_a_file(tmp_path):
    study = a_study(contexts=1, plan=PLAN)
    (tmp_path / "consent.md").write_text("Ten years.", encoding="utf-8")

    made = amended_by_command(
        "snow", "--because", "asked", "--set", f"{QUESTION}=Which is it?", "--set",
        f"text.consent=@{tmp_path / 'consent.md'}", "--set", "plan.alpha=0.01",
    )  # fmt: skip

    study.refresh_from_db()
    assert (study.consent, study.plan["alpha"]) == ("Ten years.", 0.01)
    assert [each["key"] for each in made["changes"]] == [QUESTION, "text.consent", "plan.alpha"]
    for words, expected in (
        (("--set", "seed=3"), "sides, order and contexts were drawn by it"),
        (("--set", "nonsense"), "expected KEY=VALUE"),
        ((), "nothing to change"),
    ):
        with pytest.raises(CommandError, match=expected) as refused:
            amended_by_command("snow", "--because", "x", *words)
        assert refused.value.returncode == 2


RESPONSES = (
    '{"format": 1, "system": "SYSTEM", "context": {"id": "c/NUMBER#1", "turns": ["hi"]}, '
    '"response": "SYSTEM says NUMBER"}\n'
)
STUDY_FILE = """title = "Snow"
responses = ["./p.jsonl", "./pt.jsonl"]
ethics = "none"
[[criteria]]
key = "naturalness"
"""


def test_a_changed_study_file_amends_what_it_may_and_is_refused_in_what_it_may_not(tmp_path: Path):
    for system in ("p", "pt"):
        lines = (RESPONSES.replace("SYSTEM", system).replace("NUMBER", str(number)) for number in range(3))
        (tmp_path / f"{system}.jsonl").write_text("".join(lines), encoding="utf-8")
    file = tmp_path / "snow.toml"
    file.write_text(STUDY_FILE, encoding="utf-8")
    call_command("create_study", str(file), stdout=StringIO(), stderr=StringIO())
    study = Study.objects.get()
    open_study(study=study, now=NOW)

    with pytest.raises(CommandError, match="nothing to change"):
        amended_by_command("snow", "--because", "x", "--from", str(file))
    file.write_text(STUDY_FILE + 'help = "As people talk."\n[plan]\nalpha = 0.01\n', encoding="utf-8")
    made = amended_by_command("snow", "--because", "asked", "--from", str(file))
    assert {each["key"] for each in made["changes"]} >= {"criteria.naturalness.help", "plan.alpha"}
    file.write_text(STUDY_FILE.replace("responses", "judgments_per_pair = 7\nresponses"), encoding="utf-8")
    with pytest.raises(CommandError, match="by extending the study"):
        amended_by_command("snow", "--because", "x", "--from", str(file))
    # The amended study is not made anew by its file.
    with pytest.raises(CommandError, match="was amended since it was opened"):
        call_command("create_study", str(file), stdout=StringIO(), stderr=StringIO())
    assert issubclass(NameTaken, ValueError)
