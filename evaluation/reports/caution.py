"""One caution: what a reader must know before the numbers."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Caution:
    """What a reader must know first. A `mark` is a word or two that follows the numbers wherever they are shown."""

    text: str
    mark: str = ""
    weight: Literal["loud", "plain"] = "plain"
