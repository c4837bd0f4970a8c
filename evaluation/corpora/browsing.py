"""What a page of a corpus shows: a few dialogues, marked, with their parallel versions and what was flagged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.corpora.corpus_index import Index, index_of
from evaluation.corpora.flagging import Flag, flagged_by_corpus, flagged_ids, flags_of
from evaluation.models import Researcher
from generation.corpus.dialogues import DIALOGUES_FILE, Dialogue
from generation.corpus.manifest import BadManifest, digest_of, read_manifest
from generation.corpus.marking import Marked, Sentence, mark
from generation.corpus.traits import in_words, stated
from generation.home import NoSuchName, home

ON_A_PAGE: Final = 5
# A source may have been written twice as a contrast, or several times on trial.
MOST_BESIDE: Final = 4


@dataclass(frozen=True)
class Card:
    """A corpus in the list. What its manifest does not say is None."""

    name: str
    author: str | None
    dialogues: int | None
    made_by: str | None
    caveats: tuple[str, ...]
    flags: int


@dataclass(frozen=True)
class Told:
    """A trait that a speaker was told, as it reads: "extraversion", "low", "reserved, quiet and private"."""

    trait: str
    level: str
    words: str


@dataclass(frozen=True)
class SpeakerShown:
    """One speaker's card."""

    number: int
    sentences: tuple[Sentence, ...]
    traits: tuple[Told, ...]


@dataclass(frozen=True)
class Version:
    """A dialogue as it stands in one corpus."""

    corpus: str
    id: str
    split: str
    source: str | None
    digest: str
    speakers: tuple[SpeakerShown, ...]
    marked: Marked
    flags: tuple[Flag, ...]
    # The flag of whoever is looking.
    mine: Flag | None


@dataclass(frozen=True)
class Wanted:
    """What is asked for. Empty strings ask for everything; `find` names one dialogue; pages count from 1."""

    trait: str = ""
    level: str = ""
    split: str = ""
    flagged: bool = False
    find: str = ""
    beside: str = ""
    page: int = 1


@dataclass(frozen=True)
class Shown:
    """One dialogue and the versions of it in the corpus beside."""

    version: Version
    beside: tuple[Version, ...]


@dataclass(frozen=True)
class Look:
    """One page of a corpus: `found` dialogues have what was asked for, of `of` in all."""

    name: str
    author: str | None
    caveats: tuple[str, ...]
    splits: tuple[str, ...]
    found: int
    of: int
    page: int
    pages: int
    shown: tuple[Shown, ...]


def names() -> list[str]:
    """The corpora under `PARLEY_HOME`."""
    folder = home() / "corpora"
    if not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if _readable(each))


def cards() -> list[Card]:
    """Every corpus, from its manifest alone: no dialogue is read."""
    flags = flagged_by_corpus()
    return [_card(name, flags=flags.get(name, 0)) for name in names()]


def _card(name: str, *, flags: int) -> Card:
    manifest = _manifest(folder_of(name))
    results: Mapping[str, Any] = manifest.get("results") or {}
    count = results.get("dialogues")
    return Card(
        name=name,
        author=_text(results.get("author")),
        dialogues=count if isinstance(count, int) else None,
        made_by=_text(manifest.get("command")),
        caveats=_caveats(results),
        flags=flags,
    )


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        return read_manifest(folder)
    except BadManifest:
        return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _caveats(results: Mapping[str, Any]) -> tuple[str, ...]:
    found = results.get("caveats")
    return tuple(str(each) for each in found) if isinstance(found, list) else ()


def folder_of(name: str) -> Path:
    """The folder of the corpus of this name under `PARLEY_HOME`; never a path, so nothing else can be reached."""
    if name not in names():
        raise NoSuchName(f"no corpus {name!r}")
    return home() / "corpora" / name


def _readable(folder: Path) -> bool:
    return not folder.name.startswith(".") and (folder / DIALOGUES_FILE).is_file()


def look(name: str, wanted: Wanted, *, by: Researcher) -> Look:
    """The page of `name` that has what is wanted, for one researcher; a page past the last is the last.

    Raises `NoSuchName` for a corpus that is not there, `BadLine` for a file that is no corpus.
    """
    folder = folder_of(name)
    index = index_of(folder)
    other = index_of(folder_of(wanted.beside)) if wanted.beside else None
    numbers = _numbers(name, index, wanted)
    pages = max(1, -(-len(numbers) // ON_A_PAGE))
    page = min(max(1, wanted.page), pages)
    here = list(index.read(numbers[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]))
    twins = [_beside(other, dialogue) for dialogue in here]
    flags = flags_of(name, [each.id for each in here])
    flags_beside = flags_of(wanted.beside, [each.id for twin in twins for each in twin]) if wanted.beside else {}
    results = _manifest(folder).get("results") or {}
    return Look(
        name=name,
        author=_text(results.get("author")),
        caveats=_caveats(results),
        splits=index.split_names,
        found=len(numbers),
        of=len(index),
        page=page,
        pages=pages,
        shown=tuple(
            Shown(
                _version(name, dialogue, flags.get(dialogue.id, ()), by),
                tuple(_version(wanted.beside, each, flags_beside.get(each.id, ()), by) for each in twin),
            )
            for dialogue, twin in zip(here, twins, strict=True)
        ),
    )


def _numbers(name: str, index: Index, wanted: Wanted) -> Sequence[int]:
    if wanted.find:
        number = index.number_of(wanted.find)
        return [] if number is None else [number]
    ids = flagged_ids(name) if wanted.flagged else None
    return [int(each) for each in index.chosen(trait=wanted.trait, level=wanted.level, split=wanted.split, ids=ids)]


def _beside(other: Index | None, dialogue: Dialogue) -> list[Dialogue]:
    return (
        []
        if other is None
        else list(other.read([int(each) for each in other.with_origin(dialogue.origin)[:MOST_BESIDE]]))
    )


def _version(corpus: str, dialogue: Dialogue, flags: Sequence[Flag], by: Researcher) -> Version:
    marked = mark(dialogue)
    return Version(
        corpus=corpus,
        id=dialogue.id,
        split=dialogue.split,
        source=dialogue.source,
        digest=digest_of(dialogue.as_json()),
        speakers=tuple(
            SpeakerShown(
                number=number,
                sentences=marked.personas[number],
                traits=tuple(
                    Told(trait, level, in_words(trait, level)) for trait, level in stated(speaker.traits).items()
                ),
            )
            for number, speaker in enumerate(dialogue.speakers)
        ),
        marked=marked,
        flags=tuple(flags),
        mine=next((each for each in flags if each.researcher == by.pk), None),
    )


def dialogue_named(name: str, identifier: str) -> Dialogue:
    """One dialogue; raises `NoSuchName` where the corpus or the dialogue is not there."""
    index = index_of(folder_of(name))
    number = index.number_of(identifier)
    if number is None:
        raise NoSuchName(f"no dialogue {identifier!r} in {name}")
    return next(index.read([number]))
