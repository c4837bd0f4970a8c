"""`docs/audit.md`, `docs/planning-a-study.md` and the forms in `docs/formats.md` say what is true."""

import re
import shlex

import pytest
from django.core.management import load_command_class

from evaluation.judgment_forms.forms import READERS, form_of
from evaluation.results.judgments_file import read_judgments
from evaluation.stats.planning.power import Assumed, Design, power
from tests.conftest import ROOT

PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("audit", "planning-a-study")}
FORMATS = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8").partition("## Judgments that are read")[2]
LINES = [
    shlex.split(line)[1:]
    for page in PAGES.values()
    for block in re.findall(r"```\n(.*?)```", page, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("manage.py ")
]


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_every_command_line_is_one_that_its_command_takes(words):
    command = load_command_class("evaluation", words[0])

    command.create_parser("manage.py", words[0]).parse_args(words[1:])


def test_every_form_that_is_read_has_a_row_and_the_wide_example_is_read(tmp_path):
    named = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`[^|]*`) \|", FORMATS, re.M)))
    example = next(block for block in re.findall(r"```\n(.*?)```", FORMATS, re.DOTALL) if block.startswith("context,"))
    (tmp_path / "wide.csv").write_text(example)

    assert set(READERS) <= set(named)
    assert form_of(tmp_path / "wide.csv") == "wide"
    assert [(row.annotator, row.choice) for row in read_judgments(tmp_path / "wide.csv")] == [
        ("ada", "pt"),
        ("bo", "tie"),
    ]


@pytest.mark.parametrize(("contexts", "level", "said"), [(100, 0.05, 0.59), (100, 0.05 / 6, 0.32), (200, 0.05, 0.88)])
def test_the_powers_that_are_told_are_those_that_are_simulated(contexts, level, said):
    assert f"{said:.2f}".removeprefix("0") in PAGES["planning-a-study"]

    found = power(Design(contexts), Assumed(0.14), level=level, seed=7, studies=2_000)

    assert found.value == pytest.approx(said, abs=0.02)
