"""One run of `generate`: from the names on the command line to a corpus in its folder."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from generation.authors import OFFLINE, OFFLINE_AUTHORS, Author, OfflineAuthor
from generation.corpus.dialogues import DIALOGUES_FILE, CorpusMissing, read_dialogues
from generation.corpus.manifest import read_manifest, write_manifest
from generation.corpus.personas import PersonaKey
from generation.generating import Made, count_results, make, write_made
from generation.home import corpus_and_split, existing, place
from generation.journal import Journal, usage
from generation.labelling import LABELS_FILE, PersonaLabels, read_labels
from generation.llm import Endpoint
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.planning import Commission, Planned, distinct_personas, plan_dialogues
from generation.prompting import digests_of_prompts
from generation.terminal import Progress


class BadOrder(ValueError):
    """Options of a run that make no sense, alone or together."""


@dataclass(frozen=True)
class Order:
    """What is asked for on the command line. `traits` None means all that are clear."""

    personas: str
    to: str
    author: str = OFFLINE
    limit: int | None = None
    traits: int | None = 2
    seed: int = 7
    fill: bool = False
    label_only: bool = False
    labels: str | None = None
    concurrency: int = 8
    retry_failed: bool = False
    base_url: str | None = None
    temperature: float | None = 1.0
    max_tries: int = 3

    def check(self) -> None:
        """Raise `BadOrder` for what can be seen to be wrong without looking at any file."""
        if self.author.startswith(OFFLINE) and self.author not in OFFLINE_AUTHORS:
            raise BadOrder(
                f"--author: expected {', '.join(OFFLINE_AUTHORS)} or the name of a model, got {self.author!r}"
            )
        if self.fill and self.label_only:
            raise BadOrder("--fill writes what is missing and --label-only writes nothing: choose one")
        for option, value, least in (
            ("--limit", self.limit, 1),
            ("--traits", self.traits, 0),
            ("--concurrency", self.concurrency, 1),
            ("--max-tries", self.max_tries, 1),
        ):
            if value is not None and value < least:
                raise BadOrder(f"{option}: expected at least {least}, got {value}")


@dataclass(frozen=True)
class Source:
    """The corpus whose personas are used, cut to what the order asks for, as it shall be made."""

    folder: Path
    planned: list[Planned]


def read_source(order: Order) -> Source:
    """The dialogues to be made, from the corpus that `--personas` names."""
    order.check()
    folder, split = corpus_and_split(order.personas)
    if place("corpora", order.to).resolve() == folder.resolve():
        raise BadOrder(f"--to {order.to} is the corpus that the personas come from; choose another name")
    dialogues = sorted(read_dialogues(folder, split), key=lambda dialogue: dialogue.id)[: order.limit]
    planned = plan_dialogues(dialogues, commission_of(order))
    if not planned:
        what = "dialogues with turns to label" if order.label_only and dialogues else "dialogues"
        raise CorpusMissing(f"{order.personas} has no {what}")
    return Source(folder, planned)


def carry_out(order: Order, *, now: Callable[[], datetime], quiet: bool = True) -> dict[str, Any]:
    """Make the corpus of `order` and return its counts; a run that was cut off goes on where it was.

    Raises `RunStopped` where going on is pointless; the journal then keeps what was answered.
    """
    source = read_source(order)
    folder = place("corpora", order.to)
    labels_from = existing("corpora", order.labels) if order.labels else None
    known = read_labels(labels_from) if labels_from else {}
    endpoint = _endpoint(order)
    with Journal(folder, settings_of(order, source.folder.name)) as journal:
        made = asyncio.run(_make(order, source, known, endpoint, journal=journal, now=now, quiet=quiet))
        write_made(folder, made)
        results = {"corpus": order.to, **_provenance(order, source, made, labels_from), **count_results(made)}
        if order.author not in OFFLINE_AUTHORS:
            results["usage"] = usage(journal.records())
        inputs = {"personas": source.folder / DIALOGUES_FILE}
        if labels_from:
            inputs["labels"] = labels_from / LABELS_FILE
        write_manifest(folder, command="generate", now=now(), settings=asdict(order), inputs=inputs, results=results)
    return results


async def _make(
    order: Order,
    source: Source,
    known: Mapping[PersonaKey, PersonaLabels],
    endpoint: Endpoint | None,
    *,
    journal: Journal,
    now: Callable[[], datetime],
    quiet: bool,
) -> Made:
    personas = distinct_personas(source.planned).keys() - known.keys()
    totals = {"personas": len(personas), "dialogues": len(source.planned)}
    counters: dict[str, Progress] = {}
    async with _staffed(order, endpoint, journal=journal, now=now) as author:

        def advance(stage: str, made: Made) -> None:
            if stage not in counters:
                for finished in counters.values():
                    finished.finish()
                counters[stage] = Progress(total=totals[stage], label=stage, quiet=quiet)
            counters[stage].advance(note=" · ".join(note for note in (_failed(made), author.note) if note))

        made = await make(
            source.planned,
            commission=commission_of(order),
            author=author,
            known_labels=known,
            concurrency=order.concurrency,
            advance=advance,
        )
    if counters:
        list(counters.values())[-1].finish()
    return made


def _failed(made: Made) -> str:
    return f"{len(made.failures)} failed" if made.failures else ""


def _endpoint(order: Order) -> Endpoint | None:
    """The endpoint of an order, not yet connected; a missing key or package is noticed here, before all else."""
    if order.author in OFFLINE_AUTHORS:
        return None
    return Endpoint(base_url=order.base_url, connections=order.concurrency)


@asynccontextmanager
async def _staffed(
    order: Order, endpoint: Endpoint | None, *, journal: Journal, now: Callable[[], datetime]
) -> AsyncIterator[Author]:
    """The author of an order, with whatever connections it needs open."""
    if endpoint is None:
        yield OfflineAuthor(order.author, seed=order.seed)
        return
    # These need pydantic, which the offline author does without.
    from generation.asking import Desk
    from generation.llm_author import LLMAuthor

    async with endpoint, Desk(endpoint=endpoint, journal=journal, now=now) as desk:
        yield LLMAuthor(
            name=order.author,
            desk=desk,
            temperature=order.temperature,
            max_tries=order.max_tries,
            retry_failed=order.retry_failed,
        )


def commission_of(order: Order) -> Commission:
    """What the order asks of the corpus itself."""
    return Commission(
        to=place("corpora", order.to).name,
        traits=order.traits,
        seed=order.seed,
        fill=order.fill,
        label_only=order.label_only,
    )


def settings_of(order: Order, personas: str) -> dict[str, Any]:
    """What a corpus is begun with and must be gone on with: everything that its content depends on but its inputs."""
    settings: dict[str, Any] = {
        "author": order.author,
        "personas": personas,
        "labels": order.labels,
        "traits": order.traits,
        "seed": order.seed,
        "fill": order.fill,
        "label_only": order.label_only,
    }
    if order.author not in OFFLINE_AUTHORS:
        settings |= {"temperature": order.temperature, "prompts": digests_of_prompts()}
    return settings


def _provenance(order: Order, source: Source, made: Made, labels_from: Path | None) -> dict[str, Any]:
    """Who wrote it, and what must be said of it: the caveats of its inputs and of its author, each once."""
    offline = order.author in OFFLINE_AUTHORS
    wrote = any(each.to_write for each in source.planned)
    took_over = not all(each.to_write for each in source.planned)
    caveats = _caveats(source.folder, words=took_over)
    if labels_from:
        caveats += _caveats(labels_from, words=False)
    if offline and wrote:
        caveats.append(CAVEAT)
    if offline and len(made.labels) > made.reused_labels:
        caveats.append(LABEL_CAVEAT)
    before = read_manifest(source.folder).get("results", {}).get("author")
    return {"author": order.author if wrote else before, "caveats": list(dict.fromkeys(caveats))}


def _caveats(folder: Path, *, words: bool) -> list[str]:
    """What the manifest of `folder` warns of; not of who wrote its dialogues where no `words` are taken over."""
    caveats = read_manifest(folder).get("results", {}).get("caveats", [])
    return [str(caveat) for caveat in caveats if words or caveat != CAVEAT]
