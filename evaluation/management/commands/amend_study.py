"""Change what an opened study froze, with the reason that its report will give."""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.changes.amendable import NUMBERS
from evaluation.changes.amending import CannotAmend, amend
from evaluation.changes.amending_file import changes_in
from evaluation.studies.life import NoSuchStudy, study_named
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.toml_table import BadToml
from generation.terminal import BadInput, ParleyCommand

# Values that are no text.
WRITTEN_AS_TOML: Final = ("plan.", "pay", "may_skip", "closes", *NUMBERS)


class Command(ParleyCommand):
    help = (
        "Change an opened study: wording (a new version; judgments keep theirs), texts (a changed consent is put to "
        "everybody again), the plan, the pay. Each change is an amendment, which the report lists with its reason. "
        "Systems, responses, sides and judgments never change."
    )
    example = (
        "pt-against-p --set criteria.naturalness.question='Which sounds more like a person?' "
        "--because 'two annotators asked what natural means'"
    )
    bad_input = (NoSuchStudy, CannotAmend, BadToml)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's name")
        parser.add_argument("--because", required=True, metavar="REASON", help="why; the report states it")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help=(
                "a key of study.toml and its new value: criteria.KEY.question, .help, .name or .ends; text.consent, "
                ".instructions or .end (@FILE reads a file); public_title; plan.alpha, plan.hypotheses, ... as TOML; "
                "trait_words.LANGUAGE.TRAIT.LEVEL; pay; closes (a day, or a day and a time); may be repeated"
            ),
        )
        parser.add_argument(
            "--from",
            dest="file",
            type=Path,
            metavar="FILE.toml",
            help="a changed study file: whatever it says otherwise is amended",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        study = study_named(options["study"])
        changes = changes_in(study, read_study_file(options["file"])) if options["file"] else {}
        changes |= dict(_told(each) for each in options["set"])
        if not changes:
            raise BadInput("nothing to change: expected --set KEY=VALUE, or --from with a file that differs")
        amendment = amend(study=study, changes=changes, because=options["because"], now=timezone.now())
        far = amendment.change
        self.say(f"{study.name} was amended. {amendment.text}")
        seen = "could be seen" if far["results_seen"] else "could not be seen"
        self.say(f"  {far['judgments']:,} judgments were in; results {seen}.")
        for each in far["changes"]:
            self.say(f"  {each['key']}: {_short(each['before'])} -> {_short(each['after'])}")
        self._what_follows([each["key"] for each in far["changes"]], far)
        self.say(f"Next: manage.py report {study.name} --to reports/{study.name}, once it is closed, lists it")
        return {"study": study.name, "text": amendment.text, **far}

    def _what_follows(self, keys: list[str], far: dict[str, Any]) -> None:
        if "text.consent" in keys:
            self.say("  Whoever agreed to the text of before is asked again before their next pair.")
        if any(key.startswith("plan.") for key in keys) and far["judgments"]:
            self.say("  What was added to the plan now is exploratory in the report.")


def _told(text: str) -> tuple[str, Any]:
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign or not key:
        raise BadInput(f"--set {text}: expected KEY=VALUE")
    if value.startswith("@"):
        try:
            value = Path(value[1:]).expanduser().read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise BadInput(f"{value[1:]}: expected a text in UTF-8: {error}") from error
    if not key.startswith(WRITTEN_AS_TOML) and not key.endswith(".ends"):
        return key, value
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        # A word that somebody did not put in quotes.
        return key, value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."
