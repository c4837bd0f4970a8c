"""Serve what is there."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from evaluation.operation.serving import PortBusy, check_port, serve
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = "Serve Parley's pages from this machine, for trying out and for a small study in one's own network."
    example = "--port 8001"
    bad_input = (PortBusy,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        check_port(options["host"], options["port"])
        call_command("migrate", verbosity=0)
        self.say(f"Parley is at http://{options['host']}:{options['port']}/ (Ctrl-C ends it)")
        serve(host=options["host"], port=options["port"])
