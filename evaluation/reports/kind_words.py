"""The report's words for what was judged: replies, whole dialogues, or personas.

Reports are written for pairs of replies; of other kinds of item the same sentences are said with other words. Names of
systems and criteria, and what researchers wrote, stand in rows and verdicts, and are left alone.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from evaluation.reports.figures import Plot
from evaluation.reports.table import Table

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Report = TypeVar("Report", bound="DataclassInstance")
Words = Mapping[str, str]
DIALOGUES: Final = {
    "Replies, references, the persona and the turns before": "The dialogues and what is known of the speakers",
    "response itself": "dialogue itself",
    "responses": "dialogues",
    "response": "dialogue",
    "replies": "dialogues",
    "reply": "dialogue",
    "Reply": "Conversation",
}
PERSONAS: Final = {
    "Replies, references, the persona and the turns before": "The personas",
    "two responses": "two answers",
    "response itself": "persona itself",
    "single responses": "single personas",
    "single response": "a single persona",
    "context": "persona",
    "contexts": "personas",
    "per pair": "per persona",
}
OF_KIND: Final[Mapping[str, Words]] = {"dialogues": DIALOGUES, "persona": PERSONAS}
# What the datasheet says of a study's task that ran here, where it is no pair of replies.
HEDS_ANSWERS: Final[Mapping[str, Mapping[str, str]]] = {
    "dialogues": {
        "2.1": "Text: two personas, and traits where told.",
        "2.2": "Text: a whole dialogue between two speakers.",
        "2.3": "Dialogue: writing or holding all of it.",
        "3.1.2": "Drawn at random with a fixed seed, the same sources for every system, as the study file says.",
        "3.3.4.2": (
            "Two whole dialogues on one source, under the names Conversation 1 and Conversation 2 with sides balanced, "
            "what is known of the speakers where the study shows it, and the questions with their answers; never the "
            "systems."
        ),
    },
    "persona": {
        "2.1": "Text: the sentences of a persona.",
        "2.2": "A label for each trait.",
        "2.3": "Labelling traits of a persona.",
        "3.1.1": "The tables have the number of personas for each trait and level.",
        "3.1.2": "Drawn at random with a fixed seed, equally many of each trait and level that a labeller gave.",
        "3.3.4.2": (
            "The sentences of one persona, and a question for each trait in plain words with its answers; never what "
            "the labeller said."
        ),
    },
}


def kind_of(analysis: Mapping[str, Any]) -> str:
    """The kind of item that was judged."""
    return str((analysis.get("study") or {}).get("kind") or "pair")


def said_of(kind: str, text: str) -> str:
    """`text` in the words of `kind`."""
    words = OF_KIND.get(kind)
    if not words:
        return text
    # The longest first, and no part of a name: "p-response" stays what it is.
    known = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(rf"(?<![\w-])(?:{known})(?![\w-])", lambda found: words[found.group()], text)


def table_of(kind: str, table: Table) -> Table:
    """A table whose caption, heads and note are in the words of `kind`."""
    return replace(
        table,
        caption=said_of(kind, table.caption),
        note=said_of(kind, table.note),
        columns=tuple(replace(each, label=said_of(kind, each.label)) for each in table.columns),
    )


def plot_of(kind: str, plot: Plot | None) -> Plot | None:
    """A plot whose title and caption are in the words of `kind`."""
    if plot is None:
        return None
    return replace(
        plot,
        title=said_of(kind, plot.title),
        alt=said_of(kind, plot.alt),
        caption=said_of(kind, plot.caption),
    )


def report_of_kind(report: Report, kind: str) -> Report:
    """A report in the words of `kind`: its methods, cautions, plots and tables."""
    if kind not in OF_KIND:
        return report
    changed: dict[str, Any] = {}
    for each in fields(report):
        value = getattr(report, each.name)
        if each.name == "size":
            changed[each.name] = said_of(kind, value)
        elif each.name in ("methods", "instrument"):
            changed[each.name] = tuple(said_of(kind, text) for text in value)
        elif each.name == "cautions":
            changed[each.name] = tuple(replace(caution, text=said_of(kind, caution.text)) for caution in value)
        elif each.name == "tables":
            changed[each.name] = tuple(table_of(kind, table) for table in value)
        elif isinstance(value, Plot):
            changed[each.name] = plot_of(kind, value)
        elif each.name == "instrument_plots":
            changed[each.name] = tuple(plot_of(kind, plot) for plot in value)
    return replace(report, **changed)
