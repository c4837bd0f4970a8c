"""The file of responses: strict in content, generous in form."""

import json
from pathlib import Path
from typing import Any

import pytest

from generation.corpus.dialogues import BadLine, Turn
from training.data.responses import (
    Context,
    Given,
    Response,
    ResponsesMissing,
    cluster_of,
    read_responses,
    response_from_json,
    write_responses,
)

WHOLE = Response(
    system="pt-tiny",
    context=Context(
        id="personachat/test/00003#3",
        cluster="personachat/test/00003",
        domain="personachat",
        speaker=1,
        persona=("i like to ski.",),
        traits={"extraversion": "low"},
        turns=(Turn(0, "hi"), Turn(1, "hello, how are you?"), Turn(0, "fine!")),
        partner_persona=("i bake bread.",),
    ),
    given=Given(persona=True, traits={"extraversion": "low"}),
    text="glad to hear it.",
    reference="good .",
)


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "theirs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_line_is_as_the_format_states():
    assert WHOLE.as_json() == {
        "format": 1,
        "system": "pt-tiny",
        "context": {
            "id": "personachat/test/00003#3",
            "cluster": "personachat/test/00003",
            "domain": "personachat",
            "speaker": 1,
            "persona": ["i like to ski."],
            "traits": {"extraversion": "low"},
            "partner_persona": ["i bake bread."],
            "turns": [
                {"speaker": 0, "text": "hi"},
                {"speaker": 1, "text": "hello, how are you?"},
                {"speaker": 0, "text": "fine!"},
            ],
        },
        "given": {"persona": True, "traits": {"extraversion": "low"}},
        "response": "glad to hear it.",
        "reference": "good .",
    }


def test_what_is_written_is_read_back(tmp_path):
    assert write_responses(tmp_path, [WHOLE]) == 1

    assert list(read_responses(tmp_path)) == [WHOLE]


def test_an_outside_system_may_bring_an_id_and_plain_turns(tmp_path):
    path = written(
        tmp_path, {"system": "theirs", "context": {"id": "d1#2", "turns": ["hi", "hello"]}, "response": "ok"}
    )

    (response,) = read_responses(path)

    assert response.context == Context(
        id="d1#2",
        cluster="d1",
        domain="default",
        speaker=0,
        persona=(),
        traits={},
        turns=(Turn(0, "hi"), Turn(1, "hello")),
    )
    assert (response.text, response.reference, response.given) == ("ok", None, Given())


def test_plain_turns_alternate_and_the_last_is_the_partners(tmp_path):
    path = written(
        tmp_path, {"system": "theirs", "context": {"id": "d1", "turns": ["hi", "hello", "so?"]}, "response": ""}
    )

    (response,) = read_responses(path)

    assert (response.context.speaker, response.context.turns[-1].speaker) == (1, 0)


def test_whoever_did_not_speak_last_answers(tmp_path):
    turns = [{"speaker": 1, "text": "hi"}, {"speaker": 0, "text": "hello"}, {"speaker": 0, "text": "anybody?"}]

    (response,) = read_responses(
        written(tmp_path, {"system": "theirs", "context": {"id": "d1", "turns": turns}, "response": "yes"})
    )

    assert response.context.speaker == 1


def test_a_file_of_one_system_need_not_name_it_on_each_line(tmp_path):
    path = written(tmp_path, {"context": {"id": "d1#1", "turns": ["hi"]}, "response": "hello"})

    assert [each.system for each in read_responses(path, default_system="theirs")] == ["theirs"]
    with pytest.raises(BadLine, match=r"theirs\.jsonl:1: 'system' is missing"):
        list(read_responses(path))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "expected format 1, got 2"),
        ({"system": " "}, "'system' is missing"),
        ({"response": None}, "response: expected a string, got None"),
        ({"reference": 7}, "reference: expected a string or null, got 7"),
        ({"given": "all"}, "given: expected an object"),
        ({"given": {"traits": {"charm": "high"}}}, "given.traits: unknown trait 'charm'"),
        ({"context": "d1"}, "context: expected an object with an id and turns"),
        ({"context": {"turns": ["hi"]}}, "context.id: expected a non-empty string, got None"),
        ({"context": {"id": "d1", "turns": []}}, "context.turns: expected at least one turn"),
        ({"context": {"id": "d1", "turns": [7]}}, r"context.turns\[0\]: expected a string, or an object"),
        ({"context": {"id": "d1", "turns": ["hi"], "speaker": 2}}, "context.speaker: expected 0 or 1, got 2"),
        ({"context": {"id": "d1", "turns": ["hi"], "persona": "x"}}, "context.persona: expected a list of sentences"),
        ({"context": {"id": "d1", "turns": ["hi"], "traits": {"openness": "some"}}}, "unknown level 'some'"),
    ],
)
def test_a_line_that_breaks_the_format_is_refused_with_the_reason(change, problem):
    with pytest.raises(ValueError, match=problem):
        response_from_json({**WHOLE.as_json(), **change})


def test_a_bad_line_is_named_by_file_and_number(tmp_path):
    path = written(tmp_path, WHOLE.as_json(), ["not", "an", "object"])

    with pytest.raises(BadLine, match=r"theirs\.jsonl:2: expected a JSON object, got list"):
        list(read_responses(path))


def test_a_context_answered_twice_by_one_system_is_refused(tmp_path):
    path = written(tmp_path, WHOLE.as_json(), {**WHOLE.as_json(), "system": "p-tiny"}, WHOLE.as_json())

    with pytest.raises(
        BadLine, match=r"theirs\.jsonl:3: 'pt-tiny' answered 'personachat/test/00003#3' already, on line 1"
    ):
        list(read_responses(path))


def test_responses_that_are_not_there_are_said_to_be(tmp_path):
    with pytest.raises(ResponsesMissing, match=r"responses\.jsonl is not there"):
        list(read_responses(tmp_path))


def test_the_cluster_is_what_stands_before_the_turn():
    assert (cluster_of("a/b/1#7"), cluster_of("a/b/1"), cluster_of("a#b#7")) == ("a/b/1", "a/b/1", "a#b")
