"""How traits are told to a dialogue author: by name and level alone, by adjectives, a description, or their facets."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from generation.corpus.traits import MEDIUM, Traits, in_words, pole, stated

NAMES: Final = "names"
ADJECTIVES: Final = "adjectives"
DESCRIPTION: Final = "description"
FACETS: Final = "facets"
# From the shallowest to the deepest.
TRAIT_STYLES: Final = (NAMES, ADJECTIVES, DESCRIPTION, FACETS)
PROMPTS_FOLDER: Final = Path(__file__).resolve().parent.parent / "prompts"
# The file whose words a style tells; names need none, and adjectives are those of `generation.corpus.traits`.
WORDS_OF_STYLE: Final = {DESCRIPTION: "trait_descriptions.toml", FACETS: "trait_facets.toml"}


@lru_cache
def table(file: str) -> dict[str, Any]:
    """A table of words beside the prompts."""
    return tomllib.loads((PROMPTS_FOLDER / file).read_text(encoding="utf-8"))


def told(traits: Traits, style: str) -> list[str]:
    """One line for each stated trait, which begins "openness: very high" in every style."""
    in_style = {NAMES: _alone, ADJECTIVES: _by_adjectives, DESCRIPTION: _by_description, FACETS: _by_facets}[style]
    return [f"{trait}: {level}{in_style(trait, level)}" for trait, level in stated(traits).items()]


def _alone(trait: str, level: str) -> str:
    return ""


def _by_adjectives(trait: str, level: str) -> str:
    return f" ({in_words(trait, level)})"


def _by_description(trait: str, level: str) -> str:
    return f". {table(WORDS_OF_STYLE[DESCRIPTION])[trait][level]}"


def _by_facets(trait: str, level: str) -> str:
    facets = table(WORDS_OF_STYLE[FACETS])[trait]
    if level == MEDIUM:
        sides = [f'{each["name"]}: between "{each["high"]}" and "{each["low"]}"' for each in facets]
        return f". In each of these somewhere in the middle: {'; '.join(sides)}."
    sides = [f"{each['name']}: {each[pole(level)]}" for each in facets]
    return f". {'All of this, and strongly: ' if level != pole(level) else ''}{'; '.join(sides)}."
