"""Training runs: one system trained several times is several checkpoints, `pt#s1`, `pt#s2`, ... and one system, `pt`.

Contexts are dealt over the runs, so that a result speaks of the way a system is trained and not of one checkpoint, and
how far the runs differ is seen beside it.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.orientation import Pair, oriented
from evaluation.stats.data.outcomes import outcomes_of
from evaluation.stats.data.rows import JudgmentRow
from evaluation.stats.data.selection import Chosen
from evaluation.stats.preferences.preference import net_preference

# With fewer a spread is two numbers, or one.
FEWEST_RUNS: Final = 3
_RUN: Final = re.compile(r"(?P<system>.+)#s(?:eed)?-?(?P<run>\d+)")


def system_of(name: str) -> str:
    """The system that a checkpoint is a run of: "pt#s2" is a run of "pt"; other names are systems themselves."""
    found = _RUN.fullmatch(name)
    return found["system"] if found else name


def run_of(name: str) -> str:
    """The run that a checkpoint is, as a number: "2" of "pt#s2"; empty for a name that says none."""
    found = _RUN.fullmatch(name)
    return found["run"] if found else ""


def checkpoint_name(system: str, run: int | None) -> str:
    """What one of a system's training runs is called: "pt#s2" for run 2 of "pt"; the system itself without a run."""
    return system if run is None else f"{system}#s{run}"


def by_system(chosen: Chosen, info: StudyInfo) -> tuple[Chosen, StudyInfo]:
    """The same judgments and study, with every checkpoint called by its system.

    Untouched where no name says a run, or where two runs of one system meet: there the runs are what is compared.
    """
    parts = (
        chosen.counted,
        chosen.second_looks,
        chosen.checks,
        chosen.ruled_out,
        chosen.ruled_out_checks,
        chosen.controls,
    )
    named = {(row.first, row.second, row.system) for rows in parts for row in rows}
    meet = any(one and system_of(one) == system_of(other) for one, other, _ in named)
    if meet or not any(run_of(name) for names in named for name in names):
        return chosen, info
    counted, second_looks, checks, ruled_out, ruled_out_checks, controls = (
        tuple(_without_run(row) for row in rows) for rows in parts
    )
    plain = replace(
        chosen,
        counted=counted,
        second_looks=second_looks,
        checks=checks,
        ruled_out=ruled_out,
        ruled_out_checks=ruled_out_checks,
        controls=controls,
    )
    return plain, replace(info, systems=tuple(dict.fromkeys(map(system_of, info.systems))))


def _without_run(row: JudgmentRow) -> JudgmentRow:
    return replace(
        row,
        first=system_of(row.first),
        second=system_of(row.second),
        system=system_of(row.system),
        choice=system_of(row.choice) if row.choice in (row.first, row.second) else row.choice,
        displayed_left=system_of(row.displayed_left),
        expected=system_of(row.expected),
    )


def training_runs(rows: Sequence[JudgmentRow], info: StudyInfo) -> dict[str, Any]:
    """Per system how many runs were judged, and per criterion and comparison the effect of each run and their spread.

    `rows` are those that count, under the names of checkpoints. `checkpoints` says whom a verdict speaks of.
    """
    checkpoints = {name for row in rows for name in (row.first, row.second, row.system) if name}
    runs: dict[str, list[str]] = defaultdict(list)
    for name in sorted(checkpoints, key=lambda name: (system_of(name), int(run_of(name) or 0))):
        runs[system_of(name)].append(run_of(name))
    several = any(len(each) > 1 for each in runs.values())
    enough = bool(runs) and all(len(each) >= FEWEST_RUNS for each in runs.values())
    return {
        "systems": {system: len(each) for system, each in runs.items()},
        "checkpoints": "these training runs" if enough else "these checkpoints",
        "criteria": _by_criterion(rows, info) if several else {},
    }


def _by_criterion(rows: Sequence[JudgmentRow], info: StudyInfo) -> dict[str, list[dict[str, Any]]]:
    systems = tuple(dict.fromkeys(map(system_of, info.systems)))
    groups: dict[tuple[str, Pair], list[JudgmentRow]] = defaultdict(list)
    for row in rows:
        one, other = system_of(row.first), system_of(row.second)
        if one != other:
            groups[row.criterion, oriented(one, other, systems=systems)].append(row)
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (criterion, pair), there in sorted(groups.items()):
        said[criterion].append({"first": pair[0], "second": pair[1], "systems": _of_pair(pair, there, info)})
    return dict(said)


def _of_pair(pair: Pair, rows: Sequence[JudgmentRow], info: StudyInfo) -> dict[str, Any]:
    """The effect of each run of either system over all runs of the other, seen from the first, and their spread."""
    primary = "two_way" if info.plan.annotators == "population" else "permutation"
    said: dict[str, Any] = {}
    for system in pair:
        groups: dict[str, list[JudgmentRow]] = defaultdict(list)
        for row in rows:
            groups[run_of(row.first if system_of(row.first) == system else row.second)].append(_without_run(row))
        if len(groups) < 2:
            continue
        effects = {
            run: net_preference(outcomes_of(groups[run], first=pair[0], second=pair[1]), primary, seed=info.seed)
            for run in sorted(groups, key=lambda run: int(run or 0))
        }
        values = [each.value for each in effects.values() if each.value is not None]
        said[system] = {
            "runs": {run: each.as_json() | {"n": len(groups[run])} for run, each in effects.items()},
            "spread": {
                "standard_deviation": float(np.std(values, ddof=1)) if len(values) > 1 else None,
                "low": min(values, default=None),
                "high": max(values, default=None),
            },
        }
    return said
