"""An LLM as author: asks for labels and dialogues, checks what comes, and asks again with the reason."""

from dataclasses import dataclass

from generation.asking import Desk
from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.insisting import Model
from generation.labelling import PersonaLabels
from generation.llm_labelling import label
from generation.parsing import BOUNDS, Answer, Bounds, parse_dialogue
from generation.prompting import to_write


@dataclass(frozen=True)
class LLMAuthor:
    """A model behind a desk. `max_tries` answers are looked at for each row; `retry_failed` begins another round.

    `temperature` is that of the dialogues; labels are asked for at 0. None leaves both to the endpoint.
    """

    name: str
    desk: Desk
    temperature: float | None = 1.0
    max_tries: int = 3
    retry_failed: bool = False
    bounds: Bounds = BOUNDS

    @property
    def note(self) -> str:
        """How often the endpoint said to wait."""
        return f"{self.desk.waits} times told to wait (429)" if self.desk.waits else ""

    @property
    def model(self) -> Model:
        """What is asked, and how insistently."""
        return Model(self.name, self.desk, self.max_tries, self.retry_failed)

    async def label(self, persona: Persona) -> PersonaLabels:
        """The five traits of a persona."""
        return await label(persona, model=self.model, temperature=None if self.temperature is None else 0.0)

    async def write(self, speakers: tuple[Speaker, Speaker], *, sample: int) -> tuple[Turn, ...]:
        """A whole dialogue in one completion."""

        def parse(answer: Answer) -> tuple[Turn, ...]:
            return parse_dialogue(answer, speakers, self.bounds)

        return await self.model.insist(
            to_write(speakers, self.bounds), parse, what="dialogue", sample=sample, temperature=self.temperature
        )
