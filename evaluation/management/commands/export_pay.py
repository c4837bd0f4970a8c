"""Who is to be paid what, as a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.paying import NoPay, pay_list, write_pay_list
from evaluation.studies.life import NoSuchStudy, study_named
from generation.corpus.manifest import new_file, write_manifest
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Writes the pay list of STUDY to FILE: a line for each annotator, the ended and withdrawn too, with the "
        "participant's id of a platform. Keep it apart from the judgments."
    )
    example = "pt-against-p --to pay.csv"
    bad_input = (NoSuchStudy, NoPay)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--to", required=True, type=Path, metavar="FILE", help="the file to write, *.csv")

    def work(self, **options: Any) -> dict[str, Any]:
        study, to = study_named(options["study"]), options["to"]
        if to.is_dir():
            raise BadInput(f"--to {to}: expected a file, and it is a folder")
        paid = pay_list(study)
        with new_file(to) as out:
            write_pay_list(paid, out)
        result = {
            "study": study.name,
            "annotators": len(paid.wages),
            "currency": paid.currency,
            "total": str(paid.total),
            "median_hourly": None if paid.median_hourly is None else str(paid.median_hourly),
            "low_hourly": None if paid.low_hourly is None else str(paid.low_hourly),
            "floor": None if paid.floor is None else str(paid.floor),
        }
        write_manifest(
            to, command="export_pay", now=timezone.now(), settings={"study": study.name}, inputs={}, results=result
        )
        self.say(f"{len(paid.wages):,} annotators are to get {paid.total} {paid.currency} together; it is in {to}.")
        if paid.median_hourly is not None:
            self.say(
                f"  Per hour of work: {paid.median_hourly} {paid.currency} in the median, {paid.low_hourly} at the "
                f"10th percentile{f'; promised: at least {paid.floor}' if paid.floor is not None else ''}."
            )
        if paid.below_floor:
            self.say("  Beware: the median is below the floor that was promised.")
        self.say(f"Next: manage.py close_study {study.name}, once all is judged")
        return {"file": str(to), **result}
