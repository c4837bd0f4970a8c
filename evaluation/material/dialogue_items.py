"""Whole dialogues to compare: one of each corpus on the same source, held against each other. No database here.

Each corpus is a system. What has the same source is parallel: an original, and what was written on its personas.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evaluation.material.gathering import (
    NO_DOMAIN,
    Answered,
    Gathered,
    WrongFiles,
    caveats_of,
    check_names,
    warnings_of,
)
from generation.corpus.dialogues import (
    DIALOGUES_FILE,
    BadLine,
    Dialogue,
    Persona,
    Speaker,
    Turn,
    dialogue_from_json,
    read_dialogues,
    read_json_lines,
)
from generation.corpus.manifest import digest_of, digest_of_file
from generation.corpus.personas import same_persona_key
from generation.corpus.traits import Traits, adjectives
from generation.home import NoSuchName, home
from training.data.responses import Context, Given, Response

# A source is called CORPUS/SPLIT/NUMBER: without the last two parts it says which corpus it is of.
PARTS_BEYOND_CORPUS: Final = 2


@dataclass(frozen=True)
class NamedDialogues:
    """One entry of `dialogues`: what its system is called, and where its dialogues lie."""

    system: str
    file: Path
    split: str | None = None

    @property
    def digest(self) -> str:
        """Of the file and, where only one is meant, the split."""
        whole = digest_of_file(self.file)
        return whole if self.split is None else digest_of([whole, self.split])


@dataclass
class _Corpus:
    """The dialogues of one system by their source, and what was passed over."""

    named: NamedDialogues
    dialogues: dict[str, Dialogue] = field(default_factory=dict)
    doubled: int = 0
    without_turns: int = 0


def find_dialogues(said: str, *, folder: Path) -> NamedDialogues:
    """What an entry of `dialogues` means: `WHERE` or `NAME=WHERE`.

    WHERE is CORPUS or CORPUS/SPLIT under PARLEY_HOME, or a path (relative to `folder`) of a corpus, of one of its
    splits, or of a file of dialogues.
    """
    name, sign, where = said.partition("=")
    name, where = (name.strip(), where.strip()) if sign else ("", said.strip())
    if (sign and not name) or not where:
        raise WrongFiles(f"dialogues: expected CORPUS, CORPUS/SPLIT or NAME=CORPUS/SPLIT, got {said!r}")
    if where.startswith(("/", "~")):
        tried = [Path(where).expanduser()]
    elif where.startswith("."):
        tried = [folder / where]
    else:
        tried = [home() / "corpora" / where, folder / where]
        if where.startswith("corpora/"):
            tried.insert(0, home() / where)
    for path in tried:
        found = _at(path)
        if found is not None:
            file, split = found
            stem = file.parent.name if file.name == DIALOGUES_FILE else file.name.removesuffix(".gz").partition(".")[0]
            return NamedDialogues(name or stem, file, split)
    raise NoSuchName(f"no dialogues {where!r}: expected {' or '.join(str(path) for path in tried)}")


def _at(path: Path) -> tuple[Path, str | None] | None:
    """The file of dialogues that `path` means, and the split; None where there is none."""
    if path.is_file():
        return path, None
    if (path / DIALOGUES_FILE).is_file():
        return path / DIALOGUES_FILE, None
    if (path.parent / DIALOGUES_FILE).is_file():
        return path.parent / DIALOGUES_FILE, path.name
    return None


def gather_dialogues(said: Iterable[str], *, folder: Path, seed: int) -> Gathered:
    """The dialogues of every corpus on the sources that all of them share.

    Where the two speakers stand in the other order than in the source, they are turned round, so that "Speaker 1" is
    the same person throughout. Raises `WrongFiles` where the corpora cannot be compared.
    """
    named = [find_dialogues(each, folder=folder) for each in said]
    _check_apart(named)
    corpora = [_read(each) for each in named]
    shared = set.intersection(*(set(each.dialogues) for each in corpora))
    if not shared:
        names = ", ".join(each.named.system for each in corpora)
        raise WrongFiles(f"no dialogue of {names} has the same source: are the corpora parallel? See check_parallel")
    everything = set().union(*(each.dialogues for each in corpora))
    contexts: dict[str, Context] = {}
    turns: list[dict[str, tuple[Turn, ...]]] = [{} for _ in corpora]
    strangers = 0
    for source in sorted(shared):
        aligned = _aligned([each.dialogues[source] for each in corpora], source)
        if aligned is None:
            strangers += 1
            continue
        contexts[source] = _context(source, aligned, seed=seed)
        for of_system, dialogue in zip(turns, aligned, strict=True):
            of_system[source] = dialogue.turns
    if not contexts:
        raise WrongFiles(f"none of {strangers:,} sources has the same two personas in every corpus; see check_parallel")
    systems = tuple(_answered(each, contexts, said_by) for each, said_by in zip(corpora, turns, strict=True))
    for each in systems:
        for response in each.responses.values():
            check_names(response, each.files[0])
    return Gathered(
        systems=systems,
        contexts=contexts,
        missing={each.named.system: len(everything - set(each.dialogues)) for each in corpora},
        caveats=caveats_of(dict.fromkeys(_beside(each) for each in named)),
        warnings=(
            *_passed_over(corpora, strangers),
            *warnings_of({each.system: each.responses for each in systems}, of="dialogues"),
        ),
        kind="dialogues",
    )


def _check_apart(named: Sequence[NamedDialogues]) -> None:
    count = Counter(each.system for each in named)
    for each in named:
        if count[each.system] > 1:
            raise WrongFiles(f'dialogues: two are called {each.system!r}; name them, as in "human={each.system}/test"')
    seen: dict[str, NamedDialogues] = {}
    for each in named:
        before = seen.setdefault(each.digest, each)
        if before is not each:
            raise WrongFiles(f"{each.system} and {before.system} are the same dialogues: is one of them the wrong one?")


def _read(named: NamedDialogues) -> _Corpus:
    corpus = _Corpus(named)
    splits: set[str] = set()
    for dialogue in _dialogues(named.file):
        splits.add(dialogue.split)
        if named.split not in (None, dialogue.split):
            continue
        if not dialogue.turns:
            corpus.without_turns += 1
        elif dialogue.origin in corpus.dialogues:
            # Of several on one source the first by id is shown: the file is sorted by it.
            corpus.doubled += 1
        else:
            corpus.dialogues[dialogue.origin] = dialogue
    if not corpus.dialogues:
        where = f"{named.file.parent.name}/{named.split}" if named.split else str(named.file)
        raise WrongFiles(f"no dialogue with turns in {where}; its splits: {', '.join(sorted(splits)) or 'none'}")
    return corpus


def _dialogues(file: Path) -> Iterator[Dialogue]:
    if file.name == DIALOGUES_FILE:
        yield from read_dialogues(file.parent)
        return
    seen: set[str] = set()
    for number, data in read_json_lines(file):
        try:
            dialogue = dialogue_from_json(data)
        except ValueError as error:
            raise BadLine(file, number, str(error)) from error
        if dialogue.id in seen:
            raise BadLine(file, number, f"id {dialogue.id!r} stands in the file twice")
        seen.add(dialogue.id)
        yield dialogue


def _aligned(dialogues: Sequence[Dialogue], source: str) -> list[Dialogue] | None:
    """The dialogues with their speakers in the source's order; None where they are not of the same two people."""
    model = next((each for each in dialogues if each.id == source), dialogues[0])
    aligned = []
    for each in dialogues:
        if _same_people(model.speakers, each.speakers):
            aligned.append(each)
        elif _same_people(model.speakers, each.speakers[::-1]):
            turns = tuple(Turn(1 - turn.speaker, turn.text) for turn in each.turns)
            aligned.append(replace(each, speakers=each.speakers[::-1], turns=turns))
        else:
            return None
    return aligned


