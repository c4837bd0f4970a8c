"""A series of models over mixing ratios of two corpora, at one budget, each answering and scored as the others are."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from generation.corpus.manifest import digest_of, new_file, read_manifest, write_manifest
from generation.home import home, place
from training.answering.choosing import Choice
from training.answering.decoding import Decoding
from training.answering.responding import Corpus, respond
from training.answering.systems import TrainedModel
from training.data.responses import ALL, RESPONSES_FILE
from training.data.sources import read_source
from training.data.told import Telling
from training.learning.runs import train
from training.models.recipe import Recipe
from training.scores.scoring import Scores, score, write_scores
from training.series.best_ratio import BETTER, Series, best_ratio

COMMAND: Final = "sweep"
SWEEP_FILE: Final = "sweep.json"
FORMAT: Final = 1
RATIOS: Final = (0, 10, 25, 50, 75, 90, 100)


class BadSweep(ValueError):
    """A series that cannot be run as it was asked for."""


class SweepTaken(ValueError):
    """A folder in which another series stands."""


@dataclass(frozen=True)
class Asked:
    """How every model of the series is asked for its replies."""

    corpora: tuple[Corpus, ...]
    choice: Choice
    decoding: Decoding
    batch_size: int = 32


@dataclass(frozen=True)
class Trained:
    """How every model of the series is trained: on `first` and `second`, of which a ratio is the second's share."""

    recipe: Recipe
    first: str
    second: str
    telling: Telling
    seed: int
    allow_persona_overlap: bool = False

    def shares(self, ratio: int) -> tuple[str, str]:
        """The two corpora with their shares, as `train --on` takes them."""
        return f"{self.first}:{(100 - ratio) / 100:g}", f"{self.second}:{ratio / 100:g}"


@dataclass(frozen=True)
class Point:
    """One model of the series and what it gave."""

    ratio: int
    name: str
    examples: int
    steps: int
    seconds: float
    scores: Scores


@dataclass(frozen=True)
class Swept:
    """A whole series: where it lies, its points, and each metric in each domain over the ratios."""

    folder: Path
    points: tuple[Point, ...]
    series: tuple[Series, ...]
    result: dict[str, Any]


def sweep_folder(name: str) -> Path:
    """Where the results of the series called `name` lie."""
    return home() / "sweeps" / name


