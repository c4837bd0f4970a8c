"""What a model is told of traits while it learns, and how much it learns from: arms of an experiment on equal terms.

All draws follow from the seed and from ids alone, so that a corpus that has grown keeps its earlier ones.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from generation.corpus.lexical import words
from training.data.examples import Example
from training.data.stock import Changed, Drawn


class BadTelling(ValueError):
    """Ways of telling traits that make no sense, alone or together."""


@dataclass(frozen=True)
class Telling:
    """How training examples are changed before they are learned from.

    `drop_traits` is the share of examples that are told none, so that one model serves with and without;
    `shuffle_traits` gives every speaker another speaker's, the control for what labels are worth; `most_words` cuts the
    examples to so many words of replies, whole dialogues, so that arms with longer replies have no more to learn from.
    """

    with_traits: bool = True
    drop_traits: float = 0.0
    shuffle_traits: bool = False
    most_words: int | None = None

    def check(self) -> None:
        """Raise `BadTelling` for what cannot be meant."""
        if not 0 <= self.drop_traits <= 1:
            raise BadTelling(f"--drop-traits: expected a share from 0 to 1, got {self.drop_traits:g}")
        if self.most_words is not None and self.most_words < 1:
            raise BadTelling(f"--most-words: expected at least 1, got {self.most_words}")
        if not self.with_traits and (self.drop_traits or self.shuffle_traits):
            raise BadTelling("--without-traits tells none: there is nothing to drop or to shuffle")

    def as_json(self) -> dict[str, Any]:
        """What differs from telling every trait as it stands."""
        plain = Telling()
        return {key: value for key, value in vars(self).items() if value != getattr(plain, key)}

    def caveats(self) -> list[str]:
        """What must be said of whatever a model says that was taught so."""
        return ["taught other speakers' traits, a control for its labels"] if self.shuffle_traits else []

    def applied(self, examples: Sequence[Example], *, seed: int) -> Sequence[Example]:
        """The examples as the model is to meet them; the contexts' own traits stay what they are."""
        found = examples
        if self.most_words is not None:
            found = _cut_to(found, self.most_words, seed=seed)
        if self.shuffle_traits:
            found = _shuffled(found, seed=seed)
        if self.drop_traits:
            found = Changed(found, lambda each: self._dropped(each, seed=seed))
        return found

    def _dropped(self, example: Example, *, seed: int) -> Example:
        drawn = random.Random(f"drop {seed} {example.context.id}").random()
        return replace(example, traits={}) if drawn < self.drop_traits else example


def _shuffled(examples: Sequence[Example], *, seed: int) -> Sequence[Example]:
    """Each speaker of a dialogue told the traits of another: all that are told are told, of somebody else."""
    told = {_speaker(each): each.traits for each in examples if each.traits}
    speakers = sorted(told)
    order = speakers.copy()
    random.Random(f"shuffle {seed}").shuffle(order)
    # Turned round by one in a random order: nobody keeps their own.
    given = {speaker: told[other] for speaker, other in zip(order, order[1:] + order[:1], strict=True)}
    return Changed(examples, lambda each: replace(each, traits=dict(given.get(_speaker(each), each.traits))))


def _speaker(example: Example) -> tuple[str, int]:
    return example.context.id.rpartition("#")[0], example.context.speaker


def _cut_to(examples: Sequence[Example], most: int, *, seed: int) -> Sequence[Example]:
    """Whole dialogues, drawn by seed, as long as their replies have no more than `most` words together."""
    sizes: dict[str, int] = {}
    for each in examples:
        dialogue = each.context.id.rpartition("#")[0]
        sizes[dialogue] = sizes.get(dialogue, 0) + len(words(each.reply))
    kept: set[str] = set()
    total = 0
    for dialogue in sorted(sizes, key=lambda name: random.Random(f"words {seed} {name}").random()):
        if total + sizes[dialogue] <= most:
            kept.add(dialogue)
            total += sizes[dialogue]
    places = (place for place, each in enumerate(examples) if each.context.id.rpartition("#")[0] in kept)
    return Drawn([examples], [places])
