"""`split_corpus` as it is typed."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.corpus.dialogues import read_dialogues, write_dialogues
from generation.corpus.manifest import digest_of_file, read_manifest
from generation.labels.labelling import read_labels
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.terminal import BAD_INPUT
from tests.builders import a_dialogue
from tests.generation.builders import a_pair, a_persona, pairs_corpus


@pytest.fixture
def home(parley_home: Path) -> Path:
    write_dialogues(
        parley_home / "corpora" / "human",
        [a_dialogue(n, personas=(a_persona(2 * n), a_persona(2 * n + 1))) for n in range(20)],
    )
    return parley_home


def split_corpus(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("split_corpus", *words, "--json", stdout=out, stderr=StringIO())
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def said(*words: str) -> list[str]:
    out = StringIO()
    call_command("split_corpus", *words, stdout=out)
    return out.getvalue().splitlines()


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as caught:
        split_corpus(*words)
    assert caught.value.returncode == BAD_INPUT
    return str(caught.value)


def splits(folder: Path) -> dict[str, str]:
    return {dialogue.origin: dialogue.split for dialogue in read_dialogues(folder)}


def test_a_corpus_is_cut_by_persona_eight_to_one_to_one_unless_told_otherwise(home):
    result = split_corpus("human", "--to", "cut")

    assert result == {
        "corpus": str(home / "corpora" / "cut"),
        "dialogues": 20,
        "splits": {"train": 16, "validation": 2, "test": 2},
        "dropped": 0,
        "largest_group": 1,
        "personas_in_train_too": {
            "validation": {"shared": 0, "personas": 4},
            "test": {"shared": 0, "personas": 4},
        },
    }


def test_the_manifest_says_how_it_was_cut(home):
    split_corpus("human", "--to", "cut", "--by", "dialogue", "--shares", "0,0.5,0.5", "--seed", "3")

    manifest = read_manifest(home / "corpora" / "cut")
    assert manifest["command"] == "split_corpus"
    assert manifest["settings"] == {"corpus": "human", "by": "dialogue", "shares": "0,0.5,0.5", "seed": 3}
    assert manifest["inputs"]["corpus"]["sha256"] == digest_of_file(home / "corpora" / "human" / "dialogues.jsonl")
    assert manifest["results"]["splits"] == {"train": 0, "validation": 10, "test": 10}


def test_the_default_seed_is_seven(home):
    split_corpus("human", "--to", "one")
    split_corpus("human", "--to", "other", "--seed", "7")

    assert splits(home / "corpora" / "one") == splits(home / "corpora" / "other")


def test_dropped_dialogues_are_counted_listed_and_explained(home):
    chain = [a_dialogue(n, personas=(a_persona(n), a_persona(n + 1))) for n in range(40)]
    write_dialogues(home / "corpora" / "chain", chain)

    lines = said("chain", "--to", "cut", "--shares", "0.5,0,0.5")

    results = read_manifest(home / "corpora" / "cut")["results"]
    kept = {dialogue.id for dialogue in read_dialogues(home / "corpora" / "cut")}
    assert set(results["dropped_dialogues"]) == {each.id for each in chain} - kept
    assert results["dropped"] == len(results["dropped_dialogues"]) > 0
    assert (
        f"{results['dropped']} dialogues were dropped, since they have one persona in each of two splits "
        "(40 of 40 hang together); the manifest lists them."
    ) in lines


def test_a_cut_by_dialogue_warns_of_personas_in_train_too(home):
    crowded = [a_dialogue(n, personas=(a_persona(n % 3), a_persona(3 + n % 2))) for n in range(20)]
    write_dialogues(home / "corpora" / "crowded", crowded)

    lines = said("crowded", "--to", "cut", "--by", "dialogue")

    assert any(line.startswith("Beware: ") and "in test are in train too" in line for line in lines)


def test_a_parallel_corpus_is_cut_like_its_twin(home):
    call_command("generate", "--personas", "human", "--to", "distilled", "--quiet", stdout=StringIO())
    split_corpus("human", "--to", "human-cut", "--shares", "0.5,0.25,0.25")

    result = split_corpus("distilled", "--to", "distilled-cut", "--like", "human-cut")

    assert splits(home / "corpora" / "distilled-cut") == splits(home / "corpora" / "human-cut")
    assert result["dropped"] == 0
    assert read_manifest(home / "corpora" / "distilled-cut")["settings"] == {"corpus": "distilled", "like": "human-cut"}


def test_one_split_can_be_cut_alone(home):
    write_dialogues(
        home / "corpora" / "mixed",
        [
            a_dialogue(n, split="train" if n < 6 else "test", personas=(a_persona(n), a_persona(50 + n)))
            for n in range(10)
        ],
    )

    assert split_corpus("mixed/test", "--to", "cut", "--shares", "0,0.5,0.5")["splits"] == {
        "train": 0,
        "validation": 2,
        "test": 2,
    }


def test_labels_and_caveats_go_along(home):
    call_command("generate", "--personas", "human", "--to", "distilled", "--quiet", stdout=StringIO())

    result = split_corpus("distilled", "--to", "cut", "--like", "human")

    assert (result["author"], result["caveats"]) == ("offline", [CAVEAT, LABEL_CAVEAT])
    assert read_labels(home / "corpora" / "cut") == read_labels(home / "corpora" / "distilled")


def test_labels_of_dropped_personas_stay_behind(home):
    call_command("generate", "--personas", "human", "--to", "distilled", "--quiet", stdout=StringIO())
    write_dialogues(home / "corpora" / "few", list(read_dialogues(home / "corpora" / "human"))[:3])

    split_corpus("distilled", "--to", "cut", "--like", "few")

    assert len(read_labels(home / "corpora" / "cut")) == 6


def test_the_same_command_again_writes_the_same(home):
    split_corpus("human", "--to", "cut")
    before = (home / "corpora" / "cut" / "dialogues.jsonl").read_bytes()

    split_corpus("human", "--to", "cut")

    assert (home / "corpora" / "cut" / "dialogues.jsonl").read_bytes() == before


def test_another_corpus_is_not_overwritten(home):
    split_corpus("human", "--to", "cut")
    before = (home / "corpora" / "cut" / "dialogues.jsonl").read_bytes()

    assert "holds other dialogues already" in refused("human", "--to", "cut", "--seed", "8")
    assert (home / "corpora" / "cut" / "dialogues.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("human", "--to", "human"), "is the corpus to cut; choose another name"),
        (("nowhere", "--to", "cut"), "no 'nowhere' in"),
        (("human/test", "--to", "cut"), "human/test has no dialogues"),
        (("human", "--to", "cut", "--shares", "0.8,0.2"), "expected three numbers"),
        (("human", "--to", "cut", "--by", "speaker"), "invalid choice: 'speaker'"),
        (("human", "--to", "cut", "--like", "nowhere"), "no 'nowhere' in"),
        (("human", "--to", "cut", "--like", "strangers"), "are the two parallel?"),
        (("human", "--to", "cut", "--like", "human", "--by", "persona", "--seed", "1"), "so --by and --seed cannot"),
    ],
)
def test_bad_usage_is_refused_and_writes_nothing(home, words, message):
    write_dialogues(home / "corpora" / "strangers", [a_pair(1)])

    with pytest.raises(CommandError) as caught:
        split_corpus(*words)

    assert message in str(caught.value)
    assert not (home / "corpora" / "cut").exists()


def test_it_says_what_comes_next(home):
    pairs_corpus(home, 10)

    assert said("human", "--to", "cut")[-1] == "Next: manage.py train RECIPE --to MODEL --on cut"
    assert said("human", "--to", "held-out", "--shares", "0,0.5,0.5")[-1] == "Next: manage.py describe held-out"
    assert (
        said("pairs", "--to", "pairs-cut")[-1] == "Next: manage.py generate --personas pairs-cut --to pairs-cut-written"
    )
