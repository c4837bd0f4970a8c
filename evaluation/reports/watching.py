"""What the page of a running study shows: its annotators, its agreement and its days. Nothing here is by system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from evaluation.reports.figures import Plot, agreement_plot
from evaluation.reports.numbers import counted, decimal, percent
from evaluation.reports.people_tables import FAST_SECONDS, SIDE_FLAG
from evaluation.reports.table import Column, Missing, Table, Value, value_of, without_empty_columns
from evaluation.running.quality import Quality
from evaluation.stats.instrument.straight_lines import Run
from evaluation.studies.life import StudyProgress

# So many answers of one side in a row deserve a look, where chance alone would seldom give them.
LONG_RUN: Final = 10
RARE: Final = 0.01


@dataclass(frozen=True)
class Bar:
    """One day, in per cent of the plot's width and height."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Days:
    """Answers by day, with the days between on which there were none."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    most: str
    alt: str


@dataclass(frozen=True)
class Watched:
    """The quality of a study so far, as its page says it."""

    agreement: Plot | None
    agreement_said: str
    agreement_detail: str
    seconds_said: str
    side_said: str


def days_of(by_day: Sequence[tuple[date, int]]) -> Days | None:
    """The bars of the answers by day; None before the first answer."""
    if not by_day:
        return None
    counts = dict(by_day)
    first, last = min(counts), max(counts)
    length = (last - first).days + 1
    most = max(counts.values())
    width = 100 / length
    bars = []
    for number in range(length):
        day = first + timedelta(days=number)
        count = counts.get(day, 0)
        if count:
            height = 100 * count / most
            # A fifth of a day's width stands between two bars; a single day does not fill the page.
            bar_width = min(width * 0.8, 12.0)
            bars.append(
                Bar(
                    x=round(number * width + (width - bar_width) / 2, 3),
                    y=round(100 - height, 2),
                    width=round(bar_width, 3),
                    height=round(height, 2),
                    label=f"{_day(day)}: {counted(count, 'answer')}",
                )
            )
    total = counted(sum(counts.values()), "answer")
    return Days(
        bars=tuple(bars),
        first=_day(first),
        last=_day(last) if last != first else "",
        most=f"{most:,}",
        alt=f"{total} from {_day(first)} to {_day(last)}; at most {most:,} on one day.",
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def watched(quality: Quality, progress: StudyProgress) -> Watched:
    """The sentences and the plot of a study's quality so far."""
    known = [each for each in quality.agreement if each.nominal.value is not None]
    values = [each.nominal.value for each in known if each.nominal.value is not None]
    if not values:
        said, detail = "–", "no two annotators judged the same yet"
    elif len(values) == 1:
        low, high = known[0].nominal.low, known[0].nominal.high
        said = f"α {decimal(values[0])}"
        detail = (
            f"95 % interval {decimal(low)} to {decimal(high)}"
            if low is not None and high is not None
            else known[0].name
        )
    else:
        said = f"α {decimal(min(values))} to {decimal(max(values))}"
        detail = f"over {counted(len(values), 'question')}"
    seconds = [each.median_seconds for each in progress.per_annotator if each.median_seconds is not None]
    left = quality.share_left.value
    return Watched(
        agreement=agreement_plot(
            quality.as_analysis(), caption="Krippendorff's α: 1 is perfect agreement, 0 is chance; 95 % intervals."
        )
        if known
        else None,
        agreement_said=said,
        agreement_detail=detail,
        seconds_said=f"{median(seconds):.0f} s" if seconds else "–",
        side_said=f"Reply 1 chosen {percent(left)}" if left is not None else "no side chosen yet",
    )


def annotators_so_far(progress: StudyProgress, quality: Quality, *, now: datetime) -> Table:
    """One line for each annotator: what they did, and what deserves a look."""
    rows: list[tuple[Value, ...]] = []
    flags: set[tuple[int, str]] = set()
    for number, each in enumerate(progress.per_annotator):
        summary = quality.annotators.get(each.code)
        run = None if summary is None or quality.sampled is not None else summary.longest_run
        checks: dict[str, Any] = summary.checks.as_json() if summary else {}
        with_others: dict[str, Any] = summary.agreement.as_json() if summary else {}
        rows.append(
            (
                each.code,
                each.kind,
                each.done,
                value_of(checks),
                value_of(with_others),
                _or_missing(each.median_seconds),
                _or_missing(each.share_left_clicked),
                _or_missing(each.share_tied),
                # In a sample of the pairs nobody's answers follow each other.
                Missing("") if run is None or run.longest is None else run.longest,
                _seen(each.last_seen_at, now),
                each.state,
            )
        )
        if each.share_left_clicked is not None and abs(each.share_left_clicked - 0.5) >= SIDE_FLAG and each.done >= 5:
            flags.add((number, "share_left"))
        if each.median_seconds is not None and each.median_seconds < FAST_SECONDS:
            flags.add((number, "median_seconds"))
        if run is not None and _strikes(run):
            flags.add((number, "longest_run"))
    columns = (
        Column("annotator", "Annotator"),
        Column("kind", "Kind", shown=any(row[1] != "human" for row in rows)),
        Column("judged", "Judged", "count"),
        Column("checks", "Checks right", "share"),
        Column("agreement", "With the others", "share"),
        Column("median_seconds", "Median s", "seconds"),
        Column("share_left", "Reply 1 chosen", "share"),
        Column("share_tied", "Ties", "share"),
        Column("longest_run", "Same in a row", "count"),
        Column("last_seen", "Last seen"),
        Column("state", "State"),
    )
    table = Table("annotators", "Who judges", columns, tuple(rows), flags=frozenset(flags))
    return without_empty_columns(table, ("checks",))


def _strikes(run: Run) -> bool:
    """A run of one side that is long, and is all they did or would seldom come about at their own share."""
    return run.longest is not None and run.longest >= LONG_RUN and (run.longest == run.n or (run.p or 0.0) < RARE)


def _or_missing(value: float | None) -> Value:
    return Missing("") if value is None else value


def _seen(moment: datetime | None, now: datetime) -> str:
    """How long ago, in the one unit that says enough."""
    if moment is None:
        return "never"
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 2:
        return "now"
    if minutes < 120:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
