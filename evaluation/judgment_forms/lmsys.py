"""Votes as LMSYS publishes them (Chatbot Arena, MT-Bench): JSON, one array or JSON lines.

    {"question_id": 81, "model_a": "pt", "model_b": "p", "winner": "model_a", "judge": "expert_0", "turn": 1}

A context is a question and its turn (`81#1`), so that the turns of one question are one cluster. A judge that is a list
(of a model and its prompt), or is named after a family of language models, is one: kinds never mix in a result.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from evaluation.judgment_forms.cells import Cells
from evaluation.judgment_forms.json_elements import objects_of
from evaluation.stats.data.rows import BOTH_BAD, TIE
from generation.corpus.dialogues import BadLine

WINNERS: Final = {"tie": TIE, "tie (bothbad)": BOTH_BAD, "both_bad": BOTH_BAD, "tie (inconsistent)": TIE}
CRITERION: Final = "preference"
_A_MODEL: Final = re.compile(r"(?:gpt|claude|gemini|llama|mistral|mixtral|qwen|deepseek|palm|command)[-_ \d]", re.I)
_NEEDED: Final = ("model_a", "model_b", "winner")


def read_lmsys(path: Path) -> Iterator[tuple[int, Cells]]:
    """The line each vote begins on, and its cells."""
    for line, vote in objects_of(path):
        try:
            yield line, _cells(vote)
        except ValueError as error:
            raise BadLine(path, line, str(error)) from error


def _cells(vote: Mapping[str, Any]) -> Cells:
    for name in _NEEDED:
        if not isinstance(vote.get(name), str):
            raise ValueError(f"{name}: expected text, got {vote.get(name)!r}")
    if vote.get("question_id") in (None, ""):
        raise ValueError("question_id: expected a value, got nothing")
    first, second, winner = vote["model_a"], vote["model_b"], vote["winner"]
    choice = {"model_a": first, "model_b": second}.get(winner) or WINNERS.get(winner)
    if choice is None:
        expected = ", ".join(repr(name) for name in ("model_a", "model_b", *WINNERS))
        raise ValueError(f"winner: expected one of {expected}; got {winner!r}")
    judge = vote.get("judge")
    model = isinstance(judge, list) or (isinstance(judge, str) and _A_MODEL.match(judge) is not None)
    question, turn = str(vote["question_id"]), vote.get("turn")
    return {
        "context": f"{question}#{turn}" if isinstance(turn, int) else question,
        "cluster": question,
        "annotator": " ".join(map(str, judge)) if isinstance(judge, list) else judge,
        "annotator_kind": "llm" if model else "human",
        "criterion": CRITERION,
        "choice": choice,
        "first": first,
        "second": second,
        "displayed_left": first,
        "submitted_at": _when(vote.get("tstamp")),
    }


def _when(stamp: object) -> str | None:
    if not isinstance(stamp, int | float) or isinstance(stamp, bool):
        return None
    try:
        return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"tstamp: expected seconds since 1970, got {stamp!r}") from error
