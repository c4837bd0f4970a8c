"""The offline author's second manner: short, lower-case, about oneself, with spaces before punctuation.

It stands in for crowd workers in the demo, so that a P side exists without PersonaChat: personas nearly word for word,
little interest in the other, and no trait is ever heard.
"""

import random
from collections.abc import Sequence
from typing import Final

from generation.corpus.dialogues import Speaker, Turn
from generation.offline.english import spelled_out
from generation.offline.facts import Fact, fact
from generation.offline.listening import heard

SHORTEST, LONGEST = 8, 14

GREETINGS: Final = (
    "hi , how are you ?",
    "hello !",
    "hey there , how are you doing ?",
    "hi ! how is it going ?",
    "hello , how are you tonight ?",
    "hey , what is up ?",
    "good morning , how are you ?",
    "hi , what are you up to ?",
    "hello there .",
)
ANSWERS: Final = (
    "i am good .",
    "great , thanks .",
    "pretty good , and you ?",
    "i am ok , just got off work .",
    "doing well , you ?",
    "tired but good .",
    "not bad .",
    "good , just relaxing .",
    "i am fine , thank you .",
    "hi , i am great .",
)
REACTIONS: Final = (
    "cool .",
    "nice .",
    "that is cool .",
    "oh wow .",
    "awesome !",
    "sounds fun .",
    "that is neat .",
    "i see .",
    "really ?",
    "oh ok .",
    "haha nice .",
    "wow !",
    "that is great .",
    "interesting .",
    "lol .",
)
LEADS: Final = ("", "", "", "", "well , ", "and ", "me , ", "yeah , ", "also , ", "oh , ", "so ")
TAILS: Final = ("", "", "", "", " what about you ?", " you ?", " how about you ?")
TAILS_OF_PASTIMES: Final = (*TAILS, " it is fun .", " i love it .", " all the time .", " it keeps me busy .")
QUESTIONS: Final[dict[str, tuple[str, ...]]] = {
    "pets": ("do you have any pets ?", "any pets ?", "do you like dogs ?"),
    "work": (
        "what do you do for work ?",
        "where do you work ?",
        "do you have a job ?",
        "what do you do for a living ?",
    ),
    "family": ("do you have kids ?", "are you married ?", "do you have any siblings ?", "do you have a big family ?"),
    "food": ("what is your favorite food ?", "do you like to cook ?", "do you like pizza ?"),
    "music": ("what music do you like ?", "do you like music ?", "what is your favorite band ?"),
    "home": ("where are you from ?", "where do you live ?"),
    "stories": ("do you like to read ?", "have you seen any good movies ?", "do you watch tv ?"),
    "body": ("how old are you ?", "are you tall ?", "what color is your hair ?"),
    "pastime": ("what do you do for fun ?", "any hobbies ?", "what are your hobbies ?", "what do you like to do ?"),
    "self": ("tell me about yourself .", "what else ?", "anything else about you ?"),
}
FOLLOW_UPS: Final = ("do you like {topic} ?", "how is {topic} ?", "tell me about {topic} .", "what about {topic} ?")
DODGES: Final = (
    "not really .",
    "i am not sure .",
    "no .",
    "sometimes .",
    "yes , sometimes .",
    "no , i do not .",
    "kind of .",
)
MORE: Final = (
    "it is a lot of fun .",
    "yes , i do .",
    "it is ok .",
    "i have done it for years .",
    "yeah , it is great .",
    "most of the time .",
)
FAREWELLS: Final = (
    "i have to go , bye !",
    "gotta go , nice talking to you .",
    "well , time for bed . bye .",
    "nice chatting with you .",
    "ttyl !",
)
FAREWELLS_BACK: Final = ("bye !", "you too !", "nice talking to you too .", "have a good night .", "ok , bye .")


