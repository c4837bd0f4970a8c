import json
from dataclasses import replace

import pytest
from django.core.management import call_command

from evaluation.reports.against import Change, against_table, compare
from evaluation.results.judgments_file import write_judgments
from evaluation.stats.analysis import analyse
from generation.terminal import BadInput
from tests.evaluation.reports.builders import an_info, some_rows


def of(rows, **info):
    return analyse(rows, replace(an_info(), **info))


def test_a_report_against_itself_has_no_difference():
    analysis = of(some_rows())

    found = compare(analysis, analysis, name="old")

    assert (found.same_judgments, found.sizes, found.settings, found.verdicts, found.numbers) == (True, (), (), (), ())
    assert found.compared > 100
    assert found.sentences() == [
        "Against old: of the same judgments.",
        f"No verdict changed, of {found.claims}.",
        f"Not one of {found.compared:,} numbers differs.",
    ]


def test_without_one_annotator_verdicts_sizes_and_numbers_may_change():
    rows = some_rows(strength=1.2, contexts=8)
    before = of(rows)
    kept = [row for row in rows if row.annotator != "A-00"]
    weak = [replace(row, choice="tie") if row.domain == "synthetic" else row for row in kept]

    found = compare(of(weak), before, name="all")

    assert not found.same_judgments
    assert [each.where for each in found.sizes] == ["annotators", "judgments"]
    changed = {each.where: (each.before, each.after) for each in found.verdicts}
    assert changed["naturalness, synthetic, pt, p"] == ("better", "inconclusive")
    effect = "criteria/naturalness/comparisons/pt, p/domains/synthetic/net_preference/value"
    assert [each.after for each in found.numbers if each.where == effect] == [0.0]
    said = " ".join(found.sentences()).replace("\u00a0", " ")
    assert "naturalness, synthetic, pt, p: better, now inconclusive" in said
    assert "net preference moves most at Naturalness, pt, p, synthetic: +" in said


def test_other_settings_are_named_though_the_judgments_are_the_same():
    rows = some_rows()

    found = compare(of(rows, seed=12), of(rows, seed=11), name="old")

    assert found.same_judgments
    assert found.settings == (Change("seed", 11, 12),)
    assert all(not each.where.endswith("net_preference/value") for each in found.numbers)


def test_what_is_in_one_report_alone_is_told_as_such():
    rows = some_rows(domains=("personachat",))

    found = compare(of(rows), of(some_rows()), name="old")

    gone = [each for each in found.numbers if "/domains/synthetic/" in each.where]
    assert gone
    assert all(each.after is None for each in gone)


def test_the_table_shows_verdicts_sizes_and_effects_alone():
    rows = some_rows()
    table = against_table(compare(of(rows[:-9]), of(rows), name="old"))

    kinds = {row[0] for row in table.rows}
    assert kinds <= {"Verdict", "Size", "Setting", "Net preference"}
    assert "numbers differ" in table.note


def test_the_commands_write_it_beside_the_report_and_say_it(tmp_path, capsys):
    rows = some_rows()
    write_judgments(tmp_path / "all.csv", rows, an_info())
    write_judgments(tmp_path / "some.csv", [row for row in rows if row.annotator != "A-00"], an_info())
    call_command("analyse", str(tmp_path / "all.csv"), "--to", str(tmp_path / "all"))
    capsys.readouterr()

    call_command(
        "analyse", str(tmp_path / "some.csv"), "--to", str(tmp_path / "some"), "--against", str(tmp_path / "all")
    )

    assert f"Against {tmp_path / 'all'}: of other judgments (annotators 6 before, 5 now" in capsys.readouterr().out
    made = json.loads((tmp_path / "some" / "against.json").read_text())
    assert made["same_judgments"] is False
    assert made["numbers"]["differ"]
    assert "Against the earlier report" in (tmp_path / "some" / "report.html").read_text()
    assert (tmp_path / "some" / "tables" / "against.csv").exists()
    assert "against" not in json.loads((tmp_path / "some" / "report.json").read_text())


def test_a_report_made_anew_without_it_keeps_no_old_comparison(tmp_path):
    write_judgments(tmp_path / "all.csv", some_rows(), an_info())
    to = str(tmp_path / "all")
    call_command("analyse", str(tmp_path / "all.csv"), "--to", to)
    call_command("analyse", str(tmp_path / "all.csv"), "--to", to, "--against", to)
    assert (tmp_path / "all" / "against.json").exists()

    call_command("analyse", str(tmp_path / "all.csv"), "--to", to)

    assert not (tmp_path / "all" / "against.json").exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "expected a report folder with report.json"),
        ("{", "not JSON in UTF-8"),
        ("[]", "expected the JSON of a report"),
    ],
)
def test_a_folder_that_holds_no_report_is_refused(tmp_path, content, complaint):
    write_judgments(tmp_path / "all.csv", some_rows(), an_info())
    (tmp_path / "old").mkdir()
    if content is not None:
        (tmp_path / "old" / "report.json").write_text(content)

    with pytest.raises(BadInput, match=complaint):
        call_command(
            "analyse", str(tmp_path / "all.csv"), "--to", str(tmp_path / "new"), "--against", str(tmp_path / "old")
        )

    assert not (tmp_path / "new").exists()
