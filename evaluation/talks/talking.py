"""Talks with systems, as pages know them: begun, gone on with, asked again. What is said is queued, never asked here.

A reply is one row that goes from waiting to asked to answered or failed, each by one conditional update.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Prefetch

from evaluation.models import AnsweringProcess, Researcher, Talk, TalkReply, TalkTurn
from generation.corpus.dialogues import Turn
from generation.corpus.traits import Traits, check_traits, in_words, stated
from training.data.responses import Context

MOST_SYSTEMS: Final = 2
# Longer talks are no chat; each turn is told to the system whole.
MOST_TURNS: Final = 100
# An answering process says this often that it is there, and counts as gone when it has not for three times as long.
SEEN_EVERY: Final = timedelta(seconds=5)
GONE_AFTER: Final = 3 * SEEN_EVERY
# The speakers of a talk as a dialogue: the researcher begins.
PERSON, SYSTEM = 0, 1


class BadTalk(ValueError):
    """A talk that cannot be begun so, or a turn that cannot be said."""


class StillWaiting(BadTalk):
    """A turn said while a reply to the last one is not there."""


@dataclass(frozen=True)
class Answerers:
    """Which systems an answering process can ask now; `known` also has those of processes that are gone."""

    systems: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True)
class TraitTold:
    """A trait as it reads."""

    trait: str
    level: str
    words: str


@dataclass(frozen=True)
class ReplyShown:
    """A system's reply, or what has become of it."""

    id: int
    system: str
    state: str
    text: str
    reason: str

    @property
    def waits(self) -> bool:
        return self.state in (TalkReply.State.WAITING, TalkReply.State.ASKED)

    @property
    def failed(self) -> bool:
        return self.state == TalkReply.State.FAILED


@dataclass(frozen=True)
class Exchange:
    """A turn of the researcher's with the replies to it, in the order of the talk's systems."""

    said: str
    replies: tuple[ReplyShown, ...]


@dataclass(frozen=True)
class TalkShown:
    """A talk as its page shows it. `unserved` are systems that are waited for and nobody can ask."""

    id: int
    systems: tuple[str, ...]
    persona: tuple[str, ...]
    traits: tuple[TraitTold, ...]
    exchanges: tuple[Exchange, ...]
    unserved: tuple[str, ...]

    @property
    def waits(self) -> bool:
        return bool(self.exchanges) and any(reply.waits for reply in self.exchanges[-1].replies)

    @property
    def full(self) -> bool:
        return len(self.exchanges) >= MOST_TURNS

    @property
    def mark(self) -> str:
        """Changes whenever there is something else to see."""
        settled = sum(not reply.waits for exchange in self.exchanges for reply in exchange.replies)
        return f"{len(self.exchanges)}-{settled}-{len(self.unserved)}"


def answerers(*, now: datetime) -> Answerers:
    """Who answers."""
    known, here = {}, {}
    for each in AnsweringProcess.objects.order_by("-seen_at"):
        known.update(dict.fromkeys(each.systems))
        if now - each.seen_at < GONE_AFTER:
            here.update(dict.fromkeys(each.systems))
    return Answerers(systems=tuple(here), known=tuple(known))


def begin(*, by: Researcher, systems: Sequence[str], persona: Sequence[str], traits: Traits, now: datetime) -> Talk:
    """Begin a talk; raises `BadTalk`, or `UnknownTrait`. A system may be talked to that nobody can ask just yet."""
    chosen = tuple(dict.fromkeys(systems))
    if len(chosen) != len(systems) or not 1 <= len(chosen) <= MOST_SYSTEMS:
        raise BadTalk(f"expected one system, or {MOST_SYSTEMS} different ones, got {', '.join(systems) or 'none'}")
    check_traits(traits)
    sentences = [" ".join(sentence.split()) for sentence in persona]
    return Talk.objects.create(
        researcher=by,
        systems=list(chosen),
        persona=[sentence for sentence in sentences if sentence],
        traits=stated(traits),
        begun_at=now,
    )


def say(*, talk: Talk, text: str, now: datetime) -> TalkTurn:
    """Say the next turn, to which every system's reply waits; raises `StillWaiting`, or `BadTalk`."""
    said = " ".join(text.split())
    if not said:
        raise BadTalk("expected something to be said, got nothing")
    waiting = StillWaiting("the last turn is not answered yet")
    try:
        with transaction.atomic():
            place = talk.turns.count()
            if TalkReply.objects.open().filter(turn__talk=talk).exists():
                raise waiting
            if place >= MOST_TURNS:
                raise BadTalk(f"a talk has {MOST_TURNS} turns at most: begin another")
            turn = TalkTurn.objects.create(talk=talk, place=place, text=said, said_at=now)
            TalkReply.objects.bulk_create(TalkReply(turn=turn, side=side) for side in range(len(talk.systems)))
    except IntegrityError as error:
        # Sent twice at once: the other was first.
        raise waiting from error
    return turn


