"""The whole chain on real dialogues with no LLM: people's against an LLM's, judged in a real Chromium, then the report.

The example's own files, on a cut of the data and with the smallest model; at full size it is run by hand.
"""

import itertools
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.display import detokenise
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


def said(workshop: Workshop) -> dict[tuple[str, str], str]:
    """What each system answered in each context, as people are shown it."""
    return {
        (row["system"], row["context"]["id"]): detokenise(row["response"])
        for system in ("human-tiny", "synthetic-tiny")
        for row in json_lines(workshop.home / "responses" / system / "responses.jsonl")
    }


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.browser
@pytest.mark.data
@pytest.mark.torch
def test_people_judge_two_models_of_real_dialogues(workshop, shared_data, tmp_path, a_page):  # noqa: F811
    experiment = a_cut_of_the_example(tmp_path / "example", shared_data)
    exported = tmp_path / "judgments.jsonl"

    made = workshop.asked("experiment", str(experiment))
    with workshop.served() as site:
        links = workshop.asked("invite", "human-against-distilled", "--count", "2", "--site", site)["links"]
        judged = [judge_everything(a_page(), link, seed=seed) for seed, link in enumerate(links)]
    workshop.manage("close_study", "human-against-distilled")
    again = workshop.asked("experiment", str(experiment))
    workshop.manage("export_judgments", "human-against-distilled", "--to", str(exported))
    analysed = workshop.asked("analyse", str(exported), "--to", str(tmp_path / "analysed"))

    assert set(made["steps"].values()) == {"done"}
    assert [step for step, outcome in again["steps"].items() if outcome == "done"] == ["report"]
    # What was clicked on the page is what was recorded, said by the text of the reply.
    texts, rows = said(workshop), json_lines(exported)
    clicked = Counter(
        (criterion, {"left": each.replies[0], "right": each.replies[1]}.get(side, side))
        for each in itertools.chain(*judged)
        for criterion, side in each.clicked.items()
    )
    recorded = Counter((row["criterion"], texts.get((row["choice"], row["context"]), row["choice"])) for row in rows)
    assert clicked == recorded
    # Both people saw each pair, but for those whose replies are equal.
    ties = sum(analysed["study"]["automatic_ties"].values())
    assert [len(each) for each in judged] == [2 * PER_DOMAIN - ties] * 2
    # The export without the study gives the report's numbers.
    reported = json.loads((workshop.home / "reports" / "human-against-distilled" / "report.json").read_text("utf-8"))
    assert analysed == reported
    (comparison,) = reported["criteria"]["naturalness"]["comparisons"]
    assert comparison["domains"]["all"]["n"]["annotators"] == 2
