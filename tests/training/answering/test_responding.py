"""A system's next turn in every context, and what is kept of it."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.dialogues import write_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.corpus.traits import Traits, UnknownTrait
from tests.cast import NOW
from tests.training.builders import a_toy_dialogue, toy_corpus, toy_dialogues
from training.answering.choosing import Choice
from training.answering.decoding import Decoding
from training.answering.responding import Answered, Corpus, NothingToAnswer, OtherResponses, respond
from training.answering.systems import Answer, Keep, TrainedModel
from training.data.examples import Example, NotAModel, write_template
from training.data.responses import Given, read_responses

DIALOGUES = [each for each in toy_dialogues(test=8) if each.split == "test"]


class Echo:
    """A system that says the last turn again; fails where `deaf` says, and is killed after `life` answers."""

    name, told_traits, made_from = "echo", True, ()

    def __init__(self, *, deaf: Sequence[str] = (), life: int | None = None, voice: str = "") -> None:
        self.deaf, self.life, self.voice = deaf, life, voice
        self.asked: list[str] = []

    @property
    def settings(self) -> dict[str, Any]:
        return {"model": f"echo{self.voice}"}

    @property
    def inputs(self) -> dict[str, Path]:
        return {}

    def told(self, traits: Traits) -> Traits:
        return dict(traits)

    def answer(self, examples: Sequence[Example], *, to: Path, keep: Keep) -> None:
        # Backwards, since answers come in whatever order.
        for place in reversed(range(len(examples))):
            if self.life is not None and len(self.asked) == self.life:
                raise KeyboardInterrupt
            context = examples[place].context
            self.asked.append(context.id)
            keep([Answer(place, None, "deaf") if context.id in self.deaf else Answer(place, context.turns[-1].text)])


@pytest.fixture
def home(parley_home: Path) -> Path:
    toy_corpus(parley_home)
    return parley_home


def answered(home: Path, system: Any, *, to: str = "out", corpora: Sequence[Corpus] = (), **changed: Any) -> Answered:
    corpora = corpora or [Corpus("toy/test", home / "corpora" / "toy", "test")]
    given: dict[str, Any] = {"choice": Choice(), "setting": {}, "seed": 7, "now": NOW}
    return respond(system=system, corpora=corpora, to=home / "responses" / to, **{**given, **changed})


def pt(home: Path, trained_home: Path, **changed: Any) -> TrainedModel:
    """The trained toy model, copied to where a test may spoil it."""
    folder = home / "models" / "pt"
    if not folder.exists():
        shutil.copytree(trained_home / "models" / "pt", folder)
    given: dict[str, Any] = {"decoding": Decoding(max_new_tokens=12), "with_traits": True, "seed": 7, "batch_size": 8}
    return TrainedModel(folder, **{**given, **changed})


def test_a_response_says_what_was_asked_told_and_really_said(home):
    traits: Traits = {"extraversion": "low", "openness": "high"}
    write_dialogues(home / "corpora" / "told", [a_toy_dialogue(0, split="test", corpus="told", traits=traits)])

    made = answered(home, Echo(), corpora=[Corpus("told", home / "corpora" / "told", None, domain="crowd")])

    first = next(read_responses(made.folder))
    assert (first.system, first.text, first.reference) == (
        "echo", "hi ! what do you like to do ?", a_toy_dialogue(0).turns[1].text,
    )  # fmt: skip
    assert first.given == Given(persona=True, traits=traits)
    assert (first.context.id, first.context.domain, first.context.traits) == ("told/test/00000#1", "crowd", traits)


def test_forced_traits_make_another_system_and_leave_the_contexts_own_alone(home):
    traits: Traits = {"extraversion": "low", "openness": "high"}
    write_dialogues(home / "corpora" / "told", [a_toy_dialogue(0, split="test", corpus="told", traits=traits)])

    made = answered(
        home, Echo(), corpora=[Corpus("told", home / "corpora" / "told", None)], setting={"extraversion": "high"}
    )

    first = next(read_responses(made.folder))
    assert first.system == "echo[extraversion=high]"
    assert first.given.traits == {"extraversion": "high", "openness": "high"}
    assert first.context.traits == traits


def test_the_manifest_says_what_answered_and_how(home):
    made = answered(home, Echo(), name="parrot", choice=Choice("1", 2, 3))

    manifest = read_manifest(made.folder)
    assert manifest["settings"] == {
        "model": "echo",
        "system": "parrot",
        "to_contexts": [{"corpus": "toy/test", "domain": None}],
        "choice": {"per_dialogue": "1", "min_turns": 2, "limit": 3},
        "set": {},
        "seed": 7,
    }
    assert manifest["inputs"]["toy/test"]["sha256"] == digest_of_file(home / "corpora" / "toy" / "dialogues.jsonl")
    assert {**manifest["results"], "run": ""} == {
        "run": "",
        "system": "parrot",
        "model": "echo",
        "responses": 3,
        "failed": [],
        "dialogues": 3,
        "clusters": 3,
        "domains": ["toy"],
        "empty": 0,
        "processes": 1,
        "caveats": [],
    }


def test_an_interrupted_run_asks_only_for_what_is_left_and_ends_the_same(home):
    whole = answered(home, Echo(), to="whole")
    with pytest.raises(KeyboardInterrupt):
        answered(home, Echo(life=7), to="cut")
    unfinished = home / "responses" / "cut" / ".unfinished.jsonl"
    # Killed while it wrote the eighth.
    unfinished.write_text(unfinished.read_text() + '{"format": 1, "system": "ec')

    system = Echo()
    resumed = answered(home, system, to="cut")

    assert len(system.asked) == 20 - 7
    assert resumed.kept == 7
    assert (resumed.folder / "responses.jsonl").read_bytes() == (whole.folder / "responses.jsonl").read_bytes()
    assert not unfinished.exists()


def test_a_finished_run_is_left_as_it_is(home):
    first = answered(home, Echo())

    again = Echo()
    result = answered(home, again)

    assert again.asked == []
    assert result == replace(first, kept=20)


def test_rows_that_failed_are_listed_and_tried_again(home):
    deaf = ["toy/test/00028#3", "toy/test/00030#1"]
    made = answered(home, Echo(deaf=deaf))

    system = Echo(deaf=deaf[1:])
    again = answered(home, system)
    last = answered(home, Echo())

    assert made.failed == [{"context": each, "reason": "deaf"} for each in deaf]
    assert made.responses == 18
    # Backwards, as it answers.
    assert system.asked == deaf[::-1]
    assert (again.responses, again.failed) == (19, [{"context": deaf[1], "reason": "deaf"}])
    assert (last.responses, last.failed) == (20, [])
    assert len(list(read_responses(made.folder))) == 20


@pytest.mark.parametrize("changed", [{"seed": 8}, {"setting": {"openness": "low"}}, {"choice": Choice(limit=3)}])
def test_other_settings_are_refused_in_a_finished_folder_and_in_a_begun_one(home, changed):
    answered(home, Echo(), to="done")
    with pytest.raises(KeyboardInterrupt):
        answered(home, Echo(life=7), to="begun")

    with pytest.raises(OtherResponses, match="holds other responses"):
        answered(home, Echo(), to="done", **changed)
    with pytest.raises(OtherResponses, match="with other settings or inputs were begun here"):
        answered(home, Echo(life=0), to="begun", **changed)


def test_another_system_is_refused_too(home):
    answered(home, Echo())

    with pytest.raises(OtherResponses):
        answered(home, Echo(voice=" with a cold"))


def test_a_run_that_answered_nothing_stands_in_nobodys_way(home):
    with pytest.raises(KeyboardInterrupt):
        answered(home, Echo(life=0))

    assert answered(home, Echo(), seed=8).responses == 20


def test_responses_of_unknown_making_are_left_alone(home):
    folder = home / "responses" / "out"
    folder.mkdir(parents=True)
    (folder / "responses.jsonl").write_text("{}\n")

    with pytest.raises(OtherResponses, match="of unknown making"):
        answered(home, Echo())
    assert (folder / "responses.jsonl").read_text() == "{}\n"


def test_a_context_in_two_of_the_corpora_is_refused(home):
    corpus = home / "corpora" / "toy"

    with pytest.raises(NothingToAnswer, match=r"context toy/test/00028#1 stands in two of the corpora"):
        answered(home, Echo(), corpora=[Corpus("toy/test", corpus, "test"), Corpus("toy", corpus, None)])


def test_a_split_without_contexts_is_refused_with_the_reason(home):
    with pytest.raises(
        NothingToAnswer, match="no context to answer in toy/dev: no dialogue with a turn after 1 others"
    ):
        answered(home, Echo(), corpora=[Corpus("toy/dev", home / "corpora" / "toy", "dev")])


def test_a_trait_that_is_none_is_refused(home):
    with pytest.raises(UnknownTrait, match="unknown trait 'charm'"):
        answered(home, Echo(), setting={"charm": "high"})


@pytest.mark.torch
def test_a_trained_model_answers_and_is_an_input(home, trained_home):
    made = answered(home, pt(home, trained_home))

    responses = list(read_responses(made.folder))
    assert {each.system for each in responses} == {"pt"}
    assert len({each.text for each in responses}) > 5
    manifest = read_manifest(made.folder)
    assert manifest["inputs"]["model"]["sha256"] == digest_of_file(home / "models" / "pt" / "model.safetensors")
    assert manifest["settings"]["decoding"] == {"manner": "greedy", "max_new_tokens": 12}


@pytest.mark.torch
def test_the_batch_size_is_no_setting(home, trained_home):
    one = answered(home, pt(home, trained_home, batch_size=1), to="one")
    many = answered(home, pt(home, trained_home, batch_size=20), to="many")

    assert (one.folder / "responses.jsonl").read_bytes() == (many.folder / "responses.jsonl").read_bytes()
    assert answered(home, pt(home, trained_home, batch_size=4), to="one").kept == 20


@pytest.mark.torch
def test_another_model_under_the_same_name_is_another_system(home, trained_home):
    answered(home, pt(home, trained_home))
    weights = home / "models" / "pt" / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")

    with pytest.raises(OtherResponses):
        answered(home, pt(home, trained_home))


@pytest.mark.torch
def test_a_model_still_in_training_is_refused_before_anything_is_begun(home, trained_home):
    folder = pt(home, trained_home).folder
    (folder / "model.safetensors").unlink()

    with pytest.raises(NotAModel, match="its training has not ended"):
        answered(home, pt(home, trained_home))
    assert not (home / "responses").exists()


@pytest.mark.torch
def test_what_makes_a_model_another_system_is_in_its_name(home, trained_home):
    plain = pt(home, trained_home)
    sampled = pt(home, trained_home, decoding=Decoding("sample"))
    untold = pt(home, trained_home, with_traits=False)

    assert [each.name for each in (plain, sampled, untold)] == ["pt", "pt[sample]", "pt[without-traits]"]
    assert plain.told({"openness": "high", "neuroticism": "unclear"}) == {"openness": "high"}
    assert untold.told({"openness": "high"}) == {}


@pytest.mark.torch
def test_traits_cannot_be_forced_on_a_model_that_is_told_none(home, trained_home):
    untold = pt(home, trained_home, with_traits=False)

    with pytest.raises(NothingToAnswer, match=r"pt\[without-traits\] is told no traits, so none can be set"):
        answered(home, untold, setting={"openness": "high"})


@pytest.mark.torch
def test_a_model_trained_without_traits_is_told_none(home, trained_home):
    known = pt(home, trained_home)
    write_template(known.folder, replace(known._template, with_traits=False))

    system = pt(home, trained_home)

    assert (system.name, system.told({"openness": "high"})) == ("pt", {})


def test_an_unfinished_line_is_json_with_its_run_first(home):
    with pytest.raises(KeyboardInterrupt):
        answered(home, Echo(life=2))

    lines = (home / "responses" / "out" / ".unfinished.jsonl").read_text().splitlines()
    assert list(json.loads(lines[0])) == ["run"]
    assert [json.loads(line)["context"]["id"] for line in lines[1:]] == ["toy/test/00031#5", "toy/test/00031#4"]
