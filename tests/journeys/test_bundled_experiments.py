"""The bundled experiments, walked to their ends by their real commands: the one on the fewest models as it stands, the
others on fewer personas, with smaller models and fewer steps.
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.workshop import Workshop

# Those that need no file from outside.
OFFLINE = ("head-to-head", "leakage", "mixing", "single-double", "size", "trait-depth")
PAIRS = 100


def cut_down(name: str, folder: Path) -> Path:
    """The bundled experiment `name` under `folder`, with every table that it has and little to do in each."""
    for each in ("demo", name):
        shutil.copytree(ROOT / "examples" / each, folder / each)
    personas = folder / "demo" / "personas.jsonl"
    personas.write_text("".join(personas.read_text("utf-8").splitlines(keepends=True)[:PAIRS]), encoding="utf-8")
    experiment, study = folder / name / "experiment.toml", folder / name / "study.toml"
    text = experiment.read_text(encoding="utf-8").replace('"demo"', '"smoke"')
    text = re.sub(r"^steps = \d+", "steps = 12", text, flags=re.M)
    text = re.sub(r"^limit = \d+", "limit = 24", text, flags=re.M).replace('"0,10,25,50,75,90,100"', '"0,50,100"')
    experiment.write_text(text, encoding="utf-8")
    if study.is_file():
        text = re.sub(r"per_domain = \d+", "per_domain = 3", study.read_text(encoding="utf-8"))
        study.write_text(text, encoding="utf-8")
    return experiment


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("name", OFFLINE)
def test_every_step_of_a_bundled_experiment_is_done_and_is_on_its_page(workshop: Workshop, tmp_path: Path, name: str):
    experiment = cut_down(name, tmp_path / "examples")

    made = workshop.asked("experiment", str(experiment), "--quiet")

    # A dialogue that leaks at every attempt is left out, listed and said: of so few personas that may be one.
    short = {name for name, state in made["steps"].items() if state == "some rows failed"}
    assert short <= {"corpora.leak-refilled"}
    assert set(made["steps"].values()) <= {"done", "some rows failed"}
    for each in short:
        left_out = workshop.home / "corpora" / each.removeprefix("corpora.") / "failed.jsonl"
        assert 0 < len(left_out.read_text(encoding="utf-8").splitlines()) < PAIRS / 10
    chain = json.loads((Path(made["page"]).parent / "index.json").read_text(encoding="utf-8"))
    assert {step["step"]: step["state"] for step in chain["steps"]} == dict.fromkeys(made["steps"], "done")
    # What the manifests say of the arms' intersection is there to be read.
    if name == "head-to-head":
        manifest = json.loads((workshop.home / "models" / "h2h-pt" / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["settings"]["only_shared_with"] == ["h2h-crowd"]
        assert manifest["results"]["left_out"] == {"count": 0, "dialogues": {"h2h-distilled": []}}


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
