"""`study.toml`: a study as its researcher writes it. `docs/study-file.md` says what each key means.

Unknown keys, wrong types and values are refused with their line, never passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, cast

from evaluation.checks_table import Checks, Pay, Practice, checks_in, pay_in, practice_in
from evaluation.datasheet_file import datasheet_in
from evaluation.plan_table import plan_in
from evaluation.recruiting import Recruiting, recruiting_in
from evaluation.stats.declared import Plan
from evaluation.toml_table import BadToml, TomlTable, read_toml
from evaluation.wording import WORDINGS, bundled_text

Scale = Literal["preference", "preference5", "rating", "label"]
SCALES: Final = ("preference", "preference5", "rating", "label")
EXTRA_ANSWERS: Final = ("tie", "both_bad", "cannot_judge")
BALANCED: Final = ("speaker", "depth")
DISPLAYS: Final = ("detokenised", "as-is")
KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# What `STUDY-dryrun` adds.
LONGEST_NAME: Final = 90
# What the database has room for; a lease is a month at most.
LONGEST_LABEL: Final = 60
LONGEST_CRITERION: Final = 100
MOST_JUDGMENTS: Final = 1000
LONGEST_LEASE: Final = 31 * 24 * 60
LARGEST_SEED: Final = 2**63 - 1


@dataclass(frozen=True)
class StudyCriterion:
    """One question: its wording, its scale, and when it is asked."""

    key: str
    name: str
    question: str
    help: str = ""
    scale: Scale = "preference"
    # On a preference any of `EXTRA_ANSWERS`; on a label the labels in their order.
    options: tuple[str, ...] = ("tie",)
    # On a rating: min, max and the words at both ends.
    low: int | None = None
    high: int | None = None
    ends: tuple[str, ...] = ()
    needs: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChosenContexts:
    """How the contexts that are judged are drawn. `per_domain` None takes all."""

    per_domain: int | None = None
    per_cluster: int = 1
    balance: tuple[str, ...] = ()
    seed: int = 7


@dataclass(frozen=True)
class StudyFile:
    """A parsed study file. `responses` are as they stand in it; `folder` is what their paths are relative to."""

    folder: Path
    title: str
    responses: tuple[str, ...]
    criteria: tuple[StudyCriterion, ...]
    name: str = ""
    public_title: str = "Which reply is better?"
    language: str = "en"
    contexts: ChosenContexts = field(default_factory=ChosenContexts)
    judgments_per_pair: int = 3
    max_share: float = 1.0
    repeat_share: float = 0.0
    lease_minutes: int = 30
    display: str = "detokenised"
    consent: str = ""
    instructions: str = ""
    end: str = ""
    plan: Plan = field(default_factory=Plan)
    # The researchers' own answers to the human evaluation datasheet, by question.
    datasheet: dict[str, str] = field(default_factory=dict)
    checks: Checks | None = None
    practice: Practice | None = None
    pay: Pay | None = None
    recruiting: Recruiting | None = None

    def as_json(self) -> dict[str, Any]:
        """The design as it is kept: everything but where the file lay, and what the file does not speak of."""
        unsaid = [key for key in ("datasheet", "checks", "practice", "pay", "recruiting") if not getattr(self, key)]
        kept = {key: value for key, value in asdict(self).items() if key not in ("folder", *unsaid)}
        return kept | ({"pay": self.pay.as_json()} if self.pay else {})


def read_study_file(path: Path) -> StudyFile:
    """The study that `path` describes; raises `BadToml` with file, line, and what was expected."""
    table = read_toml(path, kind="study file")
    text = table.table("text")
    criteria = _criteria(table)
    # The answer can be known of what is asked first and does not hang on a trait.
    plain = {each.key: each.scale for each in criteria if not each.needs and not each.after}
    checks = checks_in(table, folder=path.parent, criteria=plain)
    language = table.string("language", StudyFile.language)
    if not LANGUAGE.fullmatch(language):
        raise table.bad("language", f"expected a language's tag, such as en or pt-BR, got {language!r}")
    file = StudyFile(
        folder=path.resolve().parent,
        title=table.string("title"),
        name=path.stem if path.stem != "study" else path.resolve().parent.name,
        public_title=table.string("public_title", StudyFile.public_title),
        language=language,
        responses=_responses(table),
        contexts=_contexts(table.table("contexts")),
        judgments_per_pair=table.whole(
            "judgments_per_pair", StudyFile.judgments_per_pair, least=1, most=MOST_JUDGMENTS
        ),
        max_share=table.share("max_share", StudyFile.max_share, of="a share of the judgments"),
        repeat_share=table.share("repeat_share", StudyFile.repeat_share, of="a share of the judgments", zero=True),
        lease_minutes=table.whole("lease_minutes", StudyFile.lease_minutes, least=1, most=LONGEST_LEASE),
        display=table.string("display", StudyFile.display, among=DISPLAYS),
        consent=_text(text, "consent", path),
        instructions=_text(text, "instructions", path),
        end=_text(text, "end", path),
        criteria=criteria,
        plan=plan_in(
            table,
            criteria=[each.key for each in criteria],
            checks=checks is not None,
            check_rule=checks.rule if checks else "",
        ),
        checks=checks,
        practice=practice_in(table, folder=path.parent, criteria=plain),
        pay=pay_in(table),
        recruiting=recruiting_in(table),
        datasheet=datasheet_in(table.table("datasheet"), criteria=[each.key for each in criteria]),
    )
    text.finish()
    table.finish()
    return file


def slug(text: str) -> str:
    """A name that a study may have, made from a title or a folder's name; empty where nothing is left."""
    return re.sub(r"[^a-z0-9_.-]+", "-", text.lower()).strip("-._")[:LONGEST_NAME]


