"""The language of a study: the one in which its annotators meet Parley, and the way in which its texts run.

A study's `language` is that of its dialogues. Annotators meet Parley's own words in that language where `locale/` has
it, else in English: never in the browser's, since everybody in a study is asked in the same words. Researchers' pages
are in English.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

FALLBACK: Final = "en"
# By the script where a tag names one ("az-Arab"), else by the language (ISO 639).
RIGHT_TO_LEFT_SCRIPTS: Final = frozenset({"adlm", "arab", "hebr", "mand", "mend", "nkoo", "rohg", "syrc", "thaa"})
RIGHT_TO_LEFT: Final = frozenset(
    {"ar", "arc", "azb", "bal", "bqi", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks", "lrc", "mzn", "nqo", "ps"}
    | {"sd", "skr", "syr", "ug", "ur", "yi"}
)


def interface(language: str) -> str:
    """The language of Parley's own words in a study of `language`: "de-AT" is served by "de", "he" by "en"."""
    try:
        return str(translation.get_supported_language_variant(language.lower()))
    except LookupError:
        return FALLBACK


def direction(language: str) -> str:
    """The way in which texts of `language` run: "rtl" or "ltr"."""
    main, *subtags = language.lower().split("-")
    # A script is the tag's only subtag of four letters.
    script = next((each for each in subtags if len(each) == 4 and each.isalpha()), "")
    return "rtl" if (script in RIGHT_TO_LEFT_SCRIPTS if script else main in RIGHT_TO_LEFT) else "ltr"


def speak(language: str) -> None:
    """Say the rest of this request's page in the interface of a study of `language`."""
    translation.activate(interface(language))


def begins_in_english(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every request begins in English, whatever language the last one in this thread was answered in."""

    def answered(request: HttpRequest) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            return get_response(request)

    return answered
