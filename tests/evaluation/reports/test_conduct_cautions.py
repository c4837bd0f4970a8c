from evaluation.reports.cautions import cautions
from evaluation.reports.places import places
from tests.evaluation.reports.builders import a_claim, an_analysis

LOOKED = {"at": "2026-01-05T12:00:00+00:00", "claims": [{"share": 0.5, "decision": ""}]}


def said(analysis):
    return [caution.text.replace("\u00a0", " ") for caution in cautions(analysis, places(analysis))]


def test_a_planned_look_is_stated_with_what_it_left():
    claim = a_claim(looks={"level": 0.049, "share": 1.0, "decided_at_look": None})

    assert (
        "Results were tested at 1 planned look before the end, at 50 % of the clusters. That is no unblinding: nobody "
        "saw more than whether to go on. What is undecided since is held to the level that was left, .0490."
    ) in said(an_analysis(claim, looks=[LOOKED]))


def test_one_checkpoint_of_each_is_a_verdict_on_these_checkpoints():
    runs = {"systems": {"pt": 1, "p": 1}, "checkpoints": "these checkpoints"}

    assert said(an_analysis(training_runs=runs))[-1] == (
        "The verdict speaks for these checkpoints: another training run of the same system may do otherwise."
    )


def test_several_runs_are_named():
    runs = {"systems": {"pt": 3, "p": 4}, "checkpoints": "these training runs"}

    assert said(an_analysis(training_runs=runs))[-1] == (
        "Systems were trained more than once, and contexts dealt over the runs: pt (3 runs) and p (4 runs)."
    )


def test_what_was_changed_by_hand_after_results_is_marked_exploratory():
    text = "3 pairs were judged after results had been seen: the primary result is exploratory."

    found = cautions(an_analysis(warnings=[text]), [])

    assert (found[0].text, found[0].mark) == (text, "Exploratory")
