"""From personas to a report on bundled data alone: every stage's real command, the smallest model there is."""

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.workshop import Workshop

DEMO = ROOT / "examples" / "demo"


def a_smaller_demo(folder: Path, *, pairs: int) -> Path:
    """The demo with `pairs` persona pairs and models that learn nothing to speak of."""
    shutil.copytree(DEMO, folder)
    personas = folder / "personas.jsonl"
    lines = personas.read_text(encoding="utf-8").splitlines(keepends=True)
    personas.write_text("".join(lines[:pairs]), encoding="utf-8")
    experiment = folder / "experiment.toml"
    text = experiment.read_text(encoding="utf-8").replace('recipe = "demo"', 'recipe = "smoke"')
    experiment.write_text(text, encoding="utf-8")
    study = folder / "study.toml"
    wanted = tomllib.loads(study.read_text(encoding="utf-8"))["contexts"]["per_domain"]
    text = study.read_text(encoding="utf-8").replace(f"per_domain = {wanted}", "per_domain = 3")
    study.write_text(text, encoding="utf-8")
    return experiment


@pytest.mark.torch
def test_personas_become_a_report_and_nothing_is_done_twice(workshop: Workshop, tmp_path: Path):
    experiment = a_smaller_demo(tmp_path / "demo", pairs=60)

    first = workshop.asked("experiment", str(experiment))
    second = workshop.asked("experiment", str(experiment))

    assert set(first["steps"].values()) == {"done"}
    assert set(second["steps"].values()) == {"skipped"}
    report = workshop.home / "reports" / "demo-dryrun" / "report.html"
    page = report.read_text(encoding="utf-8")
    # A dry run on a grammar's dialogues says both of itself.
    assert "simulated" in page.lower()
    assert "offline" in page.lower()
