from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.judgment_forms.forms import READERS, UnknownForm
from evaluation.reports.against import NotAReport, against_earlier, compared_with, write_against
from evaluation.reports.build import answered, build_report
from evaluation.reports.render import NotAReportFolder, write_report
from evaluation.results.judgments_file import info_path, read_info, read_judgments
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.outcomes import UnknownChoice
from evaluation.study_files.datasheet_file import read_datasheet
from evaluation.study_files.toml_table import BadToml
from generation.corpus.dialogues import BadLine
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = "The report of a judgments file alone, with no study. FILE.study.json is read where it lies beside it."
    example = "judgments.csv --to report"
    bad_input = (BadLine, UnknownForm, UnknownChoice, NotAReportFolder, NotAReport, BadToml)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="judgments, gzip or not")
        parser.add_argument("--format", choices=sorted(READERS), help="the form of FILE (default: recognised)")
        parser.add_argument("--to", metavar="DIR", type=Path, required=True, help="folder for the report")
        parser.add_argument("--against", metavar="DIR", type=Path, help="an earlier report's folder to compare with")
        parser.add_argument("--datasheet", metavar="FILE", type=Path, help="answers to the datasheet, in TOML")
        parser.add_argument("--seed", type=int, help="of resampling (default: that of FILE.study.json, else 7)")

    def work(self, **options: Any) -> dict[str, Any]:
        file: Path = options["file"]
        if not file.is_file():
            raise BadInput(f"no judgments file at {file}")
        rows = read_judgments(file, form=options["format"])
        info = read_info(file)
        if info is None:
            self.say(f"No {info_path(file).name} beside it: no declared plan, so the analysis is exploratory.")
        info = info or StudyInfo(title=f"Judgments of {file.name}")
        if options["seed"] is not None:
            if options["seed"] < 0:
                raise BadInput(f"--seed: expected a whole number of at least 0, got {options['seed']}")
            info = replace(info, seed=options["seed"])
        report = build_report(rows, info)
        if options["datasheet"]:
            report = answered(report, read_datasheet(options["datasheet"], criteria=report.analysis["criteria"]))
        against = against_earlier(report, options["against"])
        shown = compared_with(report, against) if against else report
        inputs = {"judgments": file} | ({"study": info_path(file)} if info_path(file).is_file() else {})
        written = write_report(
            options["to"], shown, command="analyse", now=timezone.now(), settings={"seed": info.seed}, inputs=inputs
        )
        write_against(options["to"], against)
        for verdict in report.verdicts:
            self.say(verdict.text)
        for sentence in against.sentences() if against else ():
            self.say(sentence)
        for line in written.lines():
            self.say(line)
        self.say(f"Next: open {written.files[0]} in a browser")
        return report.analysis
