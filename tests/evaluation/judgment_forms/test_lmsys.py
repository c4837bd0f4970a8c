import json

import pytest

from evaluation.results.judgments_file import read_judgments
from generation.corpus.dialogues import BadLine


def a_vote(winner="model_a", **words):
    return {
        "question_id": 81,
        "model_a": "pt",
        "model_b": "p",
        "winner": winner,
        "judge": "expert_0",
        "turn": 1,
    } | words


def votes_in(folder, *votes, name="votes.jsonl"):
    path = folder / name
    path.write_text("".join(f"{json.dumps(vote)}\n" for vote in votes) if name.endswith("l") else json.dumps(votes))
    return path


def test_every_winner_is_a_choice(tmp_path):
    winners = ("model_a", "model_b", "tie", "tie (bothbad)")

    rows = read_judgments(votes_in(tmp_path, *(a_vote(each, judge=f"author_{each}") for each in winners)))

    assert [row.choice for row in rows] == ["pt", "p", "tie", "both_bad"]
    assert {(row.context, row.cluster, row.displayed_left, row.criterion) for row in rows} == {
        ("81#1", "81", "pt", "preference")
    }


def test_an_array_is_the_same_as_lines(tmp_path):
    votes = [a_vote(), a_vote("tie", question_id="abc", turn=None, tstamp=1682351591.13)]

    rows = read_judgments(votes_in(tmp_path, *votes, name="votes.json"))

    assert rows == read_judgments(votes_in(tmp_path, *votes))
    assert (rows[1].context, rows[1].submitted_at) == ("abc", "2023-04-24T15:53:11+00:00")


@pytest.mark.parametrize(
    ("judge", "annotator", "kind"),
    [
        ("expert_0", "expert_0", "human"),
        ("arena_user_973", "arena_user_973", "human"),
        ("gpt-4", "gpt-4", "llm"),
        ("claude-v1", "claude-v1", "llm"),
        (["my-model", "pair-v2"], "my-model pair-v2", "llm"),
    ],
)
def test_people_and_models_are_told_apart(tmp_path, judge, annotator, kind):
    (row,) = read_judgments(votes_in(tmp_path, a_vote(judge=judge)))

    assert (row.annotator, row.annotator_kind) == (annotator, kind)


@pytest.mark.parametrize(
    ("vote", "expected"),
    [
        (a_vote("model_c"), "votes.jsonl:2: winner: expected one of 'model_a', 'model_b', 'tie', 'tie (bothbad)'"),
        (a_vote(model_b=None), "votes.jsonl:2: model_b: expected text, got None"),
        (a_vote(question_id=None), "votes.jsonl:2: question_id: expected a value, got nothing"),
        (a_vote(judge=None), "votes.jsonl:2: annotator: expected a value, got nothing"),
        (a_vote("model_b"), "votes.jsonl:2: contradicts line 1: of context '81#1' under 'preference', 'expert_0'"),
        (a_vote(tstamp=1e300), "votes.jsonl:2: tstamp: expected seconds since 1970"),
    ],
)
def test_a_broken_vote_is_refused_with_its_line(tmp_path, vote, expected):
    with pytest.raises(BadLine) as error:
        read_judgments(votes_in(tmp_path, a_vote(), vote))

    assert str(error.value).startswith(expected)


def test_an_array_that_is_cut_off_is_refused_where_it_ends(tmp_path):
    path = tmp_path / "votes.json"
    path.write_text(f"[{json.dumps(a_vote())},\n{json.dumps(a_vote(judge='b'))}\n")

    with pytest.raises(BadLine, match=r"votes.json:3: not JSON: expected ',' or '\]', got 'the end of the file'"):
        read_judgments(path)
