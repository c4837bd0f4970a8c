"""The offline author's first manner: whole dialogues in cased prose in which facts are told and traits show."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from generation.corpus.dialogues import Speaker, Turn
from generation.corpus.traits import MEDIUM, pole, stated
from generation.offline import wording
from generation.offline.english import cased, contracted, interrupted
from generation.offline.facts import Fact, fact
from generation.offline.listening import heard
from generation.offline.manners import MANNERS

SHORTEST, LONGEST = 8, 14
# How often a place that has words of a trait uses them; a trait should be heard, not shouted. Who is in the middle
# speaks now and then as either end does.
SHOWING: Final = {"very low": 0.9, "low": 0.6, "medium": 0.3, "high": 0.6, "very high": 0.9}
# How often a turn may end in a question: who is quiet asks less, and nobody asks every time.
ASKING: Final = 0.7
ASKING_OF_THE_QUIET: Final = {"low": 0.35, "very low": 0.2}
# A clause of so many words is not said in one breath; nor is it then the persona's sentence word for word.
LONG: Final = 9


@dataclass
class Voice:
    """A speaker while the dialogue is being written: what is left to tell, how they are, what anybody has said."""

    traits: tuple[tuple[str, str], ...]
    untold: list[Fact]
    said: set[str]
    told: list[Fact] = field(default_factory=list)

    def pick(self, choices: Sequence[str], rng: random.Random) -> str:
        """One of the choices, none twice in a dialogue while there is another."""
        return self.fresh(choices, rng) or rng.choice(choices)

    def fresh(self, choices: Sequence[str], rng: random.Random) -> str | None:
        """One of the choices that nobody has said yet; None where there is none left."""
        left = [choice for choice in choices if choice not in self.said]
        if not left:
            return None
        chosen = rng.choice(left)
        self.said.add(chosen)
        return chosen

    def manner(self, place: str, rng: random.Random, topic: str | None = None) -> str | None:
        """Words of one of the speaker's traits for this place, or None where the traits keep still."""
        if not self.traits:
            return None
        drawn = rng.random()
        if drawn > max(SHOWING[level] for _, level in self.traits):
            return None
        trait, level = rng.choice(self.traits)
        if drawn > SHOWING[level]:
            return None
        end = rng.choice(("high", "low")) if level == MEDIUM else pole(level)
        choices = MANNERS[trait, end][place]
        shown = self.fresh([choice for choice in choices if topic or "{topic}" not in choice], rng)
        return shown and shown.format(topic=topic)

    def take(self, about: str | None, rng: random.Random) -> Fact | None:
        """The next fact to tell: one about `about` where there is one, else any."""
        if not self.untold:
            return None
        fitting = [each for each in self.untold if each.about == about] or self.untold
        chosen = rng.choice(fitting)
        self.untold.remove(chosen)
        self.told.append(chosen)
        return chosen


def voice(speaker: Speaker, said: set[str]) -> Voice:
    """A speaker at the beginning of a dialogue. "very high" sounds as "high" does, more often."""
    return Voice(
        traits=tuple(stated(speaker.traits).items()),
        untold=[fact(sentence) for sentence in speaker.persona],
        said=said,
    )


def write(
    speakers: tuple[Speaker, Speaker], *, seed: int, sample: int = 0, opening: Sequence[Turn] = ()
) -> tuple[Turn, ...]:
    """A dialogue of 8 to 14 turns. The same speakers, seed, sample and opening always give the same turns.

    It begins with the turns of `opening`, in which the two take turns from speaker 0, and goes on from what they tell
    and ask; it has at least four turns more.
    """
    rng = random.Random(_key(speakers, seed, sample))
    said: set[str] = set()
    voices = (voice(speakers[0], said), voice(speakers[1], said))
    length = max(rng.randrange(SHORTEST, LONGEST + 1, 2), len(opening) + 4 + len(opening) % 2)
    texts = [turn.text for turn in opening] or [finish([rng.choice(wording.GREETINGS)], rng)]
    told, asked = _take_up(opening, voices)
    for number in range(len(texts), length - 2):
        me, partner = voices[number % 2], voices[1 - number % 2]
        # Nobody goes without having told anything of themselves.
        late = number >= length - 4 and not me.told
        answer, mine = answer_to(me, told=told, asked=asked, rng=rng, late=late)
        question: list[str] = []
        asked = None
        # The last word before the farewell is no question, or it would be left without an answer.
        if number < length - 3:
            question, asked = question_after(me, partner, told=None if asked == "more" else told, mine=mine, rng=rng)
        if not answer and not question:
            # Somebody must say something; of the two kinds of reactions, one is hardly ever used up.
            answer = [me.fresh(wording.REACTING, rng) or me.pick(wording.LEADING_OVER, rng)]
        texts.append(finish(answer + question, rng))
        told = mine
    for number, farewells in ((length - 2, wording.FAREWELLS), (length - 1, wording.FAREWELLS_BACK)):
        me = voices[number % 2]
        bye = me.manner("bye", rng)
        texts.append(finish([*([bye] if bye else []), me.pick(farewells, rng)], rng))
    return tuple(Turn(number % 2, text) for number, text in enumerate(texts))


