"""The page of a whole experiment: every step as it would be typed, what went in, what came out, and each result.

Every number stands under the file that it was read from, with that file's digest and the command that wrote it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string

from evaluation.experiments.chain import Ran, is_done, read_record
from evaluation.experiments.experiment import Experiment
from evaluation.experiments.steps import Step
from generation.corpus.manifest import digest_of_file, manifest_path, new_file, read_manifest
from generation.describing.figures import Bar, Figure, Line, Panel
from generation.home import home
from generation.pages import styles
from training.pages import STYLES
from training.scores.intervals import Score
from training.scores.score_page import Table, score_context, score_of
from training.scores.score_table import cell
from training.series.sweep_page import sweep_context
from training.trait_scores.trait_control import MEASURES

PAGE: Final = "index.html"
JSON: Final = "index.json"
FORMAT: Final = 1
# Of what a manifest says came out, what is short enough to be read in a list.
_LONGEST_RESULT: Final = 120
# What a command's page is called in the folder that it makes.
_PAGES: Final = {
    "report": "report.html",
    "describe": "description.html",
    "score": "scores.html",
    "sweep": "sweep.html",
}


@dataclass(frozen=True)
class FileRead:
    """A file with the SHA-256 that it has now; None where it is not there."""

    path: Path
    sha256: str | None


@dataclass(frozen=True)
class StepDone:
    """A step, what it read and made, and how it stands. `results` are what its manifest says came out."""

    step: Step
    state: str
    ran: Ran | None
    reads: tuple[FileRead, ...]
    makes: tuple[FileRead, ...]
    results: Mapping[str, Any]
    page: str = ""

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The results that can be read in a line."""
        rows = []
        for key, value in self.results.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if len(text) <= _LONGEST_RESULT and value not in (None, [], {}, ""):
                rows.append((key.replace("_", " "), text))
        return rows

    def as_json(self) -> dict[str, Any]:
        """The step as it stands in `index.json`; paths are relative to PARLEY_HOME where they are under it."""
        return {
            "step": self.step.name,
            "command": self.step.as_typed(),
            "state": self.state,
            "seconds": self.ran.seconds if self.ran and self.ran.finished else None,
            "made_at": self.ran.made_at if self.ran else "",
            "reads": [{"file": _named(each.path), "sha256": each.sha256} for each in self.reads],
            "makes": [{"file": _named(each.path), "sha256": each.sha256} for each in self.makes],
            "results": dict(self.results),
        }


@dataclass(frozen=True)
class Part:
    """A result on the page: the step that made it, the file its numbers were read from, and what is shown of it."""

    title: str
    template: str
    source: StepDone
    file: FileRead
    context: Mapping[str, Any] = field(default_factory=dict)


def write_chain_page(experiment: Experiment, *, now: datetime) -> Path:
    """Write `index.html` and `index.json` into the experiment's folder, as things stand; returns the page."""
    steps = steps_done(experiment)
    folder = experiment.folder
    with new_file(folder / JSON) as out:
        json.dump(chain_json(experiment, steps, now=now), out, indent=1, ensure_ascii=False)
        out.write("\n")
    with new_file(folder / PAGE) as out:
        out.write(chain_html(experiment, steps, now=now))
    return folder / PAGE


def steps_done(experiment: Experiment) -> list[StepDone]:
    """Every step with the digests of what it read and made; a file that several steps name is digested once."""
    record = read_record(experiment)
    digests: dict[Path, str | None] = {}

    def read(path: Path) -> FileRead:
        if path not in digests:
            digests[path] = digest_of_file(path) if path.is_file() else None
        return FileRead(path, digests[path])

    found = []
    for step in experiment.steps:
        ran = record.get(step.name)
        manifests = [read_manifest(path) for path in step.makes]
        found.append(
            StepDone(
                step=step,
                state="done" if is_done(step, record) else "not done, or its inputs have changed since",
                ran=ran,
                reads=tuple(read(path) for path in step.reads),
                makes=tuple(read(path if path.is_file() else manifest_path(path)) for path in step.makes),
                results=manifests[0].get("results", {}) if len(manifests) == 1 else {},
                page=_page_of(step, experiment.folder),
            )
        )
    return found


def chain_json(experiment: Experiment, steps: Iterable[StepDone], *, now: datetime) -> dict[str, Any]:
    """The whole page as data."""
    return {
        "format": FORMAT,
        "experiment": experiment.title,
        "file": {"file": experiment.path.name, "sha256": digest_of_file(experiment.path)},
        "written_at": now.isoformat(timespec="seconds"),
        "study": experiment.study or None,
        "caveats": caveats_of(experiment),
        "steps": [each.as_json() for each in steps],
    }


