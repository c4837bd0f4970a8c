"""Gathering what annotators read, and turning its translations into catalogues: pure Python, by Babel.

`locale/LANGUAGE/LC_MESSAGES/django.po` is what people translate; the `django.mo` beside it is what Django reads. Both
are kept, so that nobody who only runs Parley needs any tool.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from django.conf import settings
from django.utils.translation.template import templatize

from generation.corpus.traits import FIVE_LEVELS, TRAITS, in_words

if TYPE_CHECKING:
    from babel.messages import Catalog, Message

PYTHON: Final = "evaluation/**.py"
# Researchers' pages are in English; what of them is marked for translation is what they share with annotators'.
TEMPLATES: Final = ("templates/*.html", "templates/evaluation/**.html")
MARKS: Final = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# A call in what Django makes of a template: words, strings and commas up to its closing bracket.
CALL: Final = re.compile(r"""\b(?:n?p?gettext|_)\((?:[^()'"]|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*\)""")
# Lines of a catalogue's head that say nothing of its words, and would change with every run or tool.
UNSAID: Final = re.compile(
    r'^"(?:Project-Id-Version|Report-Msgid|POT-|PO-Rev|Last-Trans|Language-Team|Generated-By).*\n', re.MULTILINE
)
NO_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
HEAD: Final = """\
# Parley in {name}: what annotators read.
# Filled by `manage.py translate`, which also makes django.mo of it.
"""


class NoBabel(RuntimeError):
    """Babel is not installed; only who translates needs it."""


class UnknownLanguage(ValueError):
    """A tag that names no language."""


@dataclass(frozen=True)
class Translated:
    """A language's catalogue: where it lies, how many messages it has, and those that are not translated or fuzzy."""

    language: str
    po: Path
    messages: int
    unfinished: tuple[str, ...]


def gather() -> "Catalog":
    """Every message that an annotator can meet, with the files in which it stands."""
    try:
        from babel.messages import Catalog
        from babel.messages.extract import extract_from_dir
    except ImportError as error:
        raise NoBabel("translating needs Babel: pip install -e '.[dev]'") from error
    # A message stands where it stands, at any line: the catalogue changes only where words do.
    gathered = Catalog(domain="django", fuzzy=False)
    method_map = [(PYTHON, "python"), *((pattern, f"{__name__}:from_template") for pattern in TEMPLATES)]
    found = extract_from_dir(
        settings.BASE_DIR,
        method_map,
        keywords=MARKS,
        directory_filter=_is_ours,
    )
    for file, _line, message, _comments, context in sorted(found, key=lambda each: (each[0], each[1])):
        gathered.add(message, None, [(file, 0)], context=context)
    for words in trait_words():
        gathered.add(words, None, [("generation/corpus/traits.py", 0)])
    return gathered


def trait_words() -> list[str]:
    """Every trait at every level, in the plain words in which annotators read it."""
    return [words for trait in TRAITS for level in FIVE_LEVELS if (words := in_words(trait, level))]


def from_template(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Iterable[str], options: Mapping[str, Any]
) -> Iterator[Any]:
    """What Babel finds in a Django template, which Django itself turns into calls first."""
    from babel.messages.extract import extract_python

    calls = CALL.findall(templatize(file.read().decode("utf-8")))
    return iter(list(extract_python(io.BytesIO("\n".join(calls).encode()), keywords, (), {})))


def update(language: str, *, folder: Path) -> Translated:
    """Bring `language`'s catalogue in `folder` up to date, new where it has none, and compile it.

    What is translated already is kept; where words changed a little it is kept as fuzzy, for somebody to look at.
    """
    from babel import Locale, UnknownLocaleError
    from babel.messages import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise UnknownLanguage(f"expected a language's tag, such as fr or pt-BR, got {language!r}") from error
    po = po_file(language, folder)
    catalog = read(po) if po.is_file() else Catalog(locale=locale, domain="django", fuzzy=False)
    catalog.header_comment = HEAD.format(name=locale.english_name).rstrip()
    catalog.update(gather(), update_creation_date=False)
    # What is no longer said is forgotten: the history keeps it.
    catalog.obsolete.clear()
    po.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, catalog, width=110, include_lineno=False, sort_by_file=True)
    po.write_text(UNSAID.sub("", written.getvalue().decode("utf-8")), encoding="utf-8")
    catalog = read(po)
    with po.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return Translated(language, po, len(catalog), tuple(_said(each) for each in catalog if not is_finished(each)))


def read(po: Path) -> "Catalog":
    """The catalogue in the file `po`."""
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        catalog = read_po(file, domain="django")
    # The same words are the same catalogue, whenever it is compiled.
    catalog.creation_date = catalog.revision_date = NO_DAY
    return catalog


def po_file(language: str, folder: Path) -> Path:
    """Where the catalogue of `language` lies: Django wants "pt_BR" for the tag "pt-br"."""
    from django.utils.translation import to_locale

    return folder / to_locale(language.lower()) / "LC_MESSAGES" / "django.po"


def is_finished(message: "Message") -> bool:
    """Whether a message is translated in all its forms, and nobody has to look at it again. The head has no words."""
    forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return not message.id or (all(forms) and not message.fuzzy)


def _said(message: "Message") -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _is_ours(folder: str) -> bool:
    # From the root down: nothing else holds words for annotators, and some of it is large.
    path = Path(folder).relative_to(settings.BASE_DIR)
    return not path.parts or path.parts[0] in ("evaluation", "templates")
