"""Where a corpus came from: who wrote it, what that took, and the caveats that must be said of it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generation.asking.journal import Journal, usage
from generation.corpus.manifest import read_manifest
from generation.money.prices import Prices
from generation.money.spending import REUSED, Bill
from generation.offline import CAVEAT, LABEL_CAVEAT
from generation.running.ordering import Order
from generation.writing.generating import Made
from generation.writing.planning import Planned


def origin_of(
    order: Order, planned: Sequence[Planned], made: Made, *, folder: Path, labels_from: Path | None
) -> dict[str, Any]:
    """Who wrote it, and the caveats of its inputs and of its author, each once.

    `folder` is the corpus of the personas, `labels_from` the one whose labels were taken over.
    """
    wrote = any(each.to_write for each in planned)
    took_over = not all(each.to_write for each in planned)
    caveats = _caveats(folder, words=took_over)
    if labels_from:
        caveats += _caveats(labels_from, words=False)
    if order.offline and wrote:
        caveats.append(CAVEAT)
    if order.offline and len(made.labels) > made.reused_labels:
        caveats.append(LABEL_CAVEAT)
    before = read_manifest(folder).get("results", {}).get("author")
    return {"author": order.author if wrote else before, "caveats": list(dict.fromkeys(caveats))}


def _caveats(folder: Path, *, words: bool) -> list[str]:
    """What the manifest of `folder` warns of; not of who wrote its dialogues where no `words` are taken over."""
    caveats = read_manifest(folder).get("results", {}).get("caveats", [])
    return [str(caveat) for caveat in caveats if words or caveat != CAVEAT]


def answers_of(journal: Journal, *, model: str, prices: Prices) -> dict[str, Any]:
    """What all answers of a corpus took: tokens, money, which models gave them, and how many were taken over.

    `model` is the one that was asked for. Usage and cost are of what was bought for this corpus; the cost is null, with
    the reason, where no price is known. The journal is read line by line, however long it is.
    """
    models, fingerprints, reused = Counter[str](), Counter[str](), Counter[str]()
    seconds = 0.0
    for record in journal.records():
        if "answer" in record:
            seconds += 0.0 if REUSED in record else float(record.get("seconds", 0.0))
            models[str(record["model"])] += 1
            fingerprints[str(record.get("fingerprint"))] += 1
            reused.update([record[REUSED]] if REUSED in record else [])
    cost = Bill.of(journal.records(), model=model, prices=prices).amount
    return {
        "usage": usage(record for record in journal.records() if REUSED not in record),
        # Of all requests added up, however many were under way at a time.
        "seconds": round(seconds, 1),
        "cost": {
            "amount": None if cost is None else float(cost),
            "currency": prices.currency,
            "prices": prices.source,
            **({"reason": f"no price is known for {model}"} if cost is None else {"said": prices.say(cost)}),
        },
        "models": dict(sorted(models.items())),
        "fingerprints": dict(sorted(fingerprints.items())),
        "reused_answers": dict(sorted(reused.items())),
    }
