"""One run of `generate`: from the names on the command line to a corpus in its folder."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from generation.asking.authors import Author, RunStopped
from generation.asking.tracing import write_provenance
from generation.corpus.dialogues import DIALOGUES_FILE, CorpusMissing, read_dialogues
from generation.corpus.manifest import write_manifest
from generation.corpus.personas import PersonaKey, same_persona_key
from generation.home import corpus_and_split, existing, place
from generation.labels.labelling import LABELS_FILE, PersonaLabels, read_labels
from generation.money.spending import Bill
from generation.running.ordering import BadOrder, Order, commission_of
from generation.running.provenance import answers_of, origin_of
from generation.running.staffing import at_once, endpoint_of, journal_of, prices_of, screen_of, staffed
from generation.running.watching import Watch
from generation.terminal import aside
from generation.writing.generating import Made, count_results, make, write_made
from generation.writing.giving import read_given
from generation.writing.planning import Planned, distinct_personas, plan_dialogues


@dataclass(frozen=True)
class Source:
    """The corpus whose personas are used, cut to what the order asks for, as it shall be made."""

    folder: Path
    planned: list[Planned]


def read_source(order: Order) -> Source:
    """The dialogues to be made, from the corpus that `--personas` names."""
    order.check()
    folder, split = corpus_and_split(order.personas)
    if place("corpora", order.name).resolve() == folder.resolve():
        raise BadOrder(f"{order.name} is the corpus that the personas come from; choose another name")
    dialogues = sorted(read_dialogues(folder, split), key=lambda dialogue: dialogue.id)[: order.limit]
    given = read_given(Path(order.give), levels=order.levels) if order.give else None
    if order.same_traits and not any(speaker.traits for dialogue in dialogues for speaker in dialogue.speakers):
        raise BadOrder(f"--same-traits: {order.personas} has no speaker who is told a trait; leave it out to have them")
    planned = plan_dialogues(dialogues, commission_of(order), given)
    if not planned:
        what = "dialogues with turns to label" if order.label_only and dialogues else "dialogues"
        raise CorpusMissing(f"{order.personas} has no {what}")
    return Source(folder, planned)


def carry_out(order: Order, *, now: Callable[[], datetime], quiet: bool = True) -> dict[str, Any]:
    """Make the corpus of `order` and return its counts; a run that was cut off goes on where it was.

    Raises `RunStopped` where going on is pointless; the journal then keeps what was answered, and the error's notes say
    what is left to do.
    """
    source = read_source(order)
    folder = place("corpora", order.name)
    labels_from = existing("corpora", order.labels) if order.labels else None
    known: Mapping[PersonaKey, PersonaLabels] = read_labels(labels_from, levels=order.levels) if labels_from else {}
    prices = prices_of(order)
    endpoint = endpoint_of(order)
    with journal_of(order, source.folder.name) as journal:
        bill = Bill.of(journal.records(), model=order.author, prices=prices)
        journal.heard = bill.add
        staff = staffed(order, endpoint, journal=journal, now=now, bill=bill, tell=partial(aside, quiet=quiet))
        made = asyncio.run(_make(order, source, known, staff, bill=bill, quiet=quiet))
        write_made(folder, made)
        write_provenance(folder, journal)
        origin = origin_of(order, source.planned, made, folder=source.folder, labels_from=labels_from)
        results = {"corpus": order.name, **origin, **count_results(made)}
        if not order.offline:
            results |= answers_of(journal, model=order.author, prices=prices)
        inputs = {"personas": source.folder / DIALOGUES_FILE}
        if labels_from:
            inputs["labels"] = labels_from / LABELS_FILE
        if order.give:
            inputs["give"] = Path(order.give)
        write_manifest(folder, command="generate", now=now(), settings=asdict(order), inputs=inputs, results=results)
    return results


async def _make(
    order: Order,
    source: Source,
    known: Mapping[PersonaKey, PersonaLabels],
    staff: AbstractAsyncContextManager[Author],
    *,
    bill: Bill,
    quiet: bool,
) -> Made:
    to_label = sum(same_persona_key(each) not in known for each in distinct_personas(source.planned))
    totals = {"personas": to_label, "dialogues": len(source.planned)}
    async with staff as author:

        def note() -> str:
            return " · ".join(part for part in (author.note, "" if order.offline else bill.note) if part)

        watch = Watch(totals, quiet=quiet, note=note)
        try:
            return await make(
                source.planned,
                commission=commission_of(order),
                author=author,
                known_labels=known,
                concurrency=at_once(order),
                screen=screen_of(order, author),
                candidates=order.candidates,
                attempts=order.attempts if order.refill else 1,
                advance=watch.advance,
            )
        except RunStopped as stopped:
            stopped.add_note(f"Left to do: {watch.left}. So far: {bill.note}.")
            raise
        finally:
            watch.finish()
