"""The `[plan]` of a study file: what is declared before the first judgment; `docs/study-file.md` has every key."""

from collections.abc import Sequence
from typing import Final, Literal, cast

from evaluation.stats.data.declared import Contrast, Hypothesis, Plan, Side
from evaluation.stats.data.rules import fires
from evaluation.stats.preferences.looks import MOST_LOOKS
from evaluation.study_files.toml_table import TomlTable
from generation.corpus.traits import TRAITS

# What tells the two sides of a contrast apart.
SIDE_KEYS: Final = ("better", "than", "domain", "trait", "level")
# What the database has room for.
LONGEST_RULE: Final = 100
# Somebody whom no rule may strike out: every check right, and an hour for each pair.
_FLAWLESS: Final = {"checks_wrong": 0.0, "checks_right": 1.0, "median_seconds": 3600.0}


def plan_in(table: TomlTable, *, criteria: Sequence[str], checks: bool = False, check_rule: str = "") -> Plan:
    """The plan of a whole study file, whose criteria have these keys; without one, a plan that declares nothing.

    `check_rule` is what `[checks]` says of exclusion; it is one of the plan's rules, declared or not.
    """
    ruled = (check_rule,) if check_rule else ()
    if not table.has("plan"):
        table.table("plan")
        return Plan(exclusions=ruled)
    declared = table.table("plan")
    plan = Plan(
        declared=True,
        annotators=cast(
            Literal["these", "population"], declared.string("annotators", "these", among=("these", "population"))
        ),
        alpha=declared.share("alpha", Plan.alpha, of="a level"),
        hypotheses=tuple(_hypothesis(each, criteria) for each in declared.tables("hypotheses")),
        contrasts=tuple(_contrast(each, criteria) for each in declared.tables("contrasts")),
        looks=_looks(declared),
        exclusions=tuple(dict.fromkeys((*ruled, *_exclusions(declared, checks=checks)))),
    )
    if plan.alpha >= 1:
        raise declared.bad("alpha", f"expected a level below 1, got {plan.alpha}")
    if plan.looks and not plan.hypotheses:
        raise declared.bad("looks", "a look tests what is declared, and the plan declares no hypothesis")
    declared.finish()
    return plan


def _hypothesis(table: TomlTable, criteria: Sequence[str]) -> Hypothesis:
    hypothesis = Hypothesis(
        criterion=table.string("criterion", among=criteria),
        domain=table.string("domain", "all"),
        better=table.string("better"),
        than=table.string("than", ""),
        margin=table.share("margin", None, of="a margin of net preference"),
    )
    table.finish()
    return hypothesis


def _contrast(table: TomlTable, criteria: Sequence[str]) -> Contrast:
    criterion = table.string("criterion", among=criteria)
    side = _side(table)
    other = table.table("minus")
    minus = _side(other, default=side)
    other.finish()
    table.finish()
    if side == minus:
        raise table.bad("minus", f"expected another side than the first: what differs of {', '.join(SIDE_KEYS)}")
    return Contrast(criterion=criterion, side=side, minus=minus)


def _side(table: TomlTable, *, default: Side | None = None) -> Side:
    """One side; `minus` says only what differs from the first, which is its `default`."""
    if default is None:
        better, than = table.string("better"), table.string("than")
    else:
        better, than = table.string("better", default.better), table.string("than", default.than)
    before = default or Side(better=better, than=than)
    side = Side(
        better=better,
        than=than,
        domain=table.string("domain", before.domain),
        trait=table.string("trait", before.trait, among=TRAITS),
        level=table.string("level", before.level),
    )
    if side.better == side.than:
        raise table.bad("than", f"expected another system than {side.better!r}")
    return side


def _exclusions(table: TomlTable, *, checks: bool) -> tuple[str, ...]:
    """Rules that strike somebody out: only on check pairs, never on one slip, and on answers that came too fast."""
    rules = table.strings("exclusions", ())
    for rule in rules:
        if len(rule) > LONGEST_RULE:
            raise table.bad("exclusions", f"expected at most {LONGEST_RULE} characters, got {rule!r}")
        told = fires(rule, _FLAWLESS)
        if told.fires is None:
            raise table.bad("exclusions", f"{rule!r}: {told.reason}")
        if told.fires:
            raise table.bad("exclusions", f"{rule!r} strikes out those who make no mistake and take their time")
        if fires(rule, _FLAWLESS | {"checks_wrong": 1.0}).fires:
            raise table.bad("exclusions", f"{rule!r} ends somebody on one slip: expected at least two")
        if rule.lstrip().startswith("checks") and not checks:
            raise table.bad("exclusions", f"{rule!r} rests on check pairs, and the study has no [checks]")
    return rules


def _looks(table: TomlTable) -> tuple[float, ...]:
    """The shares at which is looked before the end; a last one of 1 is the end itself and needs no saying."""
    looks = table.shares("looks", (), of="shares of the clusters, each above the one before")
    before_the_end = tuple(share for share in looks if share < 1)
    if len(before_the_end) > MOST_LOOKS:
        raise table.bad("looks", f"expected at most {MOST_LOOKS} looks before the end, got {len(before_the_end)}")
    return before_the_end
