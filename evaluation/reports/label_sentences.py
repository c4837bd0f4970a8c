"""What came out of labels, in half sentences: of two systems' responses, and of personas against a labeller."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluation.reports.numbers import SPACE, counted, decimal, has_interval, listed, p_said, percent, span
from evaluation.reports.places import tested_places
from evaluation.stats.data.outcomes import ALL

# Among more systems than three, and more labels than that, the shares stand in their table.
MOST_PAIRS: Final = 3
# So do more pairs in single domains than these.
MOST_SAID: Final = 4
MOST_LABELS: Final = 3


def system_labels_said(analysis: Mapping[str, Any], criterion: str) -> str:
    """Which labels one system was given more often than another; empty where no system was labelled."""
    entries = analysis["criteria"][criterion].get("differences") or ()
    labelled = [each for each in entries if "labels" in each["domains"][ALL]]
    if len(labelled) > MOST_PAIRS:
        return f"the labels of {counted(len(labelled), 'pair')} of systems stand in their table"
    alpha = float((analysis.get("plan") or {}).get("alpha", 0.05))
    shares = analysis["criteria"][criterion].get("shares") or {}
    places = [(each, domain, named) for each in labelled for domain, named in tested_places(each["domains"])]
    if len(places) > MOST_SAID:
        return f"the labels of {counted(len(labelled), 'pair')} of systems, by domain, stand in their table"
    # Shares are of all domains together: beside a difference in one of them they would be another number.
    return "; ".join(_pair_said(each, domain, named, {} if named else shares, alpha) for each, domain, named in places)


def system_label_signatures(analysis: Mapping[str, Any], criterion: str) -> tuple[str, ...]:
    """What made the numbers of `system_labels_said`."""
    entries = analysis["criteria"][criterion].get("differences") or ()
    tests = [
        found["tests"]["permutation"]
        for each in entries
        for domain, _ in tested_places(each["domains"])
        for found in (each["domains"][domain].get("labels") or {}).values()
    ]
    return tuple(dict.fromkeys(str(each["signature"]) for each in tests if each.get("signature")))


def _pair_said(entry: Mapping[str, Any], domain: str, named: str, shares: Mapping[str, Any], alpha: float) -> str:
    first, second, labels = str(entry["first"]), str(entry["second"]), entry["domains"][domain]["labels"]
    where = f" in {named}" if named else ""
    tested = {label: each for label, each in labels.items() if each["tests"]["permutation"].get("p_holm") is not None}
    if not tested:
        reasons = [str(each["tests"]["permutation"].get("reason") or "too few judgments") for each in labels.values()]
        return f"labels of {first} and {second}{where} cannot be compared: {reasons[0].partition(': ')[0]}"
    shown = [label for label, each in tested.items() if each["tests"]["permutation"]["p_holm"] <= alpha]
    if shown:
        clauses = [_more_often(label, tested[label], first, second, shares) for label in shown[:MOST_LABELS]]
        rest = len(shown) - MOST_LABELS
        return f"{where.strip()} {listed(clauses)}".lstrip() + (
            f" ({counted(rest, 'label')} more in the table)" if rest > 0 else ""
        )
    largest = max(tested, key=lambda label: abs(tested[label]["difference"]["value"] or 0.0))
    return (
        f"neither {first} nor {second} was shown to be given any label more often{where}; the largest difference is in "
        f"“{largest}”{_against(largest, first, second, shares)} ({_test(tested[largest])})"
    )


def _more_often(label: str, found: Mapping[str, Any], first: str, second: str, shares: Mapping[str, Any]) -> str:
    higher, lower = (first, second) if found["difference"]["value"] > 0 else (second, first)
    shown = _against(label, higher, lower, shares)
    return f"{higher} was called “{label}” more often than {lower}{shown} ({_test(found)})"


def _against(label: str, one: str, other: str, shares: Mapping[str, Any]) -> str:
    if not shares:
        return ""
    said = [(shares.get(system) or {}).get(label, {}).get("value") for system in (one, other)]
    return ", " + " against ".join("an unknown share" if each is None else percent(each) for each in said)


def _test(found: Mapping[str, Any]) -> str:
    difference, test = found["difference"], found["tests"]["permutation"]
    bounds = (
        f"difference {decimal(difference['value'])}, "
        f"95{SPACE}% interval {span(difference['low'], difference['high'])}; "
        if has_interval(difference)
        else ""
    )
    clusters = counted(int(test["n"]), "cluster")
    return f"{bounds}sign-flip permutation test over {clusters}, {p_said(test['p_holm'])} after Holm"


def persona_labels_said(found: Mapping[str, Any], trait: str) -> str:
    """How right the labels of a trait are, and how far people agree among themselves; empty where nothing is known."""
    each = (found.get("traits") or {}).get(trait)
    if each is None or each["accuracy"].get("value") is None:
        return ""
    accuracy, kappa, out = each["accuracy"], each["kappa"], each["leave_one_out"]
    parts = []
    if has_interval(accuracy):
        parts.append(f"95{SPACE}% interval {percent(accuracy['low'])} to {percent(accuracy['high'])}")
    if kappa.get("value") is not None:
        bounds = f", {span(kappa['low'], kappa['high'])}" if has_interval(kappa) else ""
        parts.append(f"Cohen's kappa {decimal(kappa['value'])}{bounds}")
    said = f"the labels say what most people say of {percent(accuracy['value'])} of the personas"
    said += f" ({'; '.join(parts)})" if parts else ""
    if out["people"].get("value") is None:
        return said
    labels, person = decimal(out["labeller"]["value"]), decimal(out["people"]["value"])
    return (
        f"{said}; against the majority of the others they reach a balanced accuracy of {labels}, and a person {person}"
    )


def persona_label_signatures(found: Mapping[str, Any], trait: str) -> tuple[str, ...]:
    """What made the numbers of `persona_labels_said`."""
    each = found["traits"][trait]
    out = each["leave_one_out"]
    numbers: Sequence[Mapping[str, Any]] = (each["accuracy"], each["kappa"], out["labeller"], out["people"])
    return tuple(dict.fromkeys(str(number["signature"]) for number in numbers if number.get("signature")))
