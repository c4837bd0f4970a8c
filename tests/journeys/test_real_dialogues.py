"""The whole chain on real dialogues with no LLM: people's against an LLM's, judged in a real Chromium, then the report.

The example's own files, on a cut of the data and with the smallest model; at full size it is run by hand.
"""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from tests.browser.conftest import a_page, chromium  # noqa: F401  # fixtures
from tests.conftest import ROOT
from tests.journeys.annotating import judge_everything
from tests.journeys.workshop import Workshop

EXAMPLE = ROOT / "examples" / "human-against-distilled"
FILES = (
    "personachat/valid_both_original.txt.gz",
    "personachat/valid_parallel_index.tsv.gz",
    "synthetic-persona-chat/valid.csv.gz",
)
PER_DOMAIN = 4


def a_cut_of_the_example(folder: Path, shared_data: Path) -> Path:
    shutil.copytree(EXAMPLE, folder)
    for file in FILES:
        (folder / Path(file).name).symlink_to(shared_data / file)
    experiment, study = folder / "experiment.toml", folder / "study.toml"
    text = experiment.read_text(encoding="utf-8").replace('recipe = "tiny"', 'recipe = "smoke"')
    experiment.write_text(text, encoding="utf-8")
    text = study.read_text(encoding="utf-8").replace("per_domain = 30", f"per_domain = {PER_DOMAIN}")
    study.write_text(text, encoding="utf-8")
    return experiment


def responses_of(workshop: Workshop, system: str) -> dict[str, set[str]]:
    """What a system answered, by context."""
    path = workshop.home / "responses" / system / "responses.jsonl"
    answered: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answered.setdefault(row["context"]["id"], set()).add(row["response"])
    return answered


@pytest.mark.browser
@pytest.mark.data
@pytest.mark.torch
def test_people_judge_two_models_of_real_dialogues(workshop, shared_data, tmp_path, a_page):  # noqa: F811
    experiment = a_cut_of_the_example(tmp_path / "example", shared_data)

    made = workshop.asked("experiment", str(experiment))
    pairs = 2 * PER_DOMAIN
    with workshop.served() as site:
        links = workshop.asked("invite", "human-against-distilled", "--count", "2", "--site", site)["links"]
        judged = [judge_everything(a_page(), link, seed=seed) for seed, link in enumerate(links)]
    workshop.manage("close_study", "human-against-distilled")
    again = workshop.asked("experiment", str(experiment))
    exported = tmp_path / "judgments.jsonl.gz"
    workshop.manage("export_judgments", "human-against-distilled", "--to", str(exported.with_suffix("")))
    reported = json.loads((workshop.home / "reports" / "human-against-distilled" / "report.json").read_text("utf-8"))

    assert set(made["steps"].values()) == {"done"}
    # Nothing but the report was made the second time.
    assert {step for step, outcome in again["steps"].items() if outcome == "done"} == {"report"}
    ties = reported["automatic_ties"] if "automatic_ties" in reported else 0
    for each in judged:
        assert 0 < len(each) <= pairs
    comparisons = reported["criteria"]["naturalness"]["comparisons"]
    (comparison,) = comparisons
    counted = comparison["domains"]["all"]["n"]
    assert counted["annotators"] == 2
    assert counted["contexts"] <= pairs, ties
    assert not (workshop.home / "reports" / "human-against-distilled" / "report.html").read_text("utf-8").count(
        "simulated annotators judged"
    )


def unpacked(path: Path) -> str:
    """The text of a gzip file."""
    with gzip.open(path, "rt", encoding="utf-8") as text:
        return text.read()
