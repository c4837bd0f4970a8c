"""The signature of numbers that were not signed where they were made: rankings, ratings, annotators, traits, power."""

from typing import Any, Final

from evaluation.stats.inference.signature import Signature

# Keys under which something else than clusters was counted.
_UNITS: Final = {"two_way": "cluster and annotator", "mixed": "judgment", "dawid_skene": "context"}


def signed_within(
    said: dict[str, Any], signature: Signature, *, what: str, n: int, unit: str = "cluster", ties: str = ""
) -> dict[str, Any]:
    """`said`, with a signature on every statistic and test in it that has none and is under no other one.

    `n` is how many units stand behind all of it; a part that counts its own `clusters`, and a test with its own `n`,
    are signed with these. A number is called `what` and the keys that lead to it.
    """
    if isinstance(said.get("signature"), str):
        return said
    n = _own_number(said, n)
    signed: dict[str, Any] = {}
    for key, part in said.items():
        inside: dict[str, Any] = {"what": f"{what}, {key}", "n": n, "unit": _UNITS.get(key, unit), "ties": ties}
        if isinstance(part, dict):
            part = signed_within(part, signature, **inside)
        elif isinstance(part, list):
            part = [signed_within(each, signature, **inside) if isinstance(each, dict) else each for each in part]
        signed[key] = part
    # A system may be called "p": only a number is a statistic.
    if not any(isinstance(said.get(key), int | float) for key in ("value", "p")):
        return signed
    return signed | {"signature": signature.of(what, method=str(said.get("method", "")), unit=unit, n=n, ties=ties)}


def _own_number(said: dict[str, Any], n: int) -> int:
    counted = said.get("n")
    if isinstance(counted, dict):
        counted = counted.get("clusters")
    elif not isinstance(said.get("p"), int | float):
        # Beside anything but a test `n` counts judgments.
        counted = None
    for own in (said.get("clusters"), counted):
        if isinstance(own, int):
            return own
    return n
