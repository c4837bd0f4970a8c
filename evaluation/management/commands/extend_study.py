"""More judgments for each pair of a study that runs, or more pairs."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.changes.extending import extend
from evaluation.changes.extending_files import material_in, named_in
from evaluation.changes.further import CannotExtend
from evaluation.material.gathering import Gathered, WrongFiles, gather
from evaluation.models import Study
from evaluation.studies.life import NoSuchStudy, study_named
from evaluation.study_files.item_kinds import MADE_OF, kind_of
from evaluation.study_files.kept_design import DesignMissing
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Give an open or paused study more judgments for each pair (or persona), more contexts of each domain, or more "
        "personas of each trait and level. What was drawn and judged stays; sides are balanced over old and new. It is "
        "an amendment: the report says how far the study was, and whether results had been seen."
    )
    example = "pt-against-p --judgments-per-pair 5 --because 'agreement is lower than we planned for'"
    bad_input = (NoSuchStudy, CannotExtend, WrongFiles, BadLine, NoSuchName, CorpusMissing, DesignMissing)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--because", required=True, metavar="REASON", help="why; the report states it")
        parser.add_argument(
            "--judgments-per-pair", type=int, metavar="K", help="how many each pair, or persona, is to have"
        )
        parser.add_argument(
            "--per-domain",
            type=int,
            metavar="N",
            help="how many contexts of each domain the study is to have: pairs of replies, or of whole dialogues",
        )
        parser.add_argument(
            "--per-level",
            type=int,
            metavar="N",
            help="of personas to be labelled: how many of each trait and level are to be drawn",
        )
        parser.add_argument(
            "--responses",
            nargs="+",
            type=Path,
            metavar="FILE",
            help="the very responses that the study was made of (default: where its study.toml named them)",
        )
        parser.add_argument(
            "--folder",
            type=Path,
            default=Path(),
            metavar="DIR",
            help="what relative paths in its study.toml are relative to (default: the current folder)",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study = study_named(options["study"])
        more = options["per_domain"] is not None or options["per_level"] is not None
        made = extend(
            study=study,
            because=options["because"],
            now=timezone.now(),
            judgments_per_pair=options["judgments_per_pair"],
            per_domain=options["per_domain"],
            per_level=options["per_level"],
            gathered=_gathered(study, options) if more else None,
        )
        far = made.amendment.change
        kind = kind_of(study.design)
        one, many = ("persona", "personas") if kind == "persona" else ("pair", "contexts")
        self.say(f"{study.name}: {made.slots:,} slots were added, and every {one} has {made.judgments_per_pair} now.")
        for domain, count in made.contexts.items():
            self.say(f"  {count:,} more {many} of {domain}")
        if made.ties:
            equal = "dialogues" if kind == "dialogues" else "replies"
            self.say(f"  {made.ties:,} new pairs have equal {equal}: ties that nobody is asked about")
        self.say(f"  It was extended with {far['slots_done']:,} of {far['slots']:,} slots judged; the report says so.")
        if far["results_seen"]:
            self.say(
                "  Results could be seen already: the report calls this optional stopping, and its result exploratory."
            )
        self.say(f"Next: manage.py invite {study.name}, if more people are needed")
        return {"study": study.name, **made.as_json()}


def _gathered(study: Study, options: dict[str, Any]) -> Gathered:
    kind = kind_of(study.design)
    if options["responses"]:
        if kind != "pair":
            raise BadInput(
                f"--responses: {study.name} is made of {MADE_OF[kind]}, not of responses; expected --folder, where its "
                "study.toml lay, or nothing"
            )
        return gather(options["responses"])
    if not named_in(study):
        raise BadInput(f"{study.name} does not say where its responses lie: expected --responses FILE FILE")
    return material_in(study, options["folder"].resolve(), per_level=options["per_level"])
