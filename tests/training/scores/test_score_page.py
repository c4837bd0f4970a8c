"""The page of scores: what stands on it, drawn from the file alone."""

from typing import Any

import pytest

from training.plots import Reading, Tick, spaced, tracks_of
from training.scores.score_page import (
    differences_of,
    figures_of,
    size_curves,
    tables_of,
    unmeasured_in,
    write_score_page,
)


def a_system(name: str, *, f1: float, parameters: int | None = None, trained_on: str = "") -> dict[str, Any]:
    score = {"value": f1, "low": f1 - 0.01, "high": f1 + 0.01}
    return {
        "system": name,
        "parameters": parameters,
        "trained_on": trained_on,
        "domains": {domain: {"n": {"responses": 12}, "f1": score} for domain in ("all", "people")},
        "home": {"domains": []},
        "warnings": [f"people: {name} says the same to everybody."],
        "caveats": ["written by a grammar"],
        "signature": "scores|seed:7",
    }


def a_result(*systems: dict[str, Any], differences: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"scores": list(systems), "differences": differences or []}


def test_a_table_for_each_domain_has_systems_across():
    (table,) = tables_of(a_result(a_system("p", f1=0.1), a_system("pt", f1=0.2)))

    assert (table.title, table.heads) == ("people", ("p (n\N{NO-BREAK SPACE}12)", "pt (n\N{NO-BREAK SPACE}12)"))
    assert dict(table.rows)["F1"] == ("0.100 [0.090, 0.110]", "0.200 [0.190, 0.210]")


def test_what_nobody_has_a_value_of_is_no_row_but_is_said_with_its_reason():
    one, other = a_system("p", f1=0.1), a_system("pt", f1=0.2)
    for each in (one, other):
        each["domains"]["people"]["bertscore_f1"] = {"value": None, "reason": "no checkpoint was given"}
        each["domains"]["people"]["f1_shuffled"] = {"value": 0.1}
    result = a_result(one, other)

    (table,) = tables_of(result)

    assert [heading for heading, _ in table.rows] == ["F1", "\N{EM SPACE}against other references"]
    assert "BERTScore F1: no checkpoint was given." in unmeasured_in(result)
    assert not any(sentence.startswith("F1:") for sentence in unmeasured_in(result))


def test_a_strip_ends_where_its_value_does_on_the_axis():
    (figure,) = figures_of(a_result(a_system("p", f1=0.1), a_system("pt", f1=0.2)))

    # The axis ends 5 % beyond the highest interval, at 0.2205.
    (panel,) = figure.panels
    assert panel.lines[1].bar is not None
    assert panel.lines[1].bar.width == pytest.approx(100 * 0.2 / 0.2205, abs=0.01)
    assert panel.lines[1].bar.low == pytest.approx(100 * 0.19 / 0.2205, abs=0.01)


def test_a_difference_says_whether_it_is_one_at_five_per_cent():
    row = {"first": "p", "second": "pt", "domain": "people", "metric": "f1", "value": -0.1, "low": -0.2, "high": -0.05,
           "p": 0.001, "p_holm": 0.004}  # fmt: skip

    table = differences_of(a_result(a_system("p", f1=0.1), a_system("pt", f1=0.2), differences=[row]))

    assert table is not None
    assert table.rows == (
        ("p \u2212 pt", ("people", "F1", "-0.100 [-0.200, -0.050]", "0.001", "0.004", "differs")),
    )  # fmt: skip


def test_curves_over_size_have_a_line_for_each_thing_learned_from():
    sizes = [
        a_system(f"{corpus}-{size}", f1=size / 1e7, parameters=size, trained_on=corpus)
        for corpus in ("crowd", "distilled")
        for size in (100_000, 1_000_000)
    ]

    plots = size_curves(a_result(*sizes))

    assert [plot.title for plot in plots] == ["F1 in people"]
    assert [track.label for track in plots[0].tracks] == ["crowd", "distilled"]
    assert [tick.text for tick in plots[0].across] == ["100 k", "1 M"]


@pytest.mark.parametrize(
    "models",
    [
        [("p", 1_000), ("pt", 9_000)],
        # One recipe on one corpus, with tokenizers of their own.
        [("p", 1_000), ("p", 1_100)],
        [("", 1_000), ("", 9_000)],
    ],
)
def test_there_is_no_curve_without_two_sizes_of_one_thing(models):
    systems = [a_system(f"m{size}", f1=0.1, parameters=size, trained_on=corpus) for corpus, size in models]

    assert size_curves(a_result(*systems)) == []


def test_numbers_on_an_axis_do_not_run_into_each_other():
    ticks = [Tick(0.0, "228 k"), Tick(4.0, "253 k"), Tick(68.0, "1.1 M"), Tick(100.0, "2.4 M")]

    assert [tick.text for tick in spaced(ticks)] == ["228 k", "1.1 M", "2.4 M"]


def test_a_logarithmic_axis_puts_the_geometric_mean_in_the_middle():
    readings = [Reading(at, value) for at, value in ((10, 1.0), (100, 2.0), (1000, 3.0))]

    (track,), across, _ = tracks_of([("pt", readings)], logarithmic=True)

    assert [mark.x for mark in track.marks] == [0.0, 50.0, 100.0]
    assert across(100) == 50.0
    assert track.marks[0].y > track.marks[1].y > track.marks[2].y


def test_the_page_stands_alone_and_says_what_to_beware_of(tmp_path):
    page = write_score_page(tmp_path, a_result(a_system("p<i>", f1=0.1), a_system("pt", f1=0.2)))

    text = page.read_text(encoding="utf-8")
    assert "Beware, p&lt;i&gt;, people: p&lt;i&gt; says the same to everybody." in text
    assert "Written by a grammar." in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
