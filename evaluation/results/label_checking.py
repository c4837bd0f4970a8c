"""People's labels of personas held against those of a labeller: the key that `sample_labels` wrote, and the answers."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.results.judgments_file import info_path, read_info, read_judgments
from evaluation.stats.data.rows import CANNOT_JUDGE, JudgmentRow
from evaluation.stats.data.selection import choose
from evaluation.stats.labels.label_accuracy import Predicted, label_accuracy
from evaluation.stats.labels.persona_labels import predicted_of
from generation.corpus.dialogues import BadLine, read_json_lines
from generation.corpus.traits import FIVE_LEVELS, LEVELS, TRAITS
from generation.home import NoSuchName, existing
from generation.labels.label_sampling import draw_sample
from generation.labels.labelling import LABELS_FILE, read_labels

_KNOWN: Final = tuple(dict.fromkeys([*LEVELS, *FIVE_LEVELS]))


class NoKey(ValueError):
    """Neither a key nor a corpus with labels."""


class NothingToCheck(ValueError):
    """Judgments that label nothing of the key."""


@dataclass(frozen=True)
class LabelCheck:
    """What the labels are worth, and what of the judgments could not be used, counted."""

    found: dict[str, Any]
    key: Path

    def as_json(self) -> dict[str, Any]:
        """The result of `check_labels --json`."""
        return self.found


def find_key(named: str) -> Path:
    """The key at the path `named`, or the labels of the corpus called so."""
    if Path(named).is_file():
        return Path(named)
    try:
        labels = existing("corpora", named) / LABELS_FILE
    except NoSuchName as error:
        raise NoKey(f"{error}; expected a corpus, or the path of a key that `sample_labels` wrote") from error
    if not labels.is_file():
        raise NoKey(f"{labels.parent} has no {LABELS_FILE}: expected a corpus with labels")
    return labels


def sample_of(labels: Path, judged: Collection[tuple[str, str]]) -> list[Predicted]:
    """Of a corpus's labels those that were judged (context and trait), as if drawn by trait and level.

    Each stands for as many as its trait and level have in the corpus, over those of them that were judged: the weights
    of the sample's key, but for what was drawn and never judged.
    """
    everything = list(read_labels(labels.parent).values())
    if not everything:
        return []
    sampled = draw_sample(everything, corpus=labels.parent.name, per_cell=len(everything), seed=0)
    personas = Counter((each.trait, each.predicted) for each in sampled)
    kept = [each for each in sampled if (each.context, each.trait) in judged]
    drawn = Counter((each.trait, each.predicted) for each in kept)
    return [
        Predicted(
            each.context,
            each.trait,
            each.predicted,
            personas[each.trait, each.predicted] / drawn[each.trait, each.predicted],
            each.persona,
        )
        for each in sorted(kept, key=lambda each: (TRAITS.index(each.trait), each.context))
    ]


def read_key(path: Path) -> list[Predicted]:
    """The sample by trait and context; a broken line, or a label that stands there twice, raises `BadLine`."""
    sample: list[Predicted] = []
    seen: dict[tuple[str, str], int] = {}
    for line, data in read_json_lines(path):
        try:
            each = _predicted(data)
        except ValueError as error:
            raise BadLine(path, line, str(error)) from error
        before = seen.setdefault((each.context, each.trait), line)
        if before != line:
            raise BadLine(path, line, f"{each.trait} of {each.context!r} stands in line {before} already")
        sample.append(each)
    if not sample:
        raise BadLine(path, 1, "expected one JSON object per line; the file is empty")
    return sorted(sample, key=lambda each: (TRAITS.index(each.trait), each.context))


def check_labels(*, key: Path | None, judgments: Path, seed: int) -> LabelCheck:
    """The labeller's accuracy from its key (or a corpus's labels) and from people's answers.

    Without a `key` the labels are those that a labelling study keeps in the `study.json` beside its judgments. Raises
    `NoKey` where there are none, `NothingToCheck` where no answer is about a persona of the key, and `BadLine` where a
    file is broken.
    """
    chosen = choose(read_judgments(judgments))
    if key is None:
        key, sample = info_path(judgments), _kept_beside(judgments)
    elif key.name == LABELS_FILE:
        sample = sample_of(key, {(row.context, row.criterion) for row in chosen.counted})
    else:
        sample = read_key(key)
    known = {(each.context, each.trait) for each in sample}
    about = [row for row in chosen.counted if (row.context, row.criterion) in known]
    if not about:
        raise NothingToCheck(
            f"{judgments}: none of {len(chosen.counted):,} judgments is about a trait of a persona in {key}; expected "
            "the trait as criterion and the key's context as context"
        )
    _check_levels(about, judgments)
    found = label_accuracy(sample, about, seed=seed)
    return LabelCheck(
        {
            "key": key.name,
            "judgments": judgments.name,
            "seed": seed,
            "annotator_kind": chosen.kind,
            "not_in_key": len(chosen.counted) - len(about),
            "excluded": [each.as_json() for each in chosen.left_out],
            **found,
        },
        key,
    )


def _kept_beside(judgments: Path) -> list[Predicted]:
    info = read_info(judgments)
    sample = predicted_of(info.labelled, TRAITS) if info else []
    if not sample:
        raise NoKey(
            f"{info_path(judgments).name} beside the judgments holds no labels: expected the export of a labelling "
            "study, or a key or corpus named before --judgments"
        )
    return sample


def _check_levels(rows: Sequence[JudgmentRow], path: Path) -> None:
    odd = next((row for row in rows if row.choice not in (*_KNOWN, CANNOT_JUDGE)), None)
    if odd is not None:
        raise NothingToCheck(
            f"{path}: expected a level ({', '.join(_KNOWN)}) as choice, got {odd.choice!r} "
            f"({odd.criterion} of {odd.context!r}, annotator {odd.annotator!r})"
        )


def _predicted(data: object) -> Predicted:
    if not isinstance(data, dict):
        raise ValueError(f"expected a JSON object, got {type(data).__name__}")
    if data.get("format") != 1:
        raise ValueError(f"expected format 1, got {data.get('format')!r}")
    context, trait, level, weight = (data.get(key) for key in ("context", "trait", "predicted", "weight"))
    if not isinstance(context, str) or not context:
        raise ValueError(f"context: expected a non-empty string, got {context!r}")
    if trait not in TRAITS:
        raise ValueError(f"trait: expected one of {', '.join(TRAITS)}; got {trait!r}")
    if level not in _KNOWN:
        raise ValueError(f"predicted: expected one of {', '.join(_KNOWN)}; got {level!r}")
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
        raise ValueError(f"weight: expected a number above 0, got {weight!r}")
    persona = data.get("persona") or []
    if not isinstance(persona, list) or not all(isinstance(line, str) for line in persona):
        raise ValueError(f"persona: expected a list of sentences, got {persona!r}")
    return Predicted(context, str(trait), str(level), float(weight), tuple(persona))
