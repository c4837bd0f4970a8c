"""A language model judges the items of a study, apart from people."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.judges.running import BadJudge, Judge, judge_study, rehearse
from evaluation.models import Study
from evaluation.studies.life import NoSuchStudy, study_named
from evaluation.study_files.item_kinds import kind_of
from generation.asking.authors import RunStopped
from generation.asking.journal import CorpusBusy, SettingsChanged
from generation.asking.llm import BadAddress, NoClient, NoKey
from generation.running.options import temperature_of
from generation.running.ordering import BadOrder
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = (
        "Have an OpenAI-compatible model judge the pairs of a study under the wording that people read, in both "
        "orders. Its judgments never enter their results; the report sets them beside."
    )
    example = "pt-against-p --model gpt-4o-mini --dry-run"
    bad_input = (NoSuchStudy, BadJudge, BadOrder, NoKey, NoClient, BadAddress, CorpusBusy, SettingsChanged)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name, in any state")
        parser.add_argument("--model", required=True, help="as the endpoint calls it")
        parser.add_argument("--base-url", metavar="URL", help="the endpoint (default: OPENAI_BASE_URL, else OpenAI's)")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N pairs")
        parser.add_argument("--concurrency", type=int, default=8, metavar="C", help="requests at a time (8)")
        parser.add_argument(
            "--temperature",
            default="0",
            metavar="T|default",
            help="0, unless told otherwise; default: the endpoint's own",
        )
        parser.add_argument(
            "--retry-failed", action="store_true", help="ask once more for what failed in an earlier run"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be asked, with three prompts")

    def work(self, **options: Any) -> dict[str, Any]:
        study = study_named(options["study"])
        judge = Judge(
            model=options["model"],
            base_url=options["base_url"],
            concurrency=options["concurrency"],
            limit=options["limit"],
            temperature=temperature_of(options["temperature"]),
            retry_failed=options["retry_failed"],
        )
        if options["dry_run"]:
            result = rehearse(study, judge)
            for number, prompt in enumerate(result["prompts"], start=1):
                self.say(f"--- prompt {number} of {len(result['prompts'])}\n{prompt}\n")
            self.say(
                f"{_items(study, result['pairs'])}: {result['requests']} requests, about "
                f"{result['prompt_tokens']:,} tokens of prompts and {result['answer_tokens']:,} of answers (estimated "
                "from characters). Nothing was asked and nothing written."
            )
            return result
        try:
            result = judge_study(study, judge, now=timezone.now, quiet=self.quiet)
        except RunStopped as error:
            raise WorkFailed(f"{error}. What was answered is kept; run the same command to go on.") from error
        self.say(f"{judge.model} judged {_items(study, result['pairs'])} of {study.name}: {result['folder']}.")
        if result["failed"]:
            self.say(
                f"{len(result['failed'])} looks failed; --retry-failed asks again. The first: {result['failed'][0]}"
            )
        self.say(f"Next: manage.py report {study.name} --to report, once the study is closed")
        return result


def _items(study: Study, count: int) -> str:
    """What was judged: pairs are put in both orders, a persona has none."""
    return f"{count} personas" if kind_of(study.design) == "persona" else f"{count} pairs in both orders"
