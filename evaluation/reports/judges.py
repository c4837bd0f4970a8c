"""Language models beside people, as a table: what a report says of every model that judged."""

from collections.abc import Mapping
from typing import Any, Final

from evaluation.reports.places import criterion_names
from evaluation.reports.table import Column, Missing, Table, Value, interval_of, value_of

NOTE: Final = (
    "Each model judged every pair in both orders, under the wording that people read; where the orders part its "
    "answers, it counts as a tie. Agreement: the share of people's judgments that say the same, beside that of two "
    "people. Winning rate: over how many annotators the model wins when each is left out (Calderon, Reichart and Dror "
    "2025); from one half on it may stand in for one of them. Nothing of it enters the results of people."
)


def judges_table(analysis: Mapping[str, Any]) -> Table | None:
    """A row for each model and criterion; None where no model judged."""
    judges = (analysis.get("automatic") or {}).get("judges") or {}
    models = {name: said for name, said in judges.items() if isinstance(said, Mapping)}
    if not models:
        return None
    columns = (
        Column("model", "Model"),
        Column("criterion", "Criterion"),
        Column("units", "Pairs", "count"),
        Column("share_left", "Reply 1", "share"),
        Column("share_left_95", "95 %", "interval", shown=False),
        Column("same", "Same in both orders", "share"),
        Column("same_95", "95 %", "interval", shown=False),
        Column("with_people", "Agrees with people", "share"),
        Column("with_people_95", "95 %", "interval"),
        Column("among_people", "People agree", "share"),
        Column("among_people_95", "95 %", "interval"),
        Column("winning_rate_01", "Winning rate, ε .1", "share"),
        Column("winning_rate_02", "ε .2", "share"),
        Column("winning_rate_02_95", "95 %", "interval", shown=False),
        Column("advantage", "Advantage", "share"),
        Column("advantage_95", "95 %", "interval", shown=False),
    )
    names = criterion_names(analysis)
    rows = tuple(
        _row(model, names.get(criterion) or criterion, said)
        for model, by_criterion in models.items()
        for criterion, said in by_criterion.items()
    )
    return Table("judges", "Language models beside people", columns, rows, note=NOTE)


def _row(model: str, criterion: str, said: Mapping[str, Any]) -> tuple[Value, ...]:
    position, agreement = said.get("position") or {}, said.get("agreement") or {}
    crowd, experts = ((said.get("alternative") or {}).get(key) or {} for key in ("0.1", "0.2"))
    left, same = position.get("share_left"), position.get("same_in_both_orders")
    with_people, among = agreement.get("with_people"), agreement.get("among_people")
    units = (said.get("n") or {}).get("units")
    return (
        model,
        criterion,
        Missing("") if units is None else int(units),
        value_of(left),
        interval_of(left),
        value_of(same),
        interval_of(same),
        value_of(with_people),
        interval_of(with_people),
        value_of(among),
        interval_of(among),
        value_of(crowd.get("winning_rate")),
        value_of(experts.get("winning_rate")),
        interval_of(experts.get("winning_rate")),
        value_of(crowd.get("advantage")),
        interval_of(crowd.get("advantage")),
    )
