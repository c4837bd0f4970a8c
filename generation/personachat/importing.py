"""From files to the dialogues of a corpus: rows numbered, mirrored ones merged, twins found, bad ones listed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from generation.corpus.dialogues import BadLine, Dialogue, Speaker
from generation.personachat.forms import read_rows
from generation.personachat.mirrors import merged
from generation.personachat.parallel import NotParallel, Parallel
from generation.personachat.rows import Row

DEFAULT_SPLIT = "train"


class NothingImported(ValueError):
    """Files in which no dialogue is left to import."""


@dataclass(frozen=True)
class Imported:
    """The dialogues, and what was done to get them. `skipped` are the bad rows, as they would have been refused."""

    dialogues: tuple[Dialogue, ...]
    skipped: tuple[BadLine, ...]
    rows: int
    stage_directions: int
    joined_turns: int
    mirrored: int

    def as_json(self) -> dict[str, object]:
        """The counts, and the bad rows with file, line and reason."""
        return {
            "dialogues": len(self.dialogues),
            "turns": sum(len(dialogue.turns) for dialogue in self.dialogues),
            "splits": dict(sorted(Counter(dialogue.split for dialogue in self.dialogues).items())),
            "persona_pairs_without_dialogue": sum(not dialogue.turns for dialogue in self.dialogues),
            "speakers_without_persona": sum(
                not speaker.persona for dialogue in self.dialogues for speaker in dialogue.speakers
            ),
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
    rows: list[Row] = []
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
    dialogues: list[Dialogue] = []
    for row in whole:
        try:
            dialogues.append(_dialogue(row, name, parallel))
        except BadLine as bad:
            if not skip_bad:
                raise
            skipped.append(bad)
    if not dialogues:
        raise NothingImported(f"no dialogue in {', '.join(files)}" + (f"; {len(skipped)} bad rows" if skipped else ""))
    return Imported(
        dialogues=tuple(dialogues),
        skipped=tuple(skipped),
        rows=total,
        stage_directions=sum(row.tidied.stage_directions for row in whole),
        joined_turns=sum(row.tidied.joined_turns for row in whole),
        mirrored=mirrored,
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
