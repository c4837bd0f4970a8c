from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.blinding import ResultsHidden, require_results
from evaluation.reports.build import report_of
from evaluation.reports.render import NotAReportFolder, check_folder, write_report
from evaluation.stats.outcomes import UnknownChoice
from evaluation.studies import NoSuchStudy, WrongState, study_named, unblind
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = "The report of a study: a page, the JSON, and every table as CSV. Refused until the study is closed."
    example = "pt-against-p --to report"
    bad_input = (NoSuchStudy, WrongState, NotAReportFolder, UnknownChoice)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="folder for the report")
        parser.add_argument(
            "--unblind",
            action="store_true",
            help="show results of a study that is not closed; this is logged, and stated in its report for good",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study, now = study_named(options["study"]), timezone.now()
        # First of all: unblinding cannot be undone.
        check_folder(options["to"])
        if options["unblind"]:
            unblind(study=study, now=now)
        try:
            require_results(study)
        except ResultsHidden as error:
            raise BadInput(f"{error}. To see them now, which is logged and stated in the report: --unblind") from error
        report = report_of(study)
        written = write_report(options["to"], report, command="report", now=now, settings={"study": study.name})
        for mark in report.marks:
            self.say(f"Beware: {mark.lower()}.")
        for verdict in report.verdicts:
            self.say(verdict.text)
        self.say(f"Written: {', '.join(map(str, written[:2]))} and {len(written) - 2} tables")
        self.say(f"Next: open {written[0]} in a browser, or /studies/{study.name}/report/ on the site")
        return report.analysis
