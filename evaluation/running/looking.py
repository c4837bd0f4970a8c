"""A planned look at a study that still runs: tested, logged and kept, and nobody sees more than whether to go on."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from evaluation.models import AuditEntry, Researcher, Study
from evaluation.results.exporting import info_of, rows_of
from evaluation.stats.data.declared import Look
from evaluation.stats.preferences.planned import take_look
from evaluation.studies.conduct import LOOKED
from evaluation.studies.life import WrongState


@transaction.atomic
def look_at(*, study: Study, now: datetime, by: Researcher | None = None) -> Look:
    """Take the next planned look at `study`, and keep what it came to; this is no unblinding.

    Raises `WrongState` where the study does not run, and `LookNotDue` where the plan holds no look, or none yet.
    """
    # Two at once would spend the same level twice.
    locked = Study.objects.select_for_update().get(pk=study.pk)
    if locked.state not in (Study.State.OPEN, Study.State.PAUSED):
        raise WrongState(f"{locked.name}: expected a study that runs, and it is {locked.state}")
    taken = take_look(rows_of(locked), info_of(locked), at=now.isoformat(timespec="seconds"))
    AuditEntry.objects.create(study=locked, action=LOOKED, detail=asdict(taken), made_by=by, made_at=now)
    return taken


def decisions(look: Look, *, number: int) -> dict[str, Any]:
    """What may be shown of a look while its study runs: the decisions, and no number that tells how near they were."""
    shown = ("criterion", "domain", "better", "than", "decision")
    return {
        "look": number,
        "at": look.at,
        "claims": [{key: claim[key] for key in shown} for claim in look.claims],
    }


def said(look: Look, *, number: int) -> list[str]:
    """The same in sentences, and what to do next."""
    lines = [f"Look {number}, at {min(claim['share'] for claim in look.claims):.0%} of the clusters. It is logged."]
    for claim in look.claims:
        where = "" if claim["domain"] == "all" else f" in {claim['domain']}"
        what = {"better": "is better than", "worse": "is worse than", "equivalent": "is equivalent to"}
        found = what.get(claim["decision"])
        outcome = f"{claim['better']} {found} {claim['than']}" if found else "not decided: go on"
        lines.append(f"  {claim['criterion']}{where}: {outcome}")
    if all(claim["decision"] for claim in look.claims):
        lines.append("Every claim is decided: the study may be closed.")
    return lines
