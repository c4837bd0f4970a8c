"""What a model is trained on: `--on CORPUS[/SPLIT][:SHARE]`, mixed by shares, with nobody on two sides."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final, TypeVar

from generation.corpus.dialogues import DIALOGUES_FILE, SPLITS, Dialogue, read_dialogues
from generation.corpus.manifest import digest_of_file
from generation.corpus.personas import same_persona_key
from generation.home import corpus_and_split
from training.data.examples import Example, Modelled, examples_of

Key = TypeVar("Key")

LEARNED_FROM: Final = "train"
STOPPED_ON: Final = "validation"


class BadSource(ValueError):
    """A `--on` that cannot be read, shares that do not add up, or a split with nothing in it."""


class Overlap(ValueError):
    """A dialogue or a persona that stands on two sides of a split."""


@dataclass(frozen=True)
class Source:
    """A corpus, or one split of it, as named on the command line; `share` is None where none was named."""

    name: str
    folder: Path
    split: str | None
    share: float | None

    @property
    def file(self) -> Path:
        """The corpus's dialogues."""
        return self.folder / DIALOGUES_FILE

    def dialogues(self) -> list[Dialogue]:
        """What this source contributes: of the split that it names, or of all."""
        return self.among(read_dialogues(self.folder))

    def among(self, dialogues: Iterable[Dialogue]) -> list[Dialogue]:
        """What this source contributes of its corpus's `dialogues`; persona pairs without a turn teach nothing."""
        return [each for each in dialogues if each.turns and self.split in (None, each.split)]


def read_source(text: str) -> Source:
    """The source that `CORPUS[/SPLIT][:SHARE]` names; the corpus must be there."""
    name, colon, word = text.rpartition(":")
    share: float | None = None
    if colon:
        try:
            share = float(word)
        except ValueError:
            raise BadSource(f"--on {text}: expected a share from 0 to 1 after the colon, got {word!r}") from None
        if not 0 <= share <= 1:
            raise BadSource(f"--on {text}: expected a share from 0 to 1, got {share:g}")
    else:
        name = text
    folder, split = corpus_and_split(name)
    return Source(name=name, folder=folder, split=split, share=share)


def read_partner(text: str) -> Source:
    """The corpus that `--only-shared-with CORPUS` names: whole, since a dialogue's split is compared too."""
    folder, split = corpus_and_split(text)
    if split is not None:
        raise BadSource(f"--only-shared-with {text}: expected a whole corpus, got its split {split!r}")
    return Source(name=text, folder=folder, split=None, share=None)


@dataclass(frozen=True)
class Material:
    """The examples to learn from and to stop on, and what they came from."""

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    dialogues: Mapping[str, int]
    # Dialogues and personas that stand on two sides, where that was allowed.
    shared: Mapping[str, int]
    digests: Mapping[str, str]
    # By source, the ids of what would have been learned from or stopped on but for `only_shared_with`, in order.
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def gather(
    sources: Sequence[Source],
    *,
    speakers: Modelled,
    seed: int,
    allow_persona_overlap: bool = False,
    only_shared_with: Sequence[Source] = (),
) -> Material:
    """Read and mix `sources`: "train" to learn from, "validation" to stop on.

    With `only_shared_with` a dialogue counts only where each of those corpora has one of the same origin in the same
    split: arms on parallel corpora then learn from the same sources, whatever either lacks.

    Shares of several sources must sum to 1, and all mixtures of the same corpora have the same number of examples, that
    of the smallest of them. One corpus with a share gives that share of its examples. Draws are nested: what stands in
    a mixture at 0.25 stands in that at 0.5. Raises `Overlap` where a dialogue, by origin, or a persona, evened out,
    stands in two of the splits of all these corpora together, also in splits that contribute nothing.
    """
    corpora = {source.folder: list(read_dialogues(source.folder)) for source in (*sources, *only_shared_with)}
    shared = check_overlap(
        (dialogue for dialogues in corpora.values() for dialogue in dialogues), allow_personas=allow_persona_overlap
    )
    everything = {source: source.among(corpora[source.folder]) for source in sources}
    there = [{_place(each) for each in source.among(corpora[source.folder])} for source in only_shared_with]
    read = {
        source: [each for each in dialogues if all(_place(each) in places for places in there)]
        for source, dialogues in everything.items()
    }
    sides: dict[str, tuple[Example, ...]] = {}
    for split in (LEARNED_FROM, STOPPED_ON):
        stocks = [
            list(examples_of([each for each in read[source] if each.split == split], speakers=speakers))
            for source in sources
        ]
        sides[split] = mix(stocks, [source.share for source in sources], seed=seed)
        if not sides[split]:
            named = " ".join(f"--on {source.name}" for source in sources)
            if any(each.split == split for dialogues in everything.values() for each in dialogues):
                others = " and ".join(source.name for source in only_shared_with)
                raise BadSource(f"no dialogue in split {split!r} of {named} shares its source with one of {others}")
            raise BadSource(f"no dialogues in split {split!r} of {named}; split_corpus cuts a corpus into splits")
    return Material(
        train=sides[LEARNED_FROM],
        validation=sides[STOPPED_ON],
        dialogues={
            split: sum(each.split == split for dialogues in read.values() for each in dialogues)
            for split in (LEARNED_FROM, STOPPED_ON)
        },
        shared=shared,
        digests={source.name: digest_of_file(source.file) for source in (*sources, *only_shared_with)},
        left_out={
            source.name: tuple(
                each.id
                for each in dialogues
                if each.split in (LEARNED_FROM, STOPPED_ON) and any(_place(each) not in places for places in there)
            )
            for source, dialogues in everything.items()
            if only_shared_with
        },
    )