def _responses(table: TomlTable) -> tuple[str, ...]:
    responses = table.strings("responses")
    if not responses:
        raise table.bad("responses", "expected at least one file or name, got none")
    return responses


def _contexts(table: TomlTable) -> ChosenContexts:
    chosen = ChosenContexts(
        per_domain=table.whole("per_domain", None, least=1),
        per_cluster=table.whole("per_cluster", ChosenContexts.per_cluster, least=1),
        balance=table.strings("balance", (), among=BALANCED),
        seed=table.whole("seed", ChosenContexts.seed, least=0, most=LARGEST_SEED),
    )
    table.finish()
    return chosen


def _text(table: TomlTable, key: str, path: Path) -> str:
    """The text of a file named beside the study's, or the one that comes with Parley."""
    name = table.string(key, "")
    if not name:
        return bundled_text(key)
    file = path.parent / name
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise table.bad(key, f"expected a text file in UTF-8 beside {path.name}: {error}") from error
    if not text.strip():
        raise table.bad(key, f"{name} is empty")
    return text


def _criteria(table: TomlTable) -> tuple[StudyCriterion, ...]:
    tables = table.tables("criteria")
    if not tables:
        raise table.bad("criteria", "expected at least one [[criteria]]: a study asks something")
    keys = [each.string("key") for each in tables]
    for each, key in zip(tables, keys, strict=True):
        if not KEY.fullmatch(key):
            raise each.bad("key", f"expected a small letter, then small letters, digits, '_' or '-', got {key!r}")
        if keys.count(key) > 1:
            raise each.bad("key", f"expected each key once, got {key!r} twice")
    criteria = tuple(_criterion(each, key, keys) for each, key in zip(tables, keys, strict=True))
    # Traits come last, unless the file says after what: nothing may be judged knowing them but what asks about them.
    plain = tuple(each.key for each in criteria if not each.needs and not each.after)
    criteria = tuple(replace(each, after=plain) if each.needs and not each.after else each for each in criteria)
    later = {each.key for each in criteria if each.after}
    for each, criterion in zip(tables, criteria, strict=True):
        if later & set(criterion.after):
            raise each.bad("after", f"expected criteria that wait for nothing, got {', '.join(criterion.after)}")
    return criteria


def _criterion(table: TomlTable, key: str, keys: Sequence[str]) -> StudyCriterion:
    known = WORDINGS.get(key)
    scale = cast(Scale, table.string("scale", "preference", among=SCALES))
    question = table.string("question", known.question) if known else table.string("question")
    needs = table.string("needs", known.needs if known else "", among=("traits",))
    other = tuple(each for each in keys if each != key)
    after = table.strings("after", (), among=other) if other else table.strings("after", ())
    if after and not other:
        raise table.bad("after", f"expected another criterion's key, got {', '.join(after)}")
    if "{trait_words}" in question and needs != "traits":
        raise table.bad("question", 'it speaks of {trait_words}, so it needs: needs = "traits"')
    name = table.string("name", known.name if known else key.replace("_", " ").replace("-", " ").capitalize())
    if len(name) > LONGEST_CRITERION:
        raise table.bad("name", f"expected at most {LONGEST_CRITERION} characters, got {len(name)}")
    options = _options(table, scale)
    low, high, ends = _range(table, scale)
    criterion = StudyCriterion(
        key=key,
        name=name,
        question=question,
        help=table.string("help", known.help if known else ""),
        scale=scale,
        options=options,
        low=low,
        high=high,
        ends=ends,
        needs=needs,
        after=after,
    )
    table.finish()
    return criterion


def _options(table: TomlTable, scale: Scale) -> tuple[str, ...]:
    if scale == "label":
        labels = table.strings("options")
        if len(labels) < 2:
            raise table.bad("options", f"expected at least two labels in their order, got {len(labels)}")
        for label in labels:
            if len(label) > LONGEST_LABEL:
                raise table.bad("options", f"expected labels of at most {LONGEST_LABEL} characters, got {label!r}")
        return labels
    if scale == "rating":
        return table.strings("options", (), among=("cannot_judge",))
    return table.strings("options", ("tie",), among=EXTRA_ANSWERS)


def _range(table: TomlTable, scale: Scale) -> tuple[int | None, int | None, tuple[str, ...]]:
    if scale != "rating":
        return None, None, ()
    low, high = table.whole("min", 1, least=0), table.whole("max", least=1)
    ends = table.strings("ends", ())
    # Each step is a button and a key.
    if not low < high <= 10:
        raise table.bad("max", f"expected a number above min ({low}) and at most 10, got {high}")
    if len(ends) not in (0, 2):
        raise table.bad("ends", f"expected the words at both ends, got {len(ends)}")
    return low, high, ends


__all__ = ["BadToml", "ChosenContexts", "StudyCriterion", "StudyFile", "read_study_file", "slug"]
