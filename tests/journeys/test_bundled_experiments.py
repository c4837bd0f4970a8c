"""The bundled experiment on the fewest models, walked to its end by its real commands."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.workshop import Workshop


@pytest.mark.slow
@pytest.mark.torch
def test_trait_control_runs_to_its_end_two_steps_at_a_time_and_nothing_twice(workshop: Workshop):
    file = str(ROOT / "examples" / "trait-control" / "experiment.toml")

    first = workshop.asked("experiment", file, "--jobs", "2", "--quiet")
    second = workshop.asked("experiment", file, "--jobs", "2", "--quiet")

    assert set(first["steps"].values()) == {"done"}
    assert set(second["steps"].values()) == {"skipped"}
    page = Path(first["page"]).read_text(encoding="utf-8")
    assert page.count("Trait control: ") == 4
    chain = json.loads((workshop.home / "experiments" / "trait-control" / "experiment" / "index.json").read_text())
    assert [each["state"] for each in chain["steps"]] == ["done"] * len(first["steps"])
    assert all(each["sha256"] for step in chain["steps"] for each in (*step["reads"], *step["makes"]))
