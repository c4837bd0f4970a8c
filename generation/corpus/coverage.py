"""How much of one's own persona a speaker brings up."""

from generation.corpus.content import content_words
from generation.corpus.dialogues import Dialogue


def own_coverage(dialogue: Dialogue) -> tuple[float | None, float | None]:
    """For each speaker, the share of their own persona's content words that they say in the dialogue, by stems.

    None for a speaker whose persona is not told, or has no content word.
    """
    return _share(dialogue, 0), _share(dialogue, 1)


def _share(dialogue: Dialogue, speaker: int) -> float | None:
    persona = content_words(dialogue.speakers[speaker].persona)
    if not persona:
        return None
    said = content_words(turn.text for turn in dialogue.turns if turn.speaker == speaker)
    return len(persona.keys() & said.keys()) / len(persona)
