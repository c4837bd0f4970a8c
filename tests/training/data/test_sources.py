"""What a model is trained on: mixtures by share, and nobody on two sides."""

from dataclasses import replace
from pathlib import Path

import pytest

from generation.corpus.dialogues import Speaker, write_dialogues
from generation.corpus.manifest import digest_of_file
from generation.home import NoSuchName
from tests.training.builders import a_toy_dialogue, toy_corpus, toy_dialogues, toy_examples
from training.data.sources import BadSource, Overlap, Source, check_overlap, gather, mix, read_partner, read_source


@pytest.fixture
def two_corpora(parley_home: Path) -> Path:
    """`toy`, of 24 dialogues to learn from, and `other`, of 12; their personas are the same."""
    toy_corpus(parley_home)
    toy_corpus(parley_home, name="other", train=12, validation=0, test=0)
    return parley_home


def origins(examples, corpus: str) -> list[str]:
    return [each.context.id for each in examples if each.context.domain == corpus]


def test_one_corpus_gives_its_train_split_to_learn_from_and_its_validation_split_to_stop_on(two_corpora):
    source = read_source("toy")

    material = gather([source], speakers="both", seed=7)

    assert source == Source(name="toy", folder=two_corpora / "corpora" / "toy", split=None, share=None)
    assert material.train == tuple(toy_examples("train"))
    assert material.validation == tuple(toy_examples("validation"))
    assert material.dialogues == {"train": 24, "validation": 4}
    assert material.shared == {"dialogues": 0, "personas": 0}
    assert material.digests == {"toy": digest_of_file(source.file)}


def test_a_share_of_one_corpus_is_that_share_of_its_examples(two_corpora):
    half = gather([read_source("toy:0.5")], speakers="both", seed=7)

    # 24 dialogues of five examples.
    assert len(half.train) == 60
    assert list(half.train) == [each for each in toy_examples("train") if each in half.train]


def test_mixtures_of_the_same_corpora_have_the_same_size(two_corpora):
    stocks = [
        toy_examples(),
        list(gather([read_source("other"), read_source("toy")], speakers="both", seed=7).train)[:60],
    ]
    sizes = {share: len(mix(stocks, [share, 1 - share], seed=7)) for share in (0.0, 0.25, 0.5, 1.0)}

    # The smaller has 60 examples.
    assert sizes == dict.fromkeys(sizes, 60)


def test_draws_are_nested_and_seeded(two_corpora):
    stock = toy_examples()

    quarter, half = (mix([stock], [share], seed=7) for share in (0.25, 0.5))

    assert [each for each in quarter if each not in half] == []
    assert mix([stock], [0.5], seed=7) == half != mix([stock], [0.5], seed=8)


def test_without_shares_all_of_all_is_learned_from(two_corpora):
    material = gather([read_source("toy"), read_source("other")], speakers="both", seed=7)

    assert len(origins(material.train, "toy")) == 120
    assert len(origins(material.train, "other")) == 60


@pytest.mark.parametrize(
    ("shares", "problem"),
    [
        (["toy:0.5", "other"], "either every --on has a share, or none has"),
        (["toy:0.5", "other:0.6"], r"must sum to 1, and sum to 1\.1"),
    ],
)
def test_shares_that_make_no_whole_are_refused(two_corpora, shares, problem):
    with pytest.raises(BadSource, match=problem):
        gather([read_source(each) for each in shares], speakers="both", seed=7)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("toy:most", "expected a share from 0 to 1 after the colon, got 'most'"), ("toy:1.5", "from 0 to 1, got 1.5")],
)
def test_a_share_that_is_none_is_refused(two_corpora, text, problem):
    with pytest.raises(BadSource, match=problem):
        read_source(text)


def test_a_corpus_that_is_not_there_is_refused_with_what_is(two_corpora):
    with pytest.raises(NoSuchName, match=r"no 'tyo' in .*; there: other, toy"):
        read_source("tyo")


def test_a_corpus_without_splits_cannot_be_trained_on(parley_home):
    toy_corpus(parley_home, validation=0, test=0)

    with pytest.raises(BadSource, match="no dialogues in split 'validation' of --on toy; split_corpus cuts"):
        gather([read_source("toy")], speakers="both", seed=7)


def test_a_persona_on_two_sides_is_refused_with_its_dialogues(parley_home):
    first, second = a_toy_dialogue(0), a_toy_dialogue(1, split="validation")
    # The same sentences in another order and spelling are the same persona.
    persona = tuple(sentence.replace("i am", "I'm") for sentence in reversed(first.speakers[0].persona))
    shared = replace(second, speakers=(Speaker(persona), second.speakers[1]))
    folder = parley_home / "corpora" / "toy"
    write_dialogues(folder, [first, shared])

    with pytest.raises(Overlap) as caught:
        gather([read_source("toy")], speakers="both", seed=7)
    allowed = gather([read_source("toy")], speakers="both", seed=7, allow_persona_overlap=True)

    assert str(caught.value) == (
        "1 persona of 'validation' stands in 'train' too, as in toy/train/00000 and toy/validation/00001; "
        "cut the corpus by persona, or allow it with --allow-persona-overlap"
    )
    assert allowed.shared == {"dialogues": 0, "personas": 1}


