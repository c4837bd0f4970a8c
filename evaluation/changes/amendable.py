"""What of an opened study may still be changed, each with what a new value must be; and what never may, and why.

Keys are those of the study file: `text.consent`, `criteria.naturalness.question`, `plan.alpha`, `pay`, ...
"""

import re
from datetime import date, datetime
from typing import Any, Final

from evaluation.models import Criterion, Study
from evaluation.study_files.telling_table import LONGEST_ETHICS, LONGEST_WARNING
from evaluation.study_files.toml_table import moment_of
from evaluation.study_files.trait_words import LANGUAGE, LEVELS_SAID, LONGEST_WORDS, problem_with
from generation.corpus.traits import TRAITS

# Key of the study file -> the study's field.
TEXTS: Final = {
    "public_title": "public_title",
    "text.consent": "consent",
    "text.instructions": "instructions",
    "text.end": "end_text",
    "content_warning": "content_warning",
    "ethics": "ethics",
}
MAY_BE_EMPTY: Final = ("content_warning",)
LONGEST: Final = {"public_title": 200, "content_warning": LONGEST_WARNING, "ethics": LONGEST_ETHICS}
LONGEST_TEXT: Final = 50_000
LONGEST_QUESTION: Final = 2000
LONGEST_NAME: Final = 100
# Of a study's own words for a trait: `trait_words.LANGUAGE.TRAIT.LEVEL`.
OF_TRAITS: Final = re.compile(r"trait_words\.([^.]+)\.([^.]+)\.([^.]+)")
WORDS: Final = ("name", "question", "help", "ends")
PLAN: Final = ("annotators", "alpha", "hypotheses", "contrasts", "looks", "exclusions")
NUMBERS: Final = {"max_share": "a share of the judgments above 0, at most 1", "lease_minutes": "whole minutes"}
LONGEST_LEASE: Final = 31 * 24 * 60
# What is said where somebody asks to change what stands for good.
NEVER: Final = {
    "name": "links, exports and reports know the study by it",
    "systems": "what is compared is what was frozen: another set of systems is another study",
    "responses": "judgments were given on these very responses: others would need another study",
    "contexts": "pairs that were drawn stay; to draw more, extend the study",
    "judgments_per_pair": "it can only grow, by extending the study",
    "seed": "sides, order and contexts were drawn by it",
    "sides": "which reply stands first was drawn and shown",
    "judgments": "what was said stands; somebody's own last answer is theirs to change, while the study is open",
    "display": "judgments of texts that were shown otherwise could not be compared",
    "layout": "judgments that were given on another page could not be compared",
    "language": "the questions are in this language",
    "repeat_share": "repeats were planned when the study was created",
    "checks": "whom a rule ended would have met other checks",
    "practice": "those who came before practised otherwise",
    "recruiting": "participants were sent by this platform's address",
    "criteria": "questions were frozen; the wording of one is changed by criteria.KEY.question, .help, .name or .ends",
    "scale": "answers on another scale could not be compared",
    "options": "answers that were not offered to everybody could not be compared",
    "range": "answers on another scale could not be compared",
    "needs": "of whom it is asked was frozen",
    "after": "what was known when it was answered would differ",
    "reason": "some would have given reasons and others not",
    "key": "judgments are kept under it",
    "trait_words": "expected trait_words.LANGUAGE.TRAIT.LEVEL",
    "text": "expected text.consent, text.instructions or text.end",
    "plan": f"expected a part of it: {', '.join(f'plan.{each}' for each in PLAN)}",
}


class CannotAmend(ValueError):
    """A change that is none, that is not allowed, or that the study's state does not take."""


def why_never(key: str) -> str:
    """Why `key` cannot be changed once the study is open."""
    parts = key.split(".")
    known = NEVER.get(parts[-1]) if parts[0] == "criteria" and len(parts) > 2 else NEVER.get(parts[0])
    may = ", ".join([*TEXTS, *(f"criteria.KEY.{word}" for word in WORDS), *(f"plan.{part}" for part in PLAN)])
    reason = known or "nothing of a study is called so"
    more = "trait_words.LANGUAGE.TRAIT.LEVEL, pay, max_share, lease_minutes, may_skip, closes"
    return f"{key} cannot be amended: {reason}. What can: {may}, {more}"


def checked_text(key: str, value: Any) -> str:
    """A new text of the study; raises `CannotAmend`."""
    longest = LONGEST.get(key, LONGEST_TEXT)
    empty = key in MAY_BE_EMPTY
    return _text(key, value, longest=longest, empty=empty)


