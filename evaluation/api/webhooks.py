"""Where a study's events are told to. The addresses are held against the rules of `queue.outgoing`, as on the page."""

from typing import Any, Final

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import Nothing, PageIn, ResearcherView, Strict, operation, paged
from evaluation.models import Delivery, Webhook
from evaluation.queue.outgoing import LONGEST_ADDRESS
from evaluation.queue.webhooks import EVENTS, BadWebhook, add_webhook, remove_webhook, secret_of, try_webhook

# Of each address's deliveries the last so many are told.
TOLD: Final = 5
DELIVERY: Final = {
    "number": 40,
    "event": "webhook.tried",
    "subject": "1",
    "made_at": "2026-11-24T10:00:00Z",
    "tries": 0,
    "due_at": "2026-11-24T10:00:00Z",
    "delivered_at": None,
    "given_up_at": None,
    "error": "",
}
WEBHOOK: Final = {
    "number": 2,
    "address": "https://hooks.example.org/parley",
    "events": ["study.closed"],
    "made_at": "2026-11-24T09:00:00Z",
    "deliveries": [DELIVERY],
}


class DeliveryOut(serializers.Serializer[Delivery]):
    """One thing told, or to be told."""

    number = serializers.IntegerField(source="pk", help_text="what `Parley-Delivery` says")
    event = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    tries = serializers.IntegerField()
    due_at = serializers.DateTimeField(help_text="when it is sent, or sent again")
    delivered_at = serializers.DateTimeField(allow_null=True)
    given_up_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)


class WebhookOut(serializers.Serializer[Webhook]):
    """An address, and what it was told last. Its secret is in the answer that made it, and on the study's page."""

    number = serializers.IntegerField(source="pk")
    address = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=EVENTS))
    made_at = serializers.DateTimeField()
    deliveries = DeliveryOut(many=True, source="told", help_text=f"the last {TOLD}, the newest first")


class AddedOut(WebhookOut):
    """An address that was just added, with its secret."""

    # As the framework leaves an inherited field out.
    deliveries = None  # type: ignore[assignment]
    secret = serializers.SerializerMethodField(help_text="what its messages are signed with")

    def get_secret(self, webhook: Webhook) -> str:
        """It follows from the server's key."""
        return secret_of(webhook)


class AddIn(Strict):
    """An address, and what it is told of."""

    address = serializers.CharField(max_length=LONGEST_ADDRESS, help_text="one that this server may call")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENTS), min_length=1, max_length=len(EVENTS), default=list(EVENTS)
    )


class RemovedOut(serializers.Serializer[Any]):
    """Which address is told nothing more."""

    address = serializers.CharField()


WebhookPageOut = paged("WebhookPageOut", WebhookOut)


class Webhooks(ResearcherView):
    """The addresses of a study."""

    @operation(
        "webhooks",
        summary="A study's webhooks",
        query=PageIn,
        out=WebhookPageOut,
        refuses=(404,),
        example={"count": 1, "next": None, "previous": None, "results": [WEBHOOK]},
    )
    def get(self, request: Request, name: str) -> Response:
        """With what each was told last; for those who may change the study."""
        last = Prefetch("deliveries", Delivery.objects.order_by("-made_at", "-pk")[:TOLD], to_attr="told")
        return self.page(self.study_to_change(name).webhooks.order_by("pk").prefetch_related(last), WebhookOut)

    @operation(
        "add_webhook",
        summary="Tell an address of a study's events",
        takes=AddIn,
        out=AddedOut,
        status=201,
        refuses=(404,),
        sends={"address": "https://hooks.example.org/parley", "events": ["study.closed"]},
        example={key: value for key, value in WEBHOOK.items() if key != "deliveries"} | {"secret": "9f2c..."},
    )
    def post(self, request: Request, name: str) -> Response:
        """Only hosts that the operator listed, over HTTPS, on the public internet. The secret is in this answer."""
        study, said = self.study_to_change(name), self.taken(AddIn)
        try:
            made = add_webhook(study=study, now=timezone.now(), by=self.me, **said)
        except BadWebhook as error:
            field, _, reason = str(error).partition(": ")
            raise ValidationError({field if reason else "address": [reason or field]}) from error
        return Response(AddedOut(made).data, status=201)


class RemoveWebhook(ResearcherView):
    """An address is told nothing more."""

    @operation(
        "remove_webhook",
        summary="Tell an address nothing more",
        takes=Nothing,
        out=RemovedOut,
        refuses=(404,),
        example={"address": "https://hooks.example.org/parley"},
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """What it was told is forgotten with it."""
        study = self.study_to_change(name)
        self.taken(Nothing)
        webhook = get_object_or_404(study.webhooks, pk=number)
        remove_webhook(webhook=webhook, now=timezone.now(), by=self.me)
        return Response(RemovedOut({"address": webhook.address}).data)


class TryWebhook(ResearcherView):
    """An address is tried."""

    @operation(
        "try_webhook",
        summary="Send an address a message to try it",
        takes=Nothing,
        out=DeliveryOut,
        status=202,
        refuses=(404, 409),
        example=DELIVERY,
    )
    def post(self, request: Request, name: str, number: int) -> Response:
        """A message `webhook.tried`, signed and sent as all others are; whether it was taken, the list tells.

        One at a time: while one waits to be sent the next is refused (409).
        """
        study = self.study_to_change(name)
        self.taken(Nothing)
        webhook = get_object_or_404(study.webhooks, pk=number)
        return Response(DeliveryOut(try_webhook(webhook=webhook, now=timezone.now())).data, status=202)
