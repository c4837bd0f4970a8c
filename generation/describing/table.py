"""Corpora side by side as plain tables for a terminal."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from generation.corpus.distinctive import telling
from generation.corpus.measures import STYLE
from generation.corpus.traits import MEDIUM, TRAITS, UNCLEAR, pole
from generation.describing.gathering import Compared, Described, Description
from generation.describing.rows import GROUPS, NONE, ROWS, read, read_difference
from generation.labels.leaning import in_sentences

WIDTH: Final = 120
_NGRAMS: Final = 6


def as_table(description: Description) -> str:
    """Measures down, corpora across; two corpora have their difference beside them."""
    corpora = description.corpora
    compared = description.comparisons[0] if len(corpora) == 2 else None
    headings = [corpus.name for corpus in corpora]
    if compared and compared.in_common:
        headings.append(f"difference over {compared.in_common:,} pairs, 95 %")
    else:
        compared = None
    return _table(["", *headings], _rows(corpora, compared))


def in_words(corpus: Described) -> Iterator[str]:
    """What no table of numbers can show of a corpus: line by line, with examples."""
    summary = corpus.summary
    if summary.leak_examples:
        yield f"{corpus.name}: leaks, for example"
        for leak in summary.leak_examples:
            yield (
                f"  {leak.dialogue}, turn {leak.turn}: speaker {leak.speaker} says {leak.word!r} first "
                f"({_short(leak.text)!r}); the persona of {1 - leak.speaker} has {leak.sentence!r}"
            )
    if summary.repetition.examples:
        yield f"{corpus.name}: turns that stand in many of {summary.repetition.dialogues:,} dialogues"
        yield from (f"  {each.dialogues:>5}  {_short(each.text)}" for each in summary.repetition.examples)
    if summary.styles:
        yield f"{corpus.name}: how speakers told a level talk"
        yield _table(["", *(measure.heading for measure in STYLE.values())], _style_rows(corpus))
        tests = summary.distinctive.tests
        yield f"{corpus.name}: distinctive n-grams, the surest first (corrected over {tests:,} tests)"
        for (trait, level), found in summary.distinctive.found.items():
            said = " · ".join(each.ngram for each in telling(found, _NGRAMS))
            yield f"  {trait}, {level}: {said or 'none'}" + (f" ({len(found):,} in all)" if found else "")
    for sentence in in_sentences(corpus.label_findings):
        yield f"{corpus.name}: {sentence}"


def _rows(corpora: Sequence[Described], compared: Compared | None) -> Iterator[list[str]]:
    summaries = [corpus.summary for corpus in corpora]
    yield ["author", *(corpus.author or "not stated" for corpus in corpora)]
    yield ["dialogues", *(f"{corpus.written:,}" for corpus in corpora)]
    if any(each.pairs_without_dialogue for each in summaries):
        yield ["persona pairs without one", *(f"{each.pairs_without_dialogue:,}" for each in summaries)]
    yield ["turns", *(f"{each.turns:,}" for each in summaries)]
    yield ["words", *(f"{each.words:,}" for each in summaries)]
    for _, names in GROUPS:
        for name in names:
            row = [ROWS[name].heading, *(read(name, each.rates[name].value) for each in summaries)]
            if compared:
                row.append(read_difference(name, compared.differences.get(name)))
            yield row
    yield from trait_rows(corpora)
    expenses = [corpus.expenses.rows(corpus.written) for corpus in corpora]
    for each in zip(*expenses, strict=True):
        if any(value != NONE for _, value in each):
            yield [each[0][0], *(value for _, value in each)]


def trait_rows(corpora: Sequence[Described]) -> Iterator[list[str]]:
    """Traits told, labels, and how far several votes on a persona agree, each where there is any."""
    yield from _of_traits("traits told", [corpus.summary.traits for corpus in corpora])
    yield from _of_traits("labels", [corpus.labels or {} for corpus in corpora])
    voted = [corpus.label_findings.get("reliability", {}) for corpus in corpora]
    if any(voted):
        yield ["agreement of the votes (alpha)", *("" for _ in corpora)]
        for trait in TRAITS:
            alphas = [each[trait]["alpha_nominal"]["value"] if trait in each else None for each in voted]
            yield [f"  {trait}", *(NONE if alpha is None else f"{alpha:.2f}" for alpha in alphas)]


def _of_traits(heading: str, levels: Sequence[Mapping[str, Mapping[str, int]]]) -> Iterator[list[str]]:
    if not any(sum(counts.values()) for each in levels for counts in each.values()):
        return
    middle = [MEDIUM] if any(counts.get(MEDIUM) for each in levels for counts in each.values()) else []
    ends = ("high", *middle, "low", UNCLEAR)
    yield [f"{heading}, {' / '.join(ends)}", *("" for _ in levels)]
    for trait in TRAITS:
        yield [f"  {trait}", *(_ends(each.get(trait, {}), ends) for each in levels)]


def _ends(counts: Mapping[str, int], ends: Sequence[str]) -> str:
    # Five-level corpora have their extremes counted with the level they strengthen.
    at = [sum(count for level, count in counts.items() if pole(level) == end) for end in ends]
    return " / ".join(f"{count:,}" for count in at) if any(at) else NONE


def _style_rows(corpus: Described) -> Iterator[list[str]]:
    for trait, levels in corpus.summary.styles.items():
        for level, rates in levels.items():
            yield [f"{trait}, {level}", *(read(name, rates[name].value) for name in STYLE)]


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _table(headings: Sequence[str], rows: Iterator[list[str]]) -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row, *("" for _ in headings[len(row) :]))
    out = io.StringIO()
    Console(file=out, width=WIDTH).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip("\n")
