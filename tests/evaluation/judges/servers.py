"""Models that judge, over real HTTP: each is a function from the prompt to the answers it gives."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.openai_answers import completion
from tests.openai_server import Faults, OpenAIServer


class JudgeServer(OpenAIServer):
    """A model called mock whose answer to each question is what `opinion` says of the two replies."""

    def __init__(self, opinion: Callable[[str, str], str], faults: Faults | None = None) -> None:
        super().__init__(faults or Faults())
        self.opinion = opinion
        self.prompts: list[str] = []

    def complete(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        told = body["messages"][1]["content"]
        self.prompts.append(told)
        # What stands first and second: two replies, or two whole conversations; of a persona nothing does.
        found = re.findall(r"^Reply [12]: (.*)$", told, re.M) or re.findall(
            r"^Conversation [12]:\n(.*?)\n\n", told, re.M | re.S
        )
        left, right = found or ("", "")
        said = {field: self.opinion(left, right) for field in re.findall(r"^Question '([^']+)'", told, re.M)}
        return 200, completion(body, "good", content=json.dumps(said))


def longer(left: str, right: str) -> str:
    """The longer reply, wherever it stands."""
    if len(left) == len(right):
        return "About equal"
    return "Reply 1" if len(left) > len(right) else "Reply 2"


def first(left: str, right: str) -> str:
    """Whatever stands first."""
    return "Reply 1"


def nonsense(left: str, right: str) -> str:
    """Something that was not offered."""
    return "Both are wonderful"
