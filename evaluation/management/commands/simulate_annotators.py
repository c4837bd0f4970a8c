"""A dry run of a study."""

import math
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.simulating import BadTruth, NotADryRun, simulate
from evaluation.studies import NoSuchStudy, WrongState, study_named
from generation.terminal import BadInput, ParleyCommand, Progress


class Command(ParleyCommand):
    help = "Judge a copy of a study, STUDY-dryrun, by simulated annotators; the study itself is not touched."
    example = "pt-against-p --annotators 15 --truth pt-tiny=0.5"
    bad_input = (NoSuchStudy, WrongState, NotADryRun, BadTruth)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--annotators", type=int, default=15, metavar="N", help="how many judge (default: 15)")
        parser.add_argument(
            "--truth",
            action="append",
            default=[],
            metavar="SYSTEM=STRENGTH",
            help="how strong a system really is, in logits (default: 0, all alike)",
        )
        parser.add_argument("--seed", type=int, default=7, help="of all that chance decides (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["annotators"] < 1:
            raise BadInput(f"--annotators: expected at least 1, got {options['annotators']}")
        if options["seed"] < 0:
            raise BadInput(f"--seed: expected a whole number of at least 0, got {options['seed']}")
        truth = dict(_strength(each) for each in options["truth"])
        study = study_named(options["study"])
        shown = Progress(total=None, label="slots judged", quiet=self.quiet)

        def watch(done: int, total: int) -> None:
            shown.total = total
            shown.advance(done - shown.done)

        run = simulate(
            study=study,
            annotators=options["annotators"],
            truth=truth,
            seed=options["seed"],
            now=timezone.now(),
            watch=watch,
        )
        shown.finish()
        self.say(
            f"{run.annotators} simulated annotators judged {run.slots:,} slots of {run.study.name}; {study.name} is "
            "untouched."
        )
        if run.unfilled:
            self.say(
                f"{run.unfilled:,} slots stayed empty: with {run.annotators} annotators, max_share and the rule that "
                "nobody sees a context twice allow no more."
            )
        self.say(f"Next: manage.py report {run.study.name} --to reports/{run.study.name}")
        return {
            "study": run.study.name,
            "annotators": run.annotators,
            "slots": run.slots,
            "unfilled": run.unfilled,
            "truth": truth,
            "seed": options["seed"],
        }


def _strength(text: str) -> tuple[str, float]:
    # From the right: a system's name may hold an equals sign, as in "pt-tiny[extraversion=high]=0.5".
    name, sign, value = text.rpartition("=")
    try:
        return (name, float(value)) if sign and name and math.isfinite(float(value)) else _refuse(text)
    except ValueError:
        return _refuse(text)


def _refuse(text: str) -> tuple[str, float]:
    raise BadInput(f"--truth {text}: expected SYSTEM=STRENGTH, such as pt-tiny=0.5")
