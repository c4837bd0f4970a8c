"""Sampled traits: seeded, the same in any corpus, nested, never an unclear one."""

from collections import Counter

from generation.writing.sampling import Sampler, sample_traits, sampler_of

LEVELS = {
    "openness": "high",
    "conscientiousness": "unclear",
    "extraversion": "low",
    "agreeableness": "high",
    "neuroticism": "low",
}


def sampled(
    count: int | None, *, seed: int = 7, origin: str = "personachat/train/00017", speaker: int = 0
) -> dict[str, str]:
    return sample_traits(levels=LEVELS, count=count, seed=seed, origin=origin, speaker=speaker)


def test_all_takes_every_clear_trait_in_the_usual_order():
    traits = sampled(None)

    assert list(traits.items()) == [
        ("openness", "high"),
        ("extraversion", "low"),
        ("agreeableness", "high"),
        ("neuroticism", "low"),
    ]


def test_an_unclear_trait_is_never_drawn_even_when_too_few_are_clear():
    assert sampled(5) == sampled(None)


def test_none_may_be_asked_for():
    assert sampled(0) == {}


def test_the_same_dialogue_gets_the_same_traits_every_time():
    assert sampled(2) == sampled(2)


def test_a_smaller_sample_is_part_of_a_larger_one():
    for number in range(50):
        origin = f"personachat/train/{number:05}"
        assert (
            sampled(1, origin=origin).items() <= sampled(2, origin=origin).items() <= sampled(3, origin=origin).items()
        )


def test_seed_origin_and_speaker_each_change_the_draw_somewhere():
    origins = [f"personachat/train/{number:05}" for number in range(30)]

    plain = [sampled(2, origin=origin) for origin in origins]

    assert plain != [sampled(2, origin=origin, seed=8) for origin in origins]
    assert plain != [sampled(2, origin=origin, speaker=1) for origin in origins]
    assert plain != [plain[0]] * 30


def test_each_clear_trait_is_drawn_about_equally_often():
    drawn = Counter(trait for number in range(2000) for trait in sampled(1, origin=f"d/{number}"))

    # 2,000 draws over four traits: 500 each, standard deviation sqrt(2000 * 1/4 * 3/4) = 19.4; five are allowed.
    assert all(abs(count - 500) < 97 for count in drawn.values())


def speakers(count: int) -> list[dict[str, str]]:
    """Levels of speakers, who are all of high openness and agreeableness; every tenth is of low conscientiousness."""
    common = {"openness": "high", "agreeableness": "high", "neuroticism": "low"}
    return [common | ({"conscientiousness": "low"} if number % 10 == 0 else {}) for number in range(count)]


def drawn_by(sampler: Sampler, levels: list[dict[str, str]], *, count: int | None = 1) -> list[dict[str, str]]:
    return [
        sampler.draw(levels=each, count=count, origin=f"d/{number:05}", speaker=0) for number, each in enumerate(levels)
    ]


def test_uniform_is_the_sample_that_depends_on_nobody_else():
    assert drawn_by(sampler_of("uniform", 7), speakers(20)) == [
        sample_traits(levels=each, count=1, seed=7, origin=f"d/{number:05}", speaker=0)
        for number, each in enumerate(speakers(20))
    ]


def test_balanced_gives_a_rare_level_all_the_dialogues_there_are_for_it():
    told = {
        sampling: Counter(trait for traits in drawn_by(sampler_of(sampling, 7), speakers(400)) for trait in traits)
        for sampling in ("uniform", "balanced")
    }

    # 40 of the 400 have the rare level: drawn from four clear traits, a quarter of them would tell it.
    assert told["uniform"]["conscientiousness"] < 20
    # All but the first speaker, before whom no level was rarer than another.
    assert told["balanced"]["conscientiousness"] == 39
    others = [told["balanced"][trait] for trait in ("openness", "agreeableness", "neuroticism")]
    assert max(others) - min(others) <= 1


def test_a_corpus_that_grows_at_its_end_keeps_its_balanced_draws():
    short, long = (drawn_by(sampler_of("balanced", 7), speakers(count), count=2) for count in (30, 90))

    assert long[:30] == short


def test_balanced_draws_as_many_as_asked_for_and_no_unclear_one():
    levels = [LEVELS] * 5

    assert [len(traits) for traits in drawn_by(sampler_of("balanced", 7), levels, count=3)] == [3] * 5
    assert drawn_by(sampler_of("balanced", 7), levels, count=None) == [sampled(None)] * 5