def write(
    speakers: tuple[Speaker, Speaker], *, seed: int, sample: int = 0, opening: Sequence[Turn] = ()
) -> tuple[Turn, ...]:
    """A dialogue of 8 to 14 short turns. Traits are not looked at: the same personas and seed give the same turns.

    It begins with the turns of `opening`, in which the two take turns from speaker 0, and has at least two turns more.
    """
    rng = random.Random(f"crowd {seed} {sample} {[speaker.persona for speaker in speakers]!r}")
    untold = ([fact(each) for each in speakers[0].persona], [fact(each) for each in speakers[1].persona])
    told: tuple[list[Fact], list[Fact]] = ([], [])
    said: set[str] = set()
    texts, asked = _take_up(opening, untold, told)
    if not texts:
        texts = [rng.choice(GREETINGS)]
    if len(texts) == 1:
        texts += [_with(rng.choice(ANSWERS), _own(untold[1], told[1], None, said, rng) if rng.random() < 0.4 else "")]
    length = max(rng.randrange(SHORTEST, LONGEST + 1, 2), len(texts) + 2 + len(texts) % 2)
    for number in range(len(texts), length - 2):
        me, partner = number % 2, 1 - number % 2
        parts = [_fresh(REACTIONS, said, rng)] if told[partner] and asked is None and rng.random() < 0.5 else []
        if asked == "more":
            parts.append(_fresh(MORE, said, rng))
        elif asked is not None and all(each.about != asked for each in untold[me]) and rng.random() < 0.5:
            parts.append(_fresh(DODGES, said, rng))
        if asked != "more" or rng.random() < 0.5:
            parts.append(_own(untold[me], told[me], asked, said, rng))
        asked = None
        if not any(parts) or rng.random() < 0.45:
            question, asked = _question(untold[partner], told[partner], said, rng)
            parts.append(question)
        texts.append(_with(*parts) or _fresh(REACTIONS, said, rng) or rng.choice(REACTIONS))
    texts += [rng.choice(FAREWELLS), rng.choice(FAREWELLS_BACK)]
    return tuple(Turn(number % 2, text) for number, text in enumerate(texts))


def _take_up(
    opening: Sequence[Turn], untold: tuple[list[Fact], list[Fact]], told: tuple[list[Fact], list[Fact]]
) -> tuple[list[str], str | None]:
    """The texts of an opening and what its last turn asks for; what it told is moved to `told`."""
    if not opening:
        return [], None
    found = heard(opening, untold, QUESTIONS)
    for turn, facts in zip(opening, found.facts, strict=True):
        for each in facts:
            untold[turn.speaker].remove(each)
            told[turn.speaker].append(each)
    return [turn.text for turn in opening], None if found.asked == "mood" else found.asked


def _fresh(choices: Sequence[str], said: set[str], rng: random.Random) -> str:
    """One of the choices that nobody has said yet, or else nothing."""
    chosen = rng.choice([choice for choice in choices if choice not in said] or [""])
    if chosen:
        said.add(chosen)
    return chosen


def _own(untold: list[Fact], told: list[Fact], asked: str | None, said: set[str], rng: random.Random) -> str:
    """The next fact about oneself, nearly as the persona has it; empty once all are told."""
    if not untold:
        return ""
    chosen = rng.choice([each for each in untold if each.about == asked] or untold)
    untold.remove(chosen)
    told.append(chosen)
    tail = _fresh(TAILS_OF_PASTIMES if chosen.kind in ("pastime", "liking") else TAILS, said, rng)
    return f"{rng.choice(LEADS)}{_spaced(spelled_out(chosen.sentence) or chosen.clause)} .{tail}"


def _question(untold: list[Fact], told: list[Fact], said: set[str], rng: random.Random) -> tuple[str, str | None]:
    if told and told[-1].topic and rng.random() < 0.25 and (more := _fresh(FOLLOW_UPS, said, rng)):
        return more.format(topic=_spaced(told[-1].topic)), "more"
    subjects = [each.about for each in untold]
    about = rng.choice(subjects) if subjects and rng.random() < 0.6 else rng.choice(sorted(QUESTIONS))
    question = _fresh(QUESTIONS[about], said, rng)
    return question, about if question else None


def _spaced(text: str) -> str:
    """Punctuation as PersonaChat has it, with a space before."""
    for mark in ",;:!?":
        text = text.replace(mark, f" {mark}")
    return " ".join(text.split())


def _with(*parts: str) -> str:
    return " ".join(part for part in parts if part)
