"""The files and batches of an OpenAI-compatible endpoint, and what goes wrong with them.

The SDK's own retries are off: it would upload a file twice whose first upload only seemed to fail.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generation.asking.authors import RunStopped
from generation.asking.llm import Endpoint
from generation.asking.llm_replies import NO_CREDIT, NoAccess, NoCredit, Trouble

CHAT: Final = "/v1/chat/completions"
# The only window that there is.
WINDOW: Final = "24h"


class NoBatches(RunStopped):
    """The endpoint has no Batch API."""


@dataclass(frozen=True)
class Batch:
    """How a batch stands: its status, what came of how many lines, and the files of results once there are any."""

    id: str
    status: str
    total: int
    completed: int
    failed: int
    files: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ("completed", "expired", "cancelled", "failed")


class Batches:
    """What an open endpoint does with batches; raises `Trouble` for what may be tried again, else a `RunStopped`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._client = endpoint.client.with_options(max_retries=0)

    async def find_file(self, name: str) -> str | None:
        """The id of a file that was uploaded under `name`."""
        async with _named():
            async for file in self._client.files.list(purpose="batch"):
                if file.filename == name:
                    return str(file.id)
        return None

    async def upload(self, path: Path) -> str:
        """Upload a file of requests under its own name; its id."""
        async with _named():
            file = await self._client.files.create(file=(path.name, path.read_bytes()), purpose="batch")
            return str(file.id)

    async def find_batch(self, file_id: str) -> str | None:
        """The id of a batch that was begun with this file."""
        async with _named():
            async for batch in self._client.batches.list():
                if batch.input_file_id == file_id:
                    return str(batch.id)
        return None

    async def begin(self, file_id: str) -> str:
        """Begin a batch; its id."""
        async with _named():
            batch = await self._client.batches.create(input_file_id=file_id, endpoint=CHAT, completion_window=WINDOW)
            return str(batch.id)

    async def look(self, batch_id: str) -> Batch:
        """How a batch stands now."""
        async with _named():
            batch = await self._client.batches.retrieve(batch_id)
        counts, errors = batch.request_counts, getattr(batch.errors, "data", None) or []
        return Batch(
            id=batch_id,
            status=str(batch.status),
            total=getattr(counts, "total", 0) or 0,
            completed=getattr(counts, "completed", 0) or 0,
            failed=getattr(counts, "failed", 0) or 0,
            files=tuple(file for file in (batch.output_file_id, batch.error_file_id) if file),
            errors=tuple(str(error.message or error.code) for error in errors),
        )

    async def lines(self, file_id: str) -> list[bytes]:
        """The lines of a file of results."""
        async with _named():
            content: Any = await self._client.files.content(file_id)
            body: bytes = content.content
            return [line for line in body.split(b"\n") if line.strip()]


@asynccontextmanager
async def _named() -> AsyncIterator[None]:
    """The SDK's errors, under the names of ours."""
    import openai

    try:
        yield
    except openai.RateLimitError as error:
        if error.code in NO_CREDIT or error.type in NO_CREDIT:
            raise NoCredit(f"no credit left: {error.message}") from error
        raise Trouble("busy", error.message) from error
    except openai.NotFoundError as error:
        raise NoBatches(
            f"the endpoint answered 404 to a question of its Batch API ({error.message}); does it have one? "
            "Without --batch it is asked one by one"
        ) from error
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise NoAccess(f"the endpoint answered {error.status_code}: {error.message}") from error
    except openai.APIConnectionError as error:
        raise Trouble("network", str(error.__cause__ or error.message)) from error
    except openai.APIStatusError as error:
        if error.status_code >= 500 or error.status_code in (408, 409):
            raise Trouble("server", f"{error.status_code}: {error.message}") from error
        raise NoAccess(f"the endpoint answered {error.status_code}: {error.message}") from error
    except (openai.APIError, ValueError) as error:
        raise Trouble("server", f"what came is no answer of a Batch API: {error}") from error
