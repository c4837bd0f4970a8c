"""Flags on dialogues: putting one, taking it back, and all of a corpus's as a file."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from evaluation.models import DialogueFlag, Researcher
from generation.corpus.dialogues import Dialogue
from generation.corpus.manifest import digest_of


class UnknownReason(ValueError):
    """A reason that no flag has."""


@dataclass(frozen=True)
class Flag:
    """A flag as it is shown: by whom, why, and the digest of the dialogue that it was put on."""

    researcher: int
    by: str
    reason: str
    meaning: str
    note: str
    digest: str


def flag(*, corpus: str, dialogue: Dialogue, reason: str, note: str, by: Researcher, now: datetime) -> None:
    """Flag a dialogue, or say something else of it; each researcher has one flag on each."""
    if reason not in DialogueFlag.Reason.values:
        raise UnknownReason(f"reason: expected one of {', '.join(DialogueFlag.Reason.values)}, got {reason!r}")
    DialogueFlag.objects.update_or_create(
        corpus=corpus,
        dialogue=dialogue.id,
        flagged_by=by,
        defaults={
            "digest": digest_of(dialogue.as_json()),
            "reason": reason,
            "note": note.strip(),
            "flagged_at": now,
        },
    )


def unflag(*, corpus: str, dialogue: str, by: Researcher) -> None:
    """Take back one's own flag; nothing happens where there is none."""
    DialogueFlag.objects.filter(corpus=corpus, dialogue=dialogue, flagged_by=by).delete()


def flags_of(corpus: str, dialogues: Sequence[str]) -> dict[str, tuple[Flag, ...]]:
    """Dialogue id -> its flags, oldest first, for these dialogues of a corpus."""
    found: dict[str, list[Flag]] = defaultdict(list)
    rows = DialogueFlag.objects.filter(corpus=corpus, dialogue__in=dialogues).select_related("flagged_by")
    for each in rows.order_by("flagged_at", "pk"):
        found[each.dialogue].append(
            Flag(
                each.flagged_by_id, str(each.flagged_by), each.reason, each.get_reason_display(), each.note, each.digest
            )
        )
    return {dialogue: tuple(flags) for dialogue, flags in found.items()}


def flagged_ids(corpus: str) -> list[str]:
    """The dialogues of a corpus that anybody has flagged."""
    rows = DialogueFlag.objects.filter(corpus=corpus).order_by("dialogue")
    return list(rows.values_list("dialogue", flat=True).distinct())


def flagged_by_corpus() -> dict[str, int]:
    """Corpus -> how many of its dialogues anybody has flagged."""
    counts = DialogueFlag.objects.values("corpus").annotate(dialogues=Count("dialogue", distinct=True))
    return {each["corpus"]: each["dialogues"] for each in counts.order_by("corpus")}


def exported_flags(corpus: str) -> Iterator[dict[str, Any]]:
    """Every flag of a corpus as its line in a file, by dialogue. Who put it is a number, not a name."""
    people: dict[int, int] = {}
    for each in DialogueFlag.objects.filter(corpus=corpus).order_by("dialogue", "flagged_at", "pk"):
        yield {
            "format": 1,
            "corpus": corpus,
            "dialogue": each.dialogue,
            "digest": each.digest,
            "reason": each.reason,
            "note": each.note,
            "researcher": people.setdefault(each.flagged_by_id, len(people) + 1),
            "flagged_at": each.flagged_at.isoformat(timespec="seconds"),
        }
