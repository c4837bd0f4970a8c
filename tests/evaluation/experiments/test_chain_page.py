"""The page of a whole experiment: each step, its files with their digests, and the results."""

import json
from pathlib import Path

import pytest

from evaluation.experiments.chain import Manner, run
from evaluation.experiments.chain_page import control_context, write_chain_page
from evaluation.experiments.experiment import Experiment, read_experiment
from evaluation.experiments.steps import Step
from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import digest_of_file, write_manifest
from tests.builders import a_dialogue, an_experiment
from tests.cast import NOW


@pytest.fixture
def experiment(parley_home: Path, tmp_path: Path) -> Experiment:
    """Two corpora, made."""
    found = read_experiment(an_experiment(tmp_path))

    def command(step: Step, manner: Manner, log: Path | None) -> int:
        (folder,) = step.makes
        write_dialogues(folder, [a_dialogue()])
        results = {"dialogues": 1, "caveats": ["written <by> a grammar"]}
        write_manifest(folder, command=step.command, now=NOW, settings={}, inputs={}, results=results)
        return 0

    run(found, now=lambda: NOW, say=lambda text: None, command=command)
    return found


def test_each_step_stands_there_as_typed_with_the_digest_of_what_it_read_and_made(experiment, parley_home):
    page = write_chain_page(experiment, now=NOW)

    data = json.loads((page.parent / "index.json").read_text(encoding="utf-8"))
    cut = data["steps"][1]
    assert cut["command"] == "manage.py split_corpus human --to cut --by dialogue --shares 0.8,0.1,0.1"
    assert (cut["state"], cut["results"]["dialogues"]) == ("done", 1)
    human = parley_home / "corpora" / "human" / "dialogues.jsonl"
    assert cut["reads"] == [{"file": "corpora/human/dialogues.jsonl", "sha256": digest_of_file(human)}]
    assert [each["file"] for each in cut["makes"]] == ["corpora/cut/manifest.json"]
    text = page.read_text(encoding="utf-8")
    assert cut["command"] in text
    assert digest_of_file(human) in text


def test_caveats_stand_on_top_and_nothing_is_fetched_or_run(experiment):
    text = write_chain_page(experiment, now=NOW).read_text(encoding="utf-8")

    assert text.count("Written &lt;by&gt; a grammar.") == 1
    assert "<script" not in text
    assert "src=" not in text


def test_what_has_changed_since_is_said(experiment, tmp_path):
    (tmp_path / "talks.jsonl").write_text('{"new": true}\n', encoding="utf-8")

    page = write_chain_page(experiment, now=NOW)

    data = json.loads((page.parent / "index.json").read_text(encoding="utf-8"))
    assert [each["state"] for each in data["steps"]] == ["not done, or its inputs have changed since", "done"]
    assert "1 of 2 steps are not done" in page.read_text(encoding="utf-8")


def test_trait_control_is_drawn_from_0_to_100_per_cent():
    rate = {"value": 0.75, "low": 0.6, "high": 0.9}
    found = {
        "trait": "openness", "high": "pt[openness=high]", "low": "pt[openness=low]", "contexts": 40, "equal_replies": 3,
        "told_apart": {**rate, "chance": 0.5, "p": 0.01}, "classifier": {"balanced_accuracy": rate},
        "effects": {"words": {"value": 1.5, "low": 0.5, "high": 2.5, "p": 0.02, "n": 40, "size": 0.4}},
        "ngrams": {"high": [{"ngram": "wow"}], "low": []}, "warning": "", "signature": "trait control|seed:7",
    }  # fmt: skip

    shown = control_context(found)

    bar = shown["figure"].panels[0].lines[0].bar
    assert (bar.width, bar.low, bar.high) == (75.0, 60.0, 90.0)
    assert shown["table"].rows == (("words", ("+1.500 [+0.500, +2.500]", "0.020", "+0.40")),)
    assert shown["ngrams"] == {"high": ["wow"], "low": []}
