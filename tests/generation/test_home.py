"""How a name on the command line becomes a folder."""

from pathlib import Path

import pytest

from generation.home import NoSuchName, corpus_and_split, existing, place


def test_a_name_lies_under_the_home(parley_home):
    assert place("corpora", "personachat") == parley_home / "corpora" / "personachat"


@pytest.mark.parametrize("path", ["./here", "/tmp/there", "../up"])
def test_what_begins_like_a_path_is_one(parley_home, path):
    assert place("models", path) == Path(path)


def test_a_name_cannot_climb_out_of_the_home(parley_home):
    with pytest.raises(NoSuchName, match="is not a name"):
        place("corpora", "a/../../etc")


def test_a_missing_name_lists_what_is_there(parley_home):
    (parley_home / "corpora" / "crowd").mkdir(parents=True)

    with pytest.raises(NoSuchName, match=r"no 'crwd' in .*corpora; there: crowd"):
        existing("corpora", "crwd")


def test_a_split_follows_the_name(parley_home):
    (parley_home / "corpora" / "crowd").mkdir(parents=True)

    assert corpus_and_split("crowd/test") == (parley_home / "corpora" / "crowd", "test")
    assert corpus_and_split("crowd") == (parley_home / "corpora" / "crowd", None)


@pytest.mark.parametrize("name", ["1" * 256, "./" + "1" * 256, "/a" * 3000, "ü" * 128])
def test_a_name_that_no_file_system_takes_is_refused(parley_home, name):
    with pytest.raises(NoSuchName, match=r"and so on is longer than a folder's name may be"):
        place("corpora", name)
