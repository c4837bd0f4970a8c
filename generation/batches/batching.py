"""A desk that gathers requests, and answers them when the batch that they went out in is in.

Whatever is handed in while nothing else can go on makes one batch. So labels make one, dialogues the next, what must be
asked again a third. A file is written before it is uploaded, its id before a batch is begun, the batch's id before
anybody waits for it; what was done but not yet noted when the process was killed is looked up at the endpoint.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, Self

from generation.asking.authors import AuthorFailed, RunStopped
from generation.asking.llm import Rejected, Reply, Trouble
from generation.asking.trying import Asked, Desk, as_record
from generation.batches.batch_courier import Courier
from generation.batches.batch_results import Outcome
from generation.batches.batch_sheets import MOST_BYTES, MOST_LINES, Line, Sheet, Sheets
from generation.batches.llm_batches import Batch, Batches
from generation.money.spending import BATCH, Purse, Reservation, capped

# Seconds without a new request after which everybody is taken to be waiting.
QUIET: Final = 0.5
# In so many batches a line is sent before it is given up.
SENT: Final = 3


class BatchRefused(RunStopped):
    """The endpoint would not do a batch at all, or somebody cancelled it there."""


@dataclass
class Waiting:
    """A request that is being waited for."""

    line: Line
    done: asyncio.Future[None]
    sent: int = 0


@dataclass
class BatchDesk(Desk):
    """A desk before a Batch API. `batches` is that of the endpoint; `purse` pays; `tell` hears how batches stand."""

    batches: Batches = field(kw_only=True)
    purse: Purse | None = field(default=None, kw_only=True)
    tell: Callable[[str], None] = field(default=lambda text: None, kw_only=True)
    poll: float = field(default=60.0, kw_only=True)
    quiet: float = field(default=QUIET, kw_only=True)
    most_lines: int = field(default=MOST_LINES, kw_only=True)
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _gathered: list[Waiting] = field(default_factory=list)
    _gathered_at: float = 0.0
    _looked_at: float = 0.0
    _open: dict[str, Sheet] = field(default_factory=dict)
    # What is under way, by the name of its line, with the money set aside for it where there is a budget.
    _under_way: dict[str, Reservation | None] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _ended: BaseException | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._sheets = Sheets(self.journal.folder)
        self._courier = Courier(self.batches, self._sheets, self.pause, self.trouble)
        for sheet in self._sheets.open():
            self._open[sheet.name] = sheet
            for name, line in self._sheets.read(sheet).items():
                self._under_way[name] = self._quote(line)
                if self.purse and (reservation := self._under_way[name]):
                    self.purse.hold(reservation)
        self._working = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._working.cancel()
        await asyncio.gather(self._working, return_exceptions=True)
        await super().__aexit__(kind, error, trace)

    async def ask(self, request: Mapping[str, Any], *, what: str, sample: int, round_: int) -> Asked:
        """The answer to `request`, from the journal or from a batch; raises as any desk does."""
        line = Line(what, request, sample, round_)
        known = self.journal.find(line.digest, sample, round_) is not None
        if not known:
            await self._wait_for(line)
        try:
            return replace(await super().ask(request, what=what, sample=sample, round_=round_), bought=not known)
        except AuthorFailed as failed:
            failed.just_now = not known
            raise

    async def _wait_for(self, line: Line) -> None:
        if self._ended:
            raise self._ended
        waiting = self._waiting.get(line.name)
        if waiting is None:
            waiting = self._waiting[line.name] = Waiting(line, asyncio.get_running_loop().create_future())
            # One that is under way already is in a sheet of an earlier run.
            if line.name not in self._under_way:
                self._gather(waiting)
        await asyncio.shield(waiting.done)

    def _gather(self, waiting: Waiting) -> None:
        self._gathered.append(waiting)
        self._gathered_at = time.monotonic()

    async def _work(self) -> None:
        """Send what was gathered and look at what was sent, until there is nobody left who waits."""
        try:
            for sheet in list(self._open.values()):
                await self._take(sheet, doubtful=True)
            while True:
                await asyncio.sleep(self.quiet / 2)
                if self._gathered and time.monotonic() - self._gathered_at >= self.quiet:
                    await self._send()
                if self._open and time.monotonic() - self._looked_at >= self.poll:
                    for sheet in list(self._open.values()):
                        await self._look(sheet)
                    self._looked_at = time.monotonic()
        except RunStopped as stopped:
            self._gate.stop(stopped)
            self._end(stopped)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # Whoever waits would wait for ever.
            self._end(error)
            raise

    def _end(self, error: BaseException) -> None:
        """Nobody gets an answer any more."""
        self._ended = error
        for waiting in self._waiting.values():
            if not waiting.done.done():
                waiting.done.set_exception(error)
                # Nobody may be waiting any more, which is no reason to complain.
                waiting.done.exception()
        self._waiting.clear()

    def _quote(self, line: Line) -> Reservation | None:
        return self.purse.quote(line.request, in_batch=True) if self.purse else None

    async def _send(self) -> None:
        """Send what was gathered, as far as the money goes, in as many files as it takes."""
        rows: list[tuple[Waiting, str]] = []
        size = 0
        for waiting in self._affordable():
            row = waiting.line.as_text(capped(waiting.line.request, self.purse.answer_tokens) if self.purse else None)
            length = len(row.encode())
            if rows and (len(rows) == self.most_lines or size + length > MOST_BYTES):
                await self._begin(rows)
                rows, size = [], 0
            rows.append((waiting, row))
            size += length
        if rows:
            await self._begin(rows)

    def _affordable(self) -> list[Waiting]:
        """Take from what was gathered all that there is money for; the rest waits for what the others leave of it."""
        gathered, self._gathered = self._gathered, []
        for place, waiting in enumerate(gathered):
            reservation = self._quote(waiting.line)
            if self.purse and reservation and not self.purse.take(reservation):
                self._gathered = gathered[place:]
                if place == 0 and not self._open:
                    raise self.purse.spent_up(reservation)
                return gathered[:place]
            self._under_way[waiting.line.name] = reservation
        return gathered

    async def _begin(self, rows: Sequence[tuple[Waiting, str]]) -> None:
        for waiting, _ in rows:
            waiting.sent += 1
        sheet = self._sheets.write([row for _, row in rows], token=secrets.token_hex(4), now=self._at())
        await self._take(sheet, doubtful=False)

    async def _take(self, sheet: Sheet, *, doubtful: bool) -> None:
        self._open[sheet.name] = sheet
        sheet = self._open[sheet.name] = await self._courier.take(sheet, doubtful=doubtful)
        self.tell(f"batch {sheet.batch_id}: {sheet.lines} requests {'under way' if doubtful else 'sent'}")
        self._looked_at = 0.0

    async def _look(self, sheet: Sheet) -> None:
        """See how a batch stands, and collect what came of it once it has ended."""
        batch = await self._courier.look(sheet)
        stand = f"{batch.status}, {batch.completed} of {batch.total or sheet.lines} answered"
        if self._told.get(batch.id) != stand:
            self._told[batch.id] = stand
            self.tell(f"batch {batch.id}: {stand}")
        if batch.ended:
            await self._collect(sheet, batch)

    async def _collect(self, sheet: Sheet, batch: Batch) -> None:
        """Keep every answer of a batch, then note that it is done with; send again what it left unanswered."""
        lines = self._sheets.read(sheet)
        again: list[tuple[Line, Trouble]] = []
        stopped: RunStopped | None = None
        for result in await self._courier.bring(batch):
            # The endpoint's own lines come once; one that names none of ours is not for us.
            if line := lines.pop(result.name, None):
                outcome = self._settle(line, result.outcome, batch.id)
                again += [(line, outcome)] if isinstance(outcome, Trouble) else []
                stopped = outcome if isinstance(outcome, RunStopped) else stopped
        for line in lines.values():
            unanswered = Trouble("expired" if batch.status == "expired" else "server", f"the batch is {batch.status}")
            if self._settle(line, unanswered, batch.id):
                again.append((line, unanswered))
        self.journal.sync()
        self._sheets.note(sheet, ended=batch.status)
        del self._open[sheet.name]
        if batch.status in ("failed", "cancelled"):
            stopped = BatchRefused(
                f"batch {batch.id} is {batch.status}: {'; '.join(batch.errors) or 'no reason given'}"
            )
        if stopped:
            raise stopped
        for line, trouble in again:
            self._send_again(line, trouble)

    def _settle(self, line: Line, outcome: Outcome, batch_id: str) -> Trouble | RunStopped | None:
        """Pay for a line and keep its answer, or why it is rejected, unless that is kept already; what else came."""
        reservation = self._under_way.pop(line.name, None)
        known = self.journal.find(line.digest, line.sample, line.round_) is not None
        if self.purse and reservation and isinstance(outcome, Reply) and not known:
            self.purse.settle(reservation, outcome.usage)
        elif self.purse and reservation:
            self.purse.release(reservation)
        if not known and isinstance(outcome, Trouble | RunStopped):
            return outcome
        waiting = self._waiting.pop(line.name, None)
        if not known and isinstance(outcome, Reply | Rejected):
            self._keep(self._record(line, outcome, batch_id, waiting.sent if waiting else 1))
        if waiting and not waiting.done.done():
            waiting.done.set_result(None)
        return None

    def _record(self, line: Line, outcome: Reply | Rejected, batch_id: str, sent: int) -> dict[str, Any]:
        came = {"tries": max(1, sent), "at": self._at(), BATCH: batch_id}
        if isinstance(outcome, Reply):
            self._note_answer(outcome)
            return line.key | as_record(outcome) | came
        self.trouble["rejected"] += 1
        kind = "structure" if outcome.of_structure and "response_format" in line.request else "rejected"
        return line.key | {"error": {"kind": kind, "reason": outcome.reason, "request_id": outcome.request_id}} | came

    def _send_again(self, line: Line, trouble: Trouble) -> None:
        """Put a line into the next batch, or give it up where it was in enough of them."""
        self.trouble[trouble.kind] += 1
        waiting = self._waiting.get(line.name)
        if waiting is None or waiting.sent < SENT:
            # What nobody in this run waits for is left to the one that does.
            return self._gather(waiting) if waiting else None
        error = {"kind": trouble.kind, "reason": trouble.reason, "request_id": trouble.request_id}
        self._lost.append(line.key | {"error": error, "tries": waiting.sent, "at": self._at()})
        del self._waiting[line.name]
        waiting.done.set_exception(
            AuthorFailed(trouble.kind, trouble.reason, tries=waiting.sent, request_id=trouble.request_id, just_now=True)
        )
        return None
