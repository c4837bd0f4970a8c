"""Two reports compared: which verdicts changed, which numbers differ, and whether they are of the same judgments."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from evaluation.reports.build import StudyReport
from evaluation.reports.numbers import counted, decimal, listed
from evaluation.reports.places import spoken
from evaluation.reports.render import JSON
from evaluation.reports.table import Column, Missing, Table, Value
from generation.corpus.manifest import new_file

FILE: Final = "against.json"
KEY: Final = "against"
# Named in the terminal; all of them stand in the table.
MOST_NAMED: Final = 5
# How an entry of a list is called: by what tells it from its neighbours.
_NAMES: Final = ("criterion", "domain", "better", "than", "margin", "first", "second", "trait", "level", "rule", "said")
# What a number is called by in its object.
_NUMBERS: Final = ("value", "low", "high", "p", "p_holm", "p_bh")
_SETTINGS: Final = ("seed", "plan", "amendments")


class NotAReport(ValueError):
    """A folder that holds no report to compare with."""


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise: where it stands, what it was and what it is; None where it was not there."""

    where: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Against:
    """This report against an earlier one (`before` its folder)."""

    before: str
    same_judgments: bool
    sizes: tuple[Change, ...]
    settings: tuple[Change, ...]
    verdicts: tuple[Change, ...]
    claims: int
    numbers: tuple[Change, ...]
    compared: int

    def as_json(self) -> dict[str, Any]:
        """The content of `against.json`."""

        def each(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
            return [{"where": one.where, "before": one.before, "after": one.after} for one in changes]

        return {
            "against": self.before,
            "same_judgments": self.same_judgments,
            "n": each(self.sizes),
            "settings": each(self.settings),
            "verdicts": {"claims": self.claims, "changed": each(self.verdicts)},
            "numbers": {"compared": self.compared, "differ": each(self.numbers)},
        }

    def sentences(self) -> list[str]:
        """What is said of it in the terminal, and above the table."""
        sizes = [f"{each.where} {_shown(each.before)} before, {_shown(each.after)} now" for each in self.sizes]
        judgments = "of the same judgments" if self.same_judgments else "of other judgments"
        said = [f"Against {self.before}: {judgments}" + (f" ({'; '.join(sizes)})." if sizes else ".")]
        if self.settings:
            said.append(f"Set otherwise: {listed([each.where for each in self.settings])}.")
        if self.verdicts:
            named = [f"{each.where}: {_shown(each.before)}, now {_shown(each.after)}" for each in self.verdicts]
            rest = len(named) - MOST_NAMED
            said.append(
                f"{counted(len(named), 'verdict')} of {self.claims} changed: {'; '.join(named[:MOST_NAMED])}"
                + (f"; and {rest} more." if rest > 0 else ".")
            )
        else:
            said.append(f"No verdict changed, of {self.claims}.")
        if not self.numbers:
            said.append(f"Not one of {self.compared:,} numbers differs.")
        else:
            said.append(f"{len(self.numbers):,} of {self.compared:,} numbers differ{_largest(self.numbers)}.")
        return said


def compare(after: Mapping[str, Any], before: Mapping[str, Any], *, name: str) -> Against:
    """The analysis `after` against `before`, which is called `name`; numbers are equal to the last bit or differ."""
    # As JSON has it, where lists and tuples are one.
    after, before = json.loads(json.dumps(after)), json.loads(json.dumps(before))
    verdicts = [_verdicts(analysis) for analysis in (before, after)]
    numbers = [
        {where: number for key in analysis if key != "n" for where, number in _flat(analysis[key], key)}
        for analysis in (before, after)
    ]
    return Against(
        before=name,
        same_judgments=before.get("snapshot") == after.get("snapshot"),
        sizes=_changes(before.get("n") or {}, after.get("n") or {}),
        settings=_changes(*(_settings(analysis) for analysis in (before, after))),
        verdicts=_changes(*verdicts),
        claims=len(verdicts[0].keys() | verdicts[1].keys()),
        numbers=_changes(*numbers),
        compared=len(numbers[0].keys() | numbers[1].keys()),
    )


def against_earlier(report: StudyReport, folder: Path | None) -> Against | None:
    """The comparison that `--against FOLDER` asks for; None where it is not given."""
    if folder is None:
        return None
    return compare(report.analysis, earlier_report(folder), name=str(folder))


def earlier_report(folder: Path) -> dict[str, Any]:
    """The analysis in a report folder; raises `NotAReport` where there is none."""
    path = folder / JSON
    if not path.is_file():
        raise NotAReport(f"--against {folder}: expected a report folder with {JSON}")
    try:
        analysis = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotAReport(f"--against {path}: not JSON in UTF-8: {error}") from error
    if not isinstance(analysis, dict) or "criteria" not in analysis:
        raise NotAReport(f"--against {path}: expected the JSON of a report")
    return analysis


def write_against(folder: Path, against: Against | None) -> None:
    """Put `against.json` into a report folder, or take away that of an earlier run."""
    path = folder / FILE
    if against is None:
        path.unlink(missing_ok=True)
        return
    with new_file(path) as out:
        json.dump(against.as_json(), out, ensure_ascii=False, indent=1)
        out.write("\n")


def compared_with(report: StudyReport, against: Against) -> StudyReport:
    """The same report, with the table of what is otherwise than in the earlier one."""
    return replace(report, tables=(*report.tables, against_table(against)))


def against_table(against: Against) -> Table:
    """The changes of verdicts and of effects; the other numbers are in `against.json`."""
    columns = (
        Column("what", "What"),
        Column("where", "Where", "prose"),
        Column("before", "Before"),
        Column("after", "Now"),
    )
    effects = [each for each in against.numbers if _is_effect(each.where)]
    kinds = (("Verdict", against.verdicts), ("Size", against.sizes), ("Setting", against.settings))
    rows: list[tuple[Value, ...]] = [
        (kind, each.where, _cell(each.before), _cell(each.after)) for kind, changes in kinds for each in changes
    ]
    rows += [("Net preference", _place(each.where), _cell(each.before), _cell(each.after)) for each in effects]
    return Table(KEY, "Against the earlier report", columns, tuple(rows), note=" ".join(against.sentences()))


def _settings(analysis: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: analysis.get(key) for key in _SETTINGS if key != "plan"}
    said |= {f"plan.{key}": value for key, value in (analysis.get("plan") or {}).items()}
    version = str(analysis.get("signature", "")).rpartition("version:")[2]
    return said | {"version": version}


def _verdicts(analysis: Mapping[str, Any]) -> dict[str, str]:
    return {
        _name(each) or str(number): str(each.get("verdict", ""))
        for number, each in enumerate(analysis.get("hypotheses") or ())
    }


def _name(entry: Mapping[str, Any]) -> str:
    return ", ".join(str(entry[key]) for key in _NAMES if entry.get(key) not in (None, ""))


def _flat(value: Any, where: str) -> Iterator[tuple[str, float | None]]:
    """Every number of a statistic or test below `value`, by where it stands."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _NUMBERS and (inner is None or _is_number(inner)):
                yield f"{where}/{key}", inner
            else:
                yield from _flat(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = _name(inner) if isinstance(inner, Mapping) else ""
            yield from _flat(inner, f"{where}/{name or number}")
    elif _is_number(value):
        yield where, value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(where, before.get(where), after.get(where))
        for where in dict.fromkeys((*after, *before))
        if before.get(where) != after.get(where)
    )


def _largest(numbers: tuple[Change, ...]) -> str:
    moved = [each for each in numbers if _is_effect(each.where) and each.before is not None and each.after is not None]
    if not moved:
        return ""
    most = max(moved, key=lambda each: abs(each.after - each.before))
    return (
        f"; net preference moves most at {_place(most.where)}: {decimal(most.before, sign=True)} before, "
        f"{decimal(most.after, sign=True)} now"
    )


def _is_effect(where: str) -> bool:
    """Whether a number is the net preference of a comparison, and not one that stands beside it."""
    return where.startswith("criteria/") and "/comparisons/" in where and where.endswith("/net_preference/value")


def _place(where: str) -> str:
    """A path as people read it: "criteria/naturalness/comparisons/pt, p/domains/all/net_preference/value"."""
    parts = where.split("/")
    if parts[0] == "criteria" and len(parts) > 5:
        return ", ".join((spoken(parts[1]), parts[3], "/".join(parts[5:-2])))
    return where


def _shown(value: Any) -> str:
    if value is None:
        return "not there"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _cell(value: Any) -> Value:
    if value is None:
        return Missing("not in this report")
    return f"{value:.4g}" if isinstance(value, float) else _shown(value)
