"""Label personas, sample traits, and have one dialogue written for each persona pair."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.asking.authors import RunStopped
from generation.asking.journal import CorpusBusy, NotGenerated, SettingsChanged
from generation.asking.llm import BadAddress, NoClient, NoKey
from generation.batches.batch_sheets import BadSheet
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.duplicates import NoDatasketch
from generation.home import NoSuchName, place
from generation.labels.leaning import in_sentences
from generation.money.counting import NoTokenizer
from generation.money.prices import BadPrices
from generation.money.spending import Unpriced
from generation.running.commissioning import carry_out
from generation.running.options import add_options, order_of
from generation.running.ordering import BadOrder, Order
from generation.sieving.filters import BadFilters
from generation.sieving.screening import REJECTED_FILE, as_sentence
from generation.terminal import ParleyCommand, WorkFailed, duration
from generation.writing.drafting import SCREENED
from generation.writing.generating import FAILED_FILE
from generation.writing.giving import TraitsNotGiven


class Command(ParleyCommand):
    help = (
        "Makes a corpus on the personas of another: labels each distinct persona's Big-5 traits once, samples some of "
        "them, and has an author write one dialogue for each persona pair. Run again, it goes on where it was."
    )
    example = "--personas personachat --to personalitychat --author gpt-4o-mini --dry-run"
    bad_input = (
        BadAddress,
        BadFilters,
        BadLine,
        BadOrder,
        BadPrices,
        BadSheet,
        CorpusBusy,
        CorpusMissing,
        NoClient,
        NoDatasketch,
        NoKey,
        NoSuchName,
        NoTokenizer,
        NotGenerated,
        SettingsChanged,
        TraitsNotGiven,
        Unpriced,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Those of `generation/running/options.py`."""
        add_options(parser)

    def work(self, **options: Any) -> dict[str, Any]:
        order = order_of(options)
        if options["dry_run"]:
            return self._rehearse(order)
        folder = place("corpora", order.name)
        try:
            result = carry_out(order, now=timezone.now, quiet=self.quiet)
        except RunStopped as error:
            said = [f"{error}.", *getattr(error, "__notes__", [])]
            raise WorkFailed(
                f"{' '.join(said)} What was answered is kept in {folder}; run the same command to go on."
            ) from error
        self.say(f"Wrote {result['dialogues']} dialogues and the labels of {result['personas']} personas to {folder}.")
        if result["failed"]:
            kinds = ", ".join(f"{count} {kind}" for kind, count in result["failures"].items())
            self.say(
                f"{result['failed']} rows failed ({kinds}): see {folder / FAILED_FILE}; --retry-failed asks again."
            )
        for sentence in in_sentences(result):
            self.say(sentence)
        if result.get("filters"):
            self.say(f"Passed: {as_sentence(result['filters'])}.")
        if result.get("rejected"):
            self.say(f"{result['rejected']} dialogues were rejected: see {folder / REJECTED_FILE}.")
        if SCREENED in result["failures"] and not order.refill:
            self.say("What was screened out has no dialogue now; --refill writes it anew.")
        if cost := result.get("cost"):
            what = cost.get("reason") or f"{cost['said']} ({cost['prices']})"
            self.say(f"Cost of all that was ever bought for it: {what}.")
        for caveat in result["caveats"]:
            self.say(f"Note: {caveat}.")
        self.say(f"Next: manage.py describe {order.name}")
        return result

    def _rehearse(self, order: Order) -> dict[str, Any]:
        # Needs pydantic, which the offline author does without.
        from generation.running.rehearsing import rehearse

        result = rehearse(order, now=timezone.now)
        for number, prompt in enumerate(result["prompts"], start=1):
            self.say(f"--- prompt {number} of {len(result['prompts'])}: {prompt['what']}\n{prompt['text']}\n")
        if not result["prompts"]:
            self.say("There is nothing to ask: nothing would be spent.")
            return result
        labels, dialogues = result["label_calls"], result["dialogue_calls"]
        self.say(
            f"{labels} calls for labels and {dialogues} for dialogues: {labels + dialogues} calls, about "
            f"{result['prompt_tokens']:,} tokens of prompts ({result['tokens']}) and {result['answer_tokens']:,} of "
            "answers. What cannot be used is asked for again on top of that."
        )
        cost, time = result["cost"], result["time"]
        batch = " in batches" if cost["batch"] else ""
        self.say(f"Money: {cost['said']}{batch} ({cost['prices']}).")
        self.say(f"Time: {'' if time['seconds'] is None else duration(time['seconds']) + ', '}{time['how']}.")
        self.say("Nothing was asked and nothing written.")
        return result
