"""Dialogues as ParlAI's "fbdialog" text, as `import_personachat` reads it: told from the side that replies."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import Dialogue, Turn
from generation.corpus.manifest import new_file
from generation.exporting.files import Exported, SplitFiles

# What a side says that has its turn and says nothing.
SILENCE: Final = "__SILENCE__"
WAITING: Final = "persona_pairs_left_out"
TURNED: Final = "dialogues_begun_by_speaker_1"
SPACED: Final = "texts_with_line_breaks_or_tabs"
TRAITS_LOST: Final = "speakers_whose_traits_are_left_out"


def write_parlai(folder: Path, dialogues: Iterable[Dialogue]) -> Exported:
    """A text file for each split. What the form cannot say is counted in `changes`.

    It knows no traits, no ids and no dialogues without turns; whoever speaks first is "partner", and comes back as
    speaker 0.
    """
    changes: Counter[str] = Counter()
    with SplitFiles(folder, ".txt", new_file) as files:
        for dialogue in dialogues:
            if not dialogue.turns:
                changes[WAITING] += 1
                continue
            changes[TURNED] += dialogue.turns[0].speaker
            changes[TRAITS_LOST] += sum(bool(speaker.traits) for speaker in dialogue.speakers)
            out = files.of(dialogue.split)
            for number, line in enumerate(_lines(dialogue, changes), start=1):
                out.write(f"{number} {line}\n")
    return files.exported(+changes)


def _lines(dialogue: Dialogue, changes: Counter[str]) -> Iterator[str]:
    partner = dialogue.turns[0].speaker
    your = 1 - partner
    yield from (f"your persona: {_on_a_line(each, changes)}" for each in dialogue.speakers[your].persona)
    yield from (f"partner's persona: {_on_a_line(each, changes)}" for each in dialogue.speakers[partner].persona)
    for said, reply in _exchanges(dialogue.turns, partner):
        said, reply = (_on_a_line(text, changes) or SILENCE for text in (said, reply))
        # A space before it keeps a turn that talks of personas from being read as one.
        yield f"{' ' if 'persona:' in said else ''}{said}\t{reply}"


def _exchanges(turns: Iterable[Turn], partner: int) -> Iterator[tuple[str, str]]:
    """What the partner says, and the reply; "" where a side is left out."""
    waiting: str | None = None
    for turn in turns:
        if turn.speaker == partner:
            if waiting is not None:
                yield waiting, ""
            waiting = turn.text
        else:
            yield waiting or "", turn.text
            waiting = None
    if waiting is not None:
        yield waiting, ""


def _on_a_line(text: str, changes: Counter[str]) -> str:
    """The text without what ends a line or a field in this form."""
    if not any(mark in text for mark in "\n\r\t"):
        return text
    changes[SPACED] += 1
    return " ".join(text.split())
