"""Scores beside the controls that show whether they mean anything."""

import csv
import io
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import write_manifest
from generation.corpus.traits import Traits
from tests.cast import NOW
from tests.training.builders import a_response, toy_corpus
from training.answering.choosing import Choice
from training.answering.decoding import Decoding
from training.answering.responding import Corpus, respond
from training.answering.systems import TrainedModel
from training.data.encoding import Encoder
from training.data.responses import Response, ResponsesMissing, read_responses, write_responses
from training.models.checkpoints import load_model
from training.models.perplexity import likelihoods
from training.scores.ground import others
from training.scores.intervals import Score
from training.scores.metrics import words
from training.scores.score_table import as_csv, as_latex, as_table
from training.scores.scoring import score, write_scores

# Eight dialogues of two contexts each.
LIKED = ("dogs cats", "bread cake", "snow rain", "tea milk", "red blue", "jazz rock", "figs nuts", "ink pens")
RIGHT = [
    a_response(text, reference=text, dialogue=f"toy/test/{number:05}", turn=turn)
    for number, things in enumerate(LIKED)
    for turn, text in enumerate((f"i like {thing} very much" for thing in things.split()), start=1)
]


def scored(folder: Path, rows: list[Response], **options: int):
    write_responses(folder, rows)
    return score(folder, **options)


def test_every_reply_is_held_against_another_dialogues_of_its_domain_once():
    rows = [*RIGHT, *(replace(each, context=replace(each.context, domain="other")) for each in RIGHT)]

    partners = others(rows, seed=7)

    assert sorted(place for place in partners if place is not None) == list(range(32))
    for place, partner in enumerate(partners):
        assert partner is not None
        assert rows[place].context.domain == rows[partner].context.domain
        assert rows[place].context.cluster != rows[partner].context.cluster
    assert partners == others(rows, seed=7) != others(rows, seed=8)


def test_where_one_dialogue_has_most_rows_nothing_is_shuffled():
    # Three of four rows: they cannot all have a partner outside.
    rows = [a_response("yes", turn=turn) for turn in (1, 2, 3)] + [a_response("no", dialogue="toy/test/00001")]

    assert others(rows, seed=7) == [None] * 4


def test_f1_of_right_replies_is_one_and_the_shuffled_control_is_not(tmp_path):
    found = scored(tmp_path, RIGHT).domains["toy"]

    assert found["f1"].value == 1.0
    # "i like ... very much": four of five words are the same in every reply.
    assert found["f1_shuffled"].value == pytest.approx(0.8)


def test_a_system_that_says_the_same_to_everybody_is_warned_of(tmp_path):
    same = [replace(each, text="i like that very much") for each in RIGHT]

    scores = scored(tmp_path, same)

    found = scores.domains["toy"]
    assert found["f1"].value == found["f1_shuffled"].value == pytest.approx(0.8)
    assert found["distinct_replies"].value == 1 / 16
    assert scores.warnings == (
        "toy: F1 is 0.800, and 0.800 against other contexts' references: the replies hardly answer theirs.",
        "toy: only 6% of the replies differ: the model says the same to everybody.",
    )
    assert scored(tmp_path / "right", RIGHT).warnings == ()


def test_length_and_variety_are_counted_by_hand(tmp_path):
    rows = [
        a_response("yes !", dialogue="toy/test/00000"),
        a_response("i'm fine", dialogue="toy/test/00001"),
        a_response("", dialogue="toy/test/00002"),
    ]

    found = scored(tmp_path, rows).domains["all"]

    # yes !, i am fine, nothing.
    assert found["words"].value == pytest.approx((2 + 3 + 0) / 3)
    assert found["distinct_1"].value == 1.0
    assert found["type_token_ratio"] == Score(None, reason="fewer than 1000 tokens")
    assert found["f1"] == Score(None, reason="nothing to measure")


def test_domains_are_scored_apart_and_together(tmp_path):
    rows = [
        *RIGHT[:4],
        *(replace(each, context=replace(each.context, domain="other"), text="no") for each in RIGHT[4:]),
    ]

    scores = scored(tmp_path, rows)

    assert {domain: found["f1"].value for domain, found in scores.domains.items()} == {
        "all": 0.25, "other": 0.0, "toy": 1.0,
    }  # fmt: skip
    assert scores.counts == {
        "all": {"responses": 16, "clusters": 8, "references": 16},
        "other": {"responses": 12, "clusters": 6, "references": 12},
        "toy": {"responses": 4, "clusters": 2, "references": 4},
    }


def test_responses_from_outside_have_no_perplexity_and_it_is_said_why(tmp_path):
    found = scored(tmp_path, RIGHT).domains["all"]

    assert found["perplexity_per_word"] == Score(None, reason="no manifest names the model that answered")
    assert found["replies_seen"] == Score(None, reason="no manifest says what the model was trained on")


