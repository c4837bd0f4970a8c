"""What a corpus shall be: its order, the dialogues to be made, and the traits that each is told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from generation.authors import AuthorFailed
from generation.corpus.dialogues import Dialogue, Persona, Speaker
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.labelling import PersonaLabels
from generation.sampling import sample_traits


@dataclass(frozen=True)
class Commission:
    """What the corpus shall be like; `seed` draws the traits.

    `traits` is how many are told of each speaker, None for all that are clear. `fill` takes dialogues that have turns
    over as they are; `label_only` takes all over and writes none.
    """

    to: str
    traits: int | None = 2
    seed: int = 7
    fill: bool = False
    label_only: bool = False


@dataclass(frozen=True)
class Planned:
    """A dialogue to be made. Its speakers have no traits yet; it has turns only where they are taken over."""

    dialogue: Dialogue
    origin: str

    @property
    def to_write(self) -> bool:
        """Whether an author must write its turns."""
        return not self.dialogue.turns


def plan_dialogues(source: Sequence[Dialogue], commission: Commission) -> list[Planned]:
    """One dialogue for each of `source`: numbered anew per split in the order of their ids, or kept under their own.

    With `fill` and `label_only` ids and sources stay as they are; `label_only` leaves out pairs without turns.
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
            planned.append(Planned(dialogue=bare, origin=dialogue.origin))
    return planned


def distinct_personas(planned: Iterable[Planned]) -> dict[PersonaKey, Persona]:
    """Each persona that is told, in the spelling and order of its first appearance."""
    personas: dict[PersonaKey, Persona] = {}
    for each in planned:
        for speaker in each.dialogue.speakers:
            if key := same_persona_key(speaker.persona):
                personas.setdefault(key, speaker.persona)
    return personas


def with_traits(planned: Planned, labels: Mapping[PersonaKey, PersonaLabels], commission: Commission) -> Dialogue:
    """The planned dialogue with its speakers' sampled traits; `AuthorFailed` where a persona has no labels.

    A speaker whose persona is not told has no traits, and no author can speak for them.
    """
    speakers: list[Speaker] = []
    for number, speaker in enumerate(planned.dialogue.speakers):
        key = same_persona_key(speaker.persona)
        if not key:
            if planned.to_write:
                raise AuthorFailed("untold", f"the persona of speaker {number} is not told")
            speakers.append(Speaker(speaker.persona))
            continue
        labelled = labels.get(key)
        if labelled is None:
            raise AuthorFailed("unlabelled", f"the persona of speaker {number} has no labels")
        traits = sample_traits(
            levels=labelled.levels,
            count=commission.traits,
            seed=commission.seed,
            origin=planned.origin,
            speaker=number,
        )
        speakers.append(Speaker(speaker.persona, traits))
    return replace(planned.dialogue, speakers=(speakers[0], speakers[1]))
