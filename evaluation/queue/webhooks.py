"""Telling outside programs what happens in a study: written down with what happened, sent by a worker, told once.

A delivery is a row that is made in the transaction of what it tells of, so none is lost and none is of something that
did not happen. `manage.py deliver_webhooks`, or a worker where a broker is configured, sends what is due; no page does.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from evaluation.models import AuditEntry, Delivery, Researcher, Study, Webhook
from evaluation.queue.outgoing import AddressRefused, NotDelivered, Rules, check_address, post
from evaluation.queue.queueing import later

STUDY_CLOSED: Final = "study.closed"
ANNOTATOR_FINISHED: Final = "annotator.finished"
EVENTS: Final = (STUDY_CLOSED, ANNOTATOR_FINISHED)
# Sent when somebody asks whether an address takes what it is sent; every address is told of it.
TRIED: Final = "webhook.tried"
MOST_PER_STUDY: Final = 10
# After so many minutes it is tried again; after the last, no more: two days in all.
AGAIN_AFTER: Final = (1, 5, 30, 120, 360, 720, 1440)
# While one tries, no other does.
HELD_FOR: Final = timedelta(minutes=2)


class BadWebhook(ValueError):
    """An address or events that cannot be taken; says what was expected."""


class StillWaiting(RuntimeError):
    """An address is to be tried while the last try waits to be sent."""


def rules() -> Rules:
    """Whom this server may call, as its operator said."""
    return Rules(hosts=tuple(settings.WEBHOOK_HOSTS), private=settings.WEBHOOK_PRIVATE)


@transaction.atomic
def add_webhook(
    *, study: Study, address: str, events: Sequence[str], now: datetime, by: Researcher | None = None
) -> Webhook:
    """Tell `address` of `events` from now on. Raises `BadWebhook` for an address that is not called, or is there."""
    unknown = [each for each in events if each not in EVENTS]
    if unknown or not events:
        raise BadWebhook(f"events: expected some of {', '.join(EVENTS)}, got {', '.join(unknown) or 'none'}")
    try:
        check_address(address, rules())
    except AddressRefused as error:
        raise BadWebhook(f"address: {error}") from error
    if study.webhooks.count() >= MOST_PER_STUDY:
        raise BadWebhook(f"expected at most {MOST_PER_STUDY} addresses for one study")
    try:
        with transaction.atomic():
            webhook = Webhook.objects.create(
                study=study,
                address=address,
                nonce=secrets.token_hex(16),
                events=[each for each in EVENTS if each in events],
                made_by=by,
                made_at=now,
            )
    except IntegrityError as error:
        raise BadWebhook("address: it is told of this study already") from error
    _log(study, "webhook added", webhook, by, now)
    return webhook


@transaction.atomic
def remove_webhook(*, webhook: Webhook, now: datetime, by: Researcher | None = None) -> None:
    """Tell this address nothing more; what it was told is forgotten with it."""
    _log(webhook.study, "webhook removed", webhook, by, now)
    webhook.delete()


@transaction.atomic
def try_webhook(*, webhook: Webhook, now: datetime) -> Delivery:
    """Write down a message that says nothing, to be sent as all others are. Raises `StillWaiting` while one waits."""
    last = webhook.deliveries.filter(event=TRIED).order_by("pk").last()
    if last is not None and last.delivered_at is None and last.given_up_at is None:
        raise StillWaiting("the last try of this address waits to be sent; the list says when")
    delivery, new = Delivery.objects.get_or_create(
        webhook=webhook,
        event=TRIED,
        # Numbered, so that two who ask at once get the one.
        subject=str(int(last.subject) + 1 if last is not None else 1),
        defaults={
            "body": {"event": TRIED, "study": webhook.study.name, "at": now.isoformat()},
            "made_at": now,
            "due_at": now,
        },
    )
    if new:
        transaction.on_commit(lambda: later("deliver"))
    return delivery


def _log(study: Study, action: str, webhook: Webhook, by: Researcher | None, now: datetime) -> None:
    # The path may hold a token of the other side's.
    host = webhook.address.split("/")[2]
    AuditEntry.objects.create(study=study, action=action, detail={"host": host}, made_by=by, made_at=now)


def secret_of(webhook: Webhook) -> str:
    """What deliveries to this address are signed with: 64 hexadecimal digits, for the receiver to check them."""
    return salted_hmac("parley.webhooks", f"{webhook.pk}:{webhook.nonce}", algorithm="sha256").hexdigest()


def signature(secret: str, moment: int, body: bytes) -> str:
    """The value of `Parley-Signature`: the time (Unix seconds) and the HMAC-SHA256 of time, a point and the body."""
    digest = hmac.new(secret.encode(), str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def announce(
    *, study: Study, event: str, subject: str = "", detail: dict[str, Any] | None = None, now: datetime
) -> None:
    """Write down that `event` is to be told, in the transaction that it happens in; a second time nothing changes."""
    webhooks = [each for each in study.webhooks.all() if event in each.events]
    if not webhooks:
        return
    body = {"event": event, "study": study.name, "at": now.isoformat(), **(detail or {})}
    # Told once: the constraint answers for two requests that finish at once.
    Delivery.objects.bulk_create(
        (Delivery(webhook=each, event=event, subject=subject, body=body, made_at=now, due_at=now) for each in webhooks),
        ignore_conflicts=True,
    )
    transaction.on_commit(lambda: later("deliver"))


def deliver_due(*, now: datetime, most: int = 100) -> tuple[int, int]:
    """Send what is due, up to `most`: how many were taken, and how many were not."""
    sent = failed = 0
    due = Delivery.objects.filter(delivered_at=None, given_up_at=None, due_at__lte=now).order_by("due_at", "pk")
    for delivery in due.select_related("webhook")[:most]:
        # Whoever moves it on first sends it; who dies over it leaves it to the next after a while.
        mine = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at, delivered_at=None)
        if not mine.update(due_at=now + HELD_FOR, tries=F("tries") + 1):
            continue
        if _deliver(delivery, now=now):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _deliver(delivery: Delivery, *, now: datetime) -> bool:
    body = json.dumps({**delivery.body, "delivery": delivery.pk}, sort_keys=True).encode()
    moment = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "Parley-Event": delivery.event,
        # The same on every try: a receiver that knows it has had it.
        "Parley-Delivery": str(delivery.pk),
        "Parley-Signature": signature(secret_of(delivery.webhook), moment, body),
    }
    try:
        post(delivery.webhook.address, body, headers, rules=rules())
    except (AddressRefused, NotDelivered) as error:
        tried = delivery.tries + 1
        again = AGAIN_AFTER[tried - 1] if tried <= len(AGAIN_AFTER) else None
        Delivery.objects.filter(pk=delivery.pk).update(
            error=str(error)[:300],
            due_at=now + timedelta(minutes=again or 0),
            given_up_at=None if again else now,
        )
        return False
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=now, error="")
    return True
