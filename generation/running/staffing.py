"""The author of an order, with the connections, the desk, the journal and the purse that it works with."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from generation.asking.authors import Author, OfflineAuthor
from generation.asking.fleet import Fleet, endpoints_at
from generation.asking.journal import JOURNAL_FILE, Journal
from generation.asking.llm import Endpoint
from generation.asking.pacing import MOST
from generation.asking.tracing import TracedJournal
from generation.asking.trying import Desk
from generation.batches.batch_sheets import Sheets
from generation.home import existing, place
from generation.money.prices import Prices, read_prices
from generation.money.spending import Bill, Budgeted, Purse, Unpriced, price_of
from generation.running.forking import ForkedJournal
from generation.running.ordering import BadOrder, Order, settings_of
from generation.sieving.screening import Screen

# A batch takes all that there is to ask; what waits at a desk costs nothing.
ALL_AT_ONCE: Final = 1_000_000


def prices_of(order: Order) -> Prices:
    """The prices of an order; `Unpriced` where there is a budget and a model has no price."""
    prices = read_prices(Path(order.prices) if order.prices else None)
    for model in order.models if order.budget is not None else ():
        price_of(model, prices)
    return prices


def endpoint_of(order: Order) -> Endpoint | Fleet | None:
    """The endpoint of an order, not yet connected; a missing key or package is noticed here, before all else.

    A corpus that was begun may have all its answers already: it misses the key once something is to be asked.
    """
    if order.offline:
        return None
    begun = (place("corpora", order.name) / JOURNAL_FILE).exists()
    endpoint = endpoints_at(order.base_url, connections=order.concurrency or MOST, key_needed=not begun)
    if order.batch and isinstance(endpoint, Fleet):
        raise BadOrder("--batch goes to one endpoint, and several are named")
    return endpoint


def at_once(order: Order) -> int:
    """How many rows are worked on at the same time."""
    return ALL_AT_ONCE if order.batch else order.concurrency or MOST


def journal_of(order: Order, personas: str, *, writing: bool = True) -> TracedJournal:
    """The journal of an order, not yet open; a fork's falls back on that of the corpus that it is forked from."""
    folder, settings = place("corpora", order.name), settings_of(order, personas)
    if order.fork is None:
        return TracedJournal(folder, settings, writing=writing)
    return ForkedJournal(folder, settings, base=existing("corpora", order.to), writing=writing)


@asynccontextmanager
async def staffed(
    order: Order,
    endpoint: Endpoint | Fleet | None,
    *,
    journal: Journal,
    now: Callable[[], datetime],
    bill: Bill,
    tell: Callable[[str], None],
) -> AsyncIterator[Author]:
    """The author of an order, with whatever connections it needs open.

    What it spends is on `bill`; `tell` hears how batches stand.
    """
    if endpoint is None:
        yield OfflineAuthor(order.author, seed=order.seed, levels=order.levels, method=order.method)
        return
    # Needs pydantic, which the offline author does without.
    from generation.writing.llm_author import LLMAuthor

    async with endpoint, desk_of(order, endpoint, journal=journal, now=now, bill=bill, tell=tell) as desk:
        yield LLMAuthor(
            name=order.author,
            desk=desk,
            temperature=order.temperature,
            max_tries=order.max_tries,
            retry_failed=order.retry_failed,
            bounds=order.bounds,
            briefing=order.briefing,
            method=order.method,
            seed=order.seed,
        )


def screen_of(order: Order, author: Author) -> Screen | None:
    """The filters of an order, with a critic where one of them needs it; None where there is none."""
    filters = order.screen
    if not filters.thresholds:
        return None
    if not filters.critics:
        return Screen(filters)
    from generation.writing.llm_author import LLMAuthor

    assert isinstance(author, LLMAuthor)  # an order with critics and another author was refused
    return Screen(filters, author.critics(order.critic))


def desk_of(
    order: Order,
    endpoint: Endpoint | Fleet,
    *,
    journal: Journal,
    now: Callable[[], datetime],
    bill: Bill,
    tell: Callable[[str], None],
) -> Desk:
    """Where the requests of an order are handed in: within its budget, one by one or in batches."""
    purse = None
    if order.budget is not None:
        limit, spent = Decimal(str(order.budget)), bill.amount
        if spent is None:
            raise Unpriced(f"{order.name} has answers of a model without a price, so nobody knows what they cost")
        purse = Purse(limit, bill.prices, spent=spent, answer_tokens=order.max_answer_tokens)
    if order.batch:
        assert isinstance(endpoint, Endpoint)  # a fleet was refused
        # Needs the openai package, which nothing else does.
        from generation.batches.batching import BatchDesk
        from generation.batches.llm_batches import Batches

        return BatchDesk(endpoint, journal, now, batches=Batches(endpoint), purse=purse, poll=order.poll, tell=tell)
    _refuse_while_a_batch_is_under_way(order)
    return Desk(
        endpoint=Budgeted(endpoint, purse) if purse else endpoint,
        journal=journal,
        now=now,
        concurrency=order.concurrency,
        max_wait=order.max_wait,
    )


def _refuse_while_a_batch_is_under_way(order: Order) -> None:
    """Its requests would be asked, and paid for, once more."""
    sheets = Sheets(place("corpora", order.name))
    if under_way := [sheet.batch_id or sheet.name for sheet in sheets.open()]:
        raise BadOrder(
            f"{order.name} has batches under way ({', '.join(under_way)}): go on with --batch, or give them up by "
            f"removing {sheets.folder}"
        )
