"""Systems: whatever answers a context. Here, a model that `train` made; `endpoints` has those elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, Protocol, get_args

from generation.corpus.traits import Traits
from training.answering.ctranslate import FastModel, check_engine
from training.answering.decoding import Decoding, Question, decode
from training.data.encoding import Encoder
from training.data.examples import Example
from training.models.checkpoints import WEIGHTS_FILE, load_model, template_of

# How a model behind an endpoint is named, in commands and manifests.
OPENAI: Final = "openai:"


Engine = Literal["transformers", "ctranslate2"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)


@dataclass(frozen=True)
class Answer:
    """What a system says in the context at `place` of those asked; None with the reason where it gave nothing.

    `run` is the training run that said it, where the system has several.
    """

    place: int
    text: str | None
    reason: str = ""
    run: int | None = None


# Takes answers as they come, some at a time, in whatever order.
Keep = Callable[[Sequence[Answer]], None]


class System(Protocol):
    """What `respond` needs of a system."""

    @property
    def name(self) -> str:
        """How the system is called where nothing else is said."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that its answers depend on, beside its inputs and the contexts; `model` says what it is."""
        ...

    @property
    def inputs(self) -> Mapping[str, Path]:
        """The files that it is made of."""
        ...

    @property
    def made_from(self) -> Sequence[Path]:
        """The folders whose caveats go on to its responses."""
        ...

    @property
    def told_traits(self) -> bool:
        """Whether it is told of any traits at all."""
        ...

    def told(self, traits: Traits) -> Traits:
        """What it is told of a speaker who has these traits."""
        ...

    def answer(self, examples: Sequence[Example], *, to: Path, keep: Keep) -> None:
        """Answer the examples' contexts under the examples' traits; `to` is where it may keep what it must not lose."""
        ...


class TrainedModel:
    """A model that `train` made, with a decoding. `with_traits` False tells it no traits though it knows of them."""

    def __init__(
        self,
        folder: Path,
        *,
        decoding: Decoding,
        with_traits: bool,
        seed: int,
        batch_size: int,
        engine: Engine = "transformers",
    ) -> None:
        self.folder, self.decoding, self.seed, self.batch_size, self.engine = folder, decoding, seed, batch_size, engine
        if engine == "ctranslate2":
            check_engine(decoding)
        own = template_of(folder)
        self.knows_traits = own.with_traits
        self._template = replace(own, with_traits=own.with_traits and with_traits)

    @property
    def name(self) -> str:
        """Its folder's, and what makes it another system than that model plainly asked: `pt[sample]`."""
        manner = "" if self.decoding.manner == "greedy" else f"[{self.decoding.manner}]"
        untold = "[without-traits]" if self.knows_traits and not self.told_traits else ""
        return f"{self.folder.name}{manner}{untold}"

    @property
    def settings(self) -> Mapping[str, Any]:
        engine = {"engine": self.engine} if self.engine != "transformers" else {}
        return {
            "model": str(self.folder),
            "decoding": self.decoding.as_json(),
            "with_traits": self.told_traits,
            **engine,
        }

    @property
    def inputs(self) -> Mapping[str, Path]:
        return {"model": self.folder / WEIGHTS_FILE}

    @property
    def made_from(self) -> Sequence[Path]:
        return [self.folder]

    @property
    def told_traits(self) -> bool:
        return self._template.with_traits

    def told(self, traits: Traits) -> Traits:
        return self._template.told(traits)

    def answer(self, examples: Sequence[Example], *, to: Path, keep: Keep) -> None:
        """Batch by batch; see `training.answering.decoding` for why the batches do not matter."""
        model, tokenizer, _ = load_model(self.folder)
        encoder = Encoder(tokenizer=tokenizer, template=self._template)
        questions = [
            Question(
                id=example.context.id, source=encoder.source(self._template.source(example.context, example.traits))
            )
            for example in examples
        ]
        if self.engine == "ctranslate2":
            probes = [
                encoder.pair(asked.source, example.reply) for asked, example in zip(questions, examples, strict=True)
            ]
            fast = FastModel(self.folder, model, tokenizer, probes=probes)
            batches = fast.decode(questions, decoding=self.decoding, batch_size=self.batch_size)
        else:
            batches = decode(
                model, tokenizer, questions, decoding=self.decoding, seed=self.seed, batch_size=self.batch_size
            )
        for batch in batches:
            keep([Answer(place, text) for place, text in batch])
