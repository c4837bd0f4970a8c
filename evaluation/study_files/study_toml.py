"""A study file as text: `study.toml` and the files beside it, which read back are the same study, to the last field.

What the reader takes by default is written out as well, so that a later Parley with other defaults reads the same.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

import tomlkit
from tomlkit.items import InlineTable, Item, Table

from evaluation.stats.data.declared import Contrast, Hypothesis, Plan, Side
from evaluation.study_files.checks_table import SHUFFLED, SHUFFLED_TURNS, KnownPair
from evaluation.study_files.study_file import ChosenContexts, StudyCriterion, StudyFile
from evaluation.study_files.trait_words import as_toml
from evaluation.study_files.uploaded_files import STUDY_FILE

TEXT_KEYS: Final = ("consent", "instructions", "end")
CHECKS_FILE: Final = "checks.jsonl"
PRACTICE_FILE: Final = "practice.jsonl"


def written(file: StudyFile) -> dict[str, str]:
    """The files of the study by name, `study.toml` first; the responses that it names are not among them."""
    texts = {f"{key}.md": getattr(file, key) for key in TEXT_KEYS if getattr(file, key)}
    pairs = {
        name: _lines(known)
        for name, known in (
            (CHECKS_FILE, file.checks.pairs if file.checks else ()),
            (PRACTICE_FILE, file.practice.known if file.practice else ()),
        )
        if known
    }
    return {STUDY_FILE: tomlkit.dumps(_document(file)), **texts, **pairs}


def _document(file: StudyFile) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for key, value in _plain(file).items():
        if value not in (None, "", []):
            document.add(key, _value(value))
    document.add("contexts", _inline(_contexts(file.contexts)))
    if texts := {key: f"{key}.md" for key in TEXT_KEYS if getattr(file, key)}:
        document.add("text", _inline(texts))
    criteria = tomlkit.aot()
    for each in file.criteria:
        criteria.append(_table(_criterion(each)))
    document.add("criteria", criteria)
    for key, table in _tables(file).items():
        if table:
            document.add(key, _table(table))
    return document


def _plain(file: StudyFile) -> dict[str, Any]:
    """What stands before the first table."""
    return {
        "title": file.title,
        "public_title": file.public_title,
        "language": file.language,
        "kind": "" if file.kind == "pair" else file.kind,
        "responses": list(file.responses),
        "dialogues": list(file.dialogues),
        "personas": file.personas,
        "judgments_per_pair": file.judgments_per_pair,
        "max_share": file.max_share,
        "repeat_share": file.repeat_share,
        "lease_minutes": file.lease_minutes,
        "display": file.display,
        "layout": file.layout,
        "content_warning": file.content_warning,
        "may_skip": file.may_skip,
        "ethics": file.ethics,
        "closes": datetime.fromisoformat(file.closes) if file.closes else "",
        # Nothing to be shown is not the same as nothing said.
        **({"show": _list(file.show)} if file.kind == "dialogues" else {}),
    }


def _contexts(chosen: ChosenContexts) -> dict[str, Any]:
    if chosen.per_level is not None:
        return {"per_level": chosen.per_level, "seed": chosen.seed}
    said = {"per_domain": chosen.per_domain, "per_cluster": chosen.per_cluster}
    return _said(said) | _said({"balance": list(chosen.balance)}) | {"seed": chosen.seed}


def _criterion(each: StudyCriterion) -> dict[str, Any]:
    said: dict[str, Any] = {
        "key": each.key,
        "name": each.name,
        "question": each.question,
        "help": each.help,
        "scale": each.scale,
    }
    said["options"] = _list(each.options)
    if each.scale == "rating":
        said |= {"min": each.low, "max": each.high, "ends": list(each.ends)}
    return _said(said | {"needs": each.needs, "after": list(each.after), "reason": each.reason})


def _tables(file: StudyFile) -> dict[str, dict[str, Any]]:
    """The tables behind the criteria; one of which nothing is said is empty."""
    made = SHUFFLED_TURNS if file.kind == "dialogues" else SHUFFLED
    checks, practice, pay, recruiting, controls = file.checks, file.practice, file.pay, file.recruiting, file.controls
    tables: dict[str, dict[str, Any]] = {
        "checks": {
            "share": checks.share,
            **_known(checks.pairs, made, CHECKS_FILE),
            "criteria": list(checks.criteria),
            "fail_after": checks.fail_after,
        }
        if checks
        else {},
        "practice": {
            **_known(practice.known, made, PRACTICE_FILE),
            "pairs": None if practice.known else practice.pairs,
            "pass": practice.passing,
            "tries": practice.tries,
            "criteria": list(practice.criteria),
        }
        if practice
        else {},
        "controls": {
            "aa_share": controls.aa_share,
            "ceiling_share": controls.ceiling_share,
            "samples": list(controls.samples),
        }
        if controls
        else {},
        "background": {"ask": list(file.background)},
        "pay": {
            "per_judgment": pay.per_judgment,
            "per_hour": pay.per_hour,
            "currency": pay.currency,
            "floor": pay.floor,
        }
        if pay
        else {},
        "recruiting": {
            "platform": recruiting.platform,
            "completion": recruiting.completion,
            "screen_out": recruiting.screen_out,
            "no_consent": recruiting.no_consent,
        }
        if recruiting
        else {},
        "plan": _plan(file.plan, rule=checks.rule if checks else ""),
        "datasheet": dict(file.datasheet),
    }
    tables["trait_words"] = as_toml(file.trait_words, language=file.language)
    return {key: _said(table) for key, table in tables.items()}


def _known(pairs: tuple[KnownPair, ...], made: str, name: str) -> dict[str, str]:
    return {"file": name} if pairs else {"make": made}


def _plan(plan: Plan, *, rule: str) -> dict[str, Any]:
    """`rule` is what the checks say of exclusion, which the reader adds to the plan's own."""
    if not plan.declared:
        return {}
    return {
        "annotators": plan.annotators,
        "alpha": plan.alpha,
        "hypotheses": [_hypothesis(each) for each in plan.hypotheses],
        "contrasts": [_contrast(each) for each in plan.contrasts],
        "looks": list(plan.looks),
        "exclusions": [each for each in plan.exclusions if each != rule],
    }


