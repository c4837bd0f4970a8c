"""Exports of Label Studio, JSON: tasks with annotations whose results are of the tag `Pairwise`.

    [{"id": 17, "data": {"context": "talk 1", "model_a": "pt", "model_b": "p", "text1": "...", "text2": "..."},
      "annotations": [{"completed_by": 3, "lead_time": 12.5, "was_cancelled": false,
                       "result": [{"from_name": "naturalness", "to_name": "text1,text2", "type": "pairwise",
                                   "value": {"selected": "left"}}]}]}]

The tag's name is the criterion. Which systems stood left and right is told by a pair of fields of the task's data
(`SYSTEMS`); without one the two compared objects themselves are the systems, by their names in `to_name`. A `Choices`
tag answers too where its value is a side, a tie or one of the other words in `WORDS`; other tags are other questions,
and annotations that were skipped are passed over.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from evaluation.judgment_forms.cells import Cells
from evaluation.judgment_forms.json_elements import objects_of
from evaluation.stats.data.rows import BOTH_BAD, CANNOT_JUDGE, TIE
from generation.corpus.dialogues import BadLine

# Fields of a task's data that name the systems left and right, the first pair there counts.
SYSTEMS: Final = (
    ("first", "second"),
    ("model_a", "model_b"),
    ("system_a", "system_b"),
    ("model1", "model2"),
    ("system1", "system2"),
    ("left_model", "right_model"),
    ("left_system", "right_system"),
)
CONTEXTS: Final = ("context", "context_id", "question_id", "prompt_id", "id")
PASSED_ON: Final = ("cluster", "domain", "pair", "trait", "level", "is_check", "expected", "look")
WORDS: Final = {
    "left": "left",
    "right": "right",
    "tie": TIE,
    "equal": TIE,
    "about equal": TIE,
    "same": TIE,
    "both bad": BOTH_BAD,
    "both_bad": BOTH_BAD,
    "cannot judge": CANNOT_JUDGE,
    "cannot_judge": CANNOT_JUDGE,
    "can't tell": CANNOT_JUDGE,
}


def read_label_studio(path: Path) -> Iterator[tuple[int, Cells]]:
    """The line each task begins on, and the cells of every answer to it."""
    for line, task in objects_of(path):
        try:
            for answer in _answers(task):
                yield line, answer
        except (ValueError, TypeError, AttributeError) as error:
            raise BadLine(path, line, f"task {task.get('id')!r}: {error}") from error


def _answers(task: Mapping[str, Any]) -> Iterator[Cells]:
    data, annotations = task.get("data"), task.get("annotations")
    if not isinstance(data, dict) or not isinstance(annotations, list):
        raise ValueError("expected an object in 'data' and a list in 'annotations'")
    context = next((data[name] for name in CONTEXTS if data.get(name) not in (None, "")), task.get("id"))
    item = {"context": context} | {name: data[name] for name in PASSED_ON if name in data}
    for annotation in annotations:
        if annotation.get("was_cancelled"):
            continue
        for result in annotation.get("result") or ():
            said = _said(result)
            if said is None:
                continue
            left, right = _systems(data, str(result.get("to_name", "")))
            yield {
                **item,
                "annotator": _annotator(annotation),
                "criterion": result.get("from_name"),
                "choice": {"left": left, "right": right}.get(said, said),
                "first": left,
                "second": right,
                "displayed_left": left,
                "seconds": annotation.get("lead_time"),
                "submitted_at": annotation.get("created_at"),
            }


def _said(result: Mapping[str, Any]) -> str | None:
    """The side or the word that a result gives; None where it answers another kind of question."""
    value = result.get("value") or {}
    if result.get("type") == "pairwise":
        side = value.get("selected")
        if side not in ("left", "right"):
            raise ValueError(f"{result.get('from_name')}: expected 'left' or 'right' as selected, got {side!r}")
        return str(side)
    chosen = value.get("choices") if result.get("type") == "choices" else None
    return WORDS.get(str(chosen[0]).strip().lower()) if isinstance(chosen, list) and len(chosen) == 1 else None


def _systems(data: Mapping[str, Any], to_name: str) -> tuple[str, str]:
    for left, right in SYSTEMS:
        if data.get(left) and data.get(right):
            return str(data[left]), str(data[right])
    objects = [name.strip() for name in to_name.split(",")]
    if len(objects) != 2:
        raise ValueError(f"expected two objects in to_name or two systems in data, got {to_name!r}")
    return objects[0], objects[1]


def _annotator(annotation: Mapping[str, Any]) -> object:
    who = annotation.get("completed_by")
    # A whole user stands there in exports that expand it; the address is nobody's business.
    number = who.get("id") if isinstance(who, dict) else who
    return None if number is None else f"user {number}"
