"""`study.toml`: a study as its researcher writes it. `docs/study-file.md` says what each key means.

Unknown keys, wrong types and values are refused with their line, never passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from evaluation.stats.data.declared import PREFERENCES, SCALES, Plan, Scale
from evaluation.study_files.checks_table import Checks, Pay, Practice, checks_in, pay_in, practice_in
from evaluation.study_files.datasheet_file import datasheet_in
from evaluation.study_files.item_kinds import Kind, material_in
from evaluation.study_files.plan_table import plan_in
from evaluation.study_files.recruiting import Recruiting, recruiting_in
from evaluation.study_files.telling_table import (
    LAYOUTS,
    ONE_PAGE,
    REASONS,
    Controls,
    background_in,
    closes_in,
    content_warning_in,
    controls_in,
    ethics_in,
)
from evaluation.study_files.toml_table import BadToml, TomlTable, read_toml
from evaluation.study_files.trait_words import LANGUAGE, TRAIT_WORDS, TraitWords, trait_words_in
from evaluation.study_files.wording import PUBLIC_TITLE, bundled_text, public_title_in, without_the_promise, wording_in
from generation.corpus.traits import LEVELS, TRAITS

EXTRA_ANSWERS: Final = ("tie", "both_bad", "cannot_judge")
BALANCED: Final = ("speaker", "depth")
DISPLAYS: Final = ("detokenised", "as-is")
KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
# Left out of a kept design where the file does not speak of it.
MAY_BE_UNSAID: Final = (
    *("datasheet", "checks", "practice", "pay", "recruiting"),
    *("content_warning", "may_skip", "ethics", "background", "controls"),
    *("dialogues", "personas", "show", "closes", "trait_words"),
)
# What `STUDY-dryrun` adds.
LONGEST_NAME: Final = 90
# What the database has room for; a lease is a month at most.
LONGEST_LABEL: Final = 60
LONGEST_CRITERION: Final = 100
MOST_JUDGMENTS: Final = 1000
LONGEST_LEASE: Final = 31 * 24 * 60
LARGEST_SEED: Final = 2**63 - 1
# Personas of each trait and level that are drawn to be labelled, where the file does not say.
MOST_PER_LEVEL: Final = 20


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
    # Whether an answer comes with a reason in words: "optional", "required", or not asked for.
    reason: str = ""


@dataclass(frozen=True)
class ChosenContexts:
    """How the contexts that are judged are drawn. `per_domain` None takes all.

    Of personas to be labelled `per_level` of each trait and level are drawn, and nothing else is said.
    """

    per_domain: int | None = None
    per_cluster: int = 1
    balance: tuple[str, ...] = ()
    seed: int = 7
    per_level: int | None = None


@dataclass(frozen=True)
class StudyFile:
    """A parsed study file. `responses` are as they stand in it; `folder` is what their paths are relative to."""

    folder: Path
    title: str
    responses: tuple[str, ...]
    criteria: tuple[StudyCriterion, ...]
    name: str = ""
    public_title: str = PUBLIC_TITLE
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
    layout: str = ONE_PAGE
    content_warning: str = ""
    may_skip: bool = False
    # The approval's reference, or "none".
    ethics: str = ""
    # The questions of the background page, in their order.
    background: tuple[str, ...] = ()
    controls: Controls | None = None
    # What an item is, and what it is made of where that is no responses: see `item_kinds`.
    kind: Kind = "pair"
    dialogues: tuple[str, ...] = ()
    personas: str = ""
    show: tuple[str, ...] = ()
    # From when on nobody is given another pair, in UTC as ISO has it; empty: until the study is closed.
    closes: str = ""
    # The study's own words for a trait at a level, by language.
    trait_words: TraitWords = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The design as it is kept: everything but where the file lay, and what the file does not speak of."""
        kept = {key: value for key, value in asdict(self).items() if key != "folder" and key not in self._unsaid()}
        # A design that was kept before reasons were known reads as it did: its digest stands.
        kept["criteria"] = [
            {key: value for key, value in each.items() if value or key != "reason"} for each in kept["criteria"]
        ]
        if self.contexts.per_level is None:
            del kept["contexts"]["per_level"]
        return kept | ({"pay": self.pay.as_json()} if self.pay else {})

    def _unsaid(self) -> list[str]:
        silent = [key for key in MAY_BE_UNSAID if not getattr(self, key)]
        usual = [key for key, value in (("layout", ONE_PAGE), ("kind", "pair")) if getattr(self, key) == value]
        return [*silent, *usual]