def test_nothing_to_score_is_said(tmp_path):
    write_responses(tmp_path, [])

    with pytest.raises(ResponsesMissing, match="no responses to score"):
        score(tmp_path)


def test_scores_are_written_as_json_with_their_signature(tmp_path):
    scores = scored(tmp_path, RIGHT, seed=3)

    data = json.loads(write_scores(tmp_path, scores).read_text())

    assert data["system"] == "pt"
    assert set(data["domains"]["toy"]["f1"]) == {"value", "low", "high"}
    assert data["domains"]["toy"]["n"] == {"responses": 16, "clusters": 8, "references": 16}
    assert "seed:3|" in data["signature"]
    assert "f1:parlai" in data["signature"]


def test_the_scores_of_a_file_from_outside_stand_beside_it(tmp_path):
    write_responses(tmp_path, RIGHT)
    file = (tmp_path / "responses.jsonl").rename(tmp_path / "theirs.jsonl")

    assert write_scores(file, score(file)) == tmp_path / "theirs.jsonl.scores.json"


def test_a_table_shows_systems_side_by_side_brackets_and_all(tmp_path):
    one = scored(tmp_path / "one", [replace(each, system="pt[extraversion=high]") for each in RIGHT])
    other = scored(tmp_path / "other", [replace(each, system="p", text="no") for each in RIGHT])

    lines = as_table([one, other]).splitlines()

    assert lines[0].strip() == "toy"
    assert "pt[extraversion=high] (n 16)" in lines[2]
    assert lines[2].rstrip().endswith("p (n 16)")
    (f1,) = [line.split() for line in lines if line.strip().startswith("F1")]
    assert f1 == ["F1", "1.000", "[1.000,", "1.000]", "0.000", "[0.000,", "0.000]"]


def responses_of_pt(home: Path, *, to: str = "pt", corpus: str = "toy", setting: Traits | None = None) -> Path:
    """Responses of the toy model in the test split of a corpus."""
    system = TrainedModel(
        home / "models" / "pt", decoding=Decoding(max_new_tokens=16), with_traits=True, seed=7, batch_size=32
    )
    return respond(
        system=system,
        corpora=[Corpus(f"{corpus}/test", home / "corpora" / corpus, "test")],
        to=home / "responses" / to,
        choice=Choice(),
        setting=setting or {},
        seed=7,
        now=NOW,
    ).folder


@pytest.fixture
def home(parley_home: Path, trained_home: Path) -> Path:
    """A home with the toy corpus and the toy model, for a test of its own."""
    for part in ("models", "corpora"):
        shutil.copytree(trained_home / part, parley_home / part)
    return parley_home


@pytest.fixture
def answered(home: Path) -> Path:
    """Responses of the toy model, everything at hand."""
    return responses_of_pt(home)


@pytest.mark.torch
def test_perplexity_is_that_of_the_references_per_piece_and_per_word(answered):
    found = score(answered).domains["toy"]

    model, tokenizer, template = load_model(answered.parents[1] / "models" / "pt", device="cpu")
    rows = list(read_responses(answered))
    encoder = Encoder(tokenizer=tokenizer, template=template)
    encoded = [encoder.pair(encoder.source(template.source(row.context, {})), row.reference or "") for row in rows]
    loss = sum(each.negative_log for each in likelihoods(model, encoded, pad=0))
    # Per piece with the end mark; per word the same sum over words and one end for each reply.
    assert found["perplexity_per_piece"].value == pytest.approx(
        math.exp(loss / sum(len(row.target) for row in encoded))
    )
    assert found["perplexity_per_word"].value == pytest.approx(
        math.exp(loss / sum(words(row.reference or "") + 1 for row in rows))
    )


@pytest.mark.torch
def test_a_model_that_uses_its_input_is_worse_in_another_context(answered):
    scores = score(answered)

    found = scores.domains["toy"]
    assert (found["context_use"].value or 0) > 1.1
    assert found["perplexity_shuffled"].value == pytest.approx(
        (found["context_use"].value or 0) * (found["perplexity_per_piece"].value or 0)
    )
    assert (found["f1"].value or 0) > 1.1 * (found["f1_shuffled"].value or 1)
    assert scores.warnings == ()


@pytest.mark.torch
def test_what_stands_word_for_word_in_training_is_counted_and_taken_out(home):
    # What is said last in a toy dialogue is said in training too; with two words more it is not.
    dialogues = [
        replace(each, turns=(*each.turns[:-1], replace(each.turns[-1], text=f"{each.turns[-1].text} oh yes ! ")))
        for each in read_dialogues(home / "corpora" / "toy", "test")
    ]
    write_dialogues(home / "corpora" / "longer", dialogues)

    found = score(responses_of_pt(home, corpus="longer")).domains["toy"]

    assert found["references_seen"].value == pytest.approx(4 / 5)
    assert 0 < (found["replies_seen"].value or 0) <= 1
    # What the model may have by heart is easier.
    assert (found["perplexity_per_word_unseen"].value or 0) > (found["perplexity_per_word"].value or 0)


