"""Examples of dialogues that lie on the disk, made as they are asked for: a corpus may be larger than the memory."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import overload

from generation.corpus.dialogues import Dialogue
from training.data.examples import Example, Modelled, context_of, replies_of


class _Lazily(Sequence[Example]):
    """Examples that are not held; equal to any sequence of equal ones."""

    def _at(self, place: int) -> Example:
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int) -> Example: ...

    @overload
    def __getitem__(self, place: slice) -> list[Example]: ...

    def __getitem__(self, place: int | slice) -> Example | list[Example]:
        if isinstance(place, slice):
            return [self._at(each) for each in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as long as a list


class Stock(_Lazily):
    """The examples of some of the `dialogues`, which are kept on the disk; 8 bytes of memory for each."""

    def __init__(self, dialogues: Sequence[Dialogue], *, speakers: Modelled) -> None:
        self._dialogues, self._speakers = dialogues, speakers
        self._numbers, self._turns = array("I"), array("I")
        self._last: tuple[int, Dialogue] | None = None

    def add(self, number: int, dialogue: Dialogue) -> None:
        """Put the examples of the dialogue of this number behind the others."""
        for turn in replies_of(dialogue, speakers=self._speakers):
            self._numbers.append(number)
            self._turns.append(turn)

    def __len__(self) -> int:
        return len(self._numbers)

    def _at(self, place: int) -> Example:
        number, turn = self._numbers[place], self._turns[place]
        # Mostly a dialogue's examples are asked for one after the other.
        if self._last is None or self._last[0] != number:
            self._last = number, self._dialogues[number]
        dialogue = self._last[1]
        context = context_of(dialogue, turn)
        return Example(context=context, traits=context.traits, reply=dialogue.turns[turn].text)


class Drawn(_Lazily):
    """Some examples of several stocks, one stock after the other; 5 bytes of memory for each."""

    def __init__(self, stocks: Sequence[Sequence[Example]], places: Iterable[Iterable[int]]) -> None:
        self._stocks = stocks
        self._of, self._places = array("B"), array("I")
        for number, drawn in enumerate(places):
            before = len(self._places)
            self._places.extend(drawn)
            self._of.extend([number] * (len(self._places) - before))

    def __len__(self) -> int:
        return len(self._places)

    def _at(self, place: int) -> Example:
        return self._stocks[self._of[place]][self._places[place]]


class Changed(_Lazily):
    """Examples, each changed as it is asked for: always alike."""

    def __init__(self, examples: Sequence[Example], change: Callable[[Example], Example]) -> None:
        self._examples, self._change = examples, change

    def __len__(self) -> int:
        return len(self._examples)

    def _at(self, place: int) -> Example:
        return self._change(self._examples[place])
