"""An author's labels taken apart, strictly, or the reason why the answer cannot be used."""

import json
from typing import Any

from generation.corpus.dialogues import Persona
from generation.corpus.traits import TRAITS, UNCLEAR, levels_of
from generation.labels.labelling import PersonaLabels, TraitLabel
from generation.telling.parsing import Answer, Unusable, bare, check_whole


def parse_labels(answer: Answer, persona: Persona, *, levels: int = 3) -> PersonaLabels:
    """The five labels in an answer: one JSON object, alone, in a code fence or amid prose.

    Levels are those of a scale of 3 or 5. All but "unclear" need evidence, and evidence must stand in the persona.
    """
    check_whole(answer)
    data = json_object(answer.text)
    if sorted(data) != sorted(TRAITS):
        raise Unusable(
            "malformed", f"expected exactly the keys {', '.join(TRAITS)}, got {', '.join(sorted(data)) or 'none'}"
        )
    return PersonaLabels(persona, {trait: _label(trait, data[trait], persona, levels_of(levels)) for trait in TRAITS})


def json_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`, from its first to its last brace; `Unusable` where there is none or it is broken."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Unusable("malformed", "expected a JSON object, and there is none")
    try:
        data = json.loads(text[start : end + 1])
    except json.JSONDecodeError as error:
        raise Unusable("malformed", f"the JSON is broken: {error.msg} at line {error.lineno}") from error
    except (ValueError, RecursionError) as error:
        # Nested without end, or a number of thousands of digits.
        raise Unusable("malformed", f"the JSON cannot be read: {error}") from error
    # From "{" to "}" nothing but an object can have been parsed.
    assert isinstance(data, dict)
    return data


def _label(trait: str, data: object, persona: Persona, levels: tuple[str, ...]) -> TraitLabel:
    if not isinstance(data, dict):
        raise Unusable("malformed", f"{trait}: expected an object with evidence, reason and level")
    level, reason, evidence = data.get("level"), data.get("reason"), data.get("evidence")
    level = level.strip().lower() if isinstance(level, str) else level
    if level not in levels:
        raise Unusable("malformed", f"{trait}: expected the level {', '.join(levels)}, got {level!r}")
    if not isinstance(reason, str) or not reason.strip():
        raise Unusable("malformed", f"{trait}: expected a reason")
    if not isinstance(evidence, list) or not all(isinstance(each, str) for each in evidence):
        raise Unusable("malformed", f"{trait}: expected evidence as a list of sentences")
    if level == UNCLEAR:
        return TraitLabel(level, reason.strip())
    if not evidence:
        raise Unusable("malformed", f"{trait} is called {level} without evidence; where there is no clue it is unclear")
    standing = {bare(sentence): sentence for sentence in persona}
    for each in evidence:
        if bare(each) not in standing:
            raise Unusable("malformed", f"{trait}: the evidence {each!r} does not stand in the persona")
    return TraitLabel(str(level), reason.strip(), tuple(dict.fromkeys(standing[bare(each)] for each in evidence)))