@pytest.mark.torch
def test_the_batch_size_changes_no_score(answered):
    one, many = (score(answered, batch_size=size).as_json() for size in (1, 64))

    for metric, value in one["domains"]["toy"].items():
        if metric != "n" and value["value"] is not None:
            assert value["value"] == pytest.approx(many["domains"]["toy"][metric]["value"], rel=1e-4), metric


@pytest.mark.torch
def test_a_model_trained_anew_is_not_taken_for_the_one_that_answered(answered):
    weights = answered.parents[1] / "models" / "pt" / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")

    found = score(answered).domains["toy"]

    assert found["perplexity_per_piece"] == Score(None, reason="the model pt is no longer the one that answered")
    assert found["f1"].value is not None


@pytest.mark.torch
def test_a_training_corpus_that_has_changed_or_gone_is_said_to_have(answered):
    corpus = answered.parents[1] / "corpora" / "toy"
    toy_corpus(answered.parents[1], train=23)
    changed = score(answered).domains["toy"]
    shutil.rmtree(corpus)
    gone = score(answered).domains["toy"]

    assert changed["replies_seen"].reason == "the training corpus toy has changed since"
    assert gone["references_seen"].reason == "the training corpus toy is not at hand"


@pytest.mark.torch
def test_forced_traits_are_what_the_perplexity_is_under(home):
    """Perplexity is that of the system as it was told, not of the speaker as it is."""
    measured = [
        score(responses_of_pt(home, to=to, setting=setting)).domains["toy"]["perplexity_per_piece"].value
        for to, setting in (("plain", {}), ("forced", {"openness": "high"}))
    ]

    assert measured[0] != measured[1]


@pytest.mark.torch
def test_scores_are_given_again_on_unseen_references_and_unseen_personas(home):
    """Two of the four test dialogues get a persona from training, and one turn is made new."""
    seen = next(read_dialogues(home / "corpora" / "toy", "train")).speakers
    dialogues = [
        replace(each, speakers=seen) if number < 2 else each
        for number, each in enumerate(read_dialogues(home / "corpora" / "toy", "test"))
    ]
    write_dialogues(home / "corpora" / "mixed", dialogues)

    scores = score(responses_of_pt(home, corpus="mixed"))

    assert scores.counts["toy"]["responses"] == 20
    assert scores.unseen_counts["unseen_personas"]["toy"] == 10
    assert scores.unseen["unseen_personas"]["toy"]["f1"].value is not None
    # Everything that is said in the toy corpus is said in its training part, too.
    assert scores.unseen_counts["unseen_references"] == {}


@pytest.mark.torch
def test_home_is_where_the_model_learned_and_away_is_dearer(home):
    away = [
        replace(each, id=each.id.replace("toy/", "away/"), turns=tuple(reversed(each.turns)))
        for each in read_dialogues(home / "corpora" / "toy", "test")
    ]
    turned = [
        replace(each, turns=tuple(replace(turn, speaker=place % 2) for place, turn in enumerate(each.turns)))
        for each in away
    ]
    write_dialogues(home / "corpora" / "both", [*read_dialogues(home / "corpora" / "toy", "test"), *turned])

    both, alone = score(responses_of_pt(home, to="both", corpus="both")), score(responses_of_pt(home))

    assert both.home_domains == ("toy",)
    assert (both.home["perplexity_per_word"].value or 0) > 1.0
    assert (both.home["f1"].low or 0) < (both.home["f1"].value or 0) < (both.home["f1"].high or 0)
    assert alone.home["f1"].reason == "every domain is home: nothing to compare"


def test_a_table_becomes_csv_and_latex_with_every_name_made_harmless(tmp_path):
    scores = scored(tmp_path, [replace(each, system="=p_t & co") for each in RIGHT])

    rows = list(csv.DictReader(io.StringIO(as_csv([scores]))))
    latex = as_latex([scores])

    f1 = [row for row in rows if row["metric"] == "f1" and row["domain"] == "toy"]
    assert f1 == [
        {
            "system": "'=p_t & co", "parameters": "", "subset": "all", "domain": "toy", "metric": "f1",
            "responses": "16", "value": "1.0", "low": "1.0", "high": "1.0", "reason": "",
        }
    ]  # fmt: skip
    assert "=p\\_t \\& co" in latex
    assert "F1 & 1.000 \\\\" in latex
    assert latex.count("{") == latex.count("}")


def test_an_endpoint_tells_no_perplexity(tmp_path):
    write_responses(tmp_path, RIGHT)
    write_manifest(
        tmp_path, command="respond", now=NOW, settings={"model": "openai:gpt"}, inputs={}, results={"caveats": ["cut"]}
    )

    scores = score(tmp_path)

    assert scores.domains["all"]["context_use"].reason.startswith("an endpoint does not tell")
    assert scores.caveats == ("cut",)
