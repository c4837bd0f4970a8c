"""A plan with some of its parts replaced, by the rules of `[plan]` and by what was looked at already."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from evaluation.changes.amendable import CannotAmend
from evaluation.models import Study
from evaluation.stats.data.declared import Plan, study_info_from_json
from evaluation.stats.preferences.seeds import system_of
from evaluation.studies.conduct import looks_taken
from evaluation.study_files.plan_table import SIDE_KEYS, plan_in
from evaluation.study_files.toml_table import BadToml, TomlTable

# By which claims and levels a look spent what it spent.
FIXED_BY_A_LOOK: Final = ("alpha", "annotators", "hypotheses", "contrasts", "looks")
ANY_DOMAIN: Final = "all"


def amended_plan(study: Study, parts: Mapping[str, Any], *, judgments: int) -> dict[str, Any]:
    """The plan of `study` with `parts` in place of its own, as `Study.plan` has it.

    A claim or contrast that was not there before is kept with how many `judgments` were in; one that was keeps its own
    number. A plan that is declared for the first time counts as declared only before the first judgment. Raises
    `CannotAmend`.
    """
    before = plan_of(study)
    parts = {part: value for part, value in parts.items() if as_written(part, value) != as_written(part, before[part])}
    looks = len(looks_taken(study))
    fixed = [part for part in parts if part in FIXED_BY_A_LOOK]
    if looks and fixed:
        raise CannotAmend(
            f"plan.{fixed[0]} cannot be amended: {looks} planned look{'s were' if looks > 1 else ' was'} taken, and "
            "spent of the level for the claims as they are"
        )
    table = {part: as_written(part, value) for part, value in {**before, **parts}.items() if part != "declared"}
    table = {part: value for part, value in table.items() if value not in (None, [])}
    try:
        plan = plan_in(
            TomlTable({"plan": table}, file="the amendment", text=""),
            criteria=list(study.criteria.order_by("position").values_list("key", flat=True)),
            checks=bool(study.design.get("checks")),
        )
    except BadToml as error:
        raise CannotAmend(str(error).partition(": ")[2] or str(error)) from error
    _check_names(study, plan)
    after = asdict(plan)
    for part in ("hypotheses", "contrasts"):
        known = {_asked(each): each.get("after_judgments", 0) for each in before.get(part) or ()}
        for each in after[part]:
            each["after_judgments"] = known.get(_asked(each), judgments)
    after["declared"] = bool(before.get("declared")) or judgments == 0
    return _as_json(after)


def plan_of(study: Study) -> dict[str, Any]:
    """The plan of `study` with all its parts, however old the version that wrote it."""
    return _as_json(asdict(study_info_from_json({"plan": study.plan}).plan))


def as_written(part: str, value: Any) -> Any:
    """A part of the plan as a study file writes it: without what a claim leaves unsaid, a contrast's side laid flat."""
    if part not in ("hypotheses", "contrasts"):
        return list(value) if isinstance(value, tuple) else value
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise CannotAmend(f"plan.{part}: expected a list of tables, got {value!r}")
    return [_claimas_written(each) for each in value]


def _claimas_written(claim: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in claim.items() if key != "after_judgments" and value not in (None, "")}
    side = said.pop("side", None)
    if isinstance(side, Mapping):
        said |= {key: side[key] for key in SIDE_KEYS if side.get(key)}
    if isinstance(said.get("minus"), Mapping):
        said["minus"] = {key: value for key, value in said["minus"].items() if value not in (None, "")}
    return said


def _asked(claim: Mapping[str, Any]) -> str:
    return repr(sorted((key, repr(value)) for key, value in claim.items() if key != "after_judgments"))


def _check_names(study: Study, plan: Plan) -> None:
    """Every claim names systems and domains that the study has."""
    systems = list(dict.fromkeys(map(system_of, study.systems.order_by("position").values_list("name", flat=True))))
    domains = [ANY_DOMAIN, *sorted(set(study.contexts.values_list("domain", flat=True)))]
    for number, each in enumerate(plan.hypotheses, start=1):
        place = f"plan.hypotheses[{number}]"
        _among(f"{place}.better", each.better, systems)
        _among(f"{place}.domain", each.domain, domains)
        if each.than:
            _among(f"{place}.than", each.than, systems)
        if each.than == each.better or (not each.than and len(systems) > 2):
            raise CannotAmend(f"{place}.than: expected which other system {each.better!r} is compared with")
    for number, contrast in enumerate(plan.contrasts, start=1):
        for key, side in (("", contrast.side), (".minus", contrast.minus)):
            _among(f"plan.contrasts[{number}]{key}.better", side.better, systems)
            _among(f"plan.contrasts[{number}]{key}.than", side.than, systems)
            _among(f"plan.contrasts[{number}]{key}.domain", side.domain, domains)


def _among(place: str, value: str, known: list[str]) -> None:
    if value not in known:
        raise CannotAmend(f"{place}: expected one of {', '.join(known)}, got {value!r}")


def _as_json(plan: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in plan.items()}
