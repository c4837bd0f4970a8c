"""The curves of a training run: a line for each look in `curves.jsonl`, and a picture of them."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from generation.corpus.manifest import new_file

CURVES_FILE: Final = "curves.jsonl"
PLOT_FILE: Final = "curves.svg"
# Of the picture, in pixels: its size, and where the axes stand.
WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 24, 40
SERIES: Final = (("validation_perplexity", "validation", ""), ("train_perplexity", "training", "6 4"))


def add_to_curves(folder: Path, row: Mapping[str, Any]) -> None:
    """Note a look."""
    with (folder / CURVES_FILE).open("a", encoding="utf-8") as out:
        out.write(json.dumps(dict(row)) + "\n")


def cut_curves(folder: Path, *, after: int) -> None:
    """Drop what an interrupted run noted beyond the step that it goes on from."""
    path = folder / CURVES_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    with new_file(path) as out:
        out.writelines(f"{line}\n" for line in lines if _step_of(line) <= after)


def read_curves(folder: Path) -> list[dict[str, float]]:
    """The looks of a run, in their order; none where there is no file."""
    path = folder / CURVES_FILE
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except ValueError:
        return math.inf  # a line that a kill cut off


def plot_curves(looks: Sequence[Mapping[str, float]], *, title: str) -> str:
    """The perplexities of all looks over steps as an SVG, on a logarithmic scale; readable without colour.

    Without two looks there is nothing to draw, and the picture says so.
    """
    values = [
        look[key] for look in looks for key, _, _ in SERIES if look.get(key) is not None and math.isfinite(look[key])
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="{LEFT}" y="15">{escape(title)}</text>'
    )
    if len(looks) < 2 or not values:
        return f'{head}<text x="{LEFT}" y="{HEIGHT / 2:g}">Fewer than two looks: no curve.</text></svg>\n'
    low, high = math.log(min(values)), math.log(max(values))
    first, last = looks[0]["step"], looks[-1]["step"]

    def across(step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (step - first) / max(1, last - first)

    def down(value: float) -> float:
        share = (math.log(value) - low) / (high - low) if high > low else 0.5
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [head]
    for tick in (min(values), math.exp((low + high) / 2), max(values)):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down(tick):.1f}" y2="{down(tick):.1f}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{down(tick) + 4:.1f}" text-anchor="end">{tick:.3g}</text>'
        )
    for step in (first, last):
        anchor = "start" if step == first else "end"
        parts.append(f'<text x="{across(step):.1f}" y="{HEIGHT - 22}" text-anchor="{anchor}">{step:g}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">steps</text>')
    for place, (key, label, dashes) in enumerate(SERIES):
        points = [
            f"{across(look['step']):.1f},{down(look[key]):.1f}"
            for look in looks
            if look.get(key) is not None and math.isfinite(look[key])
        ]
        stroke = f'stroke="{"#0b5d66" if not dashes else "#b4691f"}" stroke-width="2" stroke-dasharray="{dashes}"'
        beside = WIDTH - RIGHT - 200 + place * 100
        parts.append(
            f'<polyline fill="none" {stroke} points="{" ".join(points)}"/>'
            f'<line x1="{beside}" x2="{beside + 24}" y1="11" y2="11" {stroke}/>'
            f'<text x="{beside + 30}" y="15">{label}</text>'
        )
    return "".join([*parts, "</svg>\n"])
