import json

import pytest

from evaluation.results.judgments_file import read_judgments
from generation.corpus.dialogues import BadLine
from tests.evaluation.stats.builders import a_judgment


def a_task(number=1, *answers, **data):
    """A task with one annotation for each of `answers`: (annotator, result)."""
    return {
        "id": number,
        "data": {"context": f"talk {number}", "text1": "hi !", "text2": "hello .", **data},
        "annotations": [
            {
                "id": 100 * number + place,
                "completed_by": who,
                "was_cancelled": False,
                "lead_time": 12.5,
                "created_at": "2026-01-31T09:00:00Z",
                "result": [result] if result else [],
            }
            for place, (who, result) in enumerate(answers)
        ],
        "predictions": [],
    }


def side(selected, name="naturalness"):
    return {"from_name": name, "to_name": "text1,text2", "type": "pairwise", "value": {"selected": selected}}


def words(said, name="naturalness"):
    return {"from_name": name, "to_name": "text1", "type": "choices", "value": {"choices": [said]}}


def an_export(folder, *tasks):
    path = folder / "export.json"
    path.write_text("[\n" + ",\n".join(json.dumps(task) for task in tasks) + "\n]\n")
    return path


def test_the_side_selected_is_the_system_that_stood_there(tmp_path):
    path = an_export(tmp_path, a_task(1, (3, side("left")), (4, side("right")), model_a="pt", model_b="p"))

    shared = {
        "context": "talk 1",
        "displayed_left": "pt",
        "seconds": 12.5,
        "submitted_at": "2026-01-31T09:00:00Z",
    }
    assert read_judgments(path) == [
        a_judgment("pt", annotator="user 3", **shared),
        a_judgment("p", annotator="user 4", **shared),
    ]


def test_systems_that_are_not_named_are_the_objects_that_were_compared(tmp_path):
    path = an_export(tmp_path, a_task(1, (3, side("right"))))

    (row,) = read_judgments(path)
    assert (row.first, row.second, row.choice) == ("text1", "text2", "text2")


def test_a_tie_is_a_choice_beside_the_pair_and_other_questions_are_passed_over(tmp_path):
    path = an_export(
        tmp_path,
        a_task(1, (3, words("Tie")), (4, words("Both bad")), (5, words("rude")), model_a="pt", model_b="p"),
    )

    assert [(row.annotator, row.choice) for row in read_judgments(path)] == [("user 3", "tie"), ("user 4", "both_bad")]


def test_skipped_annotations_and_empty_ones_are_no_judgments_and_addresses_are_not_kept(tmp_path):
    task = a_task(1, (3, side("left")), ({"id": 4, "email": "ada@example.org"}, side("left")), (5, None))
    task["annotations"][0]["was_cancelled"] = True

    assert [row.annotator for row in read_judgments(an_export(tmp_path, task))] == ["user 4"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda task: task.update(data=[]), "task 2: expected an object in 'data' and a list in 'annotations'"),
        (
            lambda task: task["annotations"][0]["result"][0]["value"].update(selected="middle"),
            "task 2: naturalness: expected 'left' or 'right' as selected, got 'middle'",
        ),
        (
            lambda task: task["annotations"][0]["result"][0].update(to_name="text1"),
            "task 2: expected two objects in to_name or two systems in data, got 'text1'",
        ),
        (
            lambda task: task["annotations"].append(a_task(2, (3, side("right")))["annotations"][0]),
            "contradicts line 3: of context 'talk 2' under 'naturalness', 'user 3' chose 'text1' there and 'text2'",
        ),
    ],
)
def test_a_broken_task_is_refused_with_the_line_it_begins_on(tmp_path, change, expected):
    good, broken = a_task(1, (3, side("left"))), a_task(2, (3, side("left")))
    change(broken)

    with pytest.raises(BadLine) as error:
        read_judgments(an_export(tmp_path, good, broken))

    assert str(error.value).startswith(f"export.json:3: {expected}")
