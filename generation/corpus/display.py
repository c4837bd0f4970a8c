"""How a text is shown to people: the same function for every system, every reference and the history.

PersonaChat is stored in lower case with its tokens parted by spaces, what an LLM writes is not; shown raw, the spacing
alone would tell a judge where a reply comes from. Files keep the raw text.
"""

import re
from typing import Final

_ENDINGS: Final = "s|m|d|t|re|ve|ll"
# Applied in this order; each turns the spelling of a tokeniser into that of a person.
_CLOSED: Final = (
    (re.compile(r"\s+"), " "),
    (re.compile(rf"(?<=\w) ?' ?(?=(?:{_ENDINGS})\b)", re.IGNORECASE), "'"),
    (re.compile(r"(?<=\w) (?=n't\b)", re.IGNORECASE), ""),
    (re.compile(r"(?<=[:;]) (?=[)(](?:\s|$))"), ""),  # ": )" is a smile
    (re.compile(r" (?=[,.!?%)\]])"), ""),
    (re.compile(r" (?=[:;](?![)(]))"), ""),
    (re.compile(r"(?<=[(\[]) "), ""),
)
_LONE_I: Final = re.compile(r"(?<![\w.'-])i(?![\w-]|\.\w)")
# Not after "...": what follows it mostly goes on with the sentence.
_SENTENCE_START: Final = re.compile(r"(?:^[\"'(]?|(?<!\.)[.!?][\"')]? [\"'(]?)(?=[^\W\d_])")


def detokenise(text: str) -> str:
    """`text` as one writes it: no space before punctuation or in "don ' t", capitals for "i" and where sentences start.

    White space, line breaks included, becomes single spaces. A text that is written so already comes back unchanged,
    and so does the result of this function.
    """
    shown = text.replace("’", "'").strip()
    for pattern, replacement in _CLOSED:
        shown = pattern.sub(replacement, shown)
    shown = _LONE_I.sub("I", shown.strip())
    starts = [found.end() for found in _SENTENCE_START.finditer(shown)]
    letters = list(shown)
    for start in starts:
        capital = letters[start].upper()
        # Some letters have no capital of their own: "ß" would become two.
        letters[start] = capital if len(capital) == 1 else letters[start]
    return "".join(letters)
