"""An LLM as author: asks for labels and dialogues, checks what comes, and asks again with the reason."""

from dataclasses import dataclass, replace

from generation.asking.authors import DOUBLE, SINGLE
from generation.asking.insisting import Model
from generation.asking.trying import Desk
from generation.corpus.dialogues import Persona, Speaker, Turn
from generation.labels.labelling import PersonaLabels
from generation.telling.parsing import BOUNDS, Answer, Bounds, parse_dialogue
from generation.telling.prompting import BRIEFING, Briefing, to_write
from generation.writing.critics import Critics
from generation.writing.llm_labelling import label
from generation.writing.two_agents import TwoAgents


@dataclass(frozen=True)
class LLMAuthor:
    """A model behind a desk. `max_tries` answers are looked at for each row; `retry_failed` begins another round.

    `temperature` is that of the dialogues; a persona's labels are asked for at 0, and at `temperature` from the second
    vote on. None leaves both to the endpoint. `seed` draws how many turns two agents take.
    """

    name: str
    desk: Desk
    temperature: float | None = 1.0
    max_tries: int = 3
    retry_failed: bool = False
    bounds: Bounds = BOUNDS
    briefing: Briefing = BRIEFING
    method: str = SINGLE
    seed: int = 7

    @property
    def note(self) -> str:
        """How often the endpoint said to wait."""
        return f"{self.desk.waits} times told to wait (429)" if self.desk.waits else ""

    def critics(self, name: str | None) -> Critics:
        """Critics of dialogues at the same desk, played by the model of this name, else by the author's own."""
        model = replace(self.model, name=name or self.name)
        return Critics(model, temperature=None if self.temperature is None else 0.0)

    @property
    def model(self) -> Model:
        """What is asked, and how insistently."""
        return Model(self.name, self.desk, self.max_tries, self.retry_failed)

    async def label(self, persona: Persona, *, vote: int = 0) -> PersonaLabels:
        """The five traits of a persona: the first vote at temperature 0, what is asked for again at the run's own."""
        temperature = None if self.temperature is None else self.temperature if vote else 0.0
        return await label(persona, model=self.model, temperature=temperature, vote=vote, briefing=self.briefing)

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        """A whole dialogue, the opening included: in one completion, or by two agents."""
        if self.method == DOUBLE:
            agents = TwoAgents(self.model, self.bounds, self.seed, self.temperature, self.briefing)
            return await agents.write(speakers, sample=sample, opening=opening)

        def parse(answer: Answer) -> tuple[Turn, ...]:
            return parse_dialogue(answer, speakers, self.bounds, opening)

        return await self.model.insist(
            to_write(speakers, self.bounds, opening, self.briefing),
            parse,
            what="dialogue",
            sample=sample,
            temperature=self.temperature,
        )
