"""From corpora to a model's folder, and what its manifest says."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest, write_manifest
from tests.cast import NOW
from tests.training.builders import a_checkpoint_recipe, a_recipe, a_t5_checkpoint, toy_corpus
from training.data.examples import read_template
from training.data.sources import read_partner, read_source
from training.data.told import Telling
from training.learning.resuming import AnotherRun
from training.learning.runs import Run, caveats_of, train
from training.models.recipe import Recipe

pytestmark = pytest.mark.torch


@pytest.fixture
def home(parley_home: Path) -> Path:
    toy_corpus(parley_home)
    return parley_home


def trained(home: Path, recipe: Recipe | None = None, *, to: str = "pt", **changed: Any) -> Run:
    given: dict[str, Any] = {"telling": Telling(), "seed": 7, "allow_persona_overlap": False, "now": NOW}
    sources = [read_source("toy")]
    return train(recipe or a_recipe(), sources=sources, to=home / "models" / to, **{**given, **changed})


def test_the_manifest_says_all_of_a_run(home):
    run = trained(home)

    manifest = read_manifest(run.folder)
    assert manifest["command"] == "train"
    assert manifest["settings"] == {
        "recipe": a_recipe().as_json(),
        "on": [{"corpus": "toy", "share": None}],
        "with_traits": True,
        "seed": 7,
        "allow_persona_overlap": False,
    }
    assert manifest["inputs"] == {
        "toy": {"file": "dialogues.jsonl", "sha256": digest_of_file(home / "corpora" / "toy" / "dialogues.jsonl")}
    }
    assert manifest["results"] == run.results
    assert (run.results["steps"], run.results["examples_seen"], run.results["threads"]) == (12, 12 * 16 - 8, 1)
    assert run.results["dialogues"] == {"train": 24, "validation": 4}
    assert not run.already


def test_personas_on_two_sides_are_told_to_whoever_uses_the_model(home):
    folder = home / "corpora" / "toy"
    dialogues = list(read_dialogues(folder))
    trained_on = next(each for each in dialogues if each.split == "train")
    tested = next(each for each in dialogues if each.split == "test")
    others = [each for each in dialogues if each is not tested]
    write_dialogues(folder, [*others, replace(tested, speakers=trained_on.speakers)])

    run = trained(home, allow_persona_overlap=True)

    assert run.results["overlap"]["personas"] == 2
    assert run.results["caveats"] == ["trained on corpora in which 2 personas stand in more than one split"]


def test_what_a_parallel_corpus_lacks_is_left_out_and_listed(home):
    twins = [
        replace(each, id=each.id.replace("toy", "spc"), source=each.id)
        for each in read_dialogues(home / "corpora" / "toy")
    ]
    missing = next(each for each in twins if each.split == "train")
    write_dialogues(home / "corpora" / "spc", [each for each in twins if each is not missing])

    run = trained(home, only_shared_with=[read_partner("spc")])
    again = trained(home, only_shared_with=[read_partner("spc")])

    manifest = read_manifest(run.folder)
    assert manifest["settings"]["only_shared_with"] == ["spc"]
    assert sorted(manifest["inputs"]) == ["spc", "toy"]
    assert manifest["results"]["dialogues"] == {"train": 23, "validation": 4}
    assert manifest["results"]["left_out"] == {"count": 1, "dialogues": {"toy": [missing.source]}}
    assert "has its source in spc too: 1 dialogues left out" in (run.folder / "README.md").read_text(encoding="utf-8")
    assert again.already
    with pytest.raises(AnotherRun):
        trained(home)


def test_the_folder_holds_a_model_and_nothing_of_the_work(home):
    run = trained(home)

    assert sorted(path.name for path in run.folder.iterdir()) == [
        "README.md",
        "config.json",
        "curves.jsonl",
        "curves.svg",
        "generation_config.json",
        "manifest.json",
        "model.safetensors",
        "parley.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_without_traits_the_template_says_so(home):
    assert read_template(trained(home).folder).with_traits
    assert not read_template(trained(home, to="p", telling=Telling(with_traits=False)).folder).with_traits


def test_the_same_run_again_is_left_as_it_is(home):
    first = trained(home)
    before = {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()}

    again = trained(home)

    assert again == Run(folder=first.folder, results=first.results, already=True)
    assert {path.name: path.stat().st_mtime_ns for path in first.folder.iterdir()} == before


def test_a_run_killed_after_its_manifest_is_tidied_up(home):
    run = trained(home)
    (run.folder / ".training").mkdir()

    assert trained(home).already
    assert not (run.folder / ".training").exists()


@pytest.mark.parametrize(
    "changed", [{"seed": 8}, {"telling": Telling(with_traits=False)}, {"recipe": a_recipe("steps=13")}]
)
def test_other_settings_in_the_same_folder_are_refused(home, changed):
    trained(home)

    with pytest.raises(AnotherRun, match="holds another model, made by 'train' on 2026-11-24"):
        trained(home, **changed)


def test_how_traits_are_told_stands_in_the_manifest_and_a_control_is_marked(home):
    run = trained(home, telling=Telling(shuffle_traits=True))

    settings = read_manifest(run.folder)["settings"]
    assert (settings["with_traits"], settings["shuffle_traits"]) == (True, True)
    assert run.results["caveats"] == ["taught other speakers' traits, a control for its labels"]


def test_a_corpus_that_has_changed_is_another_run(home):
    trained(home)
    shutil.rmtree(home / "corpora" / "toy")
    toy_corpus(home, train=23)

    with pytest.raises(AnotherRun, match="other settings or corpora"):
        trained(home)


def test_a_folder_of_something_else_is_left_alone(home):
    folder = home / "models" / "pt"
    folder.mkdir(parents=True)
    (folder / "thesis.tex").touch()

    with pytest.raises(AnotherRun, match="is there and holds something else"):
        trained(home)
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_a_checkpoint_is_an_input_like_any_other(home, tmp_path):
    folder = a_t5_checkpoint(tmp_path / "t5")
    recipe = a_checkpoint_recipe(folder)
    run = trained(home, recipe)

    assert read_manifest(run.folder)["inputs"]["checkpoint"] == {
        "file": "model.safetensors",
        "sha256": digest_of_file(folder / "model.safetensors"),
    }
    shutil.rmtree(folder)
    a_t5_checkpoint(folder, own_head=True)
    with pytest.raises(AnotherRun):
        trained(home, recipe)


def test_the_card_says_what_it_learned_from_and_what_it_is_not_for(home):
    write_manifest(
        home / "corpora" / "toy",
        command="generate",
        now=NOW,
        settings={},
        inputs={},
        results={"caveats": ["written by the offline author"]},
    )

    folder = trained(home, telling=Telling(drop_traits=0.25)).folder

    card = (folder / "README.md").read_text(encoding="utf-8")
    manifest = read_manifest(folder)
    assert f"- toy (SHA-256 `{manifest['inputs']['toy']['sha256']}`)" in card
    assert "- Written by the offline author." in card
    assert "Told: persona, the speaker's stated traits, left out in 25% of the examples, and the last" in card
    assert f"| validation perplexity per piece | {manifest['results']['best_perplexity']:.1f} |" in card
    assert (folder / "curves.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_a_corpuss_caveats_go_on_to_its_model(home):
    write_manifest(
        home / "corpora" / "toy",
        command="generate",
        now=NOW,
        settings={},
        inputs={},
        results={"caveats": ["written by a grammar"]},
    )

    run = trained(home)

    assert run.results["caveats"] == ["written by a grammar"]
    assert caveats_of([run.folder, run.folder, home]) == ["written by a grammar"]