def chain_html(experiment: Experiment, steps: list[StepDone], *, now: datetime) -> str:
    """The page with its styles inside."""
    finished = [each.ran.seconds for each in steps if each.ran and each.ran.finished]
    return render_to_string(
        "evaluation/chain/index.html",
        {
            "title": experiment.title,
            "experiment": experiment,
            "digest": digest_of_file(experiment.path),
            "now": now,
            "steps": steps,
            "undone": sum(each.state != "done" for each in steps),
            "seconds": round(sum(finished)),
            "caveats": caveats_of(experiment),
            "parts": parts_of(steps),
            "reports": [each for each in steps if each.step.command == "report" and each.page],
            "styles": styles(*STYLES),
        },
    )


def caveats_of(experiment: Experiment) -> list[str]:
    """What the manifests of all that was made warn of."""
    made = [read_manifest(path).get("results", {}) for step in experiment.steps for path in step.makes]
    return sorted({str(caveat) for results in made for caveat in results.get("caveats", [])})


def parts_of(steps: Iterable[StepDone]) -> list[Part]:
    """The results that can be shown: scores, series over ratios, trait control. What is not done shows nothing."""
    parts = []
    for done in steps:
        for path in done.step.makes if done.state == "done" else ():
            parts += _part(done, path)
    return parts


def _part(done: StepDone, path: Path) -> list[Part]:
    if done.step.command == "score":
        file = path / "scores.json"
        # Strips for each metric are on the page of scores, which is linked.
        shown = score_context(_loaded(file)) | {"figures": []}
        return [Part("Scores", "training/_scores.html", done, _read(file), shown)]
    if done.step.command == "sweep":
        file, title = path / "sweep.json", f"Mixing ratios: {path.name}"
        return [Part(title, "training/_sweep.html", done, _read(file), sweep_context(_loaded(file)))]
    if done.step.command == "trait_control":
        found = _loaded(path)
        title = f"Trait control: {found['trait']}, {done.step.name.partition('.')[2]}"
        return [Part(title, "evaluation/chain/_control.html", done, _read(path), control_context(found))]
    return []


def control_context(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a result of `trait_control`: rates over chance, the effects, and what was said more."""
    apart, accuracy = score_of(found["told_apart"]), score_of(found["classifier"]["balanced_accuracy"])
    rows = [
        (f"replies told {found['trait']} high, from those told it low", apart),
        ("the classifier on held-out turns", accuracy),
    ]
    warnings = [found["warning"]]
    if judge := found.get("judge"):
        rows += [
            (f"the same replies, told by {judge['model']}", score_of(judge["told_apart"])),
            (f"{judge['model']} on held-out turns", score_of(judge["held_out_accuracy"])),
        ]
        warnings.append(judge["warning"])
    lines = tuple(
        Line(label, _rate_bar(score), cell(score, ".1%").partition(" ")[0], cell(score, ".1%").partition(" ")[2])
        for label, score in rows
    )
    said = "; ".join(f"{label}: {cell(score, '.1%')}" for label, score in rows)
    return {
        "warnings": [f"{warning}." for warning in warnings if warning],
        "figure": Figure(
            title="Told high against told low",
            alt=f"{said}. Chance is 50 %.",
            caption=(
                f"{found['high']} against {found['low']}, over {found['contexts']:,} contexts, of which "
                f"{found['equal_replies']:,} have equal replies. The axis reaches from 0 to 100 %; chance is 50 %. "
                "Whiskers are 95 % intervals."
            ),
            panels=(Panel("", lines, "100 %"),),
            columns=("", "rate"),
            rows=tuple((label, cell(score, ".1%")) for label, score in rows),
        ),
        "table": Table(
            "High less low, paired by context",
            ("difference", "p", "size in SD"),
            tuple(
                (
                    MEASURES[name][0],
                    (
                        cell(score_of(each), "+.3f"),
                        "-" if each["p"] is None else f"{each['p']:.3f}",
                        "-" if each["size"] is None else f"{each['size']:+.2f}",
                    ),
                )
                for name, each in found["effects"].items()
            ),
        ),
        "ngrams": {end: [each["ngram"] for each in ngrams] for end, ngrams in found["ngrams"].items()},
        "signature": found["signature"],
    }


def _rate_bar(score: Score) -> Bar | None:
    if score.value is None:
        return None
    low, high = (None if each is None else round(100 * each, 2) for each in (score.low, score.high))
    return Bar(0.0, round(100 * score.value, 2), low, high)


def _loaded(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def _read(path: Path) -> FileRead:
    return FileRead(path, digest_of_file(path))


def _page_of(step: Step, folder: Path) -> str:
    """The page that the step made, as a link from the experiment's own; empty where there is none."""
    name = _PAGES.get(step.command)
    found = next((path / name for path in step.makes if name and (path / name).is_file()), None)
    return os.path.relpath(found, folder) if found else ""


def _named(path: Path) -> str:
    """A path as it is told: relative to PARLEY_HOME where it is under it, else the last part and its folder's."""
    if path.is_relative_to(home()):
        return str(path.relative_to(home()))
    return str(Path(path.parent.name, path.name))
