"""From files to the dialogues of a corpus: rows numbered, mirrored ones merged, twins found, bad ones listed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generation.corpus.dialogues import BadLine, Dialogue, Speaker, Turn, kept_on_disk
from generation.corpus.spilling import OnDisk
from generation.personachat.forms import read_rows
from generation.personachat.mirrors import merged
from generation.personachat.parallel import NotParallel, Parallel
from generation.personachat.rows import Row, Tidied

DEFAULT_SPLIT = "train"


class NothingImported(ValueError):
    """Files in which no dialogue is left to import."""


@dataclass(frozen=True)
class Imported:
    """The dialogues, and what was done to get them. `skipped` are the bad rows, as they would have been refused.

    The dialogues lie on the disk: there may be more than fit into memory.
    """

    dialogues: OnDisk[Dialogue]
    skipped: tuple[BadLine, ...]
    counted: Counter[str]
    splits: Counter[str]
    rows: int
    mirrored: int

    @property
    def stage_directions(self) -> int:
        """How many lines without a speaker were dropped."""
        return self.counted["stage_directions"]

    @property
    def joined_turns(self) -> int:
        """How many turns were joined to the one before."""
        return self.counted["joined_turns"]

    def as_json(self) -> dict[str, object]:
        """The counts, and the bad rows with file, line and reason."""
        return {
            "dialogues": len(self.dialogues),
            "turns": self.counted["turns"],
            "splits": dict(sorted(self.splits.items())),
            "persona_pairs_without_dialogue": self.counted["without_dialogue"],
            "speakers_without_persona": self.counted["without_persona"],
            "rows": self.rows,
            "stage_directions_dropped": self.stage_directions,
            "turns_joined": self.joined_turns,
            "mirrored_rows_merged": self.mirrored,
            "skipped": [{"file": bad.path.name, "line": bad.line, "problem": bad.problem} for bad in self.skipped],
        }


def import_personachat(
    *,
    files: Sequence[str],
    name: str,
    split: str | None = None,
    form: str | None = None,
    skip_bad: bool = False,
    parallel: Parallel | None = None,
) -> Imported:
    """The dialogues of `files` (paths or `hub:OWNER/NAME`) as those of the corpus `name`.

    `split` goes before what the files say; where neither says, it is "train". The number in an id is the row's place
    in its split, over all files; a bad row and the second view of a dialogue leave a gap. With `parallel`, each
    dialogue gets the split of its twin and the twin's origin as its source. Without `skip_bad`, the first bad row
    raises its `BadLine`.
    """
    if parallel is not None and len(files) != 1:
        raise NotParallel(f"an index counts the rows of one file, so --parallel takes one, got {len(files)}")
    skipped: list[BadLine] = []
    rows = OnDisk(_packed, _unpacked)
    total = 0
    for row in _numbered(files, split=split, form=form):
        total += 1
        if isinstance(row, BadLine):
            if not skip_bad:
                raise row
            skipped.append(row)
        else:
            rows.append(row)
    whole, mirrored = merged(rows)
    dialogues, counted, splits = kept_on_disk(), Counter[str](), Counter[str]()
    for row in whole:
        counted.update(stage_directions=row.tidied.stage_directions, joined_turns=row.tidied.joined_turns)
        try:
            dialogue = _dialogue(row, name, parallel)
        except BadLine as bad:
            if not skip_bad:
                raise
            skipped.append(bad)
            continue
        dialogues.append(dialogue)
        splits[dialogue.split] += 1
        counted.update(
            turns=len(dialogue.turns),
            without_dialogue=not dialogue.turns,
            without_persona=sum(not speaker.persona for speaker in dialogue.speakers),
        )
    if not dialogues:
        raise NothingImported(f"no dialogue in {', '.join(files)}" + (f"; {len(skipped)} bad rows" if skipped else ""))
    return Imported(
        dialogues=dialogues,
        skipped=tuple(skipped),
        counted=counted,
        splits=splits,
        rows=total,
        mirrored=mirrored,
    )


def _packed(row: Row) -> list[Any]:
    turns = [[turn.speaker, turn.text] for turn in row.turns]
    tidied = [row.tidied.stage_directions, row.tidied.joined_turns]
    return [str(row.path), row.line, row.number, row.personas, turns, row.split, row.viewed_by, tidied]


def _unpacked(data: list[Any]) -> Row:
    path, line, number, (first, second), turns, split, viewed_by, tidied = data
    return Row(
        Path(path),
        line,
        number,
        personas=(tuple(first), tuple(second)),
        turns=tuple(Turn(speaker, text) for speaker, text in turns),
        split=split,
        viewed_by=viewed_by,
        tidied=Tidied(*tidied),
    )


def _numbered(files: Iterable[str], *, split: str | None, form: str | None) -> Iterator[Row | BadLine]:
    """The rows of all files with their split settled, each file's numbers going on where the one before ended."""
    ends: Counter[str] = Counter()
    for file in files:
        starts = ends.copy()
        passed: Counter[str] = Counter()
        for row in read_rows(file, form):
            if isinstance(row, Row):
                named = split or row.split or DEFAULT_SPLIT
                # With one split for all, the splits of the file are laid end to end.
                number = starts[named] + (passed[named] if split and row.split else row.number)
                ends[named] = max(ends[named], number + 1)
                passed[named] += 1
                yield replace(row, split=named, number=number)
            else:
                yield row


def _dialogue(row: Row, name: str, parallel: Parallel | None) -> Dialogue:
    split, source = row.split or DEFAULT_SPLIT, None
    if parallel is not None:
        row, twin = parallel.twin_of(row)
        split, source = twin.split, twin.origin
    first, second = row.personas
    return Dialogue(
        id=f"{name}/{split}/{row.number:05}",
        split=split,
        source=source,
        speakers=(Speaker(first), Speaker(second)),
        turns=row.turns,
    )
