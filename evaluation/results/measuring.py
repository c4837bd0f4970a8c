"""What is known of a study's responses: their lengths, their overlap with what was really said, scores beside them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from evaluation.models import Item, Response, Study
from evaluation.stats.data.measures import EqualPair, Measures
from evaluation.stats.preferences.seeds import system_of
from generation.corpus.manifest import digest_of_file
from generation.home import NoSuchName, place
from training.data.responses import ALL, SCORES_FILE, responses_file
from training.scores.metrics import unigram_f1, words


def measures_of(study: Study) -> Measures:
    """The measures of every response that a system gave in `study`, and of every system that `score` was run on.

    Scores count only while they lie beside the very responses that the study was made from.
    """
    lengths: dict[str, dict[str, int]] = defaultdict(dict)
    f1: dict[str, dict[str, float]] = defaultdict(dict)
    told: set[str] = set()
    texts = Response.objects.filter(context__study=study, system__isnull=False, sample=0).order_by("pk")
    for system, context, text, given, reference in texts.values_list(
        "system__name", "context__ident", "text", "given", "context__reference"
    ):
        assert system is not None
        lengths[system][context] = words(text)
        if reference:
            f1[system][context] = round(unigram_f1(text, reference), 6)
        if isinstance(given, dict) and given.get("traits"):
            told.add(system)
    return Measures(
        lengths=dict(lengths),
        scores={"f1": dict(f1)} if f1 else {},
        system_scores=_scores_beside(study),
        told_no_trait=tuple(system for system in lengths if system not in told) if told else (),
        equal_pairs=_equal_pairs(study),
    )


def _equal_pairs(study: Study) -> tuple[EqualPair, ...]:
    pairs = Item.objects.filter(study=study, automatic_tie=True, is_check=False).order_by("pk")
    return tuple(
        EqualPair(*each)
        for each in pairs.values_list(
            "context__ident",
            "first__system__name",
            "second__system__name",
            "context__domain",
            "context__cluster",
            "trait",
            "level",
        )
    )


def _scores_beside(study: Study) -> dict[str, dict[str, float]]:
    """Metric -> system -> value over all domains, from each `scores.json` that still belongs to its responses."""
    digests = {system.name: system.digest for system in study.systems.all()}
    # Training runs that answered into one file were scored as one system.
    digests |= {system_of(name): digest for name, digest in digests.items() if system_of(name) not in digests}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for name in study.design.get("responses") or ():
        folder = _folder(str(name))
        if folder is None or not (folder / SCORES_FILE).is_file():
            continue
        scores: dict[str, Any] = json.loads((folder / SCORES_FILE).read_text(encoding="utf-8"))
        system = str(scores.get("system"))
        if digests.get(system) != digest_of_file(responses_file(folder)):
            continue
        for metric, score in (scores.get("domains") or {}).get(ALL, {}).items():
            if isinstance(score, dict) and isinstance(score.get("value"), int | float):
                found[metric][system] = float(score["value"])
    return dict(found)


def _folder(name: str) -> Path | None:
    try:
        folder = place("responses", name)
    except NoSuchName:
        return None
    return folder if folder.is_dir() else None
