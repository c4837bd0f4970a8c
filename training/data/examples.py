"""What a model is fed: persona, traits and history in, the reply out, written one way and kept with the checkpoint.

`Template` is that way. It is stored as `parley.json` in every model's folder and read back by whatever feeds the model,
so that nothing is ever asked in another form than it was taught in.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from generation.corpus.dialogues import Dialogue
from generation.corpus.manifest import new_file
from generation.corpus.traits import TRAITS, Traits, stated
from training.data.responses import Context

FORMAT: Final = 1
TEMPLATE_FILE: Final = "parley.json"

PERSONA_MARK: Final = "<persona>"
OWN_MARK: Final = "<me>"
PARTNER_MARK: Final = "<you>"
TRAIT_MARKS: Final[dict[str, str]] = {trait: f"<{trait}>" for trait in TRAITS}
# Every model knows all of them, so that models with and without traits have the same parameters.
MARKS: Final = (PERSONA_MARK, OWN_MARK, PARTNER_MARK, *TRAIT_MARKS.values())

TextForm = Literal["as-is", "lower-split"]
Modelled = Literal["both", "first", "second"]

# Words with their apostrophes, numbers with their points, runs of full stops, and any other sign by itself.
_PIECES: Final = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:['’]\w+)*|\.{2,}|[^\w\s]")


class NotAModel(ValueError):
    """A folder that holds no model which Parley can feed."""


@dataclass(frozen=True)
class Segment:
    """A mark and the text that it announces."""

    mark: str
    text: str


@dataclass(frozen=True)
class Source:
    """One model input. `head` (persona and traits) is never cut; `turns` are, the oldest first."""

    head: tuple[Segment, ...]
    turns: tuple[Segment, ...]

    def __str__(self) -> str:
        return " ".join(f"{segment.mark} {segment.text}" for segment in (*self.head, *self.turns))


@dataclass(frozen=True)
class Template:
    """How a context becomes a model's input: the form of the text, and how much of it goes in.

    `text` "lower-split" lower-cases and parts words from punctuation by spaces, so that corpora which differ in form
    look alike; "as-is" only evens out the spaces. `history` is the number of turns, at most, before the reply.
    `max_source` and `max_target` count the tokenizer's pieces, marks included.
    """

    text: TextForm
    history: int
    max_source: int
    max_target: int
    with_traits: bool

    def prepare(self, text: str) -> str:
        """`text` in the form in which the model reads and writes it."""
        return " ".join(_PIECES.findall(text.lower()) if self.text == "lower-split" else text.split())

    def told(self, traits: Traits) -> Traits:
        """The traits a model of this template is told out of `traits`: the stated ones, or none."""
        return stated(traits) if self.with_traits else {}

    def source(self, context: Context, traits: Traits) -> Source:
        """The input for `context` of a speaker with `traits`, before it is cut to length."""
        persona = self.prepare(" ".join(context.persona))
        head = [Segment(PERSONA_MARK, persona)] if persona else []
        head += [Segment(TRAIT_MARKS[trait], level) for trait, level in self.told(traits).items()]
        turns = context.turns[-self.history :]
        return Source(
            head=tuple(head),
            turns=tuple(
                Segment(OWN_MARK if turn.speaker == context.speaker else PARTNER_MARK, self.prepare(turn.text))
                for turn in turns
            ),
        )


@dataclass(frozen=True)
class Example:
    """A context, the traits to be told of it, and the reply that was really given."""

    context: Context
    traits: Traits
    reply: str


def domain_of(dialogue_id: str) -> str:
    """The corpus that a dialogue id begins with."""
    return dialogue_id.partition("/")[0]


def context_of(dialogue: Dialogue, turn: int, *, domain: str | None = None) -> Context:
    """The context of turn `turn` (counted from 0): all that precedes it, seen by whoever speaks it."""
    speaker = dialogue.turns[turn].speaker
    own, partner = dialogue.speakers[speaker], dialogue.speakers[1 - speaker]
    return Context(
        id=f"{dialogue.id}#{turn}",
        # Dialogues on the same persona pair are resampled together, whichever corpus they are in.
        cluster=dialogue.origin,
        domain=domain or domain_of(dialogue.id),
        speaker=speaker,
        persona=own.persona,
        traits=dict(own.traits),
        turns=dialogue.turns[:turn],
        partner_persona=partner.persona,
    )


def replies_of(dialogue: Dialogue, *, speakers: Modelled = "both") -> Iterator[int]:
    """The turns that are examples: each but the first, said by the modelled speaker(s); `first` is who begins."""
    modelled = {"both": (0, 1), "first": (0,), "second": (1,)}[speakers]
    for place, turn in enumerate(dialogue.turns):
        if place and turn.text.strip() and (turn.speaker - dialogue.turns[0].speaker) % 2 in modelled:
            yield place


def examples_of(
    dialogues: Iterable[Dialogue], *, speakers: Modelled = "both", domain: str | None = None
) -> Iterator[Example]:
    """The examples of `dialogues`, in their order."""
    for dialogue in dialogues:
        for place in replies_of(dialogue, speakers=speakers):
            context = context_of(dialogue, place, domain=domain)
            yield Example(context=context, traits=context.traits, reply=dialogue.turns[place].text)


def write_template(folder: Path, template: Template) -> None:
    """Keep `template`, with the marks it uses, as `parley.json` in a model's folder."""
    with new_file(folder / TEMPLATE_FILE) as out:
        json.dump({"format": FORMAT, **asdict(template), "marks": list(MARKS)}, out, indent=2)
        out.write("\n")


def read_template(folder: Path) -> Template:
    """The template of the model in `folder`; raises `NotAModel` where there is none, or one of another format."""
    path = folder / TEMPLATE_FILE
    if not path.is_file():
        raise NotAModel(f"no model of ours at {folder}: {TEMPLATE_FILE} is not there")
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found, marks = data.pop("format"), data.pop("marks")
        template = Template(**data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAModel(f"{path}: expected a template of format {FORMAT}, and it cannot be read: {error}") from error
    if found != FORMAT or tuple(marks) != MARKS or template.text not in get_args(TextForm):
        raise NotAModel(f"{path}: expected format {FORMAT} with the marks {' '.join(MARKS)}; got format {found!r}")
    return template
