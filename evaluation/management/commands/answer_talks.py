import signal
import threading
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.talks.answering import Answering, NoSystems, models_at
from generation.asking.journal import CorpusBusy, SettingsChanged
from generation.asking.llm import BadAddress, NoClient, NoKey
from generation.home import home
from generation.terminal import BadInput, ParleyCommand
from training.answering.endpoints import EndpointModel

# An endpoint that lists more has models for all the world: those that are meant must be named.
MOST_LISTED: Final = 20


class Command(ParleyCommand):
    help = (
        "Answer the talks that researchers have on the pages, by asking OpenAI-compatible endpoints: those of "
        "`serve_model`, or any. Runs until Ctrl-C. Pages never reach a model themselves."
    )
    example = "--base-url http://127.0.0.1:8100/v1"
    bad_input = (BadAddress, CorpusBusy, NoClient, NoKey, NoSystems, SettingsChanged)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--model",
            action="append",
            default=[],
            metavar="NAME[=URL]",
            help="a model, as its endpoint calls it; several may be given (default: all that --base-url lists)",
        )
        parser.add_argument("--base-url", metavar="URL", help="the endpoint (default: OPENAI_BASE_URL, else OpenAI's)")
        parser.add_argument("--temperature", type=float, help="default: the endpoint's own")
        parser.add_argument("--concurrency", type=int, default=8, help="requests at a time (default: %(default)s)")
        parser.add_argument("--once", action="store_true", help="answer what waits, and end")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["concurrency"] < 1:
            raise BadInput(f"--concurrency: expected at least 1, got {options['concurrency']}")
        if options["temperature"] is not None and not 0 <= options["temperature"] <= 2:
            raise BadInput(f"--temperature: expected a number from 0 to 2, got {options['temperature']:g}")
        systems = _systems(options)
        with Answering(systems, concurrency=options["concurrency"], now=timezone.now) as answering:
            if options["once"]:
                answering.once()
            else:
                self._until_told_to_end(answering)
        counts = answering.counts
        self.say(f"{counts.answered} replies given; {len(counts.failed)} failed. Exchanges are in {home() / 'talks'}.")
        for row in counts.failed:
            self.say(f"  Talk {row['talk']}, {row['system']}: {row['reason']}")
        self.say("Next: manage.py export_talks --to talks")
        # A reply that failed is shown on its page, where it can be asked for again.
        return {
            "systems": list(systems),
            "answered": counts.answered,
            "failed": counts.failed if options["once"] else [],
        }

    def _until_told_to_end(self, answering: Answering) -> None:
        stop = threading.Event()
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
        self.say(f"Answering for {', '.join(answering.systems)}: talk to them at /talk/ (Ctrl-C ends it)")
        self.stdout.flush()
        try:
            answering.until(stop)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _systems(options: dict[str, Any]) -> dict[str, EndpointModel]:
    named: dict[str, str | None] = {}
    for word in options["model"] or models_at(options["base_url"], most=MOST_LISTED):
        name, sign, url = word.partition("=")
        if not name.strip() or (sign and not url.strip()):
            raise BadInput(f"--model {word}: expected NAME or NAME=URL")
        if name in named:
            raise BadInput(f"--model {name}: named twice")
        named[name] = url or options["base_url"]
    return {
        name: EndpointModel(model=name, now=timezone.now, base_url=url, temperature=options["temperature"])
        for name, url in named.items()
    }
