"""The catalogues of what annotators read, brought up to date."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from evaluation.operation.translating import NoBabel, UnknownLanguage, update
from generation.terminal import ParleyCommand


class Command(ParleyCommand):
    help = (
        "Gather what annotators read, bring every catalogue under locale/ up to date with it, and compile them. "
        "Says what is not translated yet."
    )
    example = "--new fr"
    bad_input = (NoBabel, UnknownLanguage)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", metavar="LANGUAGE", help="begin a language: its tag, such as fr or pt-BR")

    def work(self, **options: Any) -> dict[str, Any]:
        folder = Path(settings.LOCALE_PATHS[0])
        languages = sorted(each.name.replace("_", "-") for each in folder.iterdir()) if folder.is_dir() else []
        if options["new"]:
            languages = sorted({*languages, options["new"]})
        done = [update(language, folder=folder) for language in languages]
        for each in done:
            self.say(f"{each.language}: {each.messages} messages, {len(each.unfinished)} to translate: {each.po}")
            for message in each.unfinished:
                self.say(f"  {message}")
        return {
            "languages": {
                each.language: {"messages": each.messages, "unfinished": list(each.unfinished)} for each in done
            }
        }
