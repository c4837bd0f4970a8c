"""Examples as numbers, on the disk."""

from training.data.rows import Encoded, Rows, sizes_of

WRITTEN = [
    Encoded(source=(1, 2, 3), target=(4, 2)),
    Encoded(source=(), target=(2,)),
    Encoded(source=(70_000, 4_000_000_000), target=(0, 9, 2), opening=1),
]


def test_what_was_put_in_comes_out_again():
    rows = Rows(WRITTEN)

    assert list(rows) == WRITTEN
    assert (rows[0], rows[-1], rows[1:]) == (WRITTEN[0], WRITTEN[2], WRITTEN[1:])
    assert rows == WRITTEN
    assert rows != WRITTEN[:2]


def test_rows_grow_while_they_are_read():
    rows = Rows()
    for number, row in enumerate(WRITTEN):
        rows.append(row)
        assert rows[number] == row
        assert len(rows) == number + 1


def test_lengths_are_known_without_reading():
    rows = Rows(WRITTEN)

    assert [list(each) for each in sizes_of(rows)] == [[3, 0, 2], [2, 1, 3]]
    assert [list(each) for each in sizes_of(WRITTEN)] == [[3, 0, 2], [2, 1, 3]]


def test_a_piece_takes_four_bytes_on_the_disk_and_a_row_little_memory():
    rows = Rows(Encoded(source=(number,) * 100, target=(2,) * 20) for number in range(1_000))
    held = (rows._begins, rows.sources, rows.targets, rows._openings)

    assert rows._file.tell() == 1_000 * 120 * 4
    assert sum(len(each) * each.itemsize for each in held) == 1_000 * 17
