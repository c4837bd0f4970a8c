"""From persona pairs to accepted dialogues: written, screened, and written anew where they were rejected.

Which dialogues come out follows from the answers alone: each attempt is finished before its dialogues are compared with
one another, in the order of their ids, and no later attempt changes what an earlier one accepted.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from generation.asking.authors import Author, AuthorFailed, RunStopped
from generation.asking.tracing import making
from generation.corpus.dialogues import Dialogue, Turn, kept_on_disk, packed, unpacked
from generation.corpus.spilling import OnDisk
from generation.sieving.filters import Fault, Measures
from generation.sieving.screening import Rejection, Screen
from generation.telling.parsing import OFF_PERSONA

T = TypeVar("T")
# What the sample numbers of one writing are apart from those of the next: more than dialogues are on equal terms.
APART: Final = 1_000_000
SCREENED: Final = "screened"
# What failed of these may come good when written anew; what never got through is a matter of `--retry-failed`.
WRITTEN_ANEW: Final = (SCREENED, "refused", "truncated", "malformed", OFF_PERSONA)


@dataclass(frozen=True)
class Job:
    """A dialogue without turns that shall have some; `sample` tells apart those asked for on equal terms."""

    dialogue: Dialogue
    sample: int
    opening: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A dialogue as written, what was measured on it, and why it will not do, if so."""

    dialogue: Dialogue
    measures: Measures
    fault: Fault | None


def _packed(draft: Draft) -> list[Any]:
    fault = draft.fault and [draft.fault.filter, draft.fault.value, draft.fault.reason]
    return [packed(draft.dialogue), dict(draft.measures), fault]


def _unpacked(data: list[Any]) -> Draft:
    dialogue, measures, fault = data
    return Draft(unpacked(dialogue), measures, Fault(*fault) if fault else None)


@dataclass
class Drafted:
    """What came of the jobs: dialogues, and everything rejected on the way."""

    dialogues: OnDisk[Dialogue] = field(default_factory=kept_on_disk)
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True)
class Drafting:
    """How dialogues are written: so many candidates each time, and so many attempts until one passes the screen.

    `fail` is told of each dialogue that will not come, as soon as that is known; `advance` of every job that was worked
    on, with its attempt, from 1.
    """

    author: Author
    screen: Screen
    concurrency: int
    candidates: int = 1
    attempts: int = 1
    fail: Callable[[Dialogue, AuthorFailed], None] = lambda dialogue, failed: None
    advance: Callable[[int], None] = lambda attempt: None

    async def draft_all(self, jobs: Sequence[Job]) -> Drafted:
        """Have the dialogues of all jobs written and screened."""
        drafted = Drafted()
        waiting = sorted(jobs, key=lambda job: job.dialogue.id)
        for attempt in range(1, self.attempts + 1):
            drafts = OnDisk(_packed, _unpacked)
            outcomes = await self._attempt(waiting, attempt, drafts)
            again: list[Job] = []
            for job in waiting:
                outcome = outcomes[job.dialogue.id]
                failed = (
                    outcome if isinstance(outcome, AuthorFailed) else self._settle(drafts[outcome], drafted, attempt)
                )
                if failed is None:
                    continue
                if self._may_try_again(failed, attempt):
                    again.append(job)
                elif failed.kind == SCREENED:
                    self.fail(job.dialogue, failed)
            waiting = again
        return drafted

    async def _attempt(self, jobs: Sequence[Job], attempt: int, drafts: OnDisk[Draft]) -> dict[str, int | AuthorFailed]:
        """What comes of each job, by the id of its dialogue: the place of its draft among `drafts`, or a failure."""
        outcomes: dict[str, int | AuthorFailed] = {}

        async def work(job: Job) -> None:
            try:
                with making("dialogue", job.dialogue.id):
                    draft = await self._best(job, attempt)
                outcomes[job.dialogue.id] = len(drafts)
                drafts.append(draft)
            except AuthorFailed as error:
                outcomes[job.dialogue.id] = error
                if not self._may_try_again(error, attempt):
                    self.fail(job.dialogue, error)
            self.advance(attempt)

        await for_each(jobs, work, self.concurrency)
        return outcomes

    async def _best(self, job: Job, attempt: int) -> Draft:
        """The best candidate that passes, else the best; `AuthorFailed` where none could be written at all."""
        candidates: dict[int, Dialogue] = {}
        failed: AuthorFailed | None = None
        for number in range(self.candidates):
            sample = job.sample + ((attempt - 1) * self.candidates + number) * APART
            try:
                turns = await self.author.write(job.dialogue.speakers, sample=sample, opening=job.opening)
                candidates[sample] = replace(job.dialogue, turns=turns)
            except AuthorFailed as error:
                failed = error
        if not candidates:
            assert failed is not None
            raise failed
        best: Draft | None = None
        for sample, dialogue, measures in self.screen.in_order(candidates):
            fault = self.screen.fault(measures) or await self.screen.criticism(dialogue, measures, sample=sample)
            draft = Draft(dialogue, measures, fault)
            if fault is None:
                return draft
            best = best or draft
        assert best is not None
        return best

    def _may_try_again(self, failed: AuthorFailed, attempt: int) -> bool:
        return failed.kind in WRITTEN_ANEW and attempt < self.attempts

    def _settle(self, draft: Draft, drafted: Drafted, attempt: int) -> AuthorFailed | None:
        """Accept a draft or reject it; what it failed of."""
        fault = draft.fault or self.screen.admit(draft.dialogue)
        if fault is None:
            drafted.dialogues.append(draft.dialogue)
            return None
        drafted.rejections.append(Rejection(draft.dialogue, fault, draft.measures, attempt))
        return AuthorFailed(SCREENED, f"{fault.filter}: {fault.reason}", tries=attempt)


async def for_each(jobs: Sequence[T], work: Callable[[T], Awaitable[None]], concurrency: int) -> None:
    """Do all jobs, at most `concurrency` at a time; after `RunStopped` begin no more, finish those begun, raise it."""
    waiting = iter(jobs)
    stopped: list[RunStopped] = []

    async def worker() -> None:
        for job in waiting:
            try:
                await work(job)
            except RunStopped as error:
                stopped.append(error)
            if stopped:
                return

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(jobs))):
            group.create_task(worker())
    if stopped:
        raise stopped[0]
