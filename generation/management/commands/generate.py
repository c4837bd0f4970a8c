"""Label personas, sample traits, and have one dialogue written for each persona pair."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.authors import OFFLINE, RunStopped
from generation.commissioning import BadOrder, Order, carry_out
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.generating import FAILED_FILE
from generation.home import NoSuchName, place
from generation.journal import CorpusBusy, NotGenerated, SettingsChanged
from generation.llm import NoClient, NoKey
from generation.sampling import ALL
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = (
        "Makes a corpus on the personas of another: labels each distinct persona's Big-5 traits once, samples some of "
        "them, and has an author write one dialogue for each persona pair. Run again, it goes on where it was."
    )
    example = "--personas personachat --to personalitychat --author gpt-4o-mini --dry-run"
    bad_input = (
        BadLine,
        BadOrder,
        CorpusBusy,
        CorpusMissing,
        NoClient,
        NoKey,
        NoSuchName,
        NotGenerated,
        SettingsChanged,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--personas", required=True, metavar="CORPUS[/SPLIT]", help="whose persona pairs are used")
        parser.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to make, or to go on with")
        parser.add_argument(
            "--author",
            default=OFFLINE,
            help="offline (default) or offline:crowd, without any network; or a model of an OpenAI-compatible endpoint",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N dialogues, by id")
        parser.add_argument(
            "--traits", default="2", metavar="K|all", help="how many clear traits are told of a speaker (2)"
        )
        parser.add_argument("--seed", type=int, default=7, help="of the sampled traits and the offline author (7)")
        parser.add_argument("--concurrency", type=int, default=8, metavar="C", help="requests at a time (8)")
        parser.add_argument(
            "--fill", action="store_true", help="write only where turns are missing; ids stay as they are"
        )
        parser.add_argument(
            "--label-only", action="store_true", help="write nothing: put sampled traits on what is there"
        )
        parser.add_argument(
            "--labels", metavar="CORPUS", help="take labels from this corpus; ask only for what it has not"
        )
        parser.add_argument(
            "--retry-failed", action="store_true", help="ask once more for what failed in an earlier run"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be asked, with three prompts; write nothing"
        )
        parser.add_argument("--base-url", metavar="URL", help="the endpoint (default: OPENAI_BASE_URL, else OpenAI's)")
        parser.add_argument(
            "--temperature",
            default="1.0",
            metavar="T|default",
            help="of the dialogues (1.0); default: the endpoint's own",
        )
        parser.add_argument(
            "--max-tries", type=int, default=3, metavar="N", help="unusable answers before a row fails (3)"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        order = Order(
            personas=options["personas"],
            to=options["to"],
            author=options["author"],
            limit=options["limit"],
            traits=_traits(options["traits"]),
            seed=options["seed"],
            fill=options["fill"],
            label_only=options["label_only"],
            labels=options["labels"],
            concurrency=options["concurrency"],
            retry_failed=options["retry_failed"],
            base_url=options["base_url"],
            temperature=_temperature(options["temperature"]),
            max_tries=options["max_tries"],
        )
        if options["dry_run"]:
            return self._rehearse(order)
        folder = place("corpora", order.to)
        try:
            result = carry_out(order, now=timezone.now, quiet=self.quiet)
        except RunStopped as error:
            raise WorkFailed(
                f"{error}. What was answered is kept in {folder}; run the same command to go on."
            ) from error
        self.say(f"Wrote {result['dialogues']} dialogues and the labels of {result['personas']} personas to {folder}.")
        if result["failed"]:
            kinds = ", ".join(f"{count} {kind}" for kind, count in result["failures"].items())
            self.say(
                f"{result['failed']} rows failed ({kinds}): see {folder / FAILED_FILE}; --retry-failed asks again."
            )
        for caveat in result["caveats"]:
            self.say(f"Note: {caveat}.")
        self.say(f"Next: manage.py describe {order.to}")
        return result

    def _rehearse(self, order: Order) -> dict[str, Any]:
        # Needs pydantic, which the offline author does without.
        from generation.rehearsing import rehearse

        result = rehearse(order, now=timezone.now)
        for number, prompt in enumerate(result["prompts"], start=1):
            self.say(f"--- prompt {number} of {len(result['prompts'])}: {prompt['what']}\n{prompt['text']}\n")
        labels, dialogues = result["label_calls"], result["dialogue_calls"]
        self.say(
            f"{labels} personas to label and {dialogues} dialogues to write: {labels + dialogues} calls, about "
            f"{result['prompt_tokens']:,} tokens of prompts and {result['answer_tokens']:,} of answers (estimated from "
            "characters). Nothing was asked and nothing written."
        )
        return result


def _traits(text: str) -> int | None:
    if text == ALL:
        return None
    if not text.isdecimal():
        raise BadOrder(f"--traits: expected a number or {ALL}, got {text!r}")
    return int(text)


def _temperature(text: str) -> float | None:
    if text == "default":
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise BadOrder(f"--temperature: expected a number from 0 to 2, or default, got {text!r}")
    return value
