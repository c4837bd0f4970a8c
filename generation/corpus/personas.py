"""When two personas are the same: what overlap between splits and parallel corpora are checked by.

PersonaChat has many of its personas in several spellings ("i'm" and "i am") and orders, so files keep the raw sentences
and comparisons go by these keys.
"""

from functools import lru_cache

from generation.corpus.dialogues import Dialogue, Persona
from generation.corpus.lexical import words

# Equal for two spellings of one persona; empty where a persona is not told.
PersonaKey = frozenset[str]


def evened_out(sentence: str) -> str:
    """A persona sentence as it is compared: lower case, contractions written out, no punctuation, single spaces."""
    return " ".join(words(sentence))


# More than PersonaChat has. Of those that come once or twice in a larger corpus each would take a kilobyte.
@lru_cache(maxsize=2_048)
def same_persona_key(persona: Persona) -> PersonaKey:
    """Equal for two personas that have the same evened-out sentences, in whatever order."""
    return frozenset(evened for sentence in persona if (evened := evened_out(sentence)))


def persona_keys(dialogue: Dialogue) -> tuple[PersonaKey, PersonaKey]:
    """The keys of both speakers' personas, in their order."""
    first, second = dialogue.speakers
    return same_persona_key(first.persona), same_persona_key(second.persona)


def key_text(key: PersonaKey) -> str:
    """A key as a text, equal for equal keys."""
    return "\n".join(sorted(key))
