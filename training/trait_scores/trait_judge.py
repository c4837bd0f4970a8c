"""A language model tells replies told a trait high from those told it low, beside the classifier of words.

Each two texts are shown in both orders, and what it says of a reply in the one place and not in the other counts one
half. How often it is right on turns of a corpus whose authors were told the trait is measured in the same way.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.asking.authors import AuthorFailed
from generation.asking.fleet import endpoints_at
from generation.asking.insisting import Model
from generation.asking.journal import JOURNAL_FILE, Journal
from generation.asking.trying import Desk
from generation.corpus.manifest import digest_of
from generation.home import home
from training.answering.systems import OPENAI
from training.scores.intervals import RESAMPLES, Sums
from training.trait_scores.trait_control import CHANCE, Failed, Verdict
from training.trait_scores.trait_docket import SCHEMA, Docket, Twosome, digests_of_prompts, parse_pick, to_tell

PLACE: Final = "trait-judges"
HELD_OUT: Final = 100
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class BadJudge(ValueError):
    """Options of a judge that make no sense."""


@dataclass(frozen=True)
class Judge:
    """Who is to tell, and how. `temperature` None leaves it to the endpoint; `contexts` None judges all of them."""

    model: str
    base_url: str | None = None
    concurrency: int = 8
    temperature: float | None = 0.0
    contexts: int | None = None
    held_out: int = HELD_OUT
    retry_failed: bool = False

    @classmethod
    def named(cls, name: str, **options: Any) -> "Judge":
        """The judge that `--judge openai:NAME` names; raises `BadJudge` for another form or an option out of range."""
        if not name.startswith(OPENAI) or not name.removeprefix(OPENAI).strip():
            raise BadJudge(f"--judge {name}: expected {OPENAI}NAME, a model behind an OpenAI-compatible endpoint")
        judge = cls(name.removeprefix(OPENAI), **options)
        for option, value in (
            ("--judge-contexts", judge.contexts),
            ("--held-out", judge.held_out),
            ("--concurrency", judge.concurrency),
        ):
            if value is not None and value < 1:
                raise BadJudge(f"{option}: expected at least 1, got {value}")
        return judge


def judge_contrast(
    docket: Docket,
    judge: Judge,
    *,
    systems: tuple[str, str],
    seed: int,
    now: Callable[[], datetime],
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Verdict:
    """Have the judge tell; a run that was cut off goes on where it was, and nothing is bought twice.

    The journal lies under `PARLEY_HOME/trait-judges/`. Raises `RunStopped` where going on is pointless.
    """
    folder = folder_of(judge.model, systems)
    begun = (folder / JOURNAL_FILE).exists()
    endpoint = endpoints_at(judge.base_url, connections=judge.concurrency, key_needed=not begun)
    asked = [*docket.replies, *docket.turns]
    with Journal(folder, _settings(judge)) as journal:

        async def run() -> tuple[list[float | AuthorFailed], dict[str, int]]:
            async with (
                endpoint,
                Desk(endpoint=endpoint, journal=journal, now=now, concurrency=judge.concurrency) as desk,
            ):
                model = Model(judge.model, desk, retry_failed=judge.retry_failed)
                return await _tell_all(asked, docket.trait, model, judge, watch), dict(desk.usage)

        found, usage = asyncio.run(run())
    replies, turns = found[: len(docket.replies)], found[len(docket.replies) :]
    apart = _sums(docket.replies, replies)
    return Verdict(
        judge=judge.model,
        told_apart=apart.score(seed=seed),
        p=apart.minus(Sums.mean([CHANCE] * len(apart.rows), apart.clusters), seed=seed).p if len(apart.rows) else None,
        contexts=len(apart.rows),
        accuracy=_sums(docket.turns, turns).score(seed=seed),
        held_out=sum(not isinstance(each, AuthorFailed) for each in turns),
        failed=tuple(
            Failed(each.name, how.kind, how.reason)
            for each, how in zip(asked, found, strict=True)
            if isinstance(how, AuthorFailed)
        ),
        usage=usage,
        signature=(
            f"trait judge|model:{judge.model}|temperature:{judge.temperature}|both orders|texts alone|"
            f"prompts:{digest_of(digests_of_prompts())[:8]}|unit:dialogue|interval:percentile,{RESAMPLES}|seed:{seed}"
        ),
    )


def folder_of(model: str, systems: tuple[str, str]) -> Path:
    """Where the journal of one judge on one contrast lies, whichever system is named first."""
    safe = [_UNSAFE.sub("-", name).strip(".-") or "-" for name in (model, *sorted(systems))]
    return home() / PLACE / safe[0] / f"{safe[1]}-against-{safe[2]}"


async def _tell_all(
    asked: Sequence[Twosome], trait: str, model: Model, judge: Judge, watch: Callable[[int, int], None]
) -> list[float | AuthorFailed]:
    """What each two texts are worth to the high one, over both orders; or why that could not be had."""
    done = 0
    picks: dict[tuple[str, str], asyncio.Task[float]] = {}

    def pick(first: str, second: str) -> asyncio.Task[float]:
        # Short replies recur: asked for at the same time, they would be bought twice.
        if (first, second) not in picks:
            picks[first, second] = asyncio.create_task(
                model.insist_on_json(
                    to_tell(trait, first, second),
                    parse_pick,
                    what="trait",
                    sample=0,
                    temperature=judge.temperature,
                    name="pick",
                    schema=SCHEMA,
                )
            )
        return picks[first, second]

    async def tell(each: Twosome) -> float | AuthorFailed:
        nonlocal done
        found: float | AuthorFailed = CHANCE
        try:
            if each.high != each.low:
                found = (await pick(each.high, each.low) + 1 - await pick(each.low, each.high)) / 2
        except AuthorFailed as failed:
            found = failed
        done += 1
        watch(done, len(asked))
        return found

    tasks = [asyncio.ensure_future(tell(each)) for each in asked]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in (*tasks, *picks.values()):
            task.cancel()
        await asyncio.gather(*tasks, *picks.values(), return_exceptions=True)


def _sums(asked: Sequence[Twosome], found: Sequence[float | AuthorFailed]) -> Sums:
    told = [
        (worth, each.cluster) for each, worth in zip(asked, found, strict=True) if not isinstance(worth, AuthorFailed)
    ]
    return Sums.mean([worth for worth, _ in told], [cluster for _, cluster in told])


def _settings(judge: Judge) -> dict[str, Any]:
    """What a journal is begun with and must be gone on with; how many are judged may grow."""
    return {
        "command": "trait_control",
        "model": judge.model,
        "temperature": judge.temperature,
        "prompts": digests_of_prompts(),
    }