def ratios_from(text: str) -> tuple[int, ...]:
    """The ratios in "0,10,100", in per cent; raises `BadSweep` for what is none."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdecimal() and int(word) <= 100 for word in words) or len(set(words)) < max(2, len(words)):
        raise BadSweep(f"--ratios: expected at least two different whole per cents like 0,50,100, got {text!r}")
    return tuple(sorted(int(word) for word in words))


def model_name(name: str, ratio: int) -> str:
    """What the model of one ratio, and its responses, are called: `mix-050`."""
    return f"{name}-{ratio:03}"


def sweep(
    *,
    name: str,
    ratios: Sequence[int],
    trained: Trained,
    asked: Asked,
    metrics: Sequence[str],
    seed: int,
    now: Callable[[], datetime],
    say: Callable[[str], None],
    watch: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Swept:
    """Train, ask and score a model for every ratio, and say for each metric and domain which ratio is best.

    Every mixture has as many examples, those of the smaller corpus, and is trained for as many steps; draws are nested.
    A series that was cut off goes on with the model it was at: what is finished is left as it is.
    """
    folder = sweep_folder(name)
    settings = {
        "recipe": trained.recipe.as_json(),
        "on": [trained.first, trained.second],
        "ratios": list(ratios),
        **trained.telling.as_json(),
        "allow_persona_overlap": trained.allow_persona_overlap,
        "to_contexts": [{"corpus": each.name, "domain": each.domain} for each in asked.corpora],
        "choice": asked.choice.as_json(),
        "decoding": asked.decoding.as_json(),
        "metrics": list(metrics),
        "seed": seed,
    }
    _check_folder(folder, settings)
    points = []
    for number, ratio in enumerate(ratios, start=1):
        say(f"[{number}/{len(ratios)}] {ratio} % {trained.second}, {100 - ratio} % {trained.first}")
        points.append(_point(name, ratio, trained, asked, seed=seed, now=now, watch=watch))
    known = {metric for point in points for found in point.scores.domains.values() for metric in found}
    for metric in metrics:
        if metric not in known:
            raise BadSweep(f"--metrics: metric {metric!r}: expected some of {', '.join(sorted(known))}")
    series = tuple(
        _series(domain, metric, points, seed=seed)
        for domain in points[0].scores.domains
        if domain != ALL
        for metric in metrics
    )
    result = _as_json(name, trained, points, series)
    with new_file(folder / SWEEP_FILE) as out:
        json.dump(result, out, indent=2, ensure_ascii=False)
        out.write("\n")
    write_manifest(
        folder,
        command=COMMAND,
        now=now(),
        settings=settings,
        inputs={point.name: place("responses", point.name) / RESPONSES_FILE for point in points},
        results={
            "series": digest_of(settings),
            "models": [point.name for point in points],
            "caveats": sorted({caveat for point in points for caveat in point.scores.caveats}),
            "signature": result["signature"],
        },
    )
    return Swept(folder=folder, points=tuple(points), series=series, result=result)


def _check_folder(folder: Path, settings: Mapping[str, Any]) -> None:
    done = read_manifest(folder)
    if done and done.get("results", {}).get("series") != digest_of(settings):
        raise SweepTaken(f"{folder} holds a series with other settings; choose another --to, or remove the folder")
    if not done and folder.exists() and any(folder.iterdir()):
        raise SweepTaken(f"{folder} is there and holds something else; choose another --to")


def _point(
    name: str,
    ratio: int,
    trained: Trained,
    asked: Asked,
    *,
    seed: int,
    now: Callable[[], datetime],
    watch: Callable[[int, int, str], None],
) -> Point:
    called = model_name(name, ratio)
    run = train(
        trained.recipe,
        sources=[read_source(each) for each in trained.shares(ratio)],
        to=place("models", called),
        telling=trained.telling,
        seed=trained.seed,
        allow_persona_overlap=trained.allow_persona_overlap,
        now=now(),
        watch=watch,
    )
    responses = place("responses", called)
    respond(
        system=TrainedModel(
            run.folder, decoding=asked.decoding, with_traits=True, seed=seed, batch_size=asked.batch_size
        ),
        corpora=asked.corpora,
        to=responses,
        name=called,
        choice=asked.choice,
        setting={},
        seed=seed,
        now=now(),
    )
    scores = score(responses, seed=seed, batch_size=asked.batch_size)
    write_scores(responses, scores)
    return Point(
        ratio=ratio,
        name=called,
        examples=int(run.results["examples_seen"]),
        steps=int(run.results["steps"]),
        seconds=float(run.results["seconds"]),
        scores=scores,
    )


def _series(domain: str, metric: str, points: Sequence[Point], *, seed: int) -> Series:
    scores = {point.ratio: point.scores.domains[domain][metric] for point in points}
    better = BETTER.get(metric)
    sums = {point.ratio: point.scores.sums[domain][metric] for point in points if metric in point.scores.sums[domain]}
    if better is None:
        return Series(domain, metric, scores, None, reason="neither more nor less of it is better")
    if len(sums) < len(points):
        return Series(domain, metric, scores, None, reason="it has no interval over dialogues")
    best = best_ratio(sums, better=better, seed=seed)
    return Series(domain, metric, scores, best, reason="" if best else "fewer than two dialogues in common")


def _as_json(name: str, trained: Trained, points: Sequence[Point], series: Sequence[Series]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": name,
        "first": trained.first,
        "second": trained.second,
        "ratios": [point.ratio for point in points],
        "models": [
            {
                "ratio": point.ratio,
                "model": point.name,
                "examples_seen": point.examples,
                "steps": point.steps,
                "seconds": round(point.seconds, 1),
                "warnings": list(point.scores.warnings),
            }
            for point in points
        ],
        "series": [each.as_json() for each in series],
        "caveats": sorted({caveat for point in points for caveat in point.scores.caveats}),
        "signature": f"sweep|best:joint bootstrap over dialogues|flat:paired bootstrap,Holm|"
        f"{points[0].scores.signature}",
    }
