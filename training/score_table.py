"""Scores of several systems side by side, one table per domain, as plain text for a terminal."""

import io
from collections.abc import Sequence
from typing import Final

from training.intervals import Score
from training.scoring import ALL, Scores

WIDTH: Final = 120
# Metric -> its heading, and how its value is written.
SHOWN: Final[dict[str, tuple[str, str]]] = {
    "perplexity_per_piece": ("perplexity per piece", ".1f"),
    "perplexity_per_word": ("perplexity per word", ".1f"),
    "perplexity_per_word_unseen": ("  of unseen references", ".1f"),
    "context_use": ("  under other contexts, times", ".2f"),
    "f1": ("F1", ".3f"),
    "f1_shuffled": ("  against other references", ".3f"),
    "distinct_1": ("distinct-1", ".3f"),
    "distinct_2": ("distinct-2", ".3f"),
    "type_token_ratio": ("type-token ratio", ".3f"),
    "distinct_replies": ("distinct replies among 100", ".0%"),
    "replies_seen": ("replies seen in training", ".0%"),
    "words": ("words per reply", ".1f"),
}


def as_table(scored: Sequence[Scores]) -> str:
    """One table per domain: metrics down, systems across, each value with its interval where it has one."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=WIDTH)
    domains = list(dict.fromkeys(domain for scores in scored for domain in scores.domains if domain != ALL))
    for domain in domains:
        having = [scores for scores in scored if domain in scores.domains]
        # As Text, since rich reads what stands in square brackets as styles: names of systems and intervals have them.
        table = Table(title=Text(domain), box=SIMPLE_HEAD, title_justify="left", title_style="bold")
        table.add_column("")
        for scores in having:
            table.add_column(Text(f"{scores.system} (n {scores.counts[domain]['responses']})"), justify="right")
        for metric, (heading, form) in SHOWN.items():
            table.add_row(heading, *(Text(_cell(scores.domains[domain][metric], form)) for scores in having))
        console.print(table)
    return out.getvalue().rstrip()


def _cell(score: Score, form: str) -> str:
    if score.value is None:
        return "-"
    value = format(score.value, form)
    if score.low is None or score.high is None:
        return value
    return f"{value} [{format(score.low, form)}, {format(score.high, form)}]"
