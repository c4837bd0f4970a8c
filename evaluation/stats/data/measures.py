"""What is known of the responses themselves, beside the judgments: lengths, metric scores, what systems were told."""

from dataclasses import dataclass, field
from typing import Any

# System -> context -> a number of the response.
PerResponse = dict[str, dict[str, float]]


@dataclass(frozen=True)
class EqualPair:
    """Two equal responses that nobody was shown: a tie, and half right where a trait was to be told from them."""

    context: str
    first: str
    second: str
    domain: str = ""
    cluster: str = ""
    trait: str = ""
    level: str = ""


@dataclass(frozen=True)
class Measures:
    """Part of `FILE.study.json`; all of it may be empty, and what needs it is then null with a reason."""

    # In words, as the normaliser of `generation.corpus.lexical` counts them.
    lengths: dict[str, dict[str, int]] = field(default_factory=dict)
    # Metric -> its score of every response; and of every system as a whole.
    scores: dict[str, PerResponse] = field(default_factory=dict)
    system_scores: dict[str, dict[str, float]] = field(default_factory=dict)
    # Systems that were told no trait: no trait can be told from their replies but by chance.
    told_no_trait: tuple[str, ...] = ()
    equal_pairs: tuple[EqualPair, ...] = ()


def measures_from_json(data: dict[str, Any]) -> Measures:
    """The measures in a parsed `FILE.study.json`; ValueError says what was expected and what came."""
    return Measures(
        lengths={
            str(system): {
                str(context): _count(words, f"measures.lengths.{system}.{context}") for context, words in of.items()
            }
            for system, of in (data.get("lengths") or {}).items()
        },
        scores={
            str(metric): {
                str(system): {
                    str(context): _number(score, f"measures.scores.{metric}.{system}.{context}")
                    for context, score in of.items()
                }
                for system, of in systems.items()
            }
            for metric, systems in (data.get("scores") or {}).items()
        },
        system_scores={
            str(metric): {
                str(system): _number(score, f"measures.system_scores.{metric}.{system}") for system, score in of.items()
            }
            for metric, of in (data.get("system_scores") or {}).items()
        },
        told_no_trait=tuple(map(str, data.get("told_no_trait") or ())),
        equal_pairs=tuple(
            EqualPair(**{key: str(value) for key, value in each.items()}) for each in data.get("equal_pairs") or ()
        ),
    )


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}: expected a number of words, got {value!r}")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise ValueError(f"{where}: expected a number, got {value!r}")
    return float(value)