def _same_people(speakers: Sequence[Speaker], others: Sequence[Speaker]) -> bool:
    """Whether the personas are the same, in whatever spelling; one that is not told contradicts nothing."""
    keys = [
        (same_persona_key(one.persona), same_persona_key(two.persona))
        for one, two in zip(speakers, others, strict=True)
    ]
    return all(not one or not two or one == two for one, two in keys)


def _context(source: str, dialogues: Sequence[Dialogue], *, seed: int) -> Context:
    """What the dialogues on one source share. `speaker` is the one whose traits may be asked about."""
    personas: list[Persona] = []
    traits: list[Traits] = []
    for place in range(2):
        of_speaker = [each.speakers[place] for each in dialogues]
        personas.append(next((each.persona for each in of_speaker if each.persona), ()))
        traits.append(_agreed(of_speaker))
    corpus = source.rsplit("/", PARTS_BEYOND_CORPUS)
    told = [place for place in range(2) if any(adjectives(trait, level) for trait, level in traits[place].items())]
    asked = random.Random(f"{seed} speaker of {source}").choice(told) if told else 0
    return Context(
        id=source,
        cluster=source,
        domain=corpus[0] if len(corpus) > PARTS_BEYOND_CORPUS else NO_DOMAIN,
        speaker=asked,
        persona=personas[asked],
        traits=traits[asked],
        turns=(),
        partner_persona=personas[1 - asked],
    )


def _agreed(speakers: Sequence[Speaker]) -> Traits:
    """The traits on which all agree that were told any: who is told to be one thing and its contrary is neither."""
    told = [each.traits for each in speakers if each.traits]
    return {
        trait: level
        for trait, level in (told[0] if told else {}).items()
        if all(other.get(trait, level) == level for other in told)
    }


def _answered(corpus: _Corpus, contexts: Mapping[str, Context], turns: Mapping[str, tuple[Turn, ...]]) -> Answered:
    named = corpus.named
    return Answered(
        system=named.system,
        files=(named.file,),
        digest=named.digest,
        responses={
            source: Response(
                system=named.system,
                context=context,
                given=Given(traits=dict(context.traits)),
                text="\n".join(turn.text for turn in turns[source]),
            )
            for source, context in contexts.items()
        },
        turns=turns,
    )


def _beside(named: NamedDialogues) -> Path:
    """What the manifest of a corpus lies beside: its folder, or the file alone."""
    return named.file.parent if named.file.name == DIALOGUES_FILE else named.file


def _passed_over(corpora: Sequence[_Corpus], strangers: int) -> Iterator[str]:
    for each in corpora:
        if each.without_turns:
            yield f"{each.named.system}: {each.without_turns:,} dialogues have no turns yet, and are left out"
        if each.doubled:
            yield f"{each.named.system}: {each.doubled:,} further dialogues on a source that it has are left out"
    if strangers:
        yield f"{strangers:,} sources are left out: their dialogues are not of the same two people"


__all__ = ["NamedDialogues", "find_dialogues", "gather_dialogues"]