def _place(dialogue: Dialogue) -> tuple[str, str]:
    return dialogue.origin, dialogue.split


def mix(stocks: Sequence[Sequence[Example]], shares: Sequence[float | None], *, seed: int) -> tuple[Example, ...]:
    """Examples of several corpora by share, in corpus order; without shares, all of all."""
    if all(share is None for share in shares):
        return tuple(example for stock in stocks for example in stock)
    if any(share is None for share in shares):
        raise BadSource("either every --on has a share, or none has")
    given = [share for share in shares if share is not None]
    if len(given) > 1 and abs(sum(given) - 1) > 1e-6:
        raise BadSource(f"the shares of several corpora must sum to 1, and sum to {sum(given):g}")
    total = min(map(len, stocks))
    mixed: list[Example] = []
    for place, (stock, share) in enumerate(zip(stocks, given, strict=True)):
        order = list(range(len(stock)))
        random.Random(f"{seed} {place}").shuffle(order)
        mixed += [stock[number] for number in sorted(order[: round(share * total)])]
    return tuple(mixed)


def check_overlap(dialogues: Iterable[Dialogue], *, allow_personas: bool = False) -> dict[str, int]:
    """How many dialogues (by origin) and personas (evened out) stand on two sides; raises `Overlap` where any does.

    `allow_personas` lets personas pass, never dialogues. Two parallel dialogues on the same side are no overlap.
    """
    origins: dict[str, dict[str, str]] = {split: {} for split in SPLITS}
    personas: dict[str, dict[frozenset[str], str]] = {split: {} for split in SPLITS}
    for dialogue in dialogues:
        if dialogue.split not in origins:
            raise BadSource(f"{dialogue.id}: expected split {', '.join(SPLITS)}, got {dialogue.split!r}")
        origins[dialogue.split].setdefault(dialogue.origin, dialogue.id)
        for speaker in dialogue.speakers:
            if speaker.persona:
                personas[dialogue.split].setdefault(same_persona_key(speaker.persona), dialogue.id)
    shared_dialogues = _check_sides(origins, "dialogue", allowed=False)
    shared_personas = _check_sides(personas, "persona", allowed=allow_personas)
    return {"dialogues": shared_dialogues, "personas": shared_personas}


def _check_sides(sides: Mapping[str, Mapping[Key, str]], thing: str, *, allowed: bool) -> int:
    count = 0
    for one, other in combinations(sides, 2):
        both = sides[one].keys() & sides[other].keys()
        if both and not allowed:
            example = min(both, key=lambda key: sides[one][key])
            way_out = "cut the corpus by persona, or allow it with --allow-persona-overlap"
            named, stand = (f"{thing}s", "stand") if len(both) > 1 else (thing, "stands")
            raise Overlap(
                f"{len(both)} {named} of {other!r} {stand} in {one!r} too, "
                f"as in {sides[one][example]} and {sides[other][example]}"
                + (f"; {way_out}" if thing == "persona" else "")
            )
        count += len(both)
    return count
