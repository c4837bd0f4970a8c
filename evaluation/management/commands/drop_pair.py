"""Drop a reported pair from a study that runs, or take one back in."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.changes.amendable import CannotAmend
from evaluation.changes.dropping import drop, restore
from evaluation.models import Study
from evaluation.running.reported import Report, reports_of
from evaluation.studies.life import NoSuchStudy, study_named
from evaluation.studies.pair_reports import NoSuchReport, report_named
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Drop a pair that an annotator reported from STUDY while it runs, or take one back in with --restore. It is "
        "handed out no more; what was said of it is kept, and leaves every result. It is an amendment: the report "
        "lists it with its reason. Without PAIR the reported pairs are listed, and nothing changes."
    )
    example = 'pt-against-p "personachat/test/00003#7" --why "the second reply is cut off in its file"'
    bad_input = (NoSuchStudy, NoSuchReport, CannotAmend)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument(
            "pair", metavar="PAIR", nargs="?", help="the pair's context, or the number of a report of it"
        )
        parser.add_argument("--why", "--because", dest="why", metavar="REASON", help="why; the report states it")
        parser.add_argument("--restore", action="store_true", help="take a pair back in that was dropped")

    def work(self, **options: Any) -> dict[str, Any]:
        study, pair, why = study_named(options["study"]), options["pair"], options["why"]
        if pair is None:
            if why is not None or options["restore"]:
                raise BadInput("expected PAIR: the context of a reported pair, or the number of its report")
            return self._listed(study)
        if why is None:
            raise BadInput("expected --why REASON: the report states it")
        number = report_named(study, pair)
        verb = restore if options["restore"] else drop
        made = verb(study=study, number=number, because=why, now=timezone.now())
        far = made.amendment.change
        self.say(f"{study.name} was amended. {made.amendment.text}")
        if options["restore"]:
            self.say(f"  {made.judgments:,} judgments count again, and its open looks are handed out again.")
        else:
            self.say(f"  {made.judgments:,} judgments leave every result, and are kept.")
        if made.holders:
            self.say(f"  {made.holders:,} annotators held it: they get another pair, and are paid for this one.")
        if far["results_seen"]:
            self.say("  Results could be seen already: the report calls its result exploratory.")
        self.say(f"Next: manage.py report {study.name} --to reports/{study.name}, once it is closed, lists it")
        return {"study": study.name, "report": number, "judgments": made.judgments, "holders": made.holders} | {
            "amendment": {"text": made.amendment.text, **far}
        }

    def _listed(self, study: Study) -> dict[str, Any]:
        reports = reports_of(study)
        self.say(f"{study.name}: {len(reports):,} reports of pairs." if reports else f"{study.name}: no pair reported.")
        for each in reports:
            self.say(f"  {each.number}  {each.context}  {each.problem}, by {each.annotator}{_more(each)}")
        if reports:
            self.say(f"Next: manage.py drop_pair {study.name} PAIR --why REASON, for one that cannot be judged")
        told = ("number", "context", "problem", "comment", "annotator", "reporters", "judged", "dropped", "is_check")
        return {"study": study.name, "reports": [{key: getattr(each, key) for key in told} for each in reports]}


def _more(report: Report) -> str:
    said = f": {report.comment}" if report.comment else ""
    return f"{said} (dropped: {report.dropped})" if report.dropped else said