def read_study_file(path: Path) -> StudyFile:
    """The study that `path` describes; raises `BadToml` with file, line, and what was expected."""
    return study_in(read_toml(path, kind="study file"), path)


def study_in(table: TomlTable, path: Path) -> StudyFile:
    """The study in a table that was read already; what it names beside itself is looked for beside `path`."""
    language = table.string("language", StudyFile.language)
    if not LANGUAGE.fullmatch(language):
        raise table.bad("language", f"expected a language's tag, such as en or pt-BR, got {language!r}")
    text = table.table("text")
    material = material_in(table)
    criteria = _criteria(table, language, material.kind)
    # The answer can be known of what is asked first and does not hang on a trait.
    plain = {each.key: each.scale for each in criteria if not each.needs and not each.after}
    checks = checks_in(table, folder=path.parent, criteria=plain, kind=material.kind)
    background = background_in(table)
    consent = _text(text, "consent", path, language, material.kind)
    file = StudyFile(
        folder=path.resolve().parent,
        title=table.string("title"),
        name=path.stem if path.stem != "study" else path.resolve().parent.name,
        public_title=table.string("public_title", public_title_in(language, material.kind)),
        language=language,
        kind=material.kind,
        responses=material.responses,
        dialogues=material.dialogues,
        personas=material.personas,
        show=material.show,
        contexts=_contexts(table.table("contexts"), material.kind),
        judgments_per_pair=table.whole(
            "judgments_per_pair", StudyFile.judgments_per_pair, least=1, most=MOST_JUDGMENTS
        ),
        max_share=table.share("max_share", StudyFile.max_share, of="a share of the judgments"),
        repeat_share=table.share("repeat_share", StudyFile.repeat_share, of="a share of the judgments", zero=True),
        lease_minutes=table.whole("lease_minutes", StudyFile.lease_minutes, least=1, most=LONGEST_LEASE),
        display=table.string("display", StudyFile.display, among=DISPLAYS),
        consent=consent if text.has("consent") or not background else without_the_promise(consent),
        instructions=_text(text, "instructions", path, language, material.kind),
        end=_text(text, "end", path, language, material.kind),
        criteria=criteria,
        plan=plan_in(
            table,
            criteria=[each.key for each in criteria],
            checks=checks is not None,
            check_rule=checks.rule if checks else "",
        ),
        checks=checks,
        practice=practice_in(table, folder=path.parent, criteria=plain, kind=material.kind),
        pay=pay_in(table),
        recruiting=recruiting_in(table),
        layout=table.string("layout", StudyFile.layout, among=LAYOUTS),
        content_warning=content_warning_in(table),
        may_skip=table.flag("may_skip", StudyFile.may_skip),
        ethics=ethics_in(table),
        background=background,
        controls=controls_in(table),
        closes=closes_in(table),
        trait_words=trait_words_in(
            table,
            language=language,
            kind=material.kind,
            spoken=any(TRAIT_WORDS in each.question + each.help for each in criteria),
        ),
        datasheet=datasheet_in(table.table("datasheet"), criteria=[each.key for each in criteria]),
    )
    text.finish()
    table.finish()
    return file


def slug(text: str) -> str:
    """A name that a study may have, made from a title or a folder's name; empty where nothing is left."""
    return re.sub(r"[^a-z0-9_.-]+", "-", text.lower()).strip("-._")[:LONGEST_NAME]


