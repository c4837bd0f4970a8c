"""What a field and a section of the form of a study are: each field is the place of a value in `study.toml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evaluation.study_files.item_kinds import KINDS, Kind
from evaluation.study_files.toml_table import Place

# How a field is shown and read. "lines" are a list, one entry on a line, and "numbers" a list of numbers likewise;
# "ticks" a list out of a closed set; "yes" a truth that is false where nothing is said; "moment" a day or a time;
# "beside" a text in a file of its own.
Shape = Literal["line", "text", "whole", "number", "moment", "choice", "yes", "lines", "numbers", "ticks", "beside"]
# Those of which a browser shows one line: it sends back no line's end.
ONE_LINE: Final = ("line", "whole", "number", "moment")
COMPARED: Final[tuple[Kind, ...]] = ("pair", "dialogues")


@dataclass(frozen=True)
class Field:
    """One field: where its value stands, and how it is told. Of `choices` (value, words) the first is the default."""

    place: Place
    label: str
    shape: Shape = "line"
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    # Folded away until something is said in it.
    folded: bool = False
    # The kinds of item that it goes with; with others it is shown only where something is said in it.
    kinds: tuple[Kind, ...] = KINDS
    # What the reader takes where nothing is said; a field that has this may also say "none of them".
    usual: tuple[str, ...] = ()
    # Another key under which the value may stand in the same table.
    also: str = ""
    # A text of a few words, which stands beside others.
    narrow: bool = False
    # Which of the page's lists of suggestions goes with it.
    suggest: str = ""


@dataclass(frozen=True)
class Section:
    """Fields under one heading.

    `repeats` is a list of tables that have these fields each. `entries` is a table whose keys are free: a key and its
    value are the two fields of a row, but for the keys that have a field of their own elsewhere.
    """

    key: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    repeats: Place = ()
    entries: Place = ()
    # What one of the tables is called, on the buttons, and what is folded away in it.
    one: str = ""
    folded: str = ""
    fewest: int = 0
    kinds: tuple[Kind, ...] = KINDS

    @property
    def has_rows(self) -> bool:
        """Whether there may be any number of it."""
        return bool(self.repeats or self.entries)


def in_words(values: Sequence[str], said: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Values of a closed set as choices, each in its words."""
    return tuple((value, said.get(value, value)) for value in values)
