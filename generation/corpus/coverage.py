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

    A sentence is used where its speaker says at least half of its content words in one turn. Sentences without a
    content word are not counted.
    """
    used = sentences = 0
    for number, speaker in enumerate(dialogue.speakers):
        said = [content_words([turn.text]).keys() for turn in dialogue.turns if turn.speaker == number]
        for sentence in speaker.persona:
            asked = content_words([sentence]).keys()
            if asked:
                sentences += 1
                used += any(2 * len(asked & each) >= len(asked) for each in said)
    return used, sentences
