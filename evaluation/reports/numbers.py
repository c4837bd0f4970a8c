"""Numbers as people read them: points, intervals and p, with a real minus sign and no false precision."""

from collections.abc import Mapping
from typing import Any, Final

# Before a per cent sign, and between a number and its unit: never at a line's end.
SPACE: Final = "\u00a0"
NOTHING: Final = "–"
MANY_WORDS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def decimal(value: float, *, places: int = 2, sign: bool = False) -> str:
    """A number of a scale that ends at 1, as journals print it: .31, −.03, 1.00; with `sign` also +.31."""
    rounded = round(value, places)
    text = f"{abs(rounded):.{places}f}"
    text = text[1:] if text.startswith("0.") else text
    if rounded < 0:
        return f"−{text}"
    return f"+{text}" if sign and rounded > 0 else text


def plain(value: float, *, places: int = 2, sign: bool = False) -> str:
    """A number of a scale without bounds, its leading 0 kept: 0.31, −1.20."""
    rounded = round(value, places)
    text = f"{abs(rounded):.{places}f}"
    if rounded < 0:
        return f"−{text}"
    return f"+{text}" if sign and rounded > 0 else text


def points(value: float) -> str:
    """A net preference in points of a hundred, signed: +31, −3, 0."""
    rounded = round(100 * value)
    if rounded == 0:
        return "0"
    return f"+{rounded}" if rounded > 0 else f"−{-rounded}"


def percent(value: float) -> str:
    """A share in per cent; what is not quite none or all does not read as if it were."""
    rounded = round(100 * value)
    if rounded == 0 and value > 0:
        return f"<{SPACE}1{SPACE}%"
    if rounded == 100 and value < 1:
        return f">{SPACE}99{SPACE}%"
    return f"{rounded}{SPACE}%"


def p_value(p: float) -> str:
    """A p without its leading zero: < .001, .004, .032, .21."""
    if p < 0.001:
        return f"<{SPACE}.001"
    if p < 0.1:
        return decimal(p, places=3)
    return decimal(p)


def p_said(p: float, *, name: str = "p") -> str:
    """A p within a sentence: "p = .032", "p < .001"."""
    text = p_value(p)
    return f"{name}{SPACE}{text}" if text.startswith("<") else f"{name}{SPACE}={SPACE}{text}"


def span(low: float, high: float, *, places: int = 2) -> str:
    """An interval of decimals: ".22 to .40"."""
    return f"{decimal(low, places=places)} to {decimal(high, places=places)}"


def span_of_points(low: float, high: float) -> str:
    """An interval in points: "+22 to +40"."""
    return f"{points(low)} to {points(high)}"


def has_interval(statistic: Mapping[str, Any]) -> bool:
    """Whether a statistic of the report's JSON stands with both its bounds."""
    return statistic.get("low") is not None and statistic.get("high") is not None


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its word: "1 annotator", "14 annotators", "12,400 judgments"."""
    return f"{count:,}{SPACE}{one if count == 1 else many or one + 's'}"


def in_words(count: int) -> str:
    """A small count as a word, a large one in digits."""
    return MANY_WORDS[count] if 0 <= count < len(MANY_WORDS) else f"{count:,}"


def listed(words: list[str] | tuple[str, ...], *, last: str = "and") -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
