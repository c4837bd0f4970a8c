"""Filters: their thresholds from a file or the command line, and what they let pass."""

import pytest

from generation.sieving.filters import FILTERS, BadFilters, Fault, Filters, defaults, measured, read_filters
from tests.builders import a_dialogue


def test_the_bundled_default_uses_all_but_the_critics():
    assert dict(read_filters("default").thresholds) == {
        "leakage": 0.25,
        "copying": 0.3,
        "repetition": 0.15,
        "duplicates": 0.5,
    }


def test_a_file_names_the_filters_and_the_command_line_has_the_last_word(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("duplicates = 0.4\nleakage = 0.1\n", encoding="utf-8")

    filters = read_filters(str(file), ["leakage=0.2", "traits=1", "copying"])

    # In the order of the filters, whatever the order they were named in; "copying" alone has its default threshold.
    assert list(filters.thresholds.items()) == [
        ("leakage", 0.2),
        ("copying", 0.3),
        ("traits", 1.0),
        ("duplicates", 0.4),
    ]
    assert filters.critics == ("traits",)


def test_without_a_file_only_what_is_given_is_used():
    assert dict(read_filters(None).thresholds) == {}
    assert dict(read_filters(None, ["repetition=0"]).thresholds) == {"repetition": 0.0}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("leakage=much", "expected NAME=THRESHOLD as in leakage=0.2, got 'leakage=much'"),
        ("traits", "expected NAME=THRESHOLD"),
        ("beauty=1", "unknown filter 'beauty'; expected one of leakage, copying"),
        ("leakage=1.5", "leakage: expected a threshold from 0 to 1, got 1.5"),
        ("duplicates=0", "duplicates: expected a threshold from 0.05 to 1, got 0"),
        ("leakage=nan", "leakage: expected a threshold from 0 to 1, got nan"),
    ],
)
def test_a_filter_that_makes_no_sense_says_why(given, says):
    with pytest.raises(BadFilters, match=says):
        read_filters(None, [given])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("leakage = ", "not TOML"),
        ('leakage = "low"', "leakage: expected a number, got 'low'"),
        ("leakage = true", "leakage: expected a number, got True"),
        ("[leakage]\nmax = 1", "leakage: expected a number"),
        ("beauty = 1", "mine.toml: unknown filter 'beauty'"),
    ],
)
def test_a_file_of_filters_that_cannot_be_used_is_named(tmp_path, text, says):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(BadFilters, match=says):
        read_filters(str(file))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadFilters, match=r"cannot read .*none\.toml"):
        read_filters(str(tmp_path / "none.toml"))


def test_every_filter_of_the_default_file_is_documented_there():
    from generation.sieving.filters import BUNDLED

    text = BUNDLED.read_text(encoding="utf-8")

    assert all(f"\n{name} = " in text or f"\n# {name} = " in text for name in FILTERS)


def test_the_first_filter_not_passed_is_the_fault_and_the_threshold_itself_passes():
    filters = Filters({"copying": 0.2, "leakage": 0.5})

    assert filters.fault({"leakage": 0.5, "copying": 0.2}) is None
    assert filters.fault({"leakage": 0.6, "copying": 0.3}) == Fault("leakage", 0.6, "0.60 is over 0.5")
    assert filters.fault({"copying": 0.25}) == Fault("copying", 0.25, "0.25 is over 0.2")


def test_of_told_traits_too_few_are_a_fault_and_of_contradictions_too_many():
    filters = Filters({"traits": 0.5, "contradiction": 1})

    assert filters.fault({"traits": 0.5, "contradiction": 1.0}) is None
    assert filters.fault({"traits": 0.25}).reason == "0.25 of the told traits were recognised, and 0.5 must be"
    assert filters.fault({"contradiction": 2.0}).reason == "2 is over 1"


def test_what_cannot_be_measured_passes():
    assert Filters({"leakage": 0.0, "traits": 1.0}).fault({"leakage": None, "traits": None}) is None


def test_candidates_are_ranked_by_filters_passed_and_then_by_how_far_they_keep_from_the_thresholds():
    filters = Filters({"leakage": 0.1})
    units = defaults()
    # One that leaks too much, but has nothing else; one at the edge of all defaults but leakage; the best.
    leaks = {"leakage": 0.2, "copying": 0.0, "repetition": 0.0}
    edge = {"leakage": 0.1, "copying": units["copying"], "repetition": units["repetition"]}
    best = {"leakage": None, "copying": units["copying"] / 2, "repetition": 0.0}

    ranks = [filters.rank(each) for each in (leaks, edge, best)]

    assert ranks == [(1, pytest.approx(0.8 / 3)), (0, pytest.approx((0.4 + 1 + 1) / 3)), (0, pytest.approx(0.5 / 3))]
    assert sorted([leaks, edge, best], key=filters.rank) == [best, edge, leaks]


def test_measures_are_those_of_the_corpus():
    assert measured(a_dialogue(texts=("i like to ski .", "i like to ski ."))) == {
        # "ski" is the second speaker's, and the first says it first.
        "leakage": 1.0,
        # One of eight sentences, by its owner.
        "copying": 1 / 8,
        # One phrase of four words, said twice.
        "repetition": 0.5,
    }
