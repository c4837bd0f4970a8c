"""The instrument in sentences: what its controls say, whether traits can be told from replies, how people worked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evaluation.reports.caution import Caution
from evaluation.reports.numbers import (
    SPACE,
    counted,
    decimal,
    has_interval,
    listed,
    p_said,
    percent,
    points,
    span,
    span_of_points,
)
from evaluation.reports.places import criterion_names, spoken
from evaluation.reports.verdicts import Verdict, in_a_sentence

Found = Mapping[str, Any]


def control_verdicts(analysis: Found) -> tuple[Verdict, ...]:
    """What opens the report where pairs test the instrument: nothing found where nothing is, and what is there seen."""
    found: Found = analysis.get("controls") or {}
    names = criterion_names(analysis)
    said = []
    for kind, passed, good, bad, unknown in (
        (
            "aa",
            found.get("finds_nothing"),
            "The instrument finds nothing where nothing is",
            "The instrument finds something where nothing is",
            "Whether the instrument finds nothing where nothing is cannot be told",
        ),
        (
            "ceiling",
            found.get("sees_what_is_there"),
            "It sees what is there",
            "It does not see what is there",
            "Whether it sees what is there cannot be told",
        ),
    ):
        entries = found.get(kind) or ()
        if not entries:
            continue
        head = good if passed else bad if passed is False else unknown
        what = (
            "between two samples of one system net preference was"
            if kind == "aa"
            else "for the human reference over a shuffled one net preference was"
        )
        numbers = listed([_control_said(each, names, several=len(entries) > 1) for each in entries])
        said.append(f"{head}: {what} {numbers}.")
    return (Verdict(" ".join(said), (str(found["signature"]),) if found.get("signature") else ()),) if said else ()


def _control_said(entry: Found, names: Mapping[str, str], *, several: bool) -> str:
    net, test = entry["net_preference"], entry["test"]
    if net["value"] is None:
        return str(net.get("reason") or "not judged")
    where = f" on {in_a_sentence(names.get(entry['criterion'], spoken(entry['criterion'])))}" if several else ""
    parts = []
    if has_interval(net):
        parts.append(f"95{SPACE}% interval {span_of_points(net['low'], net['high'])}")
    p = test["p_holm"] if test.get("p_holm") is not None else test["p"]
    parts.append(p_said(p) if p is not None else str(test["reason"]))
    return f"{points(net['value'])}{SPACE}points{where} ({'; '.join(parts)})"


def control_cautions(analysis: Found) -> tuple[Caution, ...]:
    """Loud where a control failed: then no other number can be trusted."""
    found: Found = analysis.get("controls") or {}
    said = []
    if found.get("finds_nothing") is False:
        said.append(
            Caution(
                "Two samples of one system were told apart: something else than the systems decides here, and what "
                "this report finds may be that.",
                mark="Control failed",
                weight="loud",
            )
        )
    if found.get("sees_what_is_there") is False:
        said.append(
            Caution(
                "A human reply was not preferred to one from another conversation: that nothing is found here may be "
                "the instrument's fault.",
                mark="Control failed",
                weight="loud",
            )
        )
    found = analysis.get("identification") or {}
    leaning = [
        each
        for kind in ("another_trait", "told_no_trait")
        for each in found.get(kind) or ()
        if (each["test"].get("p") or 1.0) <= float((analysis.get("plan") or {}).get("alpha") or 0.05)
    ]
    if leaning:
        where = listed([f"{each['trait']} ({each['system']}, asked about {each['asked']})" for each in leaning])
        said.append(
            Caution(f"A control of the traits is not at chance: {where}. Something else is told than the trait.")
        )
    return tuple(said)


def identification_verdicts(analysis: Found) -> tuple[Verdict, ...]:
    """Which traits people tell from replies: a sentence for each system."""
    found: Found = analysis.get("identification") or {}
    by_system: dict[str, list[Found]] = {}
    for each in found.get("traits") or ():
        if each["share"]["value"] is not None:
            by_system.setdefault(each["system"], []).append(each)
    signatures = (str(found["signature"]),) if found.get("signature") else ()
    alpha = float((analysis.get("plan") or {}).get("alpha") or 0.05)
    return tuple(Verdict(_told(system, entries, alpha), signatures) for system, entries in by_system.items())


def _told(system: str, entries: Sequence[Found], alpha: float) -> str:
    def told(each: Found) -> str:
        p = each["test"].get("p_holm")
        share = each["share"]
        bounds = f", {percent(share['low'])} to {percent(share['high'])}" if has_interval(share) else ""
        test = f"; {p_said(p)}" if p is not None else ""
        return f"{each['trait']} ({percent(share['value'])} right{bounds}{test})"

    sure = [each for each in entries if (each["test"].get("p_holm") or 1.0) <= alpha and each["share"]["value"] > 0.5]
    wrong = [each for each in entries if (each["test"].get("p_holm") or 1.0) <= alpha and each["share"]["value"] < 0.5]
    open_ = [each for each in entries if each not in sure and each not in wrong]
    parts = []
    if sure:
        parts.append(f"people tell {listed([told(each) for each in sure])} from the replies of {system}")
    if wrong:
        parts.append(
            f"people take the low replies of {system} for the high ones in {listed([told(each) for each in wrong])}"
        )
    if open_:
        parts.append(f"that {listed([told(each) for each in open_])} can be told from them is not shown")
    text = "; ".join(parts) if parts[0].startswith("people") else f"of {system}, {'; '.join(parts)}"
    return f"{_capital(text)}. One half is chance."


def instrument_paragraphs(analysis: Found) -> tuple[str, ...]:
    """How people worked and what their answers hang on, as text: what differs, and that nothing else was seen to."""
    bias: Found = analysis.get("bias") or {}
    names = criterion_names(analysis)
    paragraphs = [
        " ".join(part)
        for part in (
            list(_time(bias.get("time") or {})),
            list(_changed(bias, names)),
            list(_length(analysis.get("length_bias") or {})),
            list(_halo(bias.get("halo") or (), names)),
        )
        if part
    ]
    return tuple(paragraphs)


def _time(time: Found) -> Iterator[str]:
    if not time.get("looks"):
        return
    low, middle, high = time["quartiles"]
    looks = counted(int(time["looks"]), "look")
    yield (
        f"Half of {looks} took {low:.0f} to {high:.0f}{SPACE}s of active time, the median {middle:.0f}{SPACE}s; "
        f"{decimal_hours(time['hours'])} in all."
    )
    fast = time["fast"]
    if fast["value"]:
        yield f"{percent(fast['value'])} took less than four seconds, in which nobody reads two replies."


def decimal_hours(hours: float) -> str:
    """Hours of work: "0.9 hours", "12 hours"."""
    return f"{hours:.1f}{SPACE}hours" if hours < 10 else f"{hours:,.0f}{SPACE}hours"


def _changed(bias: Found, names: Mapping[str, str]) -> Iterator[str]:
    conditions = {"order": "in the later half of a session", "layout": "with stacked replies", "pace": "in haste"}
    outcomes = {"share_left": "Reply 1 was chosen", "tied": "ties were called", "agreement": "annotators agreed"}
    seen, tried = [], 0
    for condition, when in conditions.items():
        for key, each in ((bias.get(condition) or {}).get("criteria") or {}).items():
            where = in_a_sentence(names.get(key, spoken(key)))
            statistics = [(what, each[outcome]) for outcome, what in outcomes.items()]
            statistics += [
                (f"net preference for {entry['first']} over {entry['second']} was", entry["net_preference"])
                for entry in each["comparisons"]
            ]
            for what, statistic in statistics:
                if not has_interval(statistic):
                    continue
                tried += 1
                if statistic["low"] > 0 or statistic["high"] < 0:
                    seen.append(f"{when} {_difference(what, statistic)} on {where}")
    if not tried:
        return
    expected = f"of {counted(tried, 'such interval')} one in twenty leaves out 0 by chance alone"
    if not seen:
        yield f"Nothing was seen to hang on the place in the session, the layout or haste; {expected}."
    elif len(seen) <= 6:
        yield f"{_capital('; '.join(seen))}; {expected}."
    else:
        yield f"{len(seen):,} differences with the place in the session, the layout or haste leave out 0; {expected}."


def _difference(what: str, statistic: Found) -> str:
    more = "more" if statistic["value"] > 0 else "less"
    if what.startswith("net preference"):
        side = "higher" if statistic["value"] > 0 else "lower"
        return f"{what} {points(abs(statistic['value'])).lstrip('+')}{SPACE}points {side}"
    return f"{what} {points(abs(statistic['value'])).lstrip('+')}{SPACE}points {more} often"


def _length(length: Found) -> Iterator[str]:
    if length.get("value") is None:
        return
    side = "longer" if length["value"] >= 0 else "shorter"
    value = abs(length["value"])
    low, high = (length["low"], length["high"]) if length["value"] >= 0 else _turned(length)
    bounds = f" ({span_of_points(low, high)})" if low is not None and high is not None else ""
    test = f"; {p_said(length['p'])}" if length.get("p") is not None else ""
    by = f"{points(value).lstrip('+')}{SPACE}points"
    yield f"The {side} reply was preferred by {by}, whichever system gave it{bounds}{test}."


def _turned(statistic: Found) -> tuple[float | None, float | None]:
    low, high = statistic["low"], statistic["high"]
    return (None, None) if low is None or high is None else (-high, -low)


def _halo(entries: Sequence[Found], names: Mapping[str, str]) -> Iterator[str]:
    said = []
    for each in entries:
        one, other = (in_a_sentence(names.get(key, spoken(key))) for key in each["criteria"])
        same, correlation = each["same"], each["correlation"]
        bounds = f", {span(correlation['low'], correlation['high'])}" if has_interval(correlation) else ""
        together = f" (correlation {decimal(correlation['value'])}{bounds})" if correlation["value"] is not None else ""
        said.append(f"{one} and {other} in {percent(same['value'])} of the looks{together}")
    if said:
        yield f"The same answer was given to {listed(said)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
