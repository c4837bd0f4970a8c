"""Models of ours kept ready to answer chats; those that come together are answered together.

A reply hangs on nothing but its own chat: greedily it is the one that `respond` gives, and a sample's draws are seeded
by the request's seed and the model's input.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from generation.corpus.manifest import digest_of
from training.answering.decoding import Decoded, Decoding, Question, decode_counted
from training.data.encoding import Encoder
from training.models.checkpoints import WEIGHTS_FILE, load_model
from training.serving.chat_requests import BadRequest, Chat

# Persona and traits are never cut, so somebody could write a persona that takes all memory: so many pieces, at most.
LONGEST_SOURCE: Final = 1024
# Of so many batches the sizes are remembered.
REMEMBERED: Final = 1000


class SameName(ValueError):
    """Two models that would be served under one name."""


class TooManyWaiting(Exception):
    """More requests than are kept waiting."""


class AnsweringFailed(Exception):
    """The model failed at a batch, as where memory does not suffice."""


@dataclass(frozen=True)
class Reply:
    """A model's reply, with the pieces of its input and of itself; `ended` is whether it came to its end."""

    text: str
    source_pieces: int
    pieces: int
    ended: bool


class ServedModel:
    """The trained model in `folder`, loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self.trained_at = int((folder / WEIGHTS_FILE).stat().st_mtime)
        self._model, self._tokenizer, self._template = load_model(folder)
        places = getattr(self._model.config, "max_position_embeddings", None)
        self._longest = min(places or LONGEST_SOURCE, max(LONGEST_SOURCE, self._template.max_source))

    def encoder(self) -> Encoder:
        """A fresh one for each batch: an encoder remembers every text that it has seen."""
        return Encoder(tokenizer=self._tokenizer, template=self._template)

    def question(self, chat: Chat, encoder: Encoder, *, seed: int) -> Question:
        """What the model reads of the chat; `BadRequest` where that is too long for it."""
        source = encoder.source(self._template.source(chat.context, chat.context.traits))
        if len(source) > self._longest:
            raise BadRequest(
                f"persona, traits and last turn are {len(source)} pieces long; at most {self._longest} are read",
                parameter="messages",
                code="context_length_exceeded",
            )
        return Question(id=f"{seed} {digest_of(source)}", source=source)

    def answer(self, questions: Sequence[Question], *, decoding: Decoding) -> list[Decoded]:
        """Their answers, in order, as one batch."""
        found = decode_counted(
            self._model, self._tokenizer, questions, decoding=decoding, seed=0, batch_size=len(questions)
        )
        return sorted((each for batch in found for each in batch), key=lambda each: each.place)


def load(folders: Sequence[Path]) -> dict[str, ServedModel]:
    """Name -> model; raises `SameName` before anything is loaded, or `NotAModel`."""
    names = [folder.name for folder in folders]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SameName(f"two of the models are called {twice[0]}: a request could not say which")
    return {folder.name: ServedModel(folder) for folder in folders}


Waiting = tuple[Chat, "asyncio.Future[Reply]"]


class Gathering:
    """Where chats wait to be answered together; an async context manager.

    The first to come waits `wait` seconds for others, at most `batch_size` in all; what comes while the models are at
    work waits for the next batch. One batch is answered at a time: two would only share the processor.
    """

    def __init__(
        self,
        models: dict[str, ServedModel],
        *,
        batch_size: int,
        wait: float,
        most_waiting: int,
        rng: random.Random,
    ) -> None:
        self.models, self.batch_size, self.wait, self.most_waiting = models, batch_size, wait, most_waiting
        self.batches: list[int] = []
        self._rng = rng

    async def __aenter__(self) -> Self:
        self._waiting: asyncio.Queue[Waiting] = asyncio.Queue()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answering")
        self._task = asyncio.create_task(self._go_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._pool.shutdown()

    async def ask(self, chat: Chat) -> Reply:
        """The reply; raises `BadRequest`, `TooManyWaiting`, or `AnsweringFailed`."""
        if self._waiting.qsize() >= self.most_waiting:
            raise TooManyWaiting(f"{self.most_waiting} requests are waiting already")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((chat, future))
        return await future

    async def _go_on(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            if self._waiting.qsize() < self.batch_size - 1:
                await asyncio.sleep(self.wait)
            while len(batch) < self.batch_size and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            self.batches.append(len(batch))
            del self.batches[:-REMEMBERED]
            loop = asyncio.get_running_loop()
            replies = await loop.run_in_executor(self._pool, self._answer, [chat for chat, _ in batch])
            for (_, future), reply in zip(batch, replies, strict=True):
                if future.done():
                    continue
                if isinstance(reply, Reply):
                    future.set_result(reply)
                else:
                    future.set_exception(reply)

    def _answer(self, chats: Sequence[Chat]) -> list[Reply | Exception]:
        """A reply for each chat, or what went wrong with it; those that are decoded alike go together."""
        found: list[Reply | Exception] = [AnsweringFailed("it was not answered") for _ in chats]
        alike: dict[tuple[str, Decoding], list[int]] = defaultdict(list)
        for place, chat in enumerate(chats):
            alike[chat.model, chat.decoding].append(place)
        for (name, decoding), places in alike.items():
            model, encoder = self.models[name], self.models[name].encoder()
            asked: dict[int, Question] = {}
            for place in places:
                chat = chats[place]
                seed = self._rng.getrandbits(63) if chat.seed is None else chat.seed
                try:
                    asked[place] = model.question(chat, encoder, seed=seed)
                except BadRequest as error:
                    found[place] = error
            try:
                answers = model.answer(list(asked.values()), decoding=decoding) if asked else []
            except Exception as error:  # noqa: BLE001  # whatever torch raises, the others shall have their replies
                for place in asked:
                    found[place] = AnsweringFailed(f"{type(error).__name__}: {error}")
                continue
            for (place, question), each in zip(asked.items(), answers, strict=True):
                found[place] = Reply(each.text, len(question.source), each.pieces, each.ended)
        return found
