"""Which human dialogue has the personas of which synthetic one, and that they really have them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine, Dialogue
from generation.corpus.personas import persona_keys, same_persona_key
from generation.personachat.rows import Row, numbered_lines

COLUMNS: Final = ("spc_row", "personachat_dialogue", "user1_is")


class NotParallel(ValueError):
    """An index that cannot say which dialogue belongs to which row."""


@dataclass(frozen=True)
class Twin:
    """A line of the index: the number of the dialogue with the same personas, and whether User 1 has the first one."""

    line: int
    number: int
    in_order: bool


@dataclass(frozen=True)
class Parallel:
    """The dialogues that others are parallel to, by number, and the index from the others' rows to them."""

    name: str
    dialogues: Mapping[int, Dialogue]
    index: Mapping[int, Twin]
    index_file: Path

    def twin_of(self, row: Row) -> tuple[Row, Dialogue]:
        """The row with its speakers in the order of its twin, and the twin; raises `BadLine` that names the row."""
        twin = self.index.get(row.number)
        if twin is None:
            raise BadLine(row.path, row.line, f"row {row.number} is not in {self.index_file.name}")
        dialogue = self.dialogues.get(twin.number)
        if dialogue is None:
            raise BadLine(
                row.path,
                row.line,
                f"row {row.number} has the personas of dialogue {twin.number} ({self.index_file.name}:{twin.line}), "
                f"which is not in {self.name}",
            )
        ordered = row if twin.in_order else row.turned_round()
        pairs = zip(ordered.personas, persona_keys(dialogue), strict=True)
        for place, (persona, expected) in enumerate(pairs):
            differing = sorted(same_persona_key(persona) ^ expected)
            if differing:
                raise BadLine(
                    row.path,
                    row.line,
                    f"row {row.number}: the persona of speaker {place} differs from that of {dialogue.id} "
                    f"in {differing[0]!r}",
                )
        return ordered, dialogue


def parallel_to(name: str, dialogues: Iterable[Dialogue], index_file: Path) -> Parallel:
    """The corpus `name` made ready for the look-up; raises `NotParallel` where its numbers are not unique."""
    numbered: dict[int, Dialogue] = {}
    for dialogue in dialogues:
        last = dialogue.id.rpartition("/")[2]
        if not last.isdecimal():
            raise NotParallel(
                f"{name}: expected ids that end with a number, as import_personachat gives, got {dialogue.id}"
            )
        other = numbered.setdefault(int(last), dialogue)
        if other is not dialogue:
            raise NotParallel(f"{name}: {other.id} and {dialogue.id} have the same number, so the index names both")
    return Parallel(name=name, dialogues=numbered, index=read_index(index_file), index_file=index_file)


def read_index(path: Path) -> dict[int, Twin]:
    """The twin of each row, from a TSV with the header `spc_row personachat_dialogue user1_is`."""
    index: dict[int, Twin] = {}
    expected = f"expected {', '.join(COLUMNS)} parted by TABs"
    for line, text in numbered_lines(path):
        if isinstance(text, BadLine):
            raise text
        fields = tuple(text.split("\t"))
        if not index and fields == COLUMNS:
            continue
        if len(fields) != 3 or not (fields[0].isdecimal() and fields[1].isdecimal()):
            raise BadLine(path, line, f"{expected}, got {text[:60]!r}")
        if fields[2] not in ("first", "second"):
            raise BadLine(path, line, f"user1_is: expected first or second, got {fields[2]!r}")
        if int(fields[0]) in index:
            raise BadLine(path, line, f"row {fields[0]} stands in the index twice")
        index[int(fields[0])] = Twin(line=line, number=int(fields[1]), in_order=fields[2] == "first")
    if not index:
        raise BadLine(path, 1, f"{expected}, got no rows")
    return index
