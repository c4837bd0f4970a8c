"""All that is stored of one annotator, deleted."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.annotators.excluding import NoSuchAnnotator, annotator_named
from evaluation.annotators.withdrawing import forget
from evaluation.studies.life import NoSuchStudy, study_named
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = "Delete an annotator's judgments, drafts, comments and participant id for good; their pairs open again."
    example = "pt-against-p A-7Q2 --yes"
    bad_input = (NoSuchStudy, NoSuchAnnotator)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("annotator", metavar="ANNOTATOR", help="the annotator's code, or a platform's id of them")
        parser.add_argument("--yes", action="store_true", help="do it; without it, only say what would be deleted")

    def work(self, **options: Any) -> dict[str, Any]:
        study = study_named(options["study"])
        given = options["annotator"]
        # Requests come with the platform's id; an empty one would be everybody who came by a link.
        if not given.strip():
            raise BadInput("ANNOTATOR: expected a code, such as A-7Q2, or a platform's id, got nothing")
        annotator = study.annotators.filter(participant=given).first() or annotator_named(study, given)
        code = annotator.code
        if not options["yes"]:
            judged = annotator.slots.filter(answered_at__isnull=False, item__is_check=False).count()
            self.say(f"{code} of {study.name} judged {judged} pairs. Nothing was deleted.")
            self.say(f"Next: manage.py forget {study.name} {code} --yes")
            return {"study": study.name, "judged": judged, "forgotten": False}
        judged = forget(annotator=annotator, now=timezone.now())
        self.say(f"All that {study.name} stored of {code} is deleted; {judged} pairs are open again.")
        self.say("Files that were exported before, and backups, still hold the answers under that code.")
        self.say(f"Next: manage.py invite {study.name}")
        return {"study": study.name, "judged": judged, "forgotten": True}
