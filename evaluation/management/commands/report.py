from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.items.blinding import ResultsHidden, require_results
from evaluation.models import Study
from evaluation.reports.against import NotAReport, against_earlier, compared_with, earlier_report, write_against
from evaluation.reports.build import answered, report_of
from evaluation.reports.render import NotAReportFolder, check_folder, write_report
from evaluation.running.looking import decisions, look_at, said
from evaluation.stats.data.outcomes import UnknownChoice
from evaluation.stats.preferences.looks import LookNotDue
from evaluation.studies.conduct import looks_taken
from evaluation.studies.life import NoSuchStudy, WrongState, study_named, unblind
from evaluation.study_files.datasheet_file import read_datasheet
from evaluation.study_files.toml_table import BadToml
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = "The report of a study: page, PDF, JSON, tables, datasheet. Refused until the study is closed."
    example = "pt-against-p --to report"
    bad_input = (NoSuchStudy, WrongState, NotAReportFolder, UnknownChoice, LookNotDue, NotAReport, BadToml)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY")
        parser.add_argument("--to", metavar="DIR", type=Path, help="folder for the report")
        parser.add_argument("--against", metavar="DIR", type=Path, help="an earlier report's folder to compare with")
        parser.add_argument("--datasheet", metavar="FILE", type=Path, help="answers to the datasheet, in TOML")
        parser.add_argument(
            "--look",
            action="store_true",
            help="take the next look that the plan declares, at a study that runs: decisions alone, and no report",
        )
        parser.add_argument(
            "--unblind",
            action="store_true",
            help="show results of a study that is not closed; this is logged, and stated in its report for good",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study, now = study_named(options["study"]), timezone.now()
        if options["look"]:
            return self._look(study, now)
        if options["to"] is None:
            raise BadInput("expected a folder for the report: --to DIR")
        # First of all: unblinding cannot be undone.
        check_folder(options["to"])
        if options["against"]:
            earlier_report(options["against"])
        answers = _answers(options["datasheet"], study)
        if options["unblind"]:
            unblind(study=study, now=now)
        try:
            require_results(study)
        except ResultsHidden as error:
            raise BadInput(f"{error}. To see them now, which is logged and stated in the report: --unblind") from error
        report = report_of(study)
        report = answered(report, answers) if answers else report
        against = against_earlier(report, options["against"])
        shown = compared_with(report, against) if against else report
        written = write_report(options["to"], shown, command="report", now=now, settings={"study": study.name})
        write_against(options["to"], against)
        for mark in report.marks:
            self.say(f"Beware: {mark.lower()}.")
        for verdict in report.verdicts:
            self.say(verdict.text)
        for sentence in against.sentences() if against else ():
            self.say(sentence)
        for line in written.lines():
            self.say(line)
        self.say(f"Next: open {written.files[0]} in a browser, or /studies/{study.name}/report/ on the site")
        return report.analysis

    def _look(self, study: Study, now: datetime) -> dict[str, Any]:
        look = look_at(study=study, now=now)
        number = len(looks_taken(study))
        for line in said(look, number=number):
            self.say(line)
        return decisions(look, number=number)


def _answers(file: Path | None, study: Study) -> dict[str, str]:
    """Researchers' answers to the datasheet, from their file if they gave one."""
    return read_datasheet(file, criteria=list(study.criteria.values_list("key", flat=True))) if file else {}
