"""The background page: what annotators say of themselves, if they like, kept apart from who said it.

No key leads from an answer to its annotator, and neither does the order or the time: keys are drawn, and with every
answer all that were given are written anew in a drawn order. What is said here cannot be looked up, corrected or taken
back, and the page says so before it asks. It is only ever counted, in cells of five people or more, and only once the
study is closed: two counts, before and after somebody came, would tell what they said.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from evaluation.models import Annotator, Background, Study
from evaluation.stats.data.conduct import SMALLEST_CELL

# 63 bits, what a key has room for.
LARGEST_KEY: Final = 2**63 - 1
UNSAID: Final = "not said"
FEWER: Final = f"fewer than {SMALLEST_CELL}"

Words = str | Promise


@dataclass(frozen=True)
class Asked:
    """A question of the background page: its words, and its answers as they are kept and as they are read."""

    key: str
    # What the report calls it.
    name: str
    question: Words
    options: tuple[tuple[str, Words], ...]


QUESTIONS: Final = {
    each.key: each
    for each in (
        Asked(
            key="language",
            name="First language",
            question=_("Is %(language)s your first language, or one of them?"),
            options=(("first", _("Yes")), ("daily", _("No, but I use it every day")), ("other", _("No"))),
        ),
        Asked(
            key="age_band",
            name="Age",
            question=_("How old are you?"),
            options=(
                *((band, band) for band in ("18-24", "25-34", "35-44", "45-54", "55-64")),
                ("65+", _("65 or more")),
            ),
        ),
        Asked(
            key="chatbots",
            name="Talks with chat assistants",
            question=_("How often do you talk with a chat assistant?"),
            options=(
                ("daily", _("Most days")),
                ("weekly", _("Most weeks")),
                ("seldom", _("Seldom")),
                ("never", _("Never")),
            ),
        ),
    )
}


class BadBackground(ValueError):
    """An answer that was not offered."""


@dataclass(frozen=True)
class Shown:
    """A question as the page shows it."""

    key: str
    question: str
    options: tuple[tuple[str, str], ...]


def asks_background(study: Study) -> tuple[str, ...]:
    """The keys of the questions that `study` asks, in its order; none where it has no such page."""
    return tuple(key for key in study.design.get("background") or () if key in QUESTIONS)


def must_tell(annotator: Annotator) -> bool:
    """Whether `annotator` has the background page before them still."""
    return annotator.background_at is None and bool(asks_background(annotator.study))


def questions_for(study: Study) -> tuple[Shown, ...]:
    """The questions of `study`, in the language that is spoken now."""
    language = {"language": _language_name(study.language)}
    return tuple(
        Shown(
            key=key,
            question=str(QUESTIONS[key].question) % language
            if "%(" in str(QUESTIONS[key].question)
            else str(QUESTIONS[key].question),
            options=tuple((value, str(words)) for value, words in QUESTIONS[key].options),
        )
        for key in asks_background(study)
    )


def _language_name(tag: str) -> str:
    try:
        return str(get_language_info(tag)["name_translated"])
    except KeyError:
        return tag


@transaction.atomic
def keep_background(*, annotator: Annotator, answers: Mapping[str, str], now: datetime) -> None:
    """Keep what was answered apart from `annotator`, of whom only is known that they left the page; once.

    `answers` are question -> value; what was skipped is absent or empty. Raises `BadBackground` for a question that the
    study does not ask, or an answer that is not offered.
    """
    asked = asks_background(annotator.study)
    given = {key: value for key, value in answers.items() if value}
    for key, value in given.items():
        offered = [option for option, _words in QUESTIONS[key].options] if key in asked else []
        if value not in offered:
            raise BadBackground(f"{key}: expected one of {', '.join(offered) or 'the questions asked'}, got {value!r}")
    # Held alone, so that two at once are written anew one after the other.
    Study.objects.select_for_update(of=("self",), no_key=True).get(pk=annotator.study_id)
    if not Annotator.objects.filter(pk=annotator.pk, background_at=None).update(background_at=now):
        return
    annotator.background_at = now
    if given:
        _write_anew(annotator.study, given)


def _write_anew(study: Study, given: Mapping[str, str]) -> None:
    """All answers of the study with one more, in a drawn order and under drawn keys: none of them is the last."""
    all_given = [*Background.objects.filter(study=study).values_list("answers", flat=True), dict(given)]
    secrets.SystemRandom().shuffle(all_given)
    Background.objects.filter(study=study).delete()
    Background.objects.bulk_create(
        Background(pk=1 + secrets.randbelow(LARGEST_KEY), study=study, answers=answers) for answers in all_given
    )


def background_of(study: Study) -> dict[str, list[tuple[str, int]]]:
    """Question -> its answers and how many gave each, as a report may show them; empty while the study runs."""
    asked = asks_background(study)
    if not asked or not study.is_closed():
        return {}
    given = list(Background.objects.filter(study=study).values_list("answers", flat=True))
    told = study.annotators.filter(background_at__isnull=False).count()
    found = {}
    for key in asked:
        counts = Counter(str(answers[key]) for answers in given if key in answers)
        # Those who were forgotten are no longer among the annotators, and their answers are.
        unsaid = max(told - sum(counts.values()), 0)
        words = {value: str(text) for value, text in QUESTIONS[key].options}
        cells = [(words.get(value, value), counts[value]) for value in words if counts[value]]
        cells += [(UNSAID, unsaid)] if unsaid else []
        if cells:
            found[QUESTIONS[key].name] = merged(cells)
    return found


def merged(cells: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """`cells` with those of fewer than five people put together, and with the next smallest until they are five.

    So neither a cell nor what the total leaves over points at somebody. Fewer than five in all are not counted at all.
    """
    small = [cell for cell in cells if cell[1] < SMALLEST_CELL]
    large = sorted((cell for cell in cells if cell[1] >= SMALLEST_CELL), key=lambda cell: -cell[1])
    if not small:
        return cells
    joined = list(small)
    while sum(count for _words, count in joined) < SMALLEST_CELL and large:
        joined.append(large.pop())
    total = sum(count for _words, count in joined)
    order = {words: place for place, (words, _count) in enumerate(cells)}
    name = " or ".join(words for words, _count in sorted(joined, key=lambda cell: order[cell[0]]))
    if total < SMALLEST_CELL:
        return [(FEWER, 0)]
    kept = sorted(large, key=lambda cell: order[cell[0]])
    return [*kept, (name, total)]
