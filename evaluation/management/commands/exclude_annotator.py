"""Leave an annotator out by hand, or take one back."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.excluding import CannotExclude, NoSuchAnnotator, annotator_named, exclude, include
from evaluation.studies.life import NoSuchStudy, study_named
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = (
        "Leave an annotator of STUDY out by hand, or take one back with --include. Their judgments are kept, marked; "
        "their pairs are open again. It is logged, and makes the result exploratory once results can be seen."
    )
    example = 'pt-against-p A-7Q2 --because "told us that they guessed"'
    bad_input = (NoSuchStudy, NoSuchAnnotator, CannotExclude)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("annotator", metavar="CODE", help="the annotator's code, such as A-7Q2")
        parser.add_argument("--because", required=True, metavar="REASON", help="why; the report states it")
        parser.add_argument("--include", action="store_true", help="take back somebody who was left out")

    def work(self, **options: Any) -> dict[str, Any]:
        study, now = study_named(options["study"]), timezone.now()
        annotator = annotator_named(study, options["annotator"])
        verb = include if options["include"] else exclude
        verb(annotator=annotator, because=options["because"], now=now)
        annotator.refresh_from_db()
        open_again = study.slots.filter(stands_for__annotator=annotator, answered_at=None).count()
        said = f"is left out ({annotator.excluded_by})" if annotator.excluded_by else "counts again"
        self.say(f"{annotator.code} {said}; {open_again:,} looks stand open in the place of theirs.")
        if study.shows_results():
            self.say("  Results could be seen already: the report calls its result exploratory.")
        self.say(f"Next: manage.py export_pay {study.name} --to pay.csv, where [pay] is stated: their work is paid")
        return {"study": study.name, "annotator": annotator.code, "excluded_by": annotator.excluded_by}
