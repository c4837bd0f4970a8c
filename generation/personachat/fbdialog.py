"""ParlAI's "fbdialog" text: numbered lines, persona first, then two utterances to a line parted by a TAB.

    1 your persona: i have two dogs.
    2 partner's persona: i am a professional wrestler.
    3 hi ! how are you ?<TAB>good , just walked my dogs .

The number counts from 1 and goes back to 1 where a dialogue begins. "your" is the side that replies, behind the TAB;
what may follow a second TAB (a reward, candidates) is not read. A dialogue may be told from one side alone
(no "partner's persona"), and may begin with `__SILENCE__`: then "your" side speaks first.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import BadLine, Turn
from generation.personachat.rows import Row, Tidied, is_silence, joined_by_speaker, numbered_lines

# No dialogue has a thousand million lines; a longer number is none.
_LINE: Final = re.compile(r"(\d{1,9}) (.*)", re.DOTALL)
_PERSONA: Final = re.compile(r"(your|partner['’]?s) persona: ?(.*)", re.DOTALL)
YOUR, PARTNERS = 0, 1


class _Dialogue:
    """A dialogue while its lines come in. The first problem spoils it; the lines after that are passed over."""

    def __init__(self, path: Path, line: int, number: int) -> None:
        self.path, self.line, self.number = path, line, number
        self.count = 0
        self.personas: tuple[list[str], list[str]] = ([], [])
        self.turns: list[Turn] = []  # speaker: YOUR or PARTNERS, until the row is made
        self.broken: BadLine | None = None

    def add(self, line: int, count: int, rest: str) -> None:
        """Take up one line."""
        if self.broken:
            return
        self.count += 1
        problem = None
        if count != self.count:
            problem = f"expected line number {self.count} of the dialogue, got {count}"
        elif persona := _PERSONA.fullmatch(rest):
            problem = self._add_persona(YOUR if persona[1] == "your" else PARTNERS, persona[2].strip())
        else:
            problem = self._add_turns(rest.split("\t"))
        if problem:
            self.broken = BadLine(self.path, line, problem)

    def _add_persona(self, side: int, sentence: str) -> str | None:
        if self.turns:
            return "a persona sentence behind the first turn; does a dialogue begin here without line number 1?"
        if not sentence:
            return "an empty persona sentence"
        self.personas[side].append(sentence)
        return None

    def _add_turns(self, fields: list[str]) -> str | None:
        if len(fields) < 2:
            return f"expected two utterances parted by a TAB, got {fields[0][:60]!r}"
        said, reply = (text.strip() for text in fields[:2])
        if not said or not reply:
            return "an empty utterance"
        if not is_silence(said):
            self.turns.append(Turn(PARTNERS, said))
        if not is_silence(reply):
            self.turns.append(Turn(YOUR, reply))
        return None

    def row(self) -> Row | BadLine:
        """The finished dialogue, with whoever speaks first as speaker 0."""
        if self.broken:
            return self.broken
        if not self.turns:
            return BadLine(self.path, self.line, "a dialogue without a turn")
        first = self.turns[0].speaker
        turns, joined = joined_by_speaker([Turn(int(turn.speaker != first), turn.text) for turn in self.turns])
        return Row(
            path=self.path,
            line=self.line,
            number=self.number,
            personas=(tuple(self.personas[first]), tuple(self.personas[1 - first])),
            turns=turns,
            viewed_by=int(first != YOUR),
            tidied=Tidied(joined_turns=joined),
        )


def read_fbdialog(path: Path) -> Iterator[Row | BadLine]:
    """The dialogues of an fbdialog file, in order."""
    current: _Dialogue | None = None
    number = 0
    for line, text in numbered_lines(path):
        found = _LINE.fullmatch(text) if isinstance(text, str) else None
        if current is None or (found and int(found[1]) == 1):
            if current is not None:
                yield current.row()
                number += 1
            current = _Dialogue(path, line, number)
        if isinstance(text, BadLine):
            current.broken = current.broken or text
        elif found is None:
            current.broken = current.broken or BadLine(path, line, f"expected a number and a space, got {text[:60]!r}")
        else:
            current.add(line, int(found[1]), found[2])
    if current is not None:
        yield current.row()
