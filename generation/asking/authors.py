"""Who labels personas and writes dialogues: what `generate` asks of an author, and the two offline ones."""

from dataclasses import dataclass
from typing import Final, Protocol

from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.labels.labelling import PersonaLabels
from generation.offline import alone, crowd, writing
from generation.offline.labelling import label

OFFLINE: Final = "offline"
OFFLINE_CROWD: Final = "offline:crowd"
OFFLINE_AUTHORS: Final = (OFFLINE, OFFLINE_CROWD)
# One completion writes the dialogue; or two agents, each told its own persona alone, take turns.
SINGLE: Final = "single"
DOUBLE: Final = "double"
METHODS: Final = (SINGLE, DOUBLE)


class AuthorFailed(Exception):
    """One persona or one dialogue that its author could not do. The run goes on; the row is listed with its reason.

    `kind` is refused, truncated, malformed, off_persona (too little of the persona is told), rejected (the endpoint
    would not take the request), server, timeout, network, unlabelled, untold or screened; `tries` counts what was asked
    for it.
    """

    def __init__(
        self, kind: str, reason: str, *, tries: int = 0, request_id: str | None = None, just_now: bool = False
    ) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason, self.tries, self.request_id = kind, reason, tries, request_id
        # Whether it was asked in this run, or is known from the journal.
        self.just_now = just_now


class RunStopped(Exception):
    """What makes it pointless to ask for anything more; what was answered so far is kept in the journal."""


class Author(Protocol):
    """Labels personas and writes dialogues, or raises `AuthorFailed` for one row and `RunStopped` for all."""

    @property
    def note(self) -> str:
        """What stands at the end of the progress line; empty where all is well."""
        ...

    async def label(self, persona: Persona, *, vote: int = 0) -> PersonaLabels:
        """The five traits of a persona; `vote` tells apart the answers where several are asked for."""
        ...

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        """A dialogue between two speakers; `sample` tells apart those that are asked for twice on equal terms.

        It begins with the turns of `opening`, word for word, where such are given.
        """
        ...


@dataclass(frozen=True)
class OfflineAuthor:
    """The embedded grammar: as "offline" it lets traits show, as "offline:crowd" it writes as a crowd does."""

    name: str
    seed: int
    levels: int = 3
    method: str = SINGLE
    note: str = ""

    async def label(self, persona: Persona, *, vote: int = 0) -> PersonaLabels:
        """By rules on the persona's words; never fails."""
        return label(persona, levels=self.levels, vote=vote)

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        """By the grammar; never fails."""
        if self.name == OFFLINE_CROWD:
            return crowd.write(speakers, seed=self.seed, sample=sample, opening=opening)
        if self.method == DOUBLE:
            return alone.write(speakers, seed=self.seed, sample=sample, opening=opening)
        return writing.write(speakers, seed=self.seed, sample=sample, opening=opening)