def _hypothesis(each: Hypothesis) -> dict[str, Any]:
    said = {"criterion": each.criterion, "domain": each.domain, "better": each.better, "than": each.than}
    return _said(said | {"margin": each.margin})


def _contrast(each: Contrast) -> dict[str, Any]:
    return {"criterion": each.criterion, **_side(each.side), "minus": _side(each.minus)}


def _side(side: Side) -> dict[str, Any]:
    return _said(
        {"better": side.better, "than": side.than, "domain": side.domain, "trait": side.trait, "level": side.level}
    )


def _said(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table without what is not said; an empty tuple is said, an empty list is not."""
    return {key: value for key, value in table.items() if value is not None and value != "" and value != []}


def _list(values: tuple[str, ...]) -> tuple[str, ...] | list[str]:
    return values if not values else list(values)


def _table(said: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for key, value in said.items():
        table.add(tomlkit.key(key) if "." not in key and " " not in key else tomlkit.key([key]), _value(value))
    return table


def _inline(said: Mapping[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in said.items():
        table.append(key, _value(value))
    return table


def _value(value: Any) -> Item:
    if isinstance(value, Decimal):
        # As a whole number where it is one: twelve is not twelve point nought.
        return tomlkit.item(int(value) if value == value.to_integral_value() else float(value))
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, (list, tuple)):
        row = tomlkit.array()
        for each in value:
            row.append(_value(each))
        return cast(Item, row.multiline(any(isinstance(each, Mapping) for each in value)))
    return cast(Item, tomlkit.item(value))


def _lines(pairs: Iterable[KnownPair]) -> str:
    return "".join(f"{json.dumps(_pair(each), ensure_ascii=False)}\n" for each in pairs)


def _pair(pair: KnownPair) -> dict[str, Any]:
    context = pair.context
    said: dict[str, Any] = {
        "context": {
            "id": context.id,
            "cluster": context.cluster,
            "domain": context.domain,
            "speaker": context.speaker,
            "persona": list(context.persona),
            "traits": dict(context.traits),
            "partner_persona": list(context.partner_persona),
            "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in context.turns],
        },
        "right": pair.right,
        "wrong": pair.wrong,
    }
    return said | ({"why": pair.why} if pair.why else {})
