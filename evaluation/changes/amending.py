"""Changing what an opened study froze: each change with its reason, kept with what was and what is, and reported.

A draft is changed by its file. Once a study is open, wording gets a new version (judgments keep the one that they
answered), a new consent text is put to everybody before their next pair, and a claim that is added when judgments are
in is exploratory. What was compared, shown or said never changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from evaluation.annotators.excluding import apply_rules
from evaluation.changes.amendable import (
    NUMBERS,
    OF_TRAITS,
    PLAN,
    TEXTS,
    CannotAmend,
    checked_flag,
    checked_moment,
    checked_number,
    checked_text,
    checked_trait_words,
    checked_word,
    criterion_of,
    is_word,
    why_never,
)
from evaluation.changes.amending_plan import amended_plan, plan_of
from evaluation.items.questions import TRAIT_WORDS, tags_of
from evaluation.models import Amendment, Annotator, AuditEntry, Researcher, Slot, Study
from evaluation.studies.conduct import judgments_in, results_seen
from evaluation.studies.holding import hold_alone
from evaluation.study_files.checks_table import pay_in
from evaluation.study_files.toml_table import BadToml, TomlTable
from evaluation.study_files.trait_words import with_words

__all__ = ["AMENDED", "CannotAmend", "amend", "checked_reason", "how_far", "record"]

AMENDED: Final = "amended"
LONGEST_REASON: Final = 1000
# What still means something once nobody judges any more.
AFTER_CLOSING: Final = ("ethics", "pay")
SAID: Final = {
    "public_title": "the title that annotators see",
    "text.consent": "the consent text",
    "text.instructions": "the instructions",
    "text.end": "the last page's text",
    "content_warning": "the content warning",
    "ethics": "the ethics reference",
    "plan.alpha": "the level",
    "plan.annotators": "for whom the verdict speaks",
    "plan.hypotheses": "the hypotheses",
    "plan.contrasts": "the contrasts",
    "plan.looks": "the schedule of looks",
    "plan.exclusions": "the exclusion rules",
    "pay": "the pay",
    "max_share": "how much one annotator may judge",
    "lease_minutes": "how long a pair is held",
    "may_skip": "whether a pair may be skipped",
    "closes": "the day on which it ends",
}


@dataclass(frozen=True)
class _Change:
    """One value that becomes another; `do` writes it."""

    key: str
    before: Any
    after: Any
    do: Callable[[], None]


@transaction.atomic
def amend(
    *, study: Study, changes: Mapping[str, Any], because: str, now: datetime, by: Researcher | None = None
) -> Amendment:
    """Change what `changes` says (key of the study file -> new value), all of it or nothing, and keep why.

    Raises `CannotAmend`, which says what was expected, where something must not change, means nothing, or is so
    already. Answers under way come first, with the version that was on their page.
    """
    hold_alone(study.pk)
    held = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    because = checked_reason(because)
    if held.is_draft():
        raise CannotAmend(f"{held.name} was never opened: change its file, and create it anew")
    made = [change for change in _changes(held, changes) if change.before != change.after]
    if not made:
        raise CannotAmend(f"nothing would change: {', '.join(changes) or 'no value'} stands as it is asked for")
    amendment = record(
        study=held,
        text=f"{_listed([said_of(change.key) for change in made])} changed: {because}",
        changes=[{"key": each.key, "before": each.before, "after": each.after} for each in made],
        now=now,
        by=by,
    )
    for change in made:
        change.do()
    if any(change.key == "plan.exclusions" for change in made) and not held.is_closed():
        _apply_new_rules(held, now)
    study.refresh_from_db()
    return amendment


def record(
    *,
    study: Study,
    text: str,
    changes: list[dict[str, Any]],
    now: datetime,
    by: Researcher | None,
    action: str = AMENDED,
    **more: Any,
) -> Amendment:
    """Keep an amendment with how far the study was, and its line in the audit. Part of a transaction."""
    amendment = Amendment.objects.create(
        study=study, text=text, change={"changes": changes, **how_far(study), **more}, made_by=by, made_at=now
    )
    detail = {"amendment": amendment.pk, "changed": [each["key"] for each in changes]}
    AuditEntry.objects.create(study=study, action=action, detail=detail, made_by=by, made_at=now)
    return amendment


def how_far(study: Study) -> dict[str, Any]:
    """What an amendment must say of the moment: judgments and pairs so far, and whether results could be seen."""
    planned = Slot.objects.filter(study=study).planned()
    return {
        "judgments": judgments_in(study),
        "slots_done": planned.answered().count(),
        "slots": planned.count(),
        "results_seen": results_seen(study),
    }


def said_of(key: str) -> str:
    """What `key` is called in a sentence."""
    if key in SAID:
        return SAID[key]
    if found := OF_TRAITS.fullmatch(key):
        language, trait, level = found.groups()
        return f"the words for {trait} at {level} in {language}"
    _, name, word = key.split(".")
    return f"the {word} of {name}" if word != "question" else f"the question on {name}"


def checked_reason(because: str) -> str:
    """Why something is amended, as it is kept; raises `CannotAmend` where nothing is said."""
    because = " ".join(because.replace("\0", "").split())
    if not because:
        raise CannotAmend("expected a reason: the report states it")
    if len(because) > LONGEST_REASON:
        raise CannotAmend(f"expected a reason of at most {LONGEST_REASON} characters, got {len(because)}")
    return because


def _listed(words: list[str]) -> str:
    words = list(dict.fromkeys(words))
    said = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return said[:1].upper() + said[1:]


def _changes(study: Study, changes: Mapping[str, Any]) -> list[_Change]:
    plan = {part: changes[f"plan.{part}"] for part in PLAN if f"plan.{part}" in changes}
    other = {key: value for key, value in changes.items() if key not in [f"plan.{part}" for part in plan]}
    made = [_change(study, key, value) for key, value in other.items()]
    for key in (each.key for each in made):
        if study.is_closed() and key not in AFTER_CLOSING:
            raise CannotAmend(f"{study.name} is closed: nobody would see {said_of(key)} any more")
    return made + (_plan_changes(study, plan) if plan else [])


def _change(study: Study, key: str, value: Any) -> _Change:
    if key in TEXTS:
        return _column(study, key, TEXTS[key], checked_text(key, value))
    if key in NUMBERS:
        return _column(study, key, key, checked_number(key, value))
    if key == "may_skip":
        return _column(study, key, key, checked_flag(key, value))
    if key == "closes":
        return _closes(study, value)
    if key == "pay":
        return _pay(study, value)
    if is_word(key):
        return _word(study, key, value)
    if key.startswith("trait_words."):
        return _trait_words(study, key, value)
    raise CannotAmend(why_never(key))


def _column(study: Study, key: str, column: str, value: Any) -> _Change:
    def do() -> None:
        Study.objects.filter(pk=study.pk).update(**{column: value})

    return _Change(key, getattr(study, column), value, do)


def _closes(study: Study, value: Any) -> _Change:
    before, after = study.closes_at, checked_moment("closes", value)

    def do() -> None:
        Study.objects.filter(pk=study.pk).update(closes_at=after)

    was, becomes = (each.isoformat(timespec="seconds") if each else "" for each in (before, after))
    return _Change("closes", was, becomes, do)


def _word(study: Study, key: str, value: Any) -> _Change:
    criterion, word = criterion_of(study, key)
    after = checked_word(key, word, value, criterion)
    before = criterion.range.get("ends") if word == "ends" else getattr(criterion, word)

    def do() -> None:
        # Fetched anew: another word of the same question may have been changed a moment ago.
        current = study.criteria.get(pk=criterion.pk)
        if word == "ends":
            current.range = {**current.range, "ends": after}
        else:
            setattr(current, word, after)
        # One amendment is one new version, whatever it changes of the question.
        current.version = criterion.version + 1
        current.save(update_fields=["range" if word == "ends" else word, "version"])

    return _Change(key, before, after, do)


def _trait_words(study: Study, key: str, value: Any) -> _Change:
    language, trait, level, after = checked_trait_words(key, value)
    before = study.design.get("trait_words", {}).get(language, {}).get(trait, {}).get(level, "")
    read = language in tags_of(study.language)
    asked = [each for each in study.criteria.all() if read and TRAIT_WORDS in each.question + each.help]

    def do() -> None:
        design = _design_now(study)
        words = with_words(design.get("trait_words", {}), language, trait, level, after)
        Study.objects.filter(pk=study.pk).update(design={**design, "trait_words": words})
        for each in asked:
            # As of any wording: judgments keep the version that was on their page.
            study.criteria.filter(pk=each.pk).update(version=each.version + 1)

    return _Change(key, before, after, do)


def _design_now(study: Study) -> dict[str, Any]:
    """The design as it stands: another part of it may have been changed a moment ago."""
    return dict(Study.objects.values_list("design", flat=True).get(pk=study.pk))


def _pay(study: Study, value: Any) -> _Change:
    if not isinstance(value, Mapping):
        raise CannotAmend(f"pay: expected a table as [pay] in a study file, got {value!r}")
    try:
        pay = pay_in(TomlTable({"pay": dict(value)}, file="the amendment", text=""))
    except BadToml as error:
        raise CannotAmend(_without_line(error)) from error
    assert pay is not None
    after = pay.as_json()

    def do() -> None:
        Study.objects.filter(pk=study.pk).update(design={**_design_now(study), "pay": after})

    return _Change("pay", study.design.get("pay"), after, do)


def _plan_changes(study: Study, parts: Mapping[str, Any]) -> list[_Change]:
    before = plan_of(study)
    after = amended_plan(study, parts, judgments=judgments_in(study))

    def do() -> None:
        Study.objects.filter(pk=study.pk).update(plan=after)

    return [
        _Change(f"plan.{part}", before[part], after[part], do)
        for part in PLAN
        if part in parts or before[part] != after[part]
    ]


def _without_line(error: BadToml) -> str:
    return str(error).partition(": ")[2] or str(error)


def _apply_new_rules(study: Study, now: datetime) -> None:
    """Rules act at once, also on those who have finished and will submit no more."""
    there = study.annotators.filter(kind=Annotator.Kind.HUMAN, excluded_by="").exclude(state=Annotator.State.WITHDRAWN)
    for annotator in there.select_related("study").order_by("pk"):
        apply_rules(annotator=annotator, now=now)
