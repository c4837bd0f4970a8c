"""What came out of ratings of two systems: which is rated higher, by how much, and whether that could be chance."""

from collections.abc import Mapping
from typing import Any, Final

from evaluation.reports.numbers import SPACE, counted, has_interval, p_said, plain
from evaluation.reports.places import tested_places

# Among more systems than three the differences stand in their table; so do more than so many of them.
MOST_PAIRS: Final = 3
MOST_SAID: Final = 4


def differences_said(analysis: Mapping[str, Any], criterion: str) -> str:
    """Half sentences on the differences of mean ratings under a criterion, each after a semicolon."""
    entries = analysis["criteria"][criterion].get("differences") or ()
    if len(entries) > MOST_PAIRS:
        return ""
    alpha = float((analysis.get("plan") or {}).get("alpha", 0.05))
    # Holm runs over single domains: of all of them together there is no corrected p.
    said = [(entry, domain, named) for entry in entries for domain, named in tested_places(entry["domains"])]
    if len(said) > MOST_SAID:
        return f"; the {len(said)} differences, by pair of systems and domain, stand in their table"
    return "".join(
        f"; {_difference_said(entry, domain, named, alpha, several=len(said) > 1)}" for entry, domain, named in said
    )


def _difference_said(entry: Mapping[str, Any], domain: str, named: str, alpha: float, *, several: bool) -> str:
    found, first, second = entry["domains"][domain], str(entry["first"]), str(entry["second"])
    where = f" in {named}" if named else ""
    difference, test = found["difference"], found["tests"]["permutation"]
    value, p = difference.get("value"), test.get("p_holm")
    if value is None or p is None:
        reason = test.get("reason") or difference.get("reason") or "too few judgments"
        return f"the difference of {first} and {second}{where} cannot be tested: {str(reason).partition(': ')[0]}"
    bounds = (
        f"95{SPACE}% interval {plain(difference['low'])} to {plain(difference['high'])}; "
        if has_interval(difference)
        else ""
    )
    corrected = " after Holm" if several else ""
    tested = f"{bounds}sign-flip permutation test over {counted(int(test['n']), 'cluster')}, {p_said(p)}{corrected}"
    if p > alpha:
        neither = f"neither {first} nor {second} was shown to be rated higher{where}"
        return f"{neither}: a difference of {plain(value)} ({tested})"
    higher, lower = (first, second) if value > 0 else (second, first)
    disagree = has_interval(difference) and difference["low"] <= 0 <= difference["high"]
    note = ", but the interval does not leave 0 out" if disagree else ""
    return f"{higher} is rated higher than {lower}{where}: {first} less {second} is {plain(value)} ({tested}){note}"
