"""How much of one's own persona a speaker brings up: its words, its sentences."""

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


def sentences_used(dialogue: Dialogue) -> tuple[int, int]:
    """How many of both speakers' persona sentences are used at least once, and how many there are.

    Sentences without a content word are not counted.
    """
    told = [used for speaker in (0, 1) for used in uses(dialogue, speaker) if used is not None]
    return sum(told), len(told)


def uses(dialogue: Dialogue, speaker: int) -> list[bool | None]:
    """For each sentence of a speaker's persona whether it is used; None where it has no content word.

    A sentence is used where its speaker says at least half of its content words in one turn.
    """
    said = [content_words([turn.text]).keys() for turn in dialogue.turns if turn.speaker == speaker]
    asked = [content_words([sentence]).keys() for sentence in dialogue.speakers[speaker].persona]
    return [any(2 * len(words & each) >= len(words) for each in said) if words else None for words in asked]
