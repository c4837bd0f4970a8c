"""The little English that the offline author needs: verb forms, pronouns turned round, sentences put in order.

It works on words and patterns, not on a parse. Where a pattern does not fit, the callers say the sentence as it stands.
"""

import re
from itertools import pairwise
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def any_of(alternatives: str) -> re.Pattern[str]:
    """A pattern for any of the words and phrases, which stand between " | " and line breaks."""
    return re.compile(r"\b(?:" + "|".join(re.split(r"\s*\|\s+", alternatives.strip())) + r")\b")


# One-syllable verbs of hobbies that double their last letter: "ski" does not, "swim" does.
_DOUBLING: Final = _words(
    """
    bat beg bet chat clap cut dab dig drag drum fit get grin hit hop hug jog knit let mop nap nod
    pet pin plan plot put quit rap rob rub run set ship shop shut sit skip sled slip snap spin
    stop strum swim tan tap thin tip trim trot unwrap win wrap zip
    """
)
_IRREGULAR: Final = {
    "be": "being",
    "die": "dying",
    "lie": "lying",
    "tie": "tying",
    "see": "seeing",
    "ski": "skiing",
    "dye": "dyeing",
}
# What may follow "to", "and" or "or" as a second verb: "to read and write".
_SECOND_VERBS: Final = _words(
    """
    act bake bike blog build camp cook craft crochet dance draw drink drive eat exercise explore
    fish garden go hang have help hike hunt jog jump knit laugh learn listen make meet paint party
    play practice read relax ride run sail sew shop sing sit ski sleep spend study surf swim take
    talk teach travel try visit volunteer walk watch win work write
    """
)
_EXPANSIONS: Final = (
    (r"\b(i|we|they|you) ?'? ?ve\b", r"\1 have"),
    (r"\bi ?'? ?m\b", "i am"),
    (r"\bi ?' ?ll\b", "i will"),
    (r"\bi ?' ?d\b(?= (?:like|love|rather|prefer|never|be|give|eat|do)\b)", "i would"),
    (r"\b(do|does|did|is|are|was|were|have|has|had|could|would|should) ?n ?'? ?t\b", r"\1 not"),
    (r"\b(don|doesn|didn|isn|aren|wasn|weren|haven|hasn|couldn|wouldn) ?'? ?t\b", r"\1X not"),
    (r"\bcan ?'t\b|\bcan t\b|\bcan not\b", "cannot"),
    (r"\bwon ?'t\b|\bwon t\b", "will not"),
)
_PROPER: Final = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february april june july august
    september october november december halloween christmas thanksgiving easter america american
    americans england english france french germany german italy italian spain spanish mexico
    mexican china chinese japan japanese korea korean canada canadian india indian ireland irish
    scotland scottish russia russian australia australian africa african asia asian europe european
    texas california florida nevada ohio alaska hawaii oregon georgia virginia michigan minnesota
    wisconsin colorado arizona chicago boston seattle paris london lisbon rome tokyo berlin brooklyn
    manhattan miami denver hollywood disney disneyland netflix facebook youtube instagram walmart
    starbucks toyota honda ford chevrolet nascar harley beatles elvis mozart shakespeare god jesus
    christian catholic jewish muslim lego nfl nba ufc fbi cia uk usa tv dj
    """
)
_ALL_CAPITALS: Final = _words(
    """
    tv dj uk usa nfl nba ufc fbi cia nascar
    """
)


def spelled_out(sentence: str) -> str:
    """A persona sentence in lower case, its contractions written out, without its final punctuation.

    "I've two dogs." and "i ve two dogs ." both become "i have two dogs".
    """
    text = " ".join(sentence.replace("’", "'").lower().split())
    text = re.sub(r"^in (?=(?:allergic|married|single)\b)", "i am ", text)
    for pattern, replacement in _EXPANSIONS:
        text = re.sub(pattern, replacement, text)
    # "don", "isn" and their like lose the n that belongs to "not".
    text = re.sub(r"\b(\w+?)n?X not\b", r"\1 not", text)
    text = re.sub(r"\s+([,;.!?])", r"\1", text)
    return text.strip(' .!?,;:"')


def gerund(verb: str) -> str:
    """The -ing form: ski, skiing; bake, baking; swim, swimming."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb in _DOUBLING:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if verb.endswith("c"):
        return verb + "king"
    return verb + "ing"


def as_gerund(infinitive: str) -> str | None:
    """ "read books and write" as "reading books and writing"; None where a second verb cannot be told from a noun."""
    words = infinitive.split()
    if not words or not re.fullmatch(r"[a-z]{2,}", words[0]) or words[0].endswith(("ing", "ly")) or words[0] == "not":
        return None
    out = [gerund(words[0])]
    for before, word in pairwise(words):
        if before.strip(",") in ("and", "or"):
            if word in _SECOND_VERBS:
                word = gerund(word)
            elif words[0] in ("go", "be"):
                return None
        out.append(word)
    return " ".join(out)


_SWAPS: Final = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
    "we": "you", "us": "you", "our": "your", "ours": "yours", "ourselves": "yourselves",
}  # fmt: skip


def to_you(clause: str) -> str | None:
    """A first-person clause as the partner would say it back: "i am shy" becomes "you are shy".

    None where turning it round would be ambiguous, because somebody is addressed in it.
    """
    words = clause.split()
    if any(word.strip(",") in ("you", "your", "yours", "u", "ur") for word in words):
        return None
    out: list[str] = []
    for word in words:
        bare = word.rstrip(",;.")
        swapped = _SWAPS.get(bare, bare)
        if out and out[-1] == "you":
            swapped = {"am": "are", "was": "were"}.get(bare, swapped)
        # "am" and "was" turn with their subject, also behind an adverb: "i also am", "i never was".
        elif bare == "am":
            swapped = "are"
        out.append(swapped + word[len(bare) :])
    return " ".join(out)


_BREATHING: Final = _words(
    "because when while who that which and but or for in at with on to from since about after before"
)


def interrupted(clause: str, aside: str) -> str:
    """A long clause with an aside near its middle, where one may breathe: "i play, you know, in a band"."""
    words = clause.split()
    places = [place for place in range(2, len(words)) if words[place] in _BREATHING] or [len(words) // 2]
    middle = min(places, key=lambda place: abs(place - len(words) / 2))
    before = " ".join(words[:middle]).rstrip(",")
    return f"{before}, {aside}, {' '.join(words[middle:])}"


def cased(text: str) -> str:
    """Prose as one writes it: sentence starts, "I" and well-known names with capitals."""
    text = re.sub(r"\bi\b(?!\.e)", "I", text)
    text = re.sub(r"\bnew (?:york|mexico|jersey|england|orleans|zealand)\b", lambda found: found[0].title(), text)
    text = re.sub(
        r"\b[a-z]+\b",
        lambda word: (
            (word[0].upper() if word[0] in _ALL_CAPITALS else word[0].capitalize()) if word[0] in _PROPER else word[0]
        ),
        text,
    )
    return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)


def contracted(text: str) -> str:
    """The usual short forms of prose: "I am" is "I'm", "do not" is "don't"; a stressed end stays as it is."""
    text = re.sub(r"\bI am (?=\w)", "I'm ", text)
    text = re.sub(r"\bI would (?=\w)", "I'd ", text)
    text = re.sub(r"\b(do|does|did|is|are|was|were|have|has|could|would|should) not\b", r"\1n't", text)
    text = re.sub(r"\bcannot\b", "can't", text)
    return re.sub(r"\b([Tt]hat|[Ii]t|[Ww]hat) is (?=\w)", r"\1's ", text)
