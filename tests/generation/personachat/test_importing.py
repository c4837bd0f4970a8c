"""From files to the dialogues of a corpus."""

from pathlib import Path

import pytest

from generation.corpus.dialogues import BadLine, Dialogue, Speaker, Turn
from generation.personachat.importing import NothingImported, import_personachat
from generation.personachat.parallel import NotParallel, parallel_to
from tests.builders import a_dialogue
from tests.generation.personachat.builders import ADA, BO, TEXTS, a_file, fbdialog, hub_row, synthetic

BROKEN = "1 your persona: i ski.\n2 no reply\n"


def test_a_dialogue_gets_its_id_from_corpus_split_and_place(tmp_path):
    file = a_file(tmp_path / "valid.txt", fbdialog() * 2)

    imported = import_personachat(files=[file], name="human", split="validation")

    assert imported.dialogues[1] == Dialogue(
        id="human/validation/00001",
        split="validation",
        speakers=(Speaker(ADA), Speaker(BO)),
        turns=tuple(Turn(place % 2, text) for place, text in enumerate(TEXTS)),
    )


def test_without_a_word_of_it_the_split_is_train(tmp_path):
    (dialogue,) = import_personachat(files=[a_file(tmp_path / "a.txt", fbdialog())], name="human").dialogues

    assert (dialogue.id, dialogue.split) == ("human/train/00000", "train")


def test_several_files_are_counted_on(tmp_path):
    files = [a_file(tmp_path / f"{number}.txt", fbdialog() * 2) for number in range(2)]

    imported = import_personachat(files=files, name="human")

    assert [dialogue.id[-5:] for dialogue in imported.dialogues] == ["00000", "00001", "00002", "00003"]


def test_the_splits_of_a_file_are_kept_or_laid_end_to_end(tmp_path):
    rows = [hub_row(texts=(f"hi {n}", "hello", "ok", "bye")) for n in range(3)]
    file = a_file(tmp_path / "hub.json", {"train": rows[:2], "valid": rows[2:]})

    as_it_says = import_personachat(files=[file], name="hub")
    as_one = import_personachat(files=[file], name="hub", split="test")

    assert [each.id for each in as_it_says.dialogues] == ["hub/train/00000", "hub/train/00001", "hub/validation/00000"]
    assert [each.id for each in as_one.dialogues] == ["hub/test/00000", "hub/test/00001", "hub/test/00002"]


def test_a_bad_row_is_refused_with_file_and_line(tmp_path):
    file = a_file(tmp_path / "valid.txt", fbdialog() + BROKEN + fbdialog())

    with pytest.raises(BadLine, match=r"valid\.txt:8: expected two utterances parted by a TAB, got 'no reply'"):
        import_personachat(files=[file], name="human")


def test_or_skipped_counted_and_listed_and_leaves_a_gap(tmp_path):
    file = a_file(tmp_path / "valid.txt", fbdialog() + BROKEN + fbdialog())

    imported = import_personachat(files=[file], name="human", skip_bad=True)

    assert [dialogue.id for dialogue in imported.dialogues] == ["human/train/00000", "human/train/00002"]
    assert imported.rows == 3
    assert imported.as_json()["skipped"] == [
        {"file": "valid.txt", "line": 8, "problem": "expected two utterances parted by a TAB, got 'no reply'"}
    ]


def test_two_views_of_a_dialogue_in_the_hubs_json_are_one_with_both_personas(tmp_path):
    ada = hub_row(personality=ADA, texts=("__SILENCE__", *TEXTS[:3]))
    file = a_file(tmp_path / "hub.json", {"train": [hub_row(), hub_row(texts=("a", "b", "c", "d")), ada]})

    imported = import_personachat(files=[file], name="hub")

    assert imported.mirrored == 1
    assert imported.dialogues[0].speakers == (Speaker(ADA), Speaker(BO))
    assert imported.as_json()["speakers_without_persona"] == 1
    assert [dialogue.id for dialogue in imported.dialogues] == ["hub/train/00000", "hub/train/00001"]


def test_two_views_in_two_files_are_one_too(tmp_path):
    ada = fbdialog(your=ADA, partners=BO, texts=("__SILENCE__", TEXTS[0], TEXTS[1], TEXTS[2]))
    files = [a_file(tmp_path / "a.txt", fbdialog()), a_file(tmp_path / "b.txt", ada)]

    imported = import_personachat(files=files, name="human")

    assert (len(imported.dialogues), imported.mirrored) == (1, 1)
    assert imported.dialogues[0].speakers == (Speaker(ADA), Speaker(BO))


def test_what_was_put_right_is_counted(tmp_path):
    lines = ("[Later]", "User 1: Hi!", "User 1: You?", "User 2: Hello.")
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, BO, lines), (ADA, BO, lines)))

    counts = import_personachat(files=[file], name="spc").as_json()

    assert (counts["stage_directions_dropped"], counts["turns_joined"], counts["turns"]) == (2, 2, 4)


def test_a_parallel_dialogue_has_its_twins_split_and_origin(tmp_path):
    twin = a_dialogue(5, personas=(ADA, BO), split="validation", source="older/train/00001")
    index = Path(a_file(tmp_path / "index.tsv", "0\t5\tfirst\n"))
    file = a_file(tmp_path / "valid.csv", synthetic((ADA, BO, ("User 1: Hi!", "User 2: Hello."))))

    (dialogue,) = import_personachat(files=[file], name="spc", parallel=parallel_to("human", [twin], index)).dialogues

    assert (dialogue.id, dialogue.split, dialogue.source) == (
        "spc/validation/00000",
        "validation",
        "older/train/00001",
    )


def test_a_row_without_a_twin_is_a_bad_row(tmp_path):
    index = Path(a_file(tmp_path / "index.tsv", "0\t5\tfirst\n"))
    parallel = parallel_to("human", [a_dialogue(5, personas=(ADA, BO))], index)
    record = (ADA, BO, ("User 1: Hi!", "User 2: Hello."))
    file = a_file(tmp_path / "valid.csv", synthetic(record, record))

    with pytest.raises(BadLine, match=r"row 1 is not in index\.tsv"):
        import_personachat(files=[file], name="spc", parallel=parallel)
    imported = import_personachat(files=[file], name="spc", parallel=parallel, skip_bad=True)

    assert (len(imported.dialogues), len(imported.skipped)) == (1, 1)


def test_an_index_counts_the_rows_of_one_file(tmp_path):
    parallel = parallel_to("human", [a_dialogue(5)], Path(a_file(tmp_path / "index.tsv", "0\t5\tfirst\n")))

    with pytest.raises(NotParallel, match="--parallel takes one, got 2"):
        import_personachat(files=["a", "b"], name="spc", parallel=parallel)


def test_nothing_but_bad_rows_is_no_corpus(tmp_path):
    file = a_file(tmp_path / "valid.txt", BROKEN)

    with pytest.raises(NothingImported, match=r"no dialogue in .*valid\.txt; 1 bad rows"):
        import_personachat(files=[file], name="human", skip_bad=True)
