"""What a corpus shall be: its order, the dialogues to be made, and the traits that each is told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from generation.asking.authors import AuthorFailed
from generation.corpus.dialogues import Dialogue, Persona, Speaker, Turn
from generation.corpus.personas import PersonaKey, key_text, same_persona_key
from generation.corpus.spilling import digest_of_text
from generation.corpus.traits import TRAITS, Traits, stated
from generation.labels.labelling import PersonaLabels
from generation.writing.giving import Given
from generation.writing.sampling import UNIFORM, Sampler, sampler_of

# The speaker whose trait is high in one dialogue of a contrast pair and low in the other. The second: what the first
# says before is no answer to them, and can be the same in both.
CONTRASTED: Final = 1
CONTRAST_LEVELS: Final = ("high", "low")


@dataclass(frozen=True)
class Commission:
    """What the corpus shall be like; `seed` draws the traits.

    `traits` is how many are told of each speaker, None for all that are clear. `votes` is how many labels of a persona
    are merged. `contrast` is the trait in which the two dialogues of each pair differ. `same_traits` tells what
    the source's speakers were told. `fill` takes dialogues that have turns over as they are; `label_only` takes all
    over and writes none.
    """

    to: str
    traits: int | None = 2
    seed: int = 7
    votes: int = 1
    sampling: str = UNIFORM
    contrast: str | None = None
    same_traits: bool = False
    fill: bool = False
    label_only: bool = False

    def sampler(self) -> Sampler:
        """What draws the traits, having drawn none yet."""
        return sampler_of(self.sampling, self.seed)


@dataclass(frozen=True, slots=True)
class Planned:
    """A dialogue to be made. Its speakers have no traits yet; it has turns only where they are taken over.

    `given` are traits that need no labels. `contrast` is the trait and level that the contrasted speaker is told in any
    case; `opening_from` is the id of the planned dialogue whose opening it begins with.
    """

    dialogue: Dialogue
    origin: str
    given: tuple[Traits, Traits] | None = None
    contrast: tuple[str, str] | None = None
    opening_from: str | None = None

    @property
    def to_write(self) -> bool:
        """Whether an author must write its turns."""
        return not self.dialogue.turns


def plan_dialogues(source: Sequence[Dialogue], commission: Commission, given: Given | None = None) -> list[Planned]:
    """One dialogue for each of `source`: numbered anew per split in the order of their ids, or kept under their own.

    With `fill` and `label_only` ids and sources stay as they are; `label_only` leaves out pairs without turns. With
    `contrast` there are two, one ending in "-high" and one in "-low", which opens as the other does. Raises
    `TraitsNotGiven` where some are given and not those of a speaker here.
    """
    kept = commission.fill or commission.label_only
    numbers: Counter[str] = Counter()
    planned: list[Planned] = []
    for dialogue in sorted(source, key=lambda each: each.id):
        bare = replace(
            dialogue, speakers=(Speaker(dialogue.speakers[0].persona), Speaker(dialogue.speakers[1].persona))
        )
        if not kept:
            number = numbers[dialogue.split]
            numbers[dialogue.split] += 1
            bare = replace(bare, id=f"{commission.to}/{dialogue.split}/{number:05}", source=dialogue.origin, turns=())
        if bare.turns or not commission.label_only:
            traits = given.traits_of(dialogue) if given else None
            if commission.same_traits:
                traits = (stated(dialogue.speakers[0].traits), stated(dialogue.speakers[1].traits))
            planned += _contrasted(Planned(bare, dialogue.origin, traits), commission.contrast)
    return planned


def _contrasted(planned: Planned, trait: str | None) -> Iterator[Planned]:
    """The dialogue itself, or the two of its contrast pair."""
    if trait is None:
        yield planned
        return
    first, *others = (f"{planned.dialogue.id}-{level}" for level in CONTRAST_LEVELS)
    for identifier, level in zip((first, *others), CONTRAST_LEVELS, strict=True):
        yield replace(
            planned,
            dialogue=replace(planned.dialogue, id=identifier),
            contrast=(trait, level),
            opening_from=None if identifier == first else first,
        )


def opening_of(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """What both dialogues of a contrast pair begin with: all that is said before the contrasted speaker speaks."""
    speaks = next((place for place, turn in enumerate(turns) if turn.speaker == CONTRASTED), len(turns))
    return tuple(turns[:speaks])


def distinct_personas(planned: Iterable[Planned]) -> list[Persona]:
    """Each persona that needs labels, in the spelling and order of its first appearance."""
    # Digests are held, not keys: there may be tens of thousands.
    seen: set[bytes] = set()
    personas: list[Persona] = []
    for each in planned:
        for speaker in each.dialogue.speakers if each.given is None else ():
            key = same_persona_key(speaker.persona)
            if key and (digest := digest_of_text(key_text(key))) not in seen:
                seen.add(digest)
                personas.append(speaker.persona)
    return personas


def with_traits(
    planned: Planned,
    labels: Mapping[PersonaKey, PersonaLabels],
    commission: Commission,
    sampler: Sampler | None = None,
) -> Dialogue:
    """The planned dialogue with its speakers' traits; `AuthorFailed` where a persona has no labels.

    They are drawn by `sampler` (one that has drawn nothing yet, where there is none), or those that are given. A
    speaker whose persona is not told has no traits, and no author can speak for them.
    """
    sampler = sampler or commission.sampler()
    # All is looked at before anything is drawn: a sampler counts what it draws.
    levels = [_levels(planned, number, labels) for number in range(2)]
    speakers: list[Speaker] = []
    for number, speaker in enumerate(planned.dialogue.speakers):
        fixed = dict([planned.contrast]) if planned.contrast and number == CONTRASTED else {}
        free = {trait: level for trait, level in levels[number].items() if trait not in fixed}
        traits = free
        if planned.given is None:
            # The contrasted trait is one of those that are told.
            left = None if commission.traits is None else max(0, commission.traits - len(fixed))
            traits = sampler.draw(levels=free, count=left, origin=planned.origin, speaker=number)
        told = traits | fixed
        speakers.append(Speaker(speaker.persona, {trait: told[trait] for trait in TRAITS if trait in told}))
    return replace(planned.dialogue, speakers=(speakers[0], speakers[1]))


def _levels(planned: Planned, number: int, labels: Mapping[PersonaKey, PersonaLabels]) -> Traits:
    """What a speaker's traits are taken from: the given ones or the labels; none for a persona that is not told."""
    key = same_persona_key(planned.dialogue.speakers[number].persona)
    if not key:
        if planned.to_write:
            raise AuthorFailed("untold", f"the persona of speaker {number} is not told")
        return {}
    if planned.given is not None:
        return planned.given[number]
    labelled = labels.get(key)
    if labelled is None:
        raise AuthorFailed("unlabelled", f"the persona of speaker {number} has no labels")
    return labelled.levels