def _contexts(table: TomlTable, kind: Kind) -> ChosenContexts:
    if kind == "persona":
        sample = ChosenContexts(
            per_level=table.whole("per_level", MOST_PER_LEVEL, least=1),
            seed=table.whole("seed", ChosenContexts.seed, least=0, most=LARGEST_SEED),
        )
        table.finish()
        return sample
    if kind == "dialogues" and table.has("balance"):
        raise table.bad("balance", "a whole dialogue has no speaker who answers and no depth; leave it out")
    chosen = ChosenContexts(
        per_domain=table.whole("per_domain", None, least=1),
        per_cluster=table.whole("per_cluster", ChosenContexts.per_cluster, least=1),
        balance=table.strings("balance", (), among=BALANCED),
        seed=table.whole("seed", ChosenContexts.seed, least=0, most=LARGEST_SEED),
    )
    table.finish()
    return chosen


def _text(table: TomlTable, key: str, path: Path, language: str, kind: Kind) -> str:
    """The text of a file named beside the study's, or the one that comes with Parley, in the study's language."""
    name = table.string(key, "")
    if not name:
        return bundled_text(key, language, kind)
    file = path.parent / name
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise table.bad(key, f"expected a text file in UTF-8 beside {path.name}: {error}") from error
    if not text.strip():
        raise table.bad(key, f"{name} is empty")
    return text


def _criteria(table: TomlTable, language: str, kind: Kind) -> tuple[StudyCriterion, ...]:
    tables = table.tables("criteria")
    if not tables:
        raise table.bad("criteria", "expected at least one [[criteria]]: a study asks something")
    keys = [each.string("key") for each in tables]
    for each, key in zip(tables, keys, strict=True):
        if not KEY.fullmatch(key):
            raise each.bad("key", f"expected a small letter, then small letters, digits, '_' or '-', got {key!r}")
        if keys.count(key) > 1:
            raise each.bad("key", f"expected each key once, got {key!r} twice")
    criteria = tuple(_criterion(each, key, keys, language, kind) for each, key in zip(tables, keys, strict=True))
    # Traits come last, unless the file says after what: nothing may be judged knowing them but what asks about them.
    plain = tuple(each.key for each in criteria if not each.needs and not each.after)
    criteria = tuple(replace(each, after=plain) if each.needs and not each.after else each for each in criteria)
    later = {each.key for each in criteria if each.after}
    for each, criterion in zip(tables, criteria, strict=True):
        if later & set(criterion.after):
            raise each.bad("after", f"expected criteria that wait for nothing, got {', '.join(criterion.after)}")
    return criteria


def _criterion(table: TomlTable, key: str, keys: Sequence[str], language: str, kind: Kind) -> StudyCriterion:
    known = wording_in(language, key, kind)
    # A persona is judged by itself: there is nothing to prefer it to.
    scales = tuple(each for each in SCALES if each not in PREFERENCES) if kind == "persona" else SCALES
    scale = cast(Scale, table.string("scale", "label" if kind == "persona" else "preference", among=scales))
    question = table.string("question", known.question) if known else table.string("question")
    needs = table.string("needs", known.needs if known else "", among=("traits",))
    other = tuple(each for each in keys if each != key)
    after = table.strings("after", (), among=other) if other else table.strings("after", ())
    if after and not other:
        raise table.bad("after", f"expected another criterion's key, got {', '.join(after)}")
    if TRAIT_WORDS in question and needs != "traits":
        raise table.bad("question", 'it speaks of {trait_words}, so it needs: needs = "traits"')
    name = table.string("name", known.name if known else key.replace("_", " ").replace("-", " ").capitalize())
    if len(name) > LONGEST_CRITERION:
        raise table.bad("name", f"expected at most {LONGEST_CRITERION} characters, got {len(name)}")
    if kind == "persona" and needs:
        raise table.bad("needs", "a persona's traits are what is asked, and are never shown; leave it out")
    # A trait comes with its levels: they are what a labeller's answers are held against.
    options = _options(table, scale, usual=LEVELS if kind == "persona" and key in TRAITS else ())
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
        reason=table.string("reason", "", among=REASONS),
    )
    table.finish()
    return criterion


def _options(table: TomlTable, scale: Scale, *, usual: tuple[str, ...]) -> tuple[str, ...]:
    if scale == "label":
        labels = table.strings("options", usual) if usual else table.strings("options")
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


__all__ = ["SCALES", "BadToml", "ChosenContexts", "StudyCriterion", "StudyFile", "read_study_file", "slug"]
