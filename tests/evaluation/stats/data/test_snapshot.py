import hashlib
from dataclasses import replace

from evaluation.stats.data.snapshot import digest_of_rows, in_order
from tests.evaluation.stats.builders import a_judgment, a_study


def test_the_digest_is_of_what_the_rows_say_and_not_of_their_order():
    rows = a_study(contexts=3)

    assert digest_of_rows(rows) == digest_of_rows(rows[::-1])
    assert in_order(rows) == in_order(rows[::-1])


def test_any_word_of_any_row_changes_the_digest():
    row = a_judgment()
    others = [replace(row, choice="p"), replace(row, seconds=1.0), replace(row, look=2), replace(row, level="high")]

    assert len({digest_of_rows([each]) for each in (row, *others)}) == 5


def test_no_rows_have_the_digest_of_nothing():
    assert digest_of_rows([]) == hashlib.sha256(b"").hexdigest()


def test_what_rows_came_to_know_later_leaves_the_digests_of_older_judgments_as_they_were():
    row = a_judgment()
    later = [replace(row, reason="short"), replace(row, wording=2), replace(row, dropped="broken text")]

    # As a report printed it before rows had reasons, wordings and drops.
    assert digest_of_rows([row]) == "041866aa94c7bf449bd8af7f6a76acbffb43c77c357462249206ffd36bb53a0e"
    assert len({digest_of_rows([each]) for each in (row, *later)}) == 4
