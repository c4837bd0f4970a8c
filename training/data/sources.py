"""What a model is trained on: `--on CORPUS[/SPLIT][:SHARE]`, mixed by shares, with nobody on two sides."""

import random
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Final

from generation.corpus.dialogues import DIALOGUES_FILE, SPLITS, Dialogue, kept_on_disk, read_dialogues
from generation.corpus.manifest import digest_of_file
from generation.corpus.personas import key_text, same_persona_key
from generation.corpus.spilling import Numbered
from generation.home import corpus_and_split
from training.data.examples import Example, Modelled
from training.data.stock import Drawn, Stock

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
        return [each for each in read_dialogues(self.folder) if self.has(each)]

    def has(self, dialogue: Dialogue) -> bool:
        """Whether it contributes this dialogue of its corpus; persona pairs without a turn teach nothing."""
        return bool(dialogue.turns) and self.split in (None, dialogue.split)


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

    train: Sequence[Example]
    validation: Sequence[Example]
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
    dialogues = kept_on_disk()
    corpora: dict[Path, range] = {}
    for folder in dict.fromkeys(source.folder for source in (*sources, *only_shared_with)):
        begin = len(dialogues)
        for each in read_dialogues(folder):
            dialogues.append(each)
        corpora[folder] = range(begin, len(dialogues))
    shared = check_overlap(dialogues, allow_personas=allow_persona_overlap)
    there = [
        {_place(each) for number in corpora[source.folder] if source.has(each := dialogues[number])}
        for source in only_shared_with
    ]
    read = {source: _Read(dialogues, speakers=speakers) for source in sources}
    for source, found in read.items():
        for number in corpora[source.folder]:
            if source.has(each := dialogues[number]):
                found.add(number, each, shared=all(_place(each) in places for places in there))
    sides: dict[str, Drawn] = {}
    for split in (LEARNED_FROM, STOPPED_ON):
        stocks = [read[source].stocks[split] for source in sources]
        sides[split] = mix(stocks, [source.share for source in sources], seed=seed)
        if not sides[split]:
            named = " ".join(f"--on {source.name}" for source in sources)
            if any(found.seen[split] for found in read.values()):
                others = " and ".join(source.name for source in only_shared_with)
                raise BadSource(f"no dialogue in split {split!r} of {named} shares its source with one of {others}")
            raise BadSource(f"no dialogues in split {split!r} of {named}; split_corpus cuts a corpus into splits")
    return Material(
        train=sides[LEARNED_FROM],
        validation=sides[STOPPED_ON],
        dialogues={split: sum(found.taken[split] for found in read.values()) for split in sides},
        shared=shared,
        digests={source.name: digest_of_file(source.file) for source in (*sources, *only_shared_with)},
        left_out={source.name: tuple(found.left_out) for source, found in read.items() if only_shared_with},
    )


class _Read:
    """What one source has in either split: dialogues seen, taken, left out, and the examples of those taken."""

    def __init__(self, dialogues: Sequence[Dialogue], *, speakers: Modelled) -> None:
        self.stocks = {split: Stock(dialogues, speakers=speakers) for split in (LEARNED_FROM, STOPPED_ON)}
        self.seen, self.taken = (dict.fromkeys(self.stocks, 0) for _ in range(2))
        self.left_out: list[str] = []

    def add(self, number: int, dialogue: Dialogue, *, shared: bool) -> None:
        """A dialogue, which is left out unless the corpora to share with have it too."""
        split = dialogue.split
        if split not in self.stocks:
            return
        self.seen[split] += 1
        if shared:
            self.taken[split] += 1
            self.stocks[split].add(number, dialogue)
        else:
            self.left_out.append(dialogue.id)


def _place(dialogue: Dialogue) -> tuple[str, str]:
    return dialogue.origin, dialogue.split


