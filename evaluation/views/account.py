"""A researcher's own page, and their tokens. Signing in and passwords are allauth's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation.models import ApiToken
from evaluation.operation.tokens import create_token
from evaluation.studies.membership import signed_in
from evaluation.views.forms import TokenForm


@require_GET
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Where a researcher finds password, second factor and tokens."""
    return render(request, "account/account.html")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The researcher's tokens; on POST a new one, whose text is shown in that one answer."""
    made = None
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_token(
            researcher=signed_in(request.user),
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            days=form.cleaned_data["days"],
        )
        form = TokenForm()
    mine = ApiToken.objects.filter(user=request.user).order_by("-created")
    return render(request, "account/tokens.html", {"form": form, "made": made, "tokens": mine, "now": timezone.now()})


@require_POST
@login_required
def revoke_token(request: HttpRequest, digest: str) -> HttpResponse:
    """Make one of the researcher's own tokens useless."""
    deleted, _ = ApiToken.objects.filter(user=request.user, digest=digest).delete()
    if not deleted:
        raise Http404("no such token")
    messages.success(request, "The token no longer works.")
    return redirect("tokens")