def ask_again(*, talk: Talk, reply: int) -> bool:
    """Set a reply that failed waiting again, if it is the last turn's; whether it was."""
    last = talk.turns.order_by("-place").first()
    again = TalkReply.objects.filter(pk=reply, turn=last, state=TalkReply.State.FAILED).first() if last else None
    if again is None:
        return False
    changed = TalkReply.objects.filter(pk=reply, state=TalkReply.State.FAILED, round=again.round).update(
        state=TalkReply.State.WAITING, reason="", round=again.round + 1, settled_at=None
    )
    return bool(changed)


def talks_of(researcher: Researcher) -> list[Talk]:
    """The researcher's talks, the latest first, each with the number of its turns as `said`."""
    return list(Talk.objects.filter(researcher=researcher).annotate(said=Count("turns")).order_by("-begun_at", "-pk"))


def shown(talk: Talk, *, now: datetime) -> TalkShown:
    """The talk as its page shows it."""
    exchanges = tuple(
        Exchange(
            said=turn.text,
            replies=tuple(
                ReplyShown(each.pk, talk.systems[each.side], each.state, each.text, each.reason)
                for each in turn.replies.all()
            ),
        )
        for turn in turns_of(talk)
    )
    served = answerers(now=now).systems
    last = exchanges[-1].replies if exchanges else ()
    return TalkShown(
        id=talk.pk,
        systems=tuple(talk.systems),
        persona=tuple(talk.persona),
        traits=tuple(TraitTold(trait, level, in_words(trait, level)) for trait, level in talk.traits.items()),
        exchanges=exchanges,
        unserved=tuple(reply.system for reply in last if reply.waits and reply.system not in served),
    )


def turns_of(talk: Talk) -> list[TalkTurn]:
    """The talk's turns in order, each with its replies in the order of the systems."""
    replies = Prefetch("replies", TalkReply.objects.order_by("side"))
    return list(talk.turns.order_by("place").prefetch_related(replies))


def history(talk: Talk, *, side: int, before: int | None = None) -> tuple[Turn, ...]:
    """What was said between the researcher and one of the systems, up to the turn at `before`, that included.

    A turn whose reply failed stands without one.
    """
    said = []
    for turn in turns_of(talk):
        said.append(Turn(PERSON, turn.text))
        if turn.place == before:
            break
        said += [Turn(SYSTEM, each.text) for each in turn.replies.all() if each.side == side and each.text]
    return tuple(said)


def context_of(reply: TalkReply) -> Context:
    """What the system is asked for `reply`."""
    talk = reply.turn.talk
    return Context(
        id=f"talk/{talk.pk}/{reply.side}#{reply.turn.place}",
        cluster=f"talk/{talk.pk}",
        domain="talk",
        speaker=SYSTEM,
        persona=tuple(talk.persona),
        traits=dict(talk.traits),
        turns=history(talk, side=reply.side, before=reply.turn.place),
    )


def claim(*, systems: Sequence[str], most: int) -> list[TalkReply]:
    """Waiting replies of these systems, the oldest first, `most` at most, that are asked from now on."""
    claimed: list[TalkReply] = []
    for reply in TalkReply.objects.waiting().select_related("turn__talk").order_by("pk"):
        if len(claimed) >= most:
            break
        if reply.turn.talk.systems[reply.side] not in systems:
            continue
        if TalkReply.objects.waiting().filter(pk=reply.pk).update(state=TalkReply.State.ASKED):
            claimed.append(reply)
    return claimed


def settle(reply: TalkReply, *, text: str | None, reason: str, now: datetime) -> bool:
    """Put down what came of a reply that was asked; whether it still was."""
    found = {"state": TalkReply.State.ANSWERED, "text": text} if text else {"state": TalkReply.State.FAILED}
    return bool(
        TalkReply.objects.filter(pk=reply.pk, state=TalkReply.State.ASKED, round=reply.round).update(
            reason="" if text else (reason or "nothing came")[:500], settled_at=now, **found
        )
    )


def release() -> int:
    """Set waiting again what a process that is gone had asked; how many."""
    return TalkReply.objects.filter(state=TalkReply.State.ASKED).update(state=TalkReply.State.WAITING)
