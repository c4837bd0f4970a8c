"""Scores of several systems side by side: for a terminal, and as CSV and LaTeX."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Final

from generation.spreadsheets import harmless
from training.data.responses import ALL
from training.scores.differences import Compared
from training.scores.intervals import Score
from training.scores.scoring import Scores

WIDTH: Final = 120
# Of what is smaller than so many places can show, the power of ten is said.
TINY: Final = 8
# Metric -> its heading, and how its value is written. Those of two spaces are controls and parts of the one above.
SHOWN: Final[dict[str, tuple[str, str]]] = {
    "perplexity_per_piece": ("perplexity per piece", ".1f"),
    "perplexity_per_word": ("perplexity per word", ".1f"),
    "perplexity_per_word_unseen": ("  of unseen references", ".1f"),
    "context_use": ("  under other contexts, times", ".2f"),
    "f1": ("F1", ".3f"),
    "f1_shuffled": ("  against other references", ".3f"),
    "bleu": ("BLEU", ".1f"),
    "chrf": ("chrF", ".1f"),
    "rouge_l": ("ROUGE-L", ".3f"),
    "bertscore_f1": ("BERTScore F1", ".3f"),
    "bertscore_precision": ("  precision", ".3f"),
    "bertscore_recall": ("  recall", ".3f"),
    "nli_consistency": ("consistency with the persona", ".2f"),
    "distinct_1": ("distinct-1", ".4f"),
    "distinct_2": ("distinct-2", ".4f"),
    "mtld": ("MTLD", ".1f"),
    "type_token_ratio": ("type-token ratio", ".3f"),
    "distinct_replies": ("distinct replies among 100", ".0%"),
    "repeated_within": ("repeated within a reply", ".1%"),
    "repeated_between": ("repeated between replies", ".0%"),
    "replies_seen": ("replies seen in training", ".0%"),
    "words": ("words per reply", ".1f"),
    "questions": ("replies that ask", ".0%"),
    "own_persona": ("own persona's words said", ".1%"),
    "copied_persona": ("copied from the persona", ".1%"),
    "leaks": ("replies that leak", ".1%"),
}
HOME: Final = {
    "perplexity_per_word": ("perplexity per word, away over home", ".2f"),
    "f1": ("F1, home minus away", ".3f"),
}
_TEX: Final = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}


def domains_of(scored: Sequence[Scores]) -> list[str]:
    """The domains that any of the systems answered in, without the one that has all."""
    return list(dict.fromkeys(domain for scores in scored for domain in scores.domains if domain != ALL))


def as_table(scored: Sequence[Scores]) -> str:
    """One table per domain: metrics down, systems across, each value with its interval where it has one.

    Below it stands why a value is missing that another system has. What none has is left out; `scores.json` has the
    reason.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=WIDTH)

    def show(title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> None:
        # As Text, since rich reads what stands in square brackets as styles: names of systems and intervals have them.
        table = Table(title=Text(title), box=SIMPLE_HEAD, title_justify="left", title_style="bold")
        table.add_column("")
        for head in heads:
            table.add_column(Text(head), justify="right")
        for heading, cells in rows:
            table.add_row(heading, *map(Text, cells))
        console.print(table)

    for domain in domains_of(scored):
        having = [scores for scores in scored if domain in scores.domains]
        shown = [metric for metric in SHOWN if any(each.domains[domain][metric].value is not None for each in having)]
        show(
            domain,
            [f"{scores.system} (n {scores.counts[domain]['responses']})" for scores in having],
            [
                (SHOWN[metric][0], [cell(scores.domains[domain][metric], SHOWN[metric][1]) for scores in having])
                for metric in shown
            ],
        )
        out.writelines(f"  {line}\n" for line in _missing(having, domain, shown))
    if any(score.value is not None for scores in scored for score in scores.home.values()):
        rows = [
            (heading, [cell(scores.home[metric], form) for scores in scored])
            for metric, (heading, form) in HOME.items()
        ]
        show("home against away", [scores.system for scores in scored], rows)
    return out.getvalue().rstrip()


def _missing(having: Sequence[Scores], domain: str, shown: Sequence[str]) -> Iterator[str]:
    """Why there is a dash: the metrics that a system has no value of, by reason."""
    for scores in having:
        by_reason: dict[str, list[str]] = {}
        for metric in shown:
            score = scores.domains[domain][metric]
            if score.value is None and score.reason:
                by_reason.setdefault(score.reason, []).append(SHOWN[metric][0].strip())
        for reason, metrics in by_reason.items():
            yield f"- {scores.system}, {', '.join(metrics)}: {reason}"


def cell(score: Score, form: str) -> str:
    """A score as it is read: its value and interval, or a dash."""
    if score.value is None:
        return "-"
    value = number(score.value, form)
    if score.low is None or score.high is None:
        return value
    return f"{value} [{number(score.low, form)}, {number(score.high, form)}]"


def number(value: float, form: str) -> str:
    """A number in its form; where that would make nothing of what is not nothing, with two significant digits."""
    said = format(value, form)
    if value == 0 or not math.isfinite(value) or any(digit in "123456789" for digit in said):
        return said
    share = form.endswith("%")
    leading = math.floor(math.log10(abs(value) * (100 if share else 1)))
    return format(value, f".{1 - leading}{'%' if share else 'f'}") if leading > -TINY else format(value, ".1e")


def differences_as_table(compared: Sequence[Compared]) -> str:
    """What was compared, a line each: the difference with its interval, p as it is and corrected."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    table = Table(title="differences, paired by dialogue", box=SIMPLE_HEAD, title_justify="left", title_style="bold")
    for head in ("first minus second", "domain", "metric"):
        table.add_column(head)
    for head in ("difference", "p", "p (Holm)"):
        table.add_column(head, justify="right")
    for each in compared:
        found = each.difference
        form = SHOWN[each.metric][1]
        value = cell(Score(found.value, found.low, found.high), form)
        p_values = ["-" if p is None else f"{p:.3f}" for p in (found.p, each.p_holm)]
        names = (f"{each.first} - {each.second}", each.domain, SHOWN[each.metric][0].strip())
        table.add_row(*map(Text, (*names, value, *p_values)))
    Console(file=out, width=WIDTH).print(table)
    return out.getvalue().rstrip()


def as_csv(scored: Sequence[Scores]) -> str:
    """Every score, a line each: system, parameters, subset, domain, metric, n, value, low, high, reason."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["system", "parameters", "subset", "domain", "metric", "responses", "value", "low", "high", "reason"])
    for scores in scored:
        subsets = {"all": (scores.domains, {d: n["responses"] for d, n in scores.counts.items()})}
        subsets |= {name: (found, scores.unseen_counts[name]) for name, found in scores.unseen.items()}
        for subset, (domains, counts) in subsets.items():
            for domain, found in domains.items():
                for metric, score in found.items():
                    rows.writerow(
                        [
                            harmless(scores.system),
                            scores.parameters or "",
                            subset,
                            harmless(domain),
                            metric,
                            counts[domain],
                            *(number if number is not None else "" for number in (score.value, score.low, score.high)),
                            score.reason,
                        ]
                    )
    return out.getvalue()


def as_latex(scored: Sequence[Scores]) -> str:
    """The paper's table: a booktabs table with a block for each domain, metrics down and systems across."""
    lines = [
        r"% \usepackage{booktabs}",
        rf"\begin{{tabular}}{{l{'r' * len(scored)}}}",
        r"\toprule",
        " & ".join(["", *(_tex(scores.system) for scores in scored)]) + r" \\",
    ]
    for domain in domains_of(scored):
        lines += [r"\midrule", rf"\multicolumn{{{len(scored) + 1}}}{{l}}{{\emph{{{_tex(domain)}}}}} \\"]
        for metric, (heading, form) in SHOWN.items():
            values = [scores.domains[domain][metric] if domain in scores.domains else Score(None) for scores in scored]
            if any(value.value is not None for value in values):
                indent = r"\quad " if heading.startswith(" ") else ""
                cells = ["--" if value.value is None else _tex(number(value.value, form)) for value in values]
                lines.append(" & ".join([indent + _tex(heading.strip()), *cells]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in text)