def mix(stocks: Sequence[Sequence[Example]], shares: Sequence[float | None], *, seed: int) -> Drawn:
    """Examples of several corpora by share, in corpus order; without shares, all of all."""
    if all(share is None for share in shares):
        return Drawn(stocks, [range(len(stock)) for stock in stocks])
    if any(share is None for share in shares):
        raise BadSource("either every --on has a share, or none has")
    given = [share for share in shares if share is not None]
    if len(given) > 1 and abs(sum(given) - 1) > 1e-6:
        raise BadSource(f"the shares of several corpora must sum to 1, and sum to {sum(given):g}")
    total = min(map(len, stocks))
    drawn: list[list[int]] = []
    for place, (stock, share) in enumerate(zip(stocks, given, strict=True)):
        order = array("I", range(len(stock)))
        random.Random(f"{seed} {place}").shuffle(order)
        drawn.append(sorted(order[: round(share * total)]))
    return Drawn(stocks, drawn)


def check_overlap(dialogues: Collection[Dialogue], *, allow_personas: bool = False) -> dict[str, int]:
    """How many dialogues (by origin) and personas (evened out) stand on two sides; raises `Overlap` where any does.

    `allow_personas` lets personas pass, never dialogues. Two parallel dialogues on the same side are no overlap.
    """
    origins, personas = _Sides(_origin_of), _Sides(_personas_of)
    for dialogue in dialogues:
        if dialogue.split not in SPLITS:
            raise BadSource(f"{dialogue.id}: expected split {', '.join(SPLITS)}, got {dialogue.split!r}")
        origins.add(dialogue)
        personas.add(dialogue)
    return {
        "dialogues": origins.shared(dialogues, "dialogue", allowed=False),
        "personas": personas.shared(dialogues, "persona", allowed=allow_personas),
    }


def _origin_of(dialogue: Dialogue) -> list[str]:
    return [dialogue.origin]


def _personas_of(dialogue: Dialogue) -> list[str]:
    return [key_text(same_persona_key(speaker.persona)) for speaker in dialogue.speakers if speaker.persona]


class _Sides:
    """On which sides of a cut things stand, each told by a text; the texts lie on the disk, a byte for each is held."""

    def __init__(self, texts_of: Callable[[Dialogue], list[str]]) -> None:
        self._texts_of, self._texts = texts_of, Numbered()
        # A bit for each split.
        self._on = bytearray()

    def add(self, dialogue: Dialogue) -> None:
        for text in self._texts_of(dialogue):
            number = self._texts.number(text)
            if number == len(self._on):
                self._on.append(0)
            self._on[number] |= _bit(dialogue.split)

    def shared(self, dialogues: Iterable[Dialogue], thing: str, *, allowed: bool) -> int:
        """How many stand on two sides, for every two; raises `Overlap`, which names an example, unless `allowed`."""
        count, found = 0, Counter(self._on)
        for one, other in combinations(SPLITS, 2):
            sides = _bit(one) | _bit(other)
            both = sum(number for on, number in found.items() if on & sides == sides)
            if both and not allowed:
                example = " and ".join(self._example(dialogues, one, other))
                way_out = "cut the corpus by persona, or allow it with --allow-persona-overlap"
                named, stand = (f"{thing}s", "stand") if both > 1 else (thing, "stands")
                raise Overlap(
                    f"{both} {named} of {other!r} {stand} in {one!r} too, as in {example}"
                    + (f"; {way_out}" if thing == "persona" else "")
                )
            count += both
        return count

    def _example(self, dialogues: Iterable[Dialogue], one: str, other: str) -> tuple[str, str]:
        """A dialogue on either side, of something that stands on both: that which comes first on the one, by id."""
        sides, seen = _bit(one) | _bit(other), bytearray(len(self._on))
        first: dict[str, tuple[str, int]] = {}
        for split in (one, other):
            for dialogue in dialogues:
                if dialogue.split != split:
                    continue
                for text in self._texts_of(dialogue):
                    number = self._texts.number(text)
                    wanted = number == first[one][1] if split == other else self._on[number] & sides == sides
                    if not wanted or seen[number] & _bit(split):
                        continue
                    seen[number] |= _bit(split)
                    first[split] = min(first.get(split, (dialogue.id, number)), (dialogue.id, number))
        return first[one][0], first[other][0]


def _bit(split: str) -> int:
    return 1 << SPLITS.index(split)
