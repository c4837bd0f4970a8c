"""A dry run of a study."""

import math
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.items.blinding import ResultsHidden
from evaluation.judgment_forms.forms import UnknownForm
from evaluation.models import Study
from evaluation.opening.simulating import BadTruth, NotADryRun, simulate
from evaluation.results.piloting import Foreseen, NoPilot, foresee, learn
from evaluation.studies.life import NoSuchStudy, WrongState, study_named
from generation.corpus.dialogues import BadLine
from generation.terminal import BadInput, ParleyCommand, Progress


class Command(ParleyCommand):
    help = "Judge a copy of a study, STUDY-dryrun, by simulated annotators; the study itself is not touched."
    example = "pt-against-p --annotators 15 --truth pt-tiny=0.5"
    bad_input = (NoSuchStudy, WrongState, NotADryRun, BadTruth, NoPilot, ResultsHidden, BadLine, UnknownForm)

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
        parser.add_argument(
            "--from",
            dest="pilot",
            metavar="PILOT",
            help="a closed study or a judgments file: state the false positives and the power of this very design, "
            "were its judgments as the pilot's",
        )
        parser.add_argument(
            "--effect", type=float, default=0.14, help="the net preference that the power is of (default: %(default)s)"
        )
        parser.add_argument("--seed", type=int, default=7, help="of all that chance decides (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["annotators"] < 1:
            raise BadInput(f"--annotators: expected at least 1, got {options['annotators']}")
        if options["seed"] < 0:
            raise BadInput(f"--seed: expected a whole number of at least 0, got {options['seed']}")
        truth = dict(_strength(each) for each in options["truth"])
        study = study_named(options["study"])
        foreseen = self._foresee(study, options) if options["pilot"] else None
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
        } | ({"foreseen": foreseen.as_json()} if foreseen else {})

    def _foresee(self, study: Study, options: dict[str, Any]) -> Foreseen:
        """Before anything is filled in, so that a pilot that teaches nothing changes nothing."""
        learned = learn(options["pilot"])
        try:
            found = foresee(
                study, learned, annotators=options["annotators"], effect=options["effect"], seed=options["seed"]
            )
        except ValueError as error:
            raise BadInput(str(error)) from error
        whom = "annotators in general" if found.population else "these annotators"
        self.say(
            f"Were its judgments as those of {options['pilot']}, a claim of {study.name} about {whom} (tested at "
            f"{found.level:.4g}) would be found in {found.false_positives.value:.1%} of 1,000 simulated studies where "
            f"there is no difference, and in {found.power.value:.0%} where the net preference is {found.effect:g}."
        )
        return found


def _strength(text: str) -> tuple[str, float]:
    # From the right: a system's name may hold an equals sign, as in "pt-tiny[extraversion=high]=0.5".
    name, sign, value = text.rpartition("=")
    try:
        return (name, float(value)) if sign and name and math.isfinite(float(value)) else _refuse(text)
    except ValueError:
        return _refuse(text)


def _refuse(text: str) -> tuple[str, float]:
    raise BadInput(f"--truth {text}: expected SYSTEM=STRENGTH, such as pt-tiny=0.5")
