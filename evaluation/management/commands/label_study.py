"""A study in which people label the traits of a corpus's personas."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.material.by_kind import gather_file
from evaluation.material.gathering import WrongFiles
from evaluation.material.persona_items import label_study_file
from evaluation.opening.importing import NameTaken, create_study
from evaluation.operation.accounts import NoSuchResearcher, researcher_with
from evaluation.studies.life import WrongState, open_study
from evaluation.study_files.study_file import MOST_PER_LEVEL
from evaluation.study_files.telling_table import LONGEST_ETHICS, NO_ETHICS
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.traits import TRAITS, levels_of
from generation.home import NoSuchName
from generation.labels.label_sampling import BadSample
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "A study in which people say what personas are like, one persona a page, going by its sentences alone. The "
        "personas are drawn by the labels that CORPUS has, so that rare levels appear; nobody who judges ever sees a "
        "label, and the report holds people's labels against them."
    )
    example = "personalitychat --to who-is-like-what --per-level 20 --open"
    bad_input = (WrongFiles, NameTaken, NoSuchName, NoSuchResearcher, BadLine, BadSample, CorpusMissing, WrongState)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", metavar="CORPUS", help="a corpus with labels")
        parser.add_argument("--to", required=True, metavar="STUDY", help="what the study is called")
        parser.add_argument("--title", default="", help="its title, which only researchers see")
        parser.add_argument(
            "--per-level",
            type=int,
            default=MOST_PER_LEVEL,
            metavar="N",
            help="personas of each trait and level that are drawn (default: %(default)s)",
        )
        parser.add_argument(
            "--levels", type=int, choices=(3, 5), help="the scale that the labels must be on (default: whichever)"
        )
        parser.add_argument(
            "--traits", metavar="T,T", help=f"only these, parted by commas (default: {','.join(TRAITS)})"
        )
        parser.add_argument("--judgments", type=int, default=3, metavar="K", help="people per persona (default: 3)")
        parser.add_argument("--language", default="en", help="of the personas (default: en)")
        parser.add_argument("--seed", type=int, default=7, help="of what is drawn and in which order (default: 7)")
        parser.add_argument(
            "--ethics",
            default=NO_ETHICS,
            metavar="REFERENCE",
            help="the ethics approval, as annotators and the report read it (default: %(default)s, which is said too)",
        )
        parser.add_argument("--open", action="store_true", help="let annotators in at once")
        parser.add_argument("--owner", metavar="EMAIL", help="the researcher who sees the study on the site")

    def work(self, **options: Any) -> dict[str, Any]:
        for key, least in (("per_level", 1), ("judgments", 1), ("seed", 0)):
            if options[key] < least:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least {least}, got {options[key]}")
        ethics = options["ethics"].strip()
        if not 0 < len(ethics) <= LONGEST_ETHICS:
            raise BadInput(f"--ethics: expected 1 to {LONGEST_ETHICS} characters, got {len(ethics)}")
        now = timezone.now()
        owner = researcher_with(options["owner"]) if options["owner"] else None
        file = label_study_file(
            options["corpus"],
            folder=Path.cwd(),
            title=options["title"],
            per_level=options["per_level"],
            traits=_traits(options["traits"]),
            judgments=options["judgments"],
            language=options["language"],
            seed=options["seed"],
            ethics=ethics,
        )
        _check_levels(options["levels"], file.criteria[0].options, options["corpus"])
        created = create_study(name=options["to"], file=file, gathered=gather_file(file), now=now, owner=owner)
        if options["open"] and created.study.is_draft():
            open_study(study=created.study, now=now)
        for line in created.lines():
            self.say(line)
        return created.as_json()


def _traits(said: str | None) -> tuple[str, ...]:
    """The traits of `--traits`, all five where it is not given."""
    if said is None:
        return TRAITS
    named = tuple(each.strip() for each in said.split(","))
    odd = [each for each in named if each not in TRAITS]
    if odd:
        raise BadInput(f"--traits {said}: expected some of {', '.join(TRAITS)}, got {odd[0]!r}")
    return named


def _check_levels(wanted: int | None, there: tuple[str, ...], corpus: str) -> None:
    if wanted is not None and set(there) != set(levels_of(wanted)):
        raise BadInput(
            f"--levels {wanted}: {corpus} is labelled {', '.join(there)}, and people answer on the labeller's own scale"
        )
