"""`filter_corpus`: real files, survival rates, the control arm, and what it refuses."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from generation.corpus.dialogues import Dialogue, read_dialogues, write_dialogues
from generation.corpus.manifest import digest_of, write_manifest
from generation.labels.labelling import read_labels, write_labels
from generation.offline.labelling import label
from tests.builders import BAKER, SKIER, a_dialogue
from tests.cast import NOW

LEAKING = ("i like to ski .", "oh , i do as well .")


def a_corpus(home: Path, dialogues: list[Dialogue], name: str = "talks") -> Path:
    folder = home / "corpora" / name
    write_dialogues(folder, dialogues)
    return folder


def ten(home: Path, *, leaking: int = 4) -> Path:
    """Ten dialogues, of which the first ones leak; the last two are of the validation split."""
    return a_corpus(
        home,
        [
            a_dialogue(
                number,
                corpus="talks",
                split="train" if number < 8 else "validation",
                texts=LEAKING if number < leaking else (f"hello number {number} .", "i have two dogs ."),
                source=f"personachat/train/{number:05}",
            )
            for number in range(10)
        ],
    )


def filtered(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("filter_corpus", *words, "--json", "--quiet", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def refusal(*words: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        filtered(*words)
    return caught.value.returncode, str(caught.value)


def ids(folder: Path) -> list[str]:
    return [dialogue.id for dialogue in read_dialogues(folder)]


def test_what_leaks_too_much_is_left_out_and_kept_apart(parley_home):
    ten(parley_home)

    result = filtered("talks", "--to", "clean", "--max-leak", "0.2")

    clean = parley_home / "corpora" / "clean"
    assert result["filters"] == [{"filter": "leakage", "threshold": 0.2, "screened": 10, "passed": 6, "rate": 0.6}]
    assert (result["dialogues"], result["dropped"], result["splits"]) == (6, 4, {"train": 4, "validation": 2})
    kept = list(read_dialogues(clean))
    assert kept == [
        each for each in read_dialogues(parley_home / "corpora" / "talks") if each.turns[0].text != LEAKING[0]
    ]
    rejected = [json.loads(line) for line in (clean / "rejected.jsonl").read_text().splitlines()]
    assert [(line["dialogue"]["id"], line["reason"]) for line in rejected] == [
        (f"talks/train/{number:05}", "1.00 is over 0.2") for number in range(4)
    ]


def test_the_manifest_says_what_was_filtered_by_what(parley_home):
    folder = ten(parley_home)
    write_manifest(
        folder,
        command="generate",
        now=NOW,
        settings={},
        inputs={},
        results={"author": "mock", "caveats": ["made up"]},
    )

    filtered("talks", "--to", "clean", "--filters", "default", "--filter", "leakage=0.1")

    manifest = json.loads((parley_home / "corpora" / "clean" / "manifest.json").read_text())
    thresholds = {"leakage": 0.1, "copying": 0.3, "repetition": 0.15, "duplicates": 0.5}
    assert manifest["settings"] == {"corpus": "talks", "filters": thresholds}
    assert (manifest["results"]["author"], manifest["results"]["caveats"]) == ("mock", ["made up"])
    assert [row["filter"] for row in manifest["results"]["filters"]] == list(thresholds)
    assert list(manifest["inputs"]) == ["corpus"]


def test_labels_go_along_for_the_personas_that_are_left(parley_home):
    other = ("i am afraid of cats.",)
    folder = a_corpus(
        parley_home,
        [
            a_dialogue(1, corpus="talks", texts=("hello .", "hi .")),
            a_dialogue(2, corpus="talks", personas=(other, SKIER), texts=LEAKING),
        ],
    )
    write_labels(folder, [label(each) for each in (BAKER, SKIER, other)])

    filtered("talks", "--to", "clean", "--max-leak", "0")

    assert {each.persona for each in read_labels(parley_home / "corpora" / "clean").values()} == {BAKER, SKIER}


def test_run_again_it_does_the_same_and_with_another_threshold_it_is_refused(parley_home):
    ten(parley_home)
    clean = parley_home / "corpora" / "clean"
    filtered("talks", "--to", "clean", "--max-leak", "0.2")
    first = (clean / "dialogues.jsonl").read_bytes()

    filtered("talks", "--to", "clean", "--max-leak", "0.2")
    code, message = refusal("talks", "--to", "clean", "--max-leak", "1")

    assert (clean / "dialogues.jsonl").read_bytes() == first
    assert (code, "holds other dialogues already" in message) == (2, True)
    assert sorted(path.name for path in clean.iterdir()) == ["dialogues.jsonl", "manifest.json", "rejected.jsonl"]


def test_the_control_arm_drops_as_many_in_each_split_by_lot(parley_home):
    ten(parley_home, leaking=4)
    filtered("talks", "--to", "clean", "--max-leak", "0.2")

    result = filtered("talks", "--to", "control", "--random", "clean", "--seed", "3")
    again = filtered("talks", "--to", "control-again", "--random", "clean", "--seed", "3")
    other = filtered("talks", "--to", "control-other", "--random", "clean", "--seed", "4")

    assert [each["splits"] for each in (result, again, other)] == [{"train": 4, "validation": 2}] * 3
    control, same, another = (
        ids(parley_home / "corpora" / name) for name in ("control", "control-again", "control-other")
    )
    assert control == same != another
    rejected = (parley_home / "corpora" / "control" / "rejected.jsonl").read_text().splitlines()
    assert {json.loads(line)["reason"] for line in rejected} == {"drawn by lot"}


def test_every_dialogue_is_as_likely_to_go(parley_home):
    ten(parley_home)
    kept: dict[str, int] = {}

    for seed in range(60):
        filtered("talks", "--to", f"lot-{seed}", "--random", "5", "--seed", str(seed))
        for identifier in ids(parley_home / "corpora" / f"lot-{seed}"):
            kept[identifier] = kept.get(identifier, 0) + 1

    # 30 of 60 expected for each; four standard deviations of a binomial (60, 1/2) are 15.5.
    assert sum(kept.values()) == 300
    assert len(kept) == 10
    assert all(15 <= count <= 45 for count in kept.values())


def test_pairs_that_wait_for_their_dialogue_pass(parley_home):
    a_corpus(parley_home, [a_dialogue(1, corpus="talks", texts=()), a_dialogue(2, corpus="talks", texts=LEAKING)])

    result = filtered("talks", "--to", "clean", "--max-leak", "0.2")

    assert ids(parley_home / "corpora" / "clean") == ["talks/train/00001"]
    assert result["filters"][0]["screened"] == 1


def test_of_near_duplicates_the_first_stays(parley_home):
    a_corpus(parley_home, [a_dialogue(number, corpus="talks") for number in range(3)])

    filtered("talks", "--to", "clean", "--filter", "duplicates=0.9")

    assert ids(parley_home / "corpora" / "clean") == ["talks/train/00000"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("talks", "--to", "clean"), "no filter is named"),
        (("talks", "--to", "talks", "--max-leak", "0.2"), "choose another name"),
        (("nobody", "--to", "clean", "--max-leak", "0.2"), "no 'nobody' in"),
        (("talks", "--to", "clean", "--filter", "traits=0.5"), "critics ask a model, and work in generate alone"),
        (("talks", "--to", "clean", "--filters", "none.toml"), "cannot read none.toml"),
        (("talks", "--to", "clean", "--random", "11"), "expected at most 10, as many as there are, got 11"),
        (("talks", "--to", "clean", "--random", "2", "--max-leak", "0.2"), "so --max-leak cannot be chosen"),
        (("talks/test", "--to", "clean", "--max-leak", "0.2"), "has no dialogues"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing_behind(parley_home, words, says):
    ten(parley_home)

    code, message = refusal(*words)

    assert (code, says in message) == (2, True), message
    assert not (parley_home / "corpora" / "clean").exists()


def test_a_corpus_that_is_no_part_of_the_other_is_no_measure_for_the_lot(parley_home):
    ten(parley_home)
    a_corpus(parley_home, [a_dialogue(number, split="test") for number in range(3)], "others")

    code, message = refusal("talks", "--to", "clean", "--random", "others")

    assert (code, "others is not what is left of talks" in message) == (2, True)


def test_a_corpus_out_of_order_is_refused(parley_home):
    folder = ten(parley_home)
    lines = (folder / "dialogues.jsonl").read_text().splitlines(keepends=True)
    (folder / "dialogues.jsonl").write_text("".join(lines[::-1]))

    code, message = refusal("talks", "--to", "clean", "--max-leak", "1")

    assert code == 2
    assert "expected dialogues sorted by id, but talks/validation/00008 comes after talks/validation/00009" in message


@pytest.mark.data
def test_the_leakage_experiments_two_arms_on_real_dialogues(parley_home, shared_data):
    file = shared_data / "synthetic-persona-chat" / "valid.csv.gz"
    call_command("import_personachat", str(file), "--to", "synthetic", "--quiet", stdout=StringIO())

    clean = filtered("synthetic", "--to", "clean", "--max-leak", "0.25")
    control = filtered("synthetic", "--to", "control", "--random", "clean")

    # About two thirds of the LLM's dialogues leak no more than a quarter of their first mentions.
    assert clean["filters"][0]["rate"] == pytest.approx(0.64, abs=0.03)
    assert control["splits"] == clean["splits"]


def test_flagged_dialogues_are_left_out_unless_they_were_written_anew_since(parley_home, tmp_path):
    source = ten(parley_home)
    first, second, *_ = list(read_dialogues(source))
    flags = [
        {"dialogue": first.id, "digest": digest_of(first.as_json()), "reason": "leak"},
        {"dialogue": first.id, "reason": "unnatural"},
        {"dialogue": second.id, "digest": "of what it was before"},
        {"dialogue": "talks/train/00099"},
    ]
    file = tmp_path / "flags.jsonl"
    file.write_text("".join(json.dumps(flag) + "\n" for flag in flags), encoding="utf-8")

    found = filtered("talks", "--to", "kept", "--drop", str(file))

    kept = parley_home / "corpora" / "kept"
    assert (found["dialogues"], found["dropped"]) == (9, 1)
    assert ids(kept) == [each for each in ids(source) if each != first.id]
    (rejected,) = (kept / "rejected.jsonl").read_text(encoding="utf-8").splitlines()
    assert "flagged: leak" in rejected


def test_a_file_of_flags_is_checked_before_anything_is_written(parley_home, tmp_path):
    ten(parley_home)
    file = tmp_path / "flags.jsonl"
    file.write_text('{"dialogue": "talks/train/00000"}\n["talks/train/00001"]\n', encoding="utf-8")

    assert refusal("talks", "--to", "kept", "--drop", str(file)) == (
        2,
        "flags.jsonl:2: expected an object that names a dialogue",
    )
    assert "there is no such file" in refusal("talks", "--to", "kept", "--drop", str(tmp_path / "none"))[1]
    assert "--max-leak cannot be chosen" in refusal("talks", "--to", "x", "--drop", str(file), "--max-leak", "0.2")[1]
    assert not (parley_home / "corpora" / "kept").exists()
