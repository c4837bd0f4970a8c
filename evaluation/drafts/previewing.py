"""A study as an annotator will meet it, before there is an annotator: the real pages, of rows that are never kept.

Everything happens in a transaction that is rolled back: a study made of a draft, somebody who comes to it, and where
they stand. So the pages are the annotators' own to the last letter, and nothing is stored, claimed or counted.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from django.db import transaction

from evaluation.annotators.joining import give_consent
from evaluation.drafts.drafting import ready
from evaluation.judging.practising import has_practice
from evaluation.material.gathering import Gathered
from evaluation.models import Annotator, Invite, PracticeAnswer, Slot, Study, StudyDraft
from evaluation.opening.importing import create_study
from evaluation.study_files.study_file import StudyFile

# Enough to see how pairs differ, and few enough to be made while somebody waits.
CONTEXTS: Final = 6
MOST_PAIRS: Final = CONTEXTS
# Of which pairs with known answers are made too: 20 for practice and 40 checks at most.
KEPT: Final = 90
HELD: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Few:
    """A study file and what was gathered for it, cut down to what a preview shows."""

    file: StudyFile
    gathered: Gathered


@dataclass(frozen=True)
class Visit:
    """Somebody who is shown a study: not yet joined (`invite`), or where they stand."""

    study: Study
    invite: Invite
    annotator: Annotator | None


class NothingKept(Exception):
    """Raised to roll back; never leaves this module."""


@contextmanager
def unkept() -> Iterator[None]:
    """All that is written inside is undone at the end."""
    try:
        with transaction.atomic():
            yield
            raise NothingKept
    except NothingKept:
        return


def few(draft: StudyDraft) -> Few:
    """As much of the draft as a preview shows, read once for each content; raises `UploadRefused`."""
    files = tuple(draft.files.order_by("name").values_list("name", "digest"))
    return _few(draft.pk, draft.name, draft.toml, files)


# All that the answer hangs on is in the key: large files take seconds to read.
@lru_cache(maxsize=16)
def _few(number: int, name: str, toml: str, files: tuple[tuple[str, str], ...]) -> Few:
    with ready(StudyDraft.objects.get(pk=number)) as known:
        return Few(few_of(known.file), few_contexts(known.gathered))


def study_to_show(known: Few, *, now: datetime) -> Study:
    """A study of a few of the draft's contexts; to be called where nothing is kept."""
    name = f"preview-{secrets.token_hex(8)}"
    return create_study(name=name, file=known.file, gathered=known.gathered, now=now).study


def few_of(file: StudyFile) -> StudyFile:
    """The file with fewer contexts, each once: made in no time. Controls look like any other pair, and are left out."""
    if file.kind == "persona":
        contexts = replace(file.contexts, per_level=1)
    else:
        contexts = replace(file.contexts, per_domain=min(file.contexts.per_domain or CONTEXTS, CONTEXTS))
    return replace(file, contexts=contexts, judgments_per_pair=1, repeat_share=0.0, controls=None)


def few_contexts(gathered: Gathered) -> Gathered:
    """What was gathered, of contexts taken evenly from each domain.

    A transaction that makes a study of thousands holds up, on SQLite, whoever judges meanwhile.
    """
    if gathered.kind != "pair" or len(gathered.contexts) <= KEPT:
        return gathered
    domains: dict[str, list[str]] = {}
    for identifier, context in gathered.contexts.items():
        domains.setdefault(context.domain, []).append(identifier)
    share = max(2 * CONTEXTS, KEPT // len(domains))
    kept = {
        identifier
        for identifiers in domains.values()
        for identifier in identifiers[:: max(1, len(identifiers) // share)][:share]
    }
    return replace(
        gathered,
        contexts={key: context for key, context in gathered.contexts.items() if key in kept},
        systems=tuple(
            replace(each, responses={key: said for key, said in each.responses.items() if key in kept})
            for each in gathered.systems
        ),
    )


def visit(study: Study, *, step: str, pair: int, now: datetime) -> Visit:
    """Open `study` to somebody who has come as far as `step`, and to the `pair`-th of what is shown there.

    To be called where nothing is kept.
    """
    Study.objects.filter(pk=study.pk).update(state=Study.State.OPEN, opened_at=now)
    study.refresh_from_db()
    invite = Invite.objects.create(study=study, token_digest=secrets.token_hex(32), created_at=now)
    if step == "consent":
        return Visit(study, invite, None)
    before = step in ("background", "instructions")
    annotator = Annotator.objects.create(
        study=study,
        code="A-SEE",
        invite=invite,
        background_at=None if step == "background" else now,
        instructed_at=None if before else now,
        practised_at=None if step in ("practice", "feedback") or before else now,
        created_at=now,
    )
    give_consent(annotator=annotator, now=now)
    if step in ("practice", "feedback"):
        _practise(annotator, before=pair, now=now)
    if step == "end":
        annotator.state = Annotator.State.FINISHED
        annotator.save(update_fields=["state"])
    if step in ("judge", "back", "pause"):
        _hold(annotator, pair=pair, now=now)
    return Visit(study, invite, annotator)


def steps_of(study: Study, *, asks_background: bool) -> list[str]:
    """The steps of the way through `study`, in their order."""
    steps = ["consent", *(["background"] if asks_background else []), "instructions"]
    return [*steps, *(["practice"] if has_practice(study) else []), "judge", "end"]


def pairs_of(study: Study) -> list[int]:
    """The first slots, each of another context, that the preview shows one after the other."""
    slots: dict[int, int] = {}
    planned = Slot.objects.filter(study=study, look=1).order_by("position").values_list("context_id", "pk")
    for context, slot in planned.iterator(chunk_size=500):
        slots.setdefault(context, slot)
        if len(slots) == MOST_PAIRS:
            break
    return list(slots.values())


def _hold(annotator: Annotator, *, pair: int, now: datetime) -> None:
    """The annotator holds the `pair`-th pair: what is held is what is shown."""
    slots = pairs_of(annotator.study)
    if slots:
        Slot.objects.filter(pk=slots[min(pair, len(slots)) - 1]).update(
            annotator=annotator, claimed_at=now, leased_until=now + HELD
        )


def _practise(annotator: Annotator, *, before: int, now: datetime) -> None:
    """The practice pairs before the one that is shown were found."""
    items = annotator.study.items.filter(is_practice=True).order_by("pk")
    PracticeAnswer.objects.bulk_create(
        PracticeAnswer(
            annotator=annotator,
            item=item,
            attempt=1,
            answers=dict.fromkeys(item.expected, "left"),
            right=True,
            answered_at=now,
        )
        for item in list(items)[: max(0, before - 1)]
    )