def checked_word(key: str, word: str, value: Any, criterion: Criterion) -> Any:
    """A new name, question, help or pair of ends of `criterion`; raises `CannotAmend`."""
    if word == "ends":
        if criterion.scale != Criterion.Scale.RATING:
            raise CannotAmend(f"{key}: only a rating has words at its ends, and this is a {criterion.scale}")
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise CannotAmend(f"{key}: expected the words at both ends, got {value!r}")
        return [_text(key, each, longest=LONGEST_NAME) for each in value]
    text = _text(key, value, longest=LONGEST_NAME if word == "name" else LONGEST_QUESTION, empty=word == "help")
    if "{trait_words}" in text and criterion.needs != "traits":
        raise CannotAmend(f"{key}: it speaks of {{trait_words}}, and the question is asked without a trait")
    if word == "question" and "{trait_words}" in criterion.question and "{trait_words}" not in text:
        raise CannotAmend(f"{key}: expected {{trait_words}} in it, as before: annotators must see which trait is meant")
    return text


def checked_number(key: str, value: Any) -> float | int:
    """A new `max_share` or `lease_minutes`; raises `CannotAmend`."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    right = number and (0 < value <= 1 if key == "max_share" else value == int(value) and 1 <= value <= LONGEST_LEASE)
    if not right:
        raise CannotAmend(f"{key}: expected {NUMBERS[key]}, got {value!r}")
    return float(value) if key == "max_share" else int(value)


def checked_moment(key: str, value: Any) -> datetime | None:
    """A new `closes`: a day, a time, either as a text, or an empty text for none; raises `CannotAmend`."""
    if value in ("", None):
        return None
    try:
        said = value if isinstance(value, date) else _day_or_time(value)
        return moment_of(said)
    except (TypeError, ValueError, OverflowError) as error:
        raise CannotAmend(
            f"{key}: expected a day such as 2026-12-24, or with a time 2026-12-24T18:00:00Z, or an empty text, got "
            f"{value!r}"
        ) from error


def _day_or_time(text: Any) -> date:
    return date.fromisoformat(text) if len(text) == len("2026-12-24") else datetime.fromisoformat(text)


def checked_flag(key: str, value: Any) -> bool:
    """A new `may_skip`; raises `CannotAmend`."""
    if not isinstance(value, bool):
        raise CannotAmend(f"{key}: expected true or false, got {value!r}")
    return value


def criterion_of(study: Study, key: str) -> tuple[Criterion, str]:
    """The criterion and the word of `criteria.KEY.WORD`; raises `CannotAmend`."""
    _, name, word = key.split(".")
    criterion = study.criteria.filter(key=name).first()
    if criterion is None:
        there = ", ".join(study.criteria.order_by("position").values_list("key", flat=True))
        raise CannotAmend(f"{key}: expected one of the criteria {there}")
    return criterion, word


def checked_trait_words(key: str, value: Any) -> tuple[str, str, str, str]:
    """Language, trait, level and new words of `trait_words.LANGUAGE.TRAIT.LEVEL`; no words are those of Parley again.

    Raises `CannotAmend`.
    """
    found = OF_TRAITS.fullmatch(key)
    language, trait, level = found.groups() if found else ("", "", "")
    if not LANGUAGE.fullmatch(language) or trait not in TRAITS or level not in LEVELS_SAID:
        raise CannotAmend(
            f"{key}: expected trait_words.LANGUAGE.TRAIT.LEVEL, with one of the traits {', '.join(TRAITS)} and one of "
            f"the levels {', '.join(LEVELS_SAID)}"
        )
    text = _text(key, value, longest=LONGEST_WORDS, empty=True)
    if problem := problem_with(text):
        raise CannotAmend(f"{key}: {problem}")
    return language, trait, level, text


def is_word(key: str) -> bool:
    """Whether `key` is wording of a criterion."""
    return re.fullmatch(rf"criteria\.[^.]+\.(?:{'|'.join(WORDS)})", key) is not None


def _text(key: str, value: Any, *, longest: int, empty: bool = False) -> str:
    if not isinstance(value, str) or "\0" in value or (not value.strip() and not empty):
        raise CannotAmend(f"{key}: expected a text, got {value!r}")
    if len(value) > longest:
        raise CannotAmend(f"{key}: expected at most {longest:,} characters, got {len(value):,}")
    return value.strip() if longest <= LONGEST_QUESTION else value
