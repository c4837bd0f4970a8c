"""One system that was trained several times: its training runs share out the contexts, each answer names its run.

So a result speaks of the way a system is trained and not of one checkpoint, and judging it costs what one costs.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from generation.corpus.traits import Traits
from training.answering.decoding import seed_of
from training.answering.systems import Answer, Keep, TrainedModel
from training.data.examples import Example

# How `experiment` calls the runs of a model.
_RUN: Final = re.compile(r"(?P<model>.+)-s\d+")


class NotRunsOfOne(ValueError):
    """Models that are no training runs of one system: they were told of traits differently, or are one and the same."""


class TrainedRuns:
    """Models that were trained alike but for the seed, as one system. Run 1 is the first of `models`.

    Which run answers follows from the seed and the context's dialogue alone: systems with as many runs, asked with one
    seed, are answered for by runs of one number.
    """

    def __init__(self, models: Sequence[TrainedModel], *, seed: int) -> None:
        self.models, self.seed = tuple(models), seed
        folders = [model.folder.resolve() for model in models]
        if len(set(folders)) < len(folders):
            raise NotRunsOfOne(f"expected different training runs, got {', '.join(each.name for each in folders)}")
        if len({(model.knows_traits, model.told_traits) for model in models}) > 1:
            raise NotRunsOfOne(
                f"{', '.join(each.name for each in folders)} are no training runs of one system: some are told of "
                "traits, some are not"
            )

    @property
    def name(self) -> str:
        """What the runs are called without their numbers, `pt` of `pt-s1` and `pt-s2`; else all their names."""
        names = [model.folder.name for model in self.models]
        found = {match["model"] if (match := _RUN.fullmatch(name)) else name for name in names}
        first = self.models[0]
        return f"{found.pop() if len(found) == 1 else '+'.join(names)}{first.name.removeprefix(first.folder.name)}"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Those of the first run, with the folders of all under `runs`."""
        return {**self.models[0].settings, "runs": [str(model.folder) for model in self.models]}

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The weights of all runs: `model` is the first, then `model 2` and so on."""
        first, *others = (model.inputs["model"] for model in self.models)
        return {"model": first} | {f"model {number}": path for number, path in enumerate(others, start=2)}

    @property
    def made_from(self) -> Sequence[Path]:
        return [model.folder for model in self.models]

    @property
    def told_traits(self) -> bool:
        return self.models[0].told_traits

    def told(self, traits: Traits) -> Traits:
        return self.models[0].told(traits)

    def run_of(self, example: Example) -> int:
        """The number of the run that answers in this context: one run for all of a dialogue."""
        return seed_of(f"run {example.context.cluster}", seed=self.seed) % len(self.models) + 1

    def answer(self, examples: Sequence[Example], *, to: Path, keep: Keep) -> None:
        """Run by run, each the contexts that fall to it."""
        dealt: dict[int, list[int]] = defaultdict(list)
        for place, example in enumerate(examples):
            dealt[self.run_of(example)].append(place)
        for run, places in sorted(dealt.items()):

            def placed(answers: Sequence[Answer], run: int = run, places: Sequence[int] = places) -> None:
                keep([replace(answer, place=places[answer.place], run=run) for answer in answers])

            self.models[run - 1].answer([examples[place] for place in places], to=to, keep=placed)
