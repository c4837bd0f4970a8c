"""From text to the numbers a model reads, cut to length without losing persona, traits or a reply's end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from training.data.examples import MARKS, Example, NotAModel, Segment, Source, Template
from training.data.rows import Encoded, Rows

# However long the persona is, this much of the last turn goes in: enough for a question.
LAST_TURN_AT_LEAST: Final = 16
# Texts are given to the tokenizer in blocks: in one call the whole corpus would stand in memory twice.
BLOCK: Final = 4096


@dataclass
class Cut:
    """What did not fit. `too_long` replies are left out, never cut: a cut reply teaches not to end."""

    turns_dropped: int = 0
    turns_shortened: int = 0
    too_long: int = 0

    def as_json(self) -> dict[str, int]:
        return {
            "history_turns_dropped": self.turns_dropped,
            "last_turns_shortened": self.turns_shortened,
            "replies_too_long_left_out": self.too_long,
        }


@dataclass
class Encoder:
    """A tokenizer with the template of its model. `cut` counts what it left out so far."""

    tokenizer: Any
    template: Template
    cut: Cut = field(default_factory=Cut)

    def __post_init__(self) -> None:
        unknown = self.tokenizer.unk_token_id
        self._marks = {mark: self.tokenizer.convert_tokens_to_ids(mark) for mark in MARKS}
        missing = [mark for mark, number in self._marks.items() if number is None or number == unknown]
        if missing:
            raise NotAModel(f"the tokenizer does not know {' '.join(missing)}: it is not that of a model of ours")
        # What this tokenizer puts around any text: nothing and </s> for T5, <s> and </s> for BART.
        around = self.tokenizer("")["input_ids"]
        self._before, self._after = tuple(around[:-1]), tuple(around[-1:])
        if self._after != (self.tokenizer.eos_token_id,):
            raise NotAModel("the tokenizer puts no end mark after a text: a model could never learn to end a reply")
        self._known: dict[str, tuple[int, ...]] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Encode `texts` (prepared already) in blocks and remember them: many times faster than one by one."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for start in range(0, len(new), BLOCK):
            block = new[start : start + BLOCK]
            # The space keeps a byte-level tokenizer from reading the first word as another than later ones. What looks
            # like a mark inside a text is text: nobody can write himself a persona.
            spaced = [f" {text}" for text in block]
            rows = self.tokenizer(spaced, add_special_tokens=False, split_special_tokens=True)["input_ids"]
            self._known.update(zip(block, map(tuple, rows), strict=True))

    def source(self, source: Source) -> tuple[int, ...]:
        """The input: persona and traits whole, then as many of the last turns as `max_source` leaves room for.

        Where not even the last turn fits, its beginning is cut; at least 16 pieces of it always go in.
        """
        head = [number for segment in source.head for number in self._segment(segment)]
        room = self.template.max_source - len(head) - len(self._before) - len(self._after)
        kept: list[int] = []
        for place, segment in enumerate(reversed(source.turns)):
            numbers = self._segment(segment)
            if len(kept) + len(numbers) <= room:
                kept = [*numbers, *kept]
                continue
            fits = max(room, LAST_TURN_AT_LEAST)
            if place == 0 and len(numbers) > fits:
                kept = [numbers[0], *numbers[-(fits - 1) :]]
                self.cut.turns_shortened += 1
            elif place == 0:
                kept = list(numbers)
            self.cut.turns_dropped += len(source.turns) - max(place, 1)
            break
        return (*self._before, *head, *kept, *self._after)

    def pair(self, source: tuple[int, ...], reply: str) -> Encoded:
        """A source with a reply to it, whole, the tokenizer's own marks around it."""
        target = (*self._before, *self._text(self.template.prepare(reply)), *self._after)
        return Encoded(source=source, target=target, opening=len(self._before))

    def example(self, example: Example) -> Encoded:
        """An example as numbers, its reply whole."""
        return self.pair(self.source(self.template.source(example.context, example.traits)), example.reply)

    def examples(self, examples: Iterable[Example]) -> Rows:
        """Examples to learn from, in order; those whose reply is longer than `max_target` are left out and counted.

        What the tokenizer made of the texts is forgotten after each block: a corpus may be larger than the memory.
        """
        rows, left = Rows(), iter(examples)
        while block := list(islice(left, BLOCK)):
            self.learn(_texts(block, self.template))
            for each in map(self.example, block):
                if len(each.target) <= self.template.max_target:
                    rows.append(each)
                else:
                    self.cut.too_long += 1
            self._known.clear()
        return rows

    def _segment(self, segment: Segment) -> list[int]:
        return [self._marks[segment.mark], *self._text(segment.text)]

    def _text(self, text: str) -> tuple[int, ...]:
        if text not in self._known:
            self.learn([text])
        return self._known[text]


def _texts(examples: Iterable[Example], template: Template) -> Iterable[str]:
    for example in examples:
        yield template.prepare(example.reply)
        source = template.source(example.context, example.traits)
        yield from (segment.text for segment in (*source.head, *source.turns))
