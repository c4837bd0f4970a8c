"""`[checks]`, `[practice]` and `[pay]` of a study file, and the files of pairs whose answer is known.

`docs/study-file.md` says what each key means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from evaluation.stats.data.declared import PREFERENCES
from evaluation.study_files.item_kinds import Kind
from evaluation.study_files.toml_table import TomlTable
from generation.corpus.dialogues import BadLine, Turn, read_json_lines
from training.data.responses import Context, response_from_json

SHUFFLED: Final = "shuffled-context"
# Of two whole dialogues: one that was really held, against itself with its turns in another order.
SHUFFLED_TURNS: Final = "shuffled-turns"
# What a reply of another context does not fit best, in the words of the bundled criteria.
COHERENCE: Final = "coherence"
# Nobody is ended on a slip, and nobody is turned away after one try.
FEWEST_FAILED: Final = 2
FEWEST_TRIES: Final = 2
LARGEST_SHARE: Final = 0.5
CURRENCY: Final = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class KnownPair:
    """A pair of which one reply is right, and why. Both are said in `context`; whole dialogues keep their turns."""

    context: Context
    right: str
    wrong: str
    why: str = ""
    right_turns: tuple[Turn, ...] = ()
    wrong_turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Checks:
    """Check pairs: which share of what an annotator sees, what they are made of, and how many may fail.

    Without `pairs` they are made: a real reply against another context's. `criteria` are those with a known answer.
    """

    share: float
    criteria: tuple[str, ...]
    pairs: tuple[KnownPair, ...] = ()
    fail_after: int | None = None

    @property
    def rule(self) -> str:
        """`fail_after` in the words of an exclusion rule; empty where checks end nobody."""
        return f"checks_wrong >= {self.fail_after}" if self.fail_after else ""


@dataclass(frozen=True)
class Practice:
    """Practice pairs: how many, how many of them must be right, and how often one may try."""

    pairs: int
    passing: int
    tries: int
    criteria: tuple[str, ...]
    known: tuple[KnownPair, ...] = ()


@dataclass(frozen=True)
class Pay:
    """What is paid: for each pair, or for each hour at work. `floor` is the hourly pay that is promised at least."""

    currency: str
    per_judgment: Decimal | None = None
    per_hour: Decimal | None = None
    floor: Decimal | None = None

    def as_json(self) -> dict[str, str]:
        """Amounts as texts: no cent is lost to a binary digit."""
        amounts = {"per_judgment": self.per_judgment, "per_hour": self.per_hour, "floor": self.floor}
        return {"currency": self.currency, **{key: str(value) for key, value in amounts.items() if value is not None}}


def checks_in(table: TomlTable, *, folder: Path, criteria: Mapping[str, str], kind: Kind = "pair") -> Checks | None:
    """The `[checks]` of a whole study file; `criteria` are those that may have a known answer, key -> scale."""
    if not table.has("checks"):
        table.table("checks")
        return None
    _check_kind(table, "checks", kind)
    said = table.table("checks")
    checks = Checks(
        share=said.share("share", of="a share of the pairs"),
        pairs=_pairs(said, folder, kind),
        criteria=_criteria(said, criteria),
        fail_after=said.whole("fail_after", None, least=FEWEST_FAILED),
    )
    if checks.share > LARGEST_SHARE:
        raise said.bad("share", f"expected at most {LARGEST_SHARE}, got {checks.share}")
    if checks.pairs and checks.fail_after and len(checks.pairs) < checks.fail_after:
        raise said.bad("fail_after", f"expected at most the {len(checks.pairs)} check pairs, got {checks.fail_after}")
    said.finish()
    return checks


def practice_in(table: TomlTable, *, folder: Path, criteria: Mapping[str, str], kind: Kind = "pair") -> Practice | None:
    """The `[practice]` of a whole study file, as `checks_in` reads the checks."""
    if not table.has("practice"):
        table.table("practice")
        return None
    _check_kind(table, "practice", kind)
    said = table.table("practice")
    known = _pairs(said, folder, kind)
    pairs = len(known) or said.whole("pairs", 3, least=1, most=20)
    if known and said.has("pairs"):
        raise said.bad("pairs", "the file says how many there are; leave it out")
    practice = Practice(
        pairs=pairs,
        passing=said.whole("pass", max(1, pairs - 1), least=1, most=pairs),
        tries=said.whole("tries", FEWEST_TRIES, least=FEWEST_TRIES, most=10),
        criteria=_criteria(said, criteria),
        known=known,
    )
    said.finish()
    return practice


def pay_in(table: TomlTable) -> Pay | None:
    """The `[pay]` of a whole study file; None where nothing is said of it."""
    if not table.has("pay"):
        table.table("pay")
        return None
    said = table.table("pay")
    per_judgment, per_hour, floor = (said.amount(key, None) for key in ("per_judgment", "per_hour", "floor"))
    if (per_judgment is None) == (per_hour is None):
        raise said.bad("per_hour", "expected either per_judgment or per_hour")
    currency = said.string("currency")
    if not CURRENCY.fullmatch(currency):
        raise said.bad("currency", f"expected three capitals, such as EUR or USD, got {currency!r}")
    said.finish()
    return Pay(currency=currency, per_judgment=per_judgment, per_hour=per_hour, floor=floor)


def _check_kind(table: TomlTable, key: str, kind: Kind) -> None:
    if kind == "persona":
        raise table.bad(key, "nothing is known for sure of a persona that is to be labelled: leave this table out")


def _criteria(table: TomlTable, criteria: Mapping[str, str]) -> tuple[str, ...]:
    """The criteria with a known answer: as the file says, else coherence, else the first that compares replies."""
    known = [key for key, scale in criteria.items() if scale in PREFERENCES]
    if not known:
        raise table.bad(
            "criteria", "expected a criterion that compares two replies and waits for none: its answer can be known"
        )
    default = (COHERENCE,) if COHERENCE in known else (known[0],)
    named = table.strings("criteria", default, among=known)
    if not named:
        raise table.bad("criteria", f"expected at least one of {', '.join(known)}")
    return named


def _pairs(table: TomlTable, folder: Path, kind: Kind) -> tuple[KnownPair, ...]:
    """The pairs of a file of one's own; none where they are to be made."""
    made = SHUFFLED_TURNS if kind == "dialogues" else SHUFFLED
    make, name = table.string("make", "", among=(made,)), table.string("file", "")
    if bool(make) == bool(name):
        raise table.bad("make" if make else "file", f'expected either make = "{made}" or a file')
    if make:
        return ()
    if kind == "dialogues":
        raise table.bad("file", f'pairs of dialogues with a known answer are made: expected make = "{made}"')
    try:
        pairs = read_known_pairs(folder / name)
    except (OSError, BadLine) as error:
        raise table.bad("file", f"expected pairs with a known answer, one JSON object on a line: {error}") from error
    if not pairs:
        raise table.bad("file", f"{name} has no pair")
    return pairs