def _take_up(opening: Sequence[Turn], voices: tuple[Voice, Voice]) -> tuple[Fact | None, str | None]:
    """The fact that the last turn of an opening told and what it asks; what it told is left to nobody to tell."""
    if not opening:
        return None, "mood"
    found = heard(opening, (voices[0].untold, voices[1].untold), wording.ASKING)
    told: Fact | None = None
    for turn, facts in zip(opening, found.facts, strict=True):
        me = voices[turn.speaker]
        me.untold = [fact for fact in me.untold if fact not in facts]
        me.told += facts
        told = facts[-1] if facts else None
    return told, found.asked


def _key(speakers: tuple[Speaker, Speaker], seed: int, sample: int) -> str:
    said = [(speaker.persona, tuple(stated(speaker.traits).items())) for speaker in speakers]
    return f"dialogue {seed} {sample} {said!r}"


def answer_to(
    me: Voice, *, told: Fact | None, asked: str | None, rng: random.Random, late: bool = False
) -> tuple[list[str], Fact | None]:
    """What `me` says to the partner's last turn, and the fact of one's own that is in it, if any.

    `told` is the fact that the partner's last turn told; `asked` what it asked: "mood", "more" (about the fact that
    `me` told last), a subject, or None. `late` is the last chance to tell a fact.
    """
    if asked == "mood":
        sentences = [me.manner("mood", rng) or me.pick(wording.MOODS, rng)]
        mine = me.take(None, rng) if rng.random() < 0.5 or late else None
        return sentences + (_tell(me, mine, rng) if mine else []), mine
    if asked == "more" and me.told:
        more = me.fresh(wording.ELABORATING[me.told[-1].about], rng) or me.fresh(wording.ELABORATING["self"], rng)
        return [*_those(more), *_tail(me, rng)], None
    sentences = _reaction(me, told, rng) if told is not None else []
    if asked is not None:
        mine = me.take(asked, rng)
        if mine is None:
            return [*sentences, *_those(me.fresh(wording.LEADING_OVER, rng)), *_tail(me, rng)], None
        lead = [] if mine.about == asked else _those(me.fresh(wording.LEADING_OVER, rng))
        return [*(sentences if rng.random() < 0.4 else []), *lead, *_tell(me, mine, rng)], mine
    mine = me.take(told.about if told else None, rng) if rng.random() < 0.6 or late else None
    return sentences + (_tell(me, mine, rng) if mine else []), mine


def _tell(me: Voice, mine: Fact, rng: random.Random) -> list[str]:
    kind = mine.kind if mine.topic or "{clause}" in wording.TELLING[mine.kind][0] else "other"
    if kind == mine.kind and "{topic}" in wording.TELLING[kind][0]:
        told = me.pick(wording.TELLING[kind], rng).format(topic=_mine(mine))
    elif mine.words >= LONG:
        told = f"{interrupted(mine.clause, me.pick(wording.ASIDES, rng))}."
    else:
        told = me.pick(wording.TELLING[kind], rng).format(clause=mine.clause)
    return [told, *_tail(me, rng)]


def _mine(mine: Fact) -> str | None:
    """The topic in the first person again: the partner says "your dogs", oneself "my dogs"."""
    if mine.topic is None:
        return None
    back = {"your": "my", "yours": "mine", "yourself": "myself", "you": "me"}
    return " ".join(back.get(word, word) for word in mine.topic.split())


def _tail(me: Voice, rng: random.Random) -> list[str]:
    return _those(me.manner("tail", rng))


def _reaction(me: Voice, told: Fact, rng: random.Random) -> list[str]:
    if shown := me.manner("react", rng, told.topic):
        return [shown]
    of_topic = told.topic and told.kind in ("pastime", "liking", "favourite", "doing")
    reaction = me.fresh(wording.REACTING_TO_TOPIC if of_topic else wording.REACTING, rng)
    return _those(reaction and reaction.format(topic=told.topic))


def _those(sentence: str | None) -> list[str]:
    return [sentence] if sentence else []


def question_after(
    me: Voice, partner: Voice, *, told: Fact | None, mine: Fact | None, rng: random.Random
) -> tuple[list[str], str | None]:
    """A question to end the turn with, and what it asks for as `answer_to` understands it; often none."""
    if rng.random() > ASKING_OF_THE_QUIET.get(dict(me.traits).get("extraversion", ""), ASKING):
        return [], None
    if told is not None and partner.told and rng.random() < 0.5 and (more := _following_up(me, told, rng)):
        return [more], "more"
    if asked := me.manner("ask", rng):
        return [asked], "self"
    if mine is not None and rng.random() < 0.3 and (back := me.fresh(wording.BACK, rng)):
        return [back], mine.about
    # Mostly something that the partner has an answer to, as in talks that go well.
    subjects = sorted({each.about for each in partner.untold})
    about = rng.choice(subjects) if subjects and rng.random() < 0.8 else rng.choice(sorted(wording.ASKING))
    question = me.fresh(wording.ASKING[about], rng)
    return _those(question), about if question else None


def _following_up(me: Voice, told: Fact, rng: random.Random) -> str | None:
    if told.kind == "relative":
        question = me.fresh(wording.FOLLOWING_UP_ON_PEOPLE, rng)
    elif told.topic and told.kind != "dislike":
        question = me.fresh(wording.FOLLOWING_UP, rng)
    elif told.to_you:
        question = me.fresh(wording.REFLECTING, rng)
    else:
        return None
    return question and question.format(topic=told.topic, you=told.to_you)


def finish(sentences: Sequence[str], rng: random.Random) -> str:
    text = cased(" ".join(sentences))
    return contracted(text) if rng.random() < 0.6 else text
