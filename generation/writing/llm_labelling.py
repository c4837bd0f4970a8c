"""A persona's five traits from an LLM, as structured output where the endpoint has it, else in words."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from generation.asking.insisting import Model
from generation.asking.trying import StructureRefused
from generation.corpus.dialogues import Persona
from generation.labels.label_parsing import parse_labels
from generation.labels.labelling import PersonaLabels
from generation.telling.parsing import Answer
from generation.telling.prompting import BRIEFING, Briefing, to_label


class Guess(BaseModel):
    """One trait, in the order in which it is thought about."""

    model_config = ConfigDict(extra="forbid")
    evidence: list[str]
    reason: str
    level: Literal["high", "low", "unclear"]


class Guesses(BaseModel):
    """The five traits of a persona: the schema of structured output."""

    model_config = ConfigDict(extra="forbid")
    openness: Guess
    conscientiousness: Guess
    extraversion: Guess
    agreeableness: Guess
    neuroticism: Guess


class GuessOnFive(BaseModel):
    """One trait on five levels, in the order in which it is thought about."""

    model_config = ConfigDict(extra="forbid")
    evidence: list[str]
    reason: str
    level: Literal["very low", "low", "medium", "high", "very high", "unclear"]


class GuessesOnFive(BaseModel):
    """The five traits of a persona on five levels: the schema of structured output."""

    model_config = ConfigDict(extra="forbid")
    openness: GuessOnFive
    conscientiousness: GuessOnFive
    extraversion: GuessOnFive
    agreeableness: GuessOnFive
    neuroticism: GuessOnFive


SCHEMAS: Final[dict[int, type[BaseModel]]] = {3: Guesses, 5: GuessesOnFive}


async def label(
    persona: Persona, *, model: Model, temperature: float | None, vote: int = 0, briefing: Briefing = BRIEFING
) -> PersonaLabels:
    """The five traits of a persona; `vote` is the number of the answer where several are asked for.

    Raises `AuthorFailed` where no answer would do.
    """
    messages = to_label(persona, briefing)

    def parse(answer: Answer) -> PersonaLabels:
        return parse_labels(answer, persona, levels=briefing.levels)

    if model.desk.structured:
        schema = {"name": "traits", "strict": True, "schema": SCHEMAS[briefing.levels].model_json_schema()}
        form = {"type": "json_schema", "json_schema": schema}
        try:
            return await model.insist(messages, parse, what="label", sample=vote, temperature=temperature, form=form)
        except StructureRefused:
            model.desk.structured = False
    return await model.insist(messages, parse, what="label", sample=vote, temperature=temperature)
