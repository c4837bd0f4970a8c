"""Sampled traits: seeded, the same in any corpus, nested, never an unclear one."""

from collections import Counter

from generation.sampling import sample_traits

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
