"""What is registered of a study before it is judged: design, plan, responses, seed, code and sizes, as one JSON value.

The same study and version of Parley give the same value, to the last bit, at whatever time: nothing in it is a date. Of
the planned slots it holds a digest. `differences` says whether a study still is what was registered.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from evaluation.changes.amending import how_far
from evaluation.changes.further import contexts_by_domain
from evaluation.models import AuditEntry, Researcher, Study
from evaluation.results.piloting import NoPilot, planned
from evaluation.stats.planning.latent import Variances
from evaluation.stats.planning.power import Assumed, power
from evaluation.studies.conduct import DEPOSITED, judgments_in
from evaluation.studies.life import frozen_design
from generation.corpus.manifest import digest_of, parley_version

LONGEST_URL: Final = 200
# 57 in 100 prefer the better one, ties apart; people differ this much: see docs/planning-a-study.md.
EFFECT: Final = 0.14
TIES: Final = 0.2
LIKENESS: Final = 0.23
LEANING: Final = 0.02
ANNOTATORS: Final = 15


class AlreadyBegun(ValueError):
    """A registration of a study that somebody has begun to judge."""


class BadDeposit(ValueError):
    """An address that is none, or of a draft that can still become another study."""


def registration(
    study: Study, *, code: Path, late: bool = False, effect: float = EFFECT, annotators: int = ANNOTATORS
) -> dict[str, Any]:
    """What `study` declares. `code` is the folder that Parley runs from, whose commit is named where it has one.

    Raises `AlreadyBegun` where somebody has begun to judge, unless it is said to be `late`; then it says so itself.
    """
    begun, judgments = study.slots.exclude(annotator=None).exists(), judgments_in(study)
    if begun and not late:
        raise AlreadyBegun(
            f"{study.name}: expected a study that nobody has begun to judge, and {judgments:,} judgments are in. "
            "Registered now it is no preregistration; to write it all the same, which it then says: --late"
        )
    frozen = frozen_design(study)
    frozen.pop("slots")
    known = frozen.pop("known", [])
    return {
        "format": 1,
        "study": {"name": study.name, "title": study.title, "public_title": study.public_title},
        "parley": {"version": parley_version(), "commit": commit_of(code)},
        "design_digest": study.design_digest or digest_of(frozen_design(study)),
        "registered": {"late": begun, "judgments": judgments},
        "sizes": {
            "contexts": contexts_by_domain(study),
            "judgments_per_pair": study.judgments_per_pair,
            "pairs": study.items.filter(is_check=False, is_practice=False, control="", automatic_tie=False).count(),
            "pairs_with_equal_replies": study.items.filter(automatic_tie=True).count(),
            "slots": len(registered_slots(study)),
            "max_share": study.max_share,
            "repeat_share": study.repeat_share,
        },
        "power": _power(study, effect=effect, annotators=annotators),
        "slots_digest": digest_of(registered_slots(study)),
        "known_pairs_digest": digest_of(known) if known else "",
        **frozen,
    }


def registered_slots(study: Study, first: int | None = None) -> list[tuple[Any, ...]]:
    """The planned slots in their order, `first` of them: without check pairs and what stands in for somebody's.

    What an extension adds stands after them.
    """
    planned_ones = study.slots.filter(item__is_check=False, stands_for=None, repeats__stands_for=None)
    rows = planned_ones.order_by("position", "pk").values_list(
        "context__ident",
        "item__first__system__name",
        "item__second__system__name",
        "item__trait",
        "look",
        "first_on_left",
    )
    return list(rows[:first] if first is not None else rows)


def commit_of(folder: Path) -> str:
    """The git commit that is checked out in `folder`; empty where there is none."""
    git = folder / ".git"
    try:
        if git.is_file():
            git = (folder / git.read_text(encoding="utf-8").partition("gitdir: ")[2].strip()).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head if re.fullmatch(r"[0-9a-f]{40,64}", head) else ""
        ref = head.removeprefix("ref: ")
        if (git / ref).is_file():
            return (git / ref).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(" ")[0] for line in packed if line.endswith(f" {ref}")), "")


def _power(study: Study, *, effect: float, annotators: int) -> dict[str, Any]:
    try:
        plan = planned(study, annotators=annotators)
    except NoPilot as error:
        return {"value": None, "reason": str(error)}
    assumed = Assumed(net=effect, ties=TIES, variances=Variances(LIKENESS, 0.0, LEANING if plan.population else 0.0))
    level = plan.alpha / plan.family
    try:
        found = power(
            plan.design, assumed, annotators="population" if plan.population else "these", level=level, seed=study.seed
        )
    except ValueError as error:
        return {"value": None, "reason": str(error)}
    return found.as_json() | {
        "effect": effect,
        "level": level,
        "family": plan.family,
        "annotators": annotators,
        "contexts_of_a_place": plan.design.contexts,
        "ties": TIES,
        "likeness": LIKENESS,
        "seed": study.seed,
    }


def differences(study: Study, registered: Mapping[str, Any], *, code: Path) -> list[str]:
    """What of `study` is otherwise than it was registered, in sentences; none where it still is the same.

    Amendments and further slots are told apart from what should not have changed.
    """
    sizes = registered.get("sizes") or {}
    said = []
    if registered.get("study", {}).get("name") != study.name:
        said.append(f"another study was registered: {registered.get('study', {}).get('name')!r}")
    now = frozen_design(study)
    for key in sorted((set(now) | set(_frozen_part(registered))) - {"slots", "known"}):
        before, after = _plain(registered.get(key)), _plain(now.get(key))
        if before != after:
            said.append(f"{key}: {_which(before, after)}")
    known = now.get("known") or []
    if (digest_of(known) if known else "") != registered.get("known_pairs_digest", ""):
        said.append("the pairs with a known answer are others than were registered")
    count = int(sizes.get("slots") or 0)
    if digest_of(registered_slots(study, count)) != registered.get("slots_digest"):
        said.append("the planned slots (contexts, systems, sides or their order) are others than were registered")
    more = len(registered_slots(study)) - count
    if more > 0:
        said.append(f"{more:,} slots were added since")
    if study.design_digest and study.design_digest != registered.get("design_digest"):
        said.append(f"the design was frozen under {study.design_digest[:12]}, and another was registered")
    version = registered.get("parley") or {}
    if version.get("version") != parley_version() or version.get("commit") != commit_of(code):
        said.append(
            f"the code is another: registered with {version.get('version')} {str(version.get('commit'))[:12]}, here "
            f"{parley_version()} {commit_of(code)[:12]}"
        )
    said += [f"amended on {each.made_at:%Y-%m-%d}: {each.text}" for each in study.amendments.order_by("made_at", "pk")]
    return said


def _frozen_part(registered: Mapping[str, Any]) -> set[str]:
    own = {"format", "study", "parley", "design_digest", "registered", "sizes", "power", "slots_digest"}
    return set(registered) - own - {"known_pairs_digest", "answers"}


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _which(before: Any, after: Any) -> str:
    """Where two values differ, as shortly as can be."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return f"otherwise in {', '.join(map(str, keys))}"
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        places = [place for place, (one, two) in enumerate(zip(before, after, strict=True)) if one != two]
        names = [str(each["key"]) if isinstance(each, dict) and "key" in each else "" for each in before]
        return f"otherwise in {', '.join(names[place] or f'no. {place + 1}' for place in places)}"
    return f"was {_short(before)}, is {_short(after)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


@transaction.atomic
def deposit(*, study: Study, url: str, now: datetime, by: Researcher | None = None) -> None:
    """Keep where the preregistration lies outside, with how many judgments were in; the report prints it.

    Raises `BadDeposit` where `url` is no address of the web.
    """
    url = url.strip()
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError as error:
        raise BadDeposit(f"expected an address that begins with https://, got {url!r}") from error
    if len(url) > LONGEST_URL:
        raise BadDeposit(f"expected an address of at most {LONGEST_URL} characters, got {len(url)}")
    held = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study.pk)
    if held.deposited_at == url:
        return
    detail = {"url": url, "was": held.deposited_at, **how_far(held)}
    Study.objects.filter(pk=held.pk).update(deposited_at=url)
    AuditEntry.objects.create(study=held, action=DEPOSITED, detail=detail, made_by=by, made_at=now)
    study.refresh_from_db()