def read_known_pairs(path: Path) -> tuple[KnownPair, ...]:
    """The pairs in a file: each line a `context` as in responses, its `right` and `wrong` reply, and perhaps `why`.

    Raises `BadLine` with file and line. Two pairs of one context are refused: nobody sees a context twice.
    """
    pairs: list[KnownPair] = []
    for number, data in read_json_lines(path):
        try:
            pair = known_pair(data)
            if pair.context.id in {each.context.id for each in pairs}:
                raise ValueError(f"context.id: {pair.context.id!r} stands on an earlier line already")
        except ValueError as error:
            raise BadLine(path, number, str(error)) from error
        pairs.append(pair)
    return tuple(pairs)


def known_pair(data: object) -> KnownPair:
    """The pair in a parsed line; raises ValueError that says what was expected and what came."""
    if not isinstance(data, dict):
        raise ValueError("expected an object with context, right and wrong")
    unknown = sorted(set(data) - {"context", "right", "wrong", "why"})
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown key; expected context, right, wrong, why")
    right, wrong, why = _text(data, "right"), _text(data, "wrong"), _text(data, "why") if "why" in data else ""
    if right == wrong:
        raise ValueError("wrong: expected another reply than the right one")
    # A response's own reader knows what a context may be.
    context = response_from_json({"system": "known", "context": data.get("context"), "response": "-"}).context
    return KnownPair(context=context, right=right, wrong=wrong, why=why)


def _text(data: Mapping[str, object], key: str) -> str:
    text = data.get(key)
    if not isinstance(text, str) or "\0" in text or not text.strip():
        raise ValueError(f"{key}: expected a text, got {text!r}")
    return text
