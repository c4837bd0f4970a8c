"""Labels and their file."""

import pytest

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.traits import TRAITS
from generation.labels.labelling import PersonaLabels, TraitLabel, count_levels, read_labels, write_labels
from generation.offline.labelling import label
from generation.writing.voting import merge
from tests.builders import BAKER, SKIER


def with_votes(votes: str) -> str:
    """A line of labels with these votes on openness."""
    once = '{"level": "high", "reason": "x", "evidence": []}'
    traits = ", ".join(f'"{trait}": {once}' for trait in TRAITS)
    return f'{{"format": 1, "persona": ["i ski."], "traits": {{{traits}}}}}'.replace("[]", f'[], "votes": {votes}', 1)


def test_labels_survive_being_written_and_read(tmp_path):
    made = [label(SKIER), label(BAKER)]

    count = write_labels(tmp_path, made)

    assert count == 2
    assert read_labels(tmp_path) == {each.key: each for each in made}


def test_votes_survive_being_written_and_read_and_are_not_there_for_one_answer(tmp_path):
    voted = merge([label(SKIER), label(SKIER, vote=1), label(SKIER, vote=2)])

    write_labels(tmp_path, [voted, label(BAKER)])

    assert read_labels(tmp_path) == {each.key: each for each in (voted, label(BAKER))}
    baker, skier = (tmp_path / "labels.jsonl").read_text().splitlines()
    assert '"votes": ["' in skier
    assert "votes" not in baker


def test_labels_on_five_levels_are_refused_where_three_are_asked_for(tmp_path):
    write_labels(tmp_path, [label(("i am shy.", "i am quiet."), levels=5)])

    assert len(read_labels(tmp_path, levels=5)) == 1
    with pytest.raises(BadLine, match="the level 'very low' is not of the scale of 3; see --levels"):
        read_labels(tmp_path, levels=3)


def test_the_file_is_the_same_in_whatever_order_the_labels_came(tmp_path):
    write_labels(tmp_path / "one", [label(SKIER), label(BAKER)])
    write_labels(tmp_path / "other", [label(BAKER), label(SKIER)])

    assert (tmp_path / "one" / "labels.jsonl").read_bytes() == (tmp_path / "other" / "labels.jsonl").read_bytes()


def test_a_corpus_without_labels_says_so(tmp_path):
    with pytest.raises(CorpusMissing, match=r"labels\.jsonl is not there"):
        read_labels(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "not JSON"),
        ('{"format": 2}', "expected an object of format 1"),
        ('{"format": 1, "persona": "i ski."}', "expected a list of sentences"),
        ('{"format": 1, "persona": ["i ski."], "traits": {"openness": {}}}', "expected exactly openness"),
        (with_votes('"high"'), "openness: expected votes as a list of levels, got str"),
        (with_votes('["high", "huge"]'), "unknown level 'huge' of openness"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, message):
    (tmp_path / "labels.jsonl").write_text(line + "\n")

    with pytest.raises(BadLine, match=rf"labels\.jsonl:1: .*{message}"):
        read_labels(tmp_path)


def test_a_level_that_no_trait_has_is_refused(tmp_path):
    write_labels(tmp_path, [label(SKIER)])
    file = tmp_path / "labels.jsonl"
    file.write_text(file.read_text().replace('"level": "unclear"', '"level": "enormous"', 1))

    with pytest.raises(BadLine, match="unknown level 'enormous'"):
        read_labels(tmp_path)


def test_a_persona_labelled_twice_is_refused(tmp_path):
    write_labels(tmp_path, [label(SKIER)])
    file = tmp_path / "labels.jsonl"
    file.write_text(file.read_text() * 2)

    with pytest.raises(BadLine, match=r"labels\.jsonl:2: this persona stands in the file twice"):
        read_labels(tmp_path)


def test_levels_are_counted_per_trait():
    unclear = TraitLabel("unclear", "no clues")
    shy = PersonaLabels(
        ("i am shy.",),
        {
            "openness": unclear,
            "conscientiousness": unclear,
            "extraversion": TraitLabel("low", "shy", ("i am shy.",)),
            "agreeableness": unclear,
            "neuroticism": unclear,
        },
    )

    counts = count_levels([shy])

    assert counts["extraversion"] == {"high": 0, "low": 1, "unclear": 0}
    assert counts["openness"] == {"high": 0, "low": 0, "unclear": 1}


def test_levels_that_only_a_scale_of_five_has_are_counted_on_five():
    counts = count_levels([label(("i am shy.", "i am quiet."), levels=5)])

    assert counts["extraversion"] == {
        "very low": 1, "low": 0, "medium": 0, "high": 0, "very high": 0, "unclear": 0,
    }  # fmt: skip
