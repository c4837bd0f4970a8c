"""What goes between the sheets on the disk and the batches at the endpoint, patiently, and never the same way twice.

Where it is doubtful whether a step was taken, by a run that was killed before it could note that, or by a request that
got no answer, the endpoint is asked before the step is taken again.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from generation.asking.llm import Trouble
from generation.asking.trying import LONGEST_WAIT, TRIES, TRIES_BEFORE_ANY_ANSWER, EndpointDown
from generation.batches.batch_results import Result, read_result
from generation.batches.batch_sheets import Sheet, Sheets
from generation.batches.llm_batches import Batch, Batches

T = TypeVar("T")


@dataclass
class Courier:
    """Takes sheets to the endpoint and brings results. `pause` is the first wait before another try; it doubles."""

    batches: Batches
    sheets: Sheets
    pause: float = 0.5
    trouble: Counter[str] = field(default_factory=Counter)
    _reached: bool = False

    async def take(self, sheet: Sheet, *, doubtful: bool) -> Sheet:
        """Upload a sheet and begin its batch, whatever of it is not done; each id is kept before the next step."""
        file = self.sheets.file(sheet)
        if sheet.file_id is None:
            upload, found = partial(self.batches.upload, file), partial(self.batches.find_file, file.name)
            sheet = self.sheets.note(sheet, file_id=await self._patiently(upload, found=found, doubtful=doubtful))
            doubtful = False
        assert sheet.file_id is not None
        if sheet.batch_id is None:
            begin, sought = partial(self.batches.begin, sheet.file_id), partial(self.batches.find_batch, sheet.file_id)
            sheet = self.sheets.note(sheet, batch_id=await self._patiently(begin, found=sought, doubtful=doubtful))
        return sheet

    async def look(self, sheet: Sheet) -> Batch:
        """How the batch of a sheet that was taken stands."""
        assert sheet.batch_id is not None
        return await self._patiently(partial(self.batches.look, sheet.batch_id))

    async def bring(self, batch: Batch) -> list[Result]:
        """Every result of a batch."""
        results: list[Result] = []
        for file_id in batch.files:
            rows = await self._patiently(partial(self.batches.lines, file_id))
            results += [result for row in rows if (result := read_result(row))]
        return results

    async def _patiently(
        self,
        step: Callable[[], Awaitable[T]],
        *,
        found: Callable[[], Awaitable[T | None]] | None = None,
        doubtful: bool = False,
    ) -> T:
        """What a step gives, tried again where the endpoint is in trouble; `found` gives it if it was taken before."""
        tries = 0
        while True:
            tries += 1
            try:
                done = await found() if found and doubtful else None
                done = await step() if done is None else done
                self._reached = True
                return done
            except Trouble as trouble:
                self.trouble[trouble.kind] += 1
                doubtful = True
                if tries == (TRIES if self._reached else TRIES_BEFORE_ANY_ANSWER):
                    raise EndpointDown(f"the endpoint does not answer ({trouble.kind}: {trouble.reason})") from trouble
                wait = min(LONGEST_WAIT, self.pause * 2 ** (tries - 1))
                await asyncio.sleep(wait * random.uniform(0.75, 1.25))
