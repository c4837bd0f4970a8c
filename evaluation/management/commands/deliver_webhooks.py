"""Send the webhooks that are due: once, or for as long as it runs."""

import time
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.queue.webhooks import deliver_due
from generation.terminal import BadInput, ParleyCommand

MOST_AT_ONCE = 100


class Command(ParleyCommand):
    help = (
        "Send the webhooks that are due. Where workers run they do it; elsewhere run this by a timer, or with --watch."
    )
    example = "--watch 30"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch", type=int, metavar="SECONDS", help="look again after so many seconds, until Ctrl-C"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        watch = options["watch"]
        if watch is not None and watch < 1:
            raise BadInput(f"--watch: expected at least 1 second, got {watch}")
        sent = failed = 0
        while True:
            taken, refused = deliver_due(now=timezone.now(), most=MOST_AT_ONCE)
            sent, failed = sent + taken, failed + refused
            if taken + refused == MOST_AT_ONCE:
                continue
            if watch is None:
                break
            time.sleep(watch)
        self.say(f"{sent} deliveries were taken, {failed} were not and are tried again.")
        return {"sent": sent, "failed": failed}