def test_an_overlap_is_looked_for_over_all_corpora_together(parley_home):
    write_dialogues(parley_home / "corpora" / "toy", [a_toy_dialogue(0), a_toy_dialogue(1, split="validation")])
    write_dialogues(
        parley_home / "corpora" / "other",
        [a_toy_dialogue(2, corpus="other"), a_toy_dialogue(0, corpus="other", split="test")],
    )

    with pytest.raises(Overlap, match="2 personas of 'test' stand in 'train' too"):
        gather([read_source("toy"), read_source("other")], speakers="both", seed=7)


def test_a_split_that_is_not_trained_on_must_not_overlap_either(parley_home):
    write_dialogues(
        parley_home / "corpora" / "toy",
        [a_toy_dialogue(0), a_toy_dialogue(1, split="validation"), a_toy_dialogue(0, split="test")],
    )

    with pytest.raises(Overlap, match="2 personas of 'test' stand in 'train' too"):
        gather([read_source("toy/train"), read_source("toy/validation")], speakers="both", seed=7)


def test_a_dialogue_on_two_sides_is_refused_even_where_personas_may_be():
    original = a_toy_dialogue(0)
    twin = replace(a_toy_dialogue(0, split="test", corpus="spc"), source=original.id)

    with pytest.raises(Overlap, match="1 dialogue of 'test' stands in 'train' too"):
        check_overlap([original, twin], allow_personas=True)


def test_parallel_dialogues_on_the_same_side_are_no_overlap():
    dialogues = toy_dialogues()
    twins = [replace(each, id=f"spc/{each.id}", source=each.id) for each in dialogues]

    assert check_overlap([*dialogues, *twins]) == {"dialogues": 0, "personas": 0}


def test_speakers_without_a_persona_share_none():
    nobody = (Speaker(()), Speaker(()))
    dialogues = [replace(a_toy_dialogue(n, split=split), speakers=nobody) for n, split in enumerate(("train", "test"))]

    assert check_overlap(dialogues) == {"dialogues": 0, "personas": 0}


def test_a_split_that_is_none_of_the_three_is_refused():
    with pytest.raises(BadSource, match="expected split train, validation, test, got 'dev'"):
        check_overlap([a_toy_dialogue(0, split="dev")])


@pytest.fixture
def half_parallel(parley_home: Path) -> Path:
    """`toy`, and `spc` on the same sources: less the first two of train and one of validation, and one more."""
    dialogues = toy_dialogues()
    missing = {dialogues[0].id, dialogues[1].id, dialogues[24].id}
    twins = [
        replace(each, id=each.id.replace("toy", "spc"), source=each.id) for each in dialogues if each.id not in missing
    ]
    write_dialogues(parley_home / "corpora" / "toy", dialogues)
    write_dialogues(parley_home / "corpora" / "spc", [*twins, a_toy_dialogue(50, corpus="spc")])
    return parley_home


def test_arms_on_parallel_corpora_learn_from_the_same_sources_and_list_the_rest(half_parallel):
    arms = [
        gather([read_source(own)], speakers="both", seed=7, only_shared_with=[read_partner(other)])
        for own, other in (("toy", "spc"), ("spc", "toy"))
    ]

    human, distilled = arms
    assert human.dialogues == distilled.dialogues == {"train": 22, "validation": 3}
    assert len(human.train) == len(distilled.train) == 22 * 5
    assert human.left_out == {"toy": ("toy/train/00000", "toy/train/00001", "toy/validation/00024")}
    assert distilled.left_out == {"spc": ("spc/train/00050",)}
    assert human.digests.keys() == distilled.digests.keys() == {"toy", "spc"}


def test_what_is_in_another_split_there_is_no_shared_source_but_an_overlap(half_parallel):
    folder = half_parallel / "corpora" / "spc"
    write_dialogues(folder, [replace(a_toy_dialogue(3, split="test", corpus="spc"), source="toy/train/00003")])

    with pytest.raises(Overlap, match="1 dialogue of 'test' stands in 'train' too"):
        gather([read_source("toy")], speakers="both", seed=7, only_shared_with=[read_partner("spc")])


def test_corpora_that_share_no_source_are_refused(half_parallel):
    write_dialogues(half_parallel / "corpora" / "other", [a_toy_dialogue(50, corpus="other")])

    with pytest.raises(BadSource, match="no dialogue in split 'train' of --on toy shares its source with one of other"):
        gather([read_source("toy")], speakers="both", seed=7, only_shared_with=[read_partner("other")])


def test_a_split_is_no_corpus_to_share_with(half_parallel):
    with pytest.raises(BadSource, match="expected a whole corpus, got its split 'train'"):
        read_partner("spc/train")
