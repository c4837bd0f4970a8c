"""One run of `judge`: from a study and a model's name to the model's judgments in their folder."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evaluation.items.questions import OWN_WORDS
from evaluation.judges.looks import Look, looks_at
from evaluation.judges.prompting import digests_of_prompts, parse_answer, schema_of, to_judge
from evaluation.models import Study
from evaluation.results.exporting import info_of
from evaluation.results.machine_judgments import JUDGMENTS, folder_of, write_rows
from evaluation.stats.data.rows import JudgmentRow
from evaluation.study_files.item_kinds import kind_of
from generation.asking.authors import AuthorFailed
from generation.asking.fleet import endpoints_at
from generation.asking.insisting import Model
from generation.asking.journal import JOURNAL_FILE, Journal
from generation.asking.trying import Desk
from generation.corpus.manifest import write_manifest
from generation.telling.parsing import Answer
from generation.telling.prompting import Messages
from generation.terminal import Progress

# A rule of thumb for English; endpoints count for themselves.
CHARACTERS_PER_TOKEN: Final = 4
ANSWER_TOKENS: Final = 12
SHOWN_PROMPTS: Final = 3


class BadJudge(ValueError):
    """Options that make no sense, or a study with nothing to judge."""


@dataclass(frozen=True)
class Judge:
    """Who is to judge, and how. `temperature` None leaves it to the endpoint."""

    model: str
    base_url: str | None = None
    concurrency: int | None = 8
    limit: int | None = None
    temperature: float | None = 0.0
    retry_failed: bool = False

    def check(self) -> None:
        """Raise `BadJudge` for what can be seen to be wrong at once."""
        for option, value in (("--limit", self.limit), ("--concurrency", self.concurrency)):
            if value is not None and value < 1:
                raise BadJudge(f"{option}: expected at least 1, got {value}")
        if not self.model.strip():
            raise BadJudge("--model: expected the name of a model")


def rehearse(study: Study, judge: Judge) -> dict[str, Any]:
    """What would be asked: how many requests and tokens, and the first prompts. Nothing is asked, nothing written."""
    judge.check()
    looks = _looks(study, judge)
    prompts = [_messages(look, study) for look in looks]
    characters = sum(len(message["content"]) for messages in prompts for message in messages)
    return {
        "study": study.name,
        "model": judge.model,
        "requests": len(looks),
        "pairs": len({look.slot.item.pk for look in looks}),
        "prompt_tokens": characters // CHARACTERS_PER_TOKEN,
        "answer_tokens": sum(len(look.questions) for look in looks) * ANSWER_TOKENS,
        "prompts": ["\n\n".join(message["content"] for message in messages) for messages in prompts[:SHOWN_PROMPTS]],
    }


def judge_study(
    study: Study,
    judge: Judge,
    *,
    now: Callable[[], datetime],
    quiet: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Have every pair judged in both orders, and write what came; a run that was cut off goes on where it was.

    Raises `RunStopped` where going on is pointless; the journal then keeps what was answered.
    """
    judge.check()
    looks = _looks(study, judge)
    folder = folder_of(study, judge.model)
    begun = (folder / JOURNAL_FILE).exists()
    endpoint = endpoints_at(judge.base_url, connections=judge.concurrency or len(looks), key_needed=not begun)
    prompts = [_messages(look, study) for look in looks]
    progress = progress or Progress(total=None, label="looks judged", quiet=quiet)
    progress.total = len(looks)
    with Journal(folder, _settings(study, judge)) as journal:

        async def run() -> tuple[list[Mapping[str, str] | AuthorFailed], Mapping[str, int]]:
            async with (
                endpoint,
                Desk(endpoint=endpoint, journal=journal, now=now, concurrency=judge.concurrency) as desk,
            ):
                model = Model(judge.model, desk, retry_failed=judge.retry_failed)
                return await _ask_all(looks, prompts, model, judge, progress), dict(desk.usage)

        answers, usage = asyncio.run(run())
    progress.finish()
    return _keep(study, judge, looks, answers, usage, now=now())


def _looks(study: Study, judge: Judge) -> list[Look]:
    looks = list(looks_at(study, limit=judge.limit))
    if not looks:
        raise BadJudge(f"{study.name} has no pair to judge")
    return looks


def _messages(look: Look, study: Study) -> Messages:
    return to_judge(look.shown, instructions=study.instructions, questions=look.questions)


def _settings(study: Study, judge: Judge) -> dict[str, Any]:
    """What a folder is begun with and must be gone on with; the number of pairs may grow."""
    wording = list(
        study.criteria.order_by("position").values_list(
            "key", "question", "help", "scale", "options", "range", "version"
        )
    )
    said = [study.instructions, wording, *filter(None, [study.design.get(OWN_WORDS)])]
    digest = hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()
    return {
        "study": study.public_id,
        "model": judge.model,
        "temperature": judge.temperature,
        "prompts": digests_of_prompts(kind_of(study.design)),
        "wording": digest,
    }


async def _ask_all(
    looks: Sequence[Look], prompts: Sequence[Messages], model: Model, judge: Judge, progress: Progress
) -> list[Mapping[str, str] | AuthorFailed]:
    """An answer or a failure for each look; what stops the run ends them all."""

    async def ask(look: Look, messages: Messages) -> Mapping[str, str] | AuthorFailed:
        def parse(answer: Answer) -> Mapping[str, str]:
            return parse_answer(answer, look.questions)

        try:
            answers = await model.insist_on_json(
                messages,
                parse,
                what="judgment",
                sample=0,
                temperature=judge.temperature,
                name="judgment",
                schema=schema_of(look.questions),
            )
        except AuthorFailed as failed:
            progress.advance()
            return failed
        progress.advance()
        return answers

    tasks = [asyncio.ensure_future(ask(look, messages)) for look, messages in zip(looks, prompts, strict=True)]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _keep(
    study: Study,
    judge: Judge,
    looks: Sequence[Look],
    answers: Sequence[Mapping[str, str] | AuthorFailed],
    usage: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, Any]:
    rows: list[JudgmentRow] = []
    failed = []
    for look, answer in zip(looks, answers, strict=True):
        if isinstance(answer, AuthorFailed):
            failed.append({"look": look.name, "kind": answer.kind, "reason": answer.reason})
        else:
            rows += look.rows(answer, judge=judge.model, now=now)
    folder = folder_of(study, judge.model)
    path = write_rows(folder, rows, info_of(study))
    result = {
        "study": study.name,
        "model": judge.model,
        "pairs": len({look.slot.item.pk for look in looks}),
        "judgments": len(rows),
        "failed": failed,
        "usage": dict(usage),
        "folder": str(folder),
    }
    write_manifest(
        folder, command="judge", now=now, settings=_settings(study, judge), inputs={JUDGMENTS: path}, results=result
    )
    return result
