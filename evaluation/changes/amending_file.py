"""A changed `study.toml` held against the study that was opened: what of it amends, and what it must not say."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from evaluation.changes.amendable import TEXTS, WORDS, CannotAmend, why_never
from evaluation.changes.amending_plan import plan_of
from evaluation.models import Study
from evaluation.study_files.study_file import StudyCriterion, StudyFile
from evaluation.study_files.trait_words import flat

# What of a kept design is amended by its own key, or is written by Parley and not by the file.
_ELSEWHERE: Final = (
    *("title", "name", "digests", "labels", "labelled", "samples", "datasheet", "public_title", "trait_words"),
    *("consent", "instructions", "end", "content_warning", "ethics", "plan", "pay", "max_share", "lease_minutes"),
    *("may_skip", "criteria", "background", "closes"),
)


def changes_in(study: Study, file: StudyFile) -> dict[str, Any]:
    """What `file` says otherwise than `study` as it stands, by key, for `amend`.

    Raises `CannotAmend` where it differs in what stands for good. Size and contexts are for `extend_study`, so the file
    may still say what it said when the study was created.
    """
    _check_frozen(study, file)
    texts = {
        "public_title": file.public_title,
        "text.consent": file.consent,
        "text.instructions": file.instructions,
        "text.end": file.end,
        "content_warning": file.content_warning,
        "ethics": file.ethics,
    }
    changes: dict[str, Any] = {key: text for key, text in texts.items() if text != getattr(study, TEXTS[key])}
    changes |= {
        key: getattr(file, key)
        for key in ("max_share", "lease_minutes", "may_skip")
        if getattr(file, key) != getattr(study, key)
    }
    closes = study.closes_at.isoformat(timespec="seconds") if study.closes_at else ""
    if file.closes != closes:
        changes["closes"] = file.closes
    asked = {each.key: each for each in study.criteria.all()}
    for criterion in file.criteria:
        kept = asked[criterion.key]
        for word in WORDS:
            said = list(criterion.ends) if word == "ends" else getattr(criterion, word)
            before = list(kept.range.get("ends") or []) if word == "ends" else getattr(kept, word)
            if said != before:
                changes[f"criteria.{criterion.key}.{word}"] = said
    words, known = dict(flat(file.trait_words)), dict(flat(study.design.get("trait_words", {})))
    changes |= {key: words.get(key, "") for key in {**known, **words} if words.get(key) != known.get(key)}
    plan, kept_plan = asdict(file.plan), plan_of(study)
    for part in ("annotators", "alpha", "hypotheses", "contrasts", "looks", "exclusions"):
        if _timeless(plan[part]) != _timeless(kept_plan[part]):
            changes[f"plan.{part}"] = plan[part]
    if file.pay is not None and file.pay.as_json() != study.design.get("pay"):
        changes["pay"] = file.pay.as_json()
    return changes


def _check_frozen(study: Study, file: StudyFile) -> None:
    said = file.as_json()
    for key in sorted((set(said) | set(study.design)) - set(_ELSEWHERE)):
        if _timeless(said.get(key)) != _timeless(study.design.get(key)):
            raise CannotAmend(why_never(key))
    kept = {each.key: each for each in study.criteria.all()}
    if [each.key for each in file.criteria] != [each.key for each in study.criteria.order_by("position")]:
        raise CannotAmend(why_never("criteria"))
    for criterion in file.criteria:
        for word in ("scale", "options", "needs", "after", "reason"):
            if _timeless(getattr(criterion, word)) != _timeless(getattr(kept[criterion.key], word)):
                raise CannotAmend(why_never(f"criteria.{criterion.key}.{word}"))
        if _steps(criterion) != tuple(kept[criterion.key].range.get(end) for end in ("min", "max")):
            raise CannotAmend(why_never(f"criteria.{criterion.key}.range"))


def _steps(criterion: StudyCriterion) -> tuple[int | None, int | None]:
    return (criterion.low, criterion.high) if criterion.scale == "rating" else (None, None)


def _timeless(value: Any) -> Any:
    """As JSON has it, without when a claim was added: the file does not say that."""
    if isinstance(value, Mapping):
        return {key: _timeless(each) for key, each in value.items() if key != "after_judgments"}
    return [_timeless(each) for each in value] if isinstance(value, list | tuple) else value
