"""Small dialogues and personas for tests, with only the words that matter."""

from pathlib import Path

from generation.corpus.dialogues import Dialogue, Speaker, Turn

SKIER = ("i like to ski.", "i have two dogs.", "i work as a nurse.", "my sister lives in lisbon.")
BAKER = ("i bake bread every sunday.", "i drive an old truck.", "i grew up on a farm.", "i am afraid of heights.")

SMALL_TALK = (
    "hi ! how are you today ?",
    "good , just back from the mountains . i like to ski .",
    "nice ! i stayed home and baked some bread .",
    "that sounds great . do you bake often ?",
    "every sunday . what do you do for work ?",
    "i am a nurse at the hospital .",
)


def a_dialogue(
    number: int = 0,
    *,
    corpus: str = "personachat",
    split: str = "train",
    personas: tuple[tuple[str, ...], tuple[str, ...]] = (BAKER, SKIER),
    traits: tuple[dict[str, str], dict[str, str]] = ({}, {}),
    texts: tuple[str, ...] = SMALL_TALK,
    source: str | None = None,
) -> Dialogue:
    """A dialogue in which speaker 0 begins and the two alternate."""
    return Dialogue(
        id=f"{corpus}/{split}/{number:05}",
        split=split,
        source=source,
        speakers=(Speaker(personas[0], dict(traits[0])), Speaker(personas[1], dict(traits[1]))),
        turns=tuple(Turn(place % 2, text) for place, text in enumerate(texts)),
    )


TWO_CORPORA = """
title = "Two"
[corpora.human]
import = ["talks.jsonl"]
[corpora.cut]
split = "human"
by = "dialogue"
shares = "0.8,0.1,0.1"
"""


def an_experiment(folder: Path, text: str = TWO_CORPORA) -> Path:
    """An experiment file, beside a file of dialogues that it may import."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "talks.jsonl").write_text("{}\n", encoding="utf-8")
    return path
