"""A persona sentence as something one can say, ask about and come back to."""

import re
from dataclasses import dataclass
from typing import Final

from generation.offline.english import any_of, as_gerund, spelled_out, to_you

# What a fact is about, by its words; the first that fits, so the order is from the special to the general.
SUBJECTS: Final[dict[str, re.Pattern[str]]] = {
    "pets": any_of(
        r"""
        dogs? | cats? | kittens? | pupp(?:y|ies) | pets? | hamsters? | parrots? | poodles? | bulldogs?
        | beagles? | horses? | fish tank | goldfish | rabbits?
        """
    ),
    "work": any_of(
        r"""
        work(?:ed|ing)?(?: at| for| as| in| with| part) | job | career | boss | office | for a living | employed
        | retired | college | school | student | major | degree | teacher | nurse | lawyer | doctor | engineer
        | manager | teller | writer | author | farmer | waitress | waiter | chef | cook for | baker | accountant
        | secretary | driver | pilot | salesman | programmer | artist | musician | actor | actress | designer
        | librarian | electrician | plumber | carpenter | veterinarian | army | navy | military | business
        | company | store
        """
    ),
    "family": any_of(
        r"""
        mother | father | mom | mum | dad | parents? | sisters? | brothers? | siblings? | twins? | wife
        | husband | son | daughter | kids? | child | children | grand\w+ | family | boyfriend | girlfriend
        | fianc\w+ | married | divorced | aunt | uncle | cousins? | nieces? | nephews? | baby | single
        """
    ),
    "food": any_of(
        r"""
        eat(?:ing)? | food | pizza | coffee | tea | beer | wine | vegan | vegetarian | meat | cook(?:ing)?
        | bak(?:e|ing) | chocolate | sushi | burgers? | tacos? | cheese | steak | pasta | fruit | vegetables
        | candy | ice cream | bread | dinner | breakfast | sweet tooth | drink | restaurants?
        """
    ),
    "music": any_of(
        r"""
        music | bands? | songs? | sing(?:ing|er)? | guitar | piano | drums? | violin | concerts? | rap
        | country music | jazz | metal | dj | beatles
        """
    ),
    "home": any_of(
        r"""
        live in | lives? (?:on|at|with) | grew up | am from | was born | moved | apartment | house | small town
        | big city | raised | native
        """
    ),
    "stories": any_of(
        r"""
        books? | read(?:ing)? | novels? | movies? | films? | tv | shows? | watch(?:ing)? | series | netflix
        | comics? | video games? | games?
        """
    ),
    "body": any_of(
        r"""
        hair | eyes | tall | short | wear | glasses | tattoos? | years old | pounds | allergic
        """
    ),
}
_LIKES: Final = r"(?:also |really |just |absolutely |do )?(?:like|love|enjoy|adore)"
_FEELINGLESS: Final = (
    r"(?:lot|bit|few|hard|difficult|trouble|never|always|also|no|been|to|not|had|just|only|many|much)\b"
)
_NUMBERS: Final = r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d+)"
_PERSON: Final = (
    r"mother|father|mom|mum|dad|sister|brother|wife|husband|son|daughter|boyfriend|girlfriend|"
    r"best friend|grandmother|grandfather"
)


@dataclass(frozen=True)
class Fact:
    """One persona sentence. All forms are lower case and without final punctuation.

    `topic` can stand after "about": "skiing", "your two dogs", "being a nurse"; None where the sentence has none that
    would stay grammatical. `kind` says which ways of saying it there are; `about` which question it answers.
    """

    sentence: str
    kind: str
    about: str
    clause: str
    topic: str | None
    to_you: str | None

    @property
    def words(self) -> int:
        """How long the clause is."""
        return len(self.clause.split())


def fact(sentence: str) -> Fact:
    """What can be done with a persona sentence; any sentence gives a fact, if only one to be said as it stands."""
    clause = spelled_out(sentence) or "i do not say much about myself"
    kind, topic = _kind_and_topic(clause)
    if topic is not None and (
        len(topic.split()) > 6 or "'" in topic or re.search(r"[,;.!?\"()]| (?:because|but|when|that|i) ", topic)
    ):
        topic = None
    if kind == "pastime" and topic is None:
        kind = "other"
    return Fact(
        sentence=sentence,
        kind=kind,
        about=next(
            (subject for subject, words in SUBJECTS.items() if words.search(clause)),
            "pastime" if kind in ("pastime", "liking", "dislike", "favourite", "doing") else "self",
        ),
        clause=clause,
        topic=to_you(topic) if topic else None,
        to_you=to_you(clause) if len(clause.split()) <= 11 else None,
    )


def _kind_and_topic(clause: str) -> tuple[str, str | None]:
    """("pastime", "skiing") for "i like to ski"; the topic is in the first person still."""
    if found := re.fullmatch(rf"(?:on \w+ |in my (?:spare|free) time,? )?i {_LIKES} to (.+)", clause):
        return "pastime", as_gerund(found[1])
    if found := re.fullmatch(rf"i {_LIKES} (\w+ing\b.*)", clause):
        return "pastime", found[1]
    if found := re.fullmatch(rf"i {_LIKES} (?!it |that |when |how )(.+)", clause):
        return "liking", found[1]
    if found := re.fullmatch(
        r"i (?:really )?(?:hate|dislike|do not like|cannot stand) (?!it |when )(?:to )?(.+)", clause
    ):
        return "dislike", found[1] if " to " not in clause else as_gerund(found[1])
    if found := re.fullmatch(r"my favou?rite (.+?) (?:is|are) (.+)", clause):
        return "favourite", found[2] if len(found[2].split()) <= 4 else None
    if found := re.fullmatch(rf"i (?:have|own|drive) {_NUMBERS} (?!{_FEELINGLESS})(.+)", clause):
        single = re.match(r"i \w+ (?:a|an|one) ", clause)
        return "having", f"my {found[1]}" if single else f"my {clause.split()[2]} {found[1]}"
    if found := re.fullmatch(r"i am (?:currently |also )?(an? .+)", clause):
        return "being", f"being {found[1]}"
    if found := re.fullmatch(
        r"i (?:currently )?(work|play|live|teach|study|volunteer|paint|collect) (?!to )(.+)", clause
    ):
        return "doing", as_gerund(f"{found[1]} {found[2]}")
    if found := re.match(rf"my ({_PERSON}) ", clause):
        return "relative", f"my {found[1]}"
    return "other", None
