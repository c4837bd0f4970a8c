import asyncio
import random
import signal
from typing import Any

from django.core.management.base import CommandParser

from generation.asking.llm import NO_CLIENT
from generation.home import NoSuchName, existing
from generation.terminal import BadInput, ParleyCommand
from training.answering.decoding import Decoding
from training.data.examples import NotAModel
from training.serving.answering_together import Gathering, SameName, load


class Command(ParleyCommand):
    help = (
        "Trained models behind an OpenAI-compatible endpoint, /v1/models and /v1/chat/completions, for `respond`, "
        "`answer_talks` and any client. Ctrl-C ends it, once what is being answered is answered."
    )
    example = "my-pt p-tiny --port 8100"
    bad_input = (NoSuchName, NotAModel, SameName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("models", nargs="+", metavar="MODEL", help="trained models; each is called by its folder")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8100, help="0 is any that is free (default: %(default)s)")
        parser.add_argument(
            "--batch-size", type=int, default=32, help="how many are answered together, at most (default: %(default)s)"
        )
        parser.add_argument(
            "--wait-ms",
            type=float,
            default=5.0,
            help="how long the first to come waits for others, in milliseconds (default: %(default)s)",
        )
        parser.add_argument(
            "--max-new-tokens",
            type=int,
            default=Decoding.max_new_tokens,
            help="pieces of a reply, at most, whatever a request asks for (default: %(default)s)",
        )
        parser.add_argument(
            "--most-waiting",
            type=int,
            default=1000,
            help="more requests than these are sent away with a 429 (default: %(default)s)",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        for key in ("batch_size", "max_new_tokens", "most_waiting"):
            if options[key] < 1:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least 1, got {options[key]}")
        if not 0 <= options["wait_ms"] <= 60_000:
            raise BadInput(f"--wait-ms: expected 0 to 60000, got {options['wait_ms']:g}")
        if not 0 <= options["port"] < 65536:
            raise BadInput(f"--port: expected 0 to 65535, got {options['port']}")
        try:
            from training.serving.chat_server import CannotListen
        except ImportError as error:
            raise BadInput(
                NO_CLIENT.replace("an LLM author needs the openai package", "serving needs aiohttp")
            ) from error
        models = load([existing("models", name) for name in options["models"]])
        gathering = Gathering(
            models,
            batch_size=options["batch_size"],
            wait=options["wait_ms"] / 1000,
            most_waiting=options["most_waiting"],
            rng=random.Random(),
        )
        try:
            asyncio.run(self._serve(gathering, options))
        except CannotListen as error:
            raise BadInput(str(error)) from error
        return {"models": list(models)}

    async def _serve(self, gathering: Gathering, options: dict[str, Any]) -> None:
        from training.serving.chat_server import serve

        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)

        def ready(address: str) -> None:
            named = ", ".join(gathering.models)
            self.say(f"{named} at {address} (Ctrl-C ends it)")
            first = next(iter(gathering.models))
            self.say(
                f"Next: manage.py respond --model openai:{first} --base-url {address} --to-contexts CORPUS --to NAME"
            )
            (self.stderr if self.as_json else self.stdout).flush()

        await serve(
            gathering,
            host=options["host"],
            port=options["port"],
            most_new_tokens=options["max_new_tokens"],
            stop=stop,
            ready=ready,
        )
