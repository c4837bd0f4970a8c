"""Corpora joined on the disk."""

from generation.describing.joining import Joined


def test_each_origin_comes_with_what_both_corpora_have_of_it():
    with Joined() as joined:
        joined.add(0, "b", "human/2", 2)
        joined.add(0, "a", "human/1", 1)
        joined.add(1, "c", "llm/3", [3])
        joined.add(1, "a", "llm/1b", 11)
        joined.add(1, "a", "llm/1a", 10)
        joined.add(2, "a", "other", "nothing to do with it")

        pairs = list(joined.pairs(0, 1))

    assert pairs == [("a", [1], [10, 11]), ("b", [2], []), ("c", [], [[3]])]


def test_origins_are_counted_that_all_corpora_have():
    with Joined() as joined:
        for corpus, origins in enumerate(("abc", "bcd", "cb")):
            for origin in origins:
                joined.add(corpus, origin, f"{corpus}/{origin}", None)
        joined.add(2, "c", "a second of it", None)

        assert [joined.origins_in_all(corpora) for corpora in ((0,), (0, 1), (0, 1, 2))] == [3, 2, 2]


def test_what_comes_later_is_joined_too():
    with Joined() as joined:
        joined.add(0, "a", "human/1", 1)
        assert joined.origins_in_all((0, 1)) == 0

        joined.add(1, "a", "llm/1", 2)

        assert list(joined.pairs(0, 1)) == [("a", [1], [2])]


def test_without_anything_there_is_nothing():
    with Joined() as joined:
        assert (list(joined.pairs(0, 1)), joined.origins_in_all((0, 1))) == ([], 0)
