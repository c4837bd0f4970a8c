"""Which contexts of a corpus are answered: drawn by seed, by depth, by persona, one of each dialogue or all."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from generation.corpus.dialogues import Dialogue
from generation.corpus.personas import PersonaKey, same_persona_key
from training.answering.decoding import seed_of
from training.data.examples import Example, examples_of

PerDialogue = Literal["1", "all"]


@dataclass(frozen=True)
class Choice:
    """Which contexts are answered.

    `per_dialogue` "1" draws one turn of each dialogue by seed; from `min_turns` to `max_turns` turns must precede the
    reply; `per_persona` draws one context for each persona, evened out; `limit` draws that many contexts from each
    corpus, by seed, and where `spread` is set as evenly over the numbers of turns before the reply as there are.
    """

    per_dialogue: PerDialogue = "all"
    min_turns: int = 1
    limit: int | None = None
    max_turns: int | None = None
    per_persona: bool = False
    spread: bool = False

    def as_json(self) -> dict[str, Any]:
        """The choice as it identifies a run: what came later is named only where it is used."""
        plain = Choice()
        later = ("max_turns", "per_persona", "spread")
        return {key: value for key, value in asdict(self).items() if key not in later or value != getattr(plain, key)}


def choose(dialogues: Iterable[Dialogue], *, choice: Choice, seed: int, domain: str | None = None) -> list[Example]:
    """The contexts to be answered, in the corpus's order; a context is drawn or not whatever else is in the corpus."""
    by_dialogue: dict[str, list[Example]] = defaultdict(list)
    for example in examples_of(dialogues, domain=domain):
        before = len(example.context.turns)
        if choice.min_turns <= before <= (choice.max_turns or before):
            by_dialogue[example.context.cluster].append(example)

    def drawn(example: Example) -> int:
        return seed_of(example.context.id, seed=seed)

    if choice.per_dialogue == "1":
        chosen = [min(examples, key=drawn) for examples in by_dialogue.values()]
    else:
        chosen = [example for examples in by_dialogue.values() for example in examples]
    if choice.per_persona:
        first: dict[PersonaKey, Example] = {}
        for example in sorted(chosen, key=drawn):
            first.setdefault(same_persona_key(example.context.persona), example)
        kept = {example.context.id for example in first.values()}
        chosen = [example for example in chosen if example.context.id in kept]
    if choice.limit is None:
        return chosen
    order = sorted(chosen, key=drawn)
    if choice.spread:
        order = _spread(order)
    within = {example.context.id for example in order[: choice.limit]}
    return [example for example in chosen if example.context.id in within]


def _spread(examples: Sequence[Example]) -> list[Example]:
    """The examples in rounds: in each the next of every number of turns before the reply, as long as it has one."""
    rounds: Counter[int] = Counter()
    numbered = []
    for example in examples:
        depth = len(example.context.turns)
        numbered.append((rounds[depth], example))
        rounds[depth] += 1
    return [example for _, example in sorted(numbered, key=lambda each: each[0])]
