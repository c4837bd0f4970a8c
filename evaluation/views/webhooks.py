"""Where a study's events are told to: for those who may change it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluation.queue.queueing import has_workers
from evaluation.queue.webhooks import (
    BadWebhook,
    StillWaiting,
    add_webhook,
    remove_webhook,
    rules,
    secret_of,
    try_webhook,
)
from evaluation.studies.membership import changing_membership_or_404, signed_in
from evaluation.views.forms import WebhookForm

# Of each address's deliveries the last so many are shown.
SHOWN = 5


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def webhooks(request: HttpRequest, name: str) -> HttpResponse:
    """The addresses with what they were told; posting adds one."""
    study = changing_membership_or_404(request.user, name).study
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_webhook(
                study=study,
                address=form.cleaned_data["address"],
                events=form.events(),
                now=timezone.now(),
                by=signed_in(request.user),
            )
        except BadWebhook as error:
            field, _, reason = str(error).partition(": ")
            form.add_error(field if field in form.fields else None, f"{(reason or field).capitalize()}.")
        else:
            messages.success(request, "From now on this address is told. Its secret is below.")
            return redirect("study-webhooks", name)
    context = {
        "study": study,
        "form": form,
        "hosts": rules().hosts,
        "has_workers": has_workers(),
        "webhooks": [
            (each, secret_of(each), each.deliveries.order_by("-made_at", "-pk")[:SHOWN])
            for each in study.webhooks.order_by("pk")
        ],
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "evaluation/webhooks.html", context, status=status)


@require_POST
@login_required
def webhook_remove(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Tell an address nothing more."""
    study = changing_membership_or_404(request.user, name).study
    webhook = get_object_or_404(study.webhooks, pk=number)
    remove_webhook(webhook=webhook, now=timezone.now(), by=signed_in(request.user))
    messages.success(request, "That address is told nothing more.")
    return redirect("study-webhooks", name)


@require_POST
@login_required
def webhook_try(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Send an address a message that says nothing, to see whether it is taken."""
    study = changing_membership_or_404(request.user, name).study
    try:
        try_webhook(webhook=get_object_or_404(study.webhooks, pk=number), now=timezone.now())
    except StillWaiting:
        messages.error(request, "The last try of this address still waits to be sent.")
    else:
        messages.success(request, "A message is on its way; below it says whether it was taken.")
    return redirect("study-webhooks", name)
