"""Changing a study that was opened: wording and texts, the plan, its size, and where its registration was deposited."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evaluation.changes.amending import CannotAmend, amend
from evaluation.changes.extending import extend
from evaluation.changes.extending_files import FilesMissing, material_of
from evaluation.changes.further import contexts_by_domain
from evaluation.changes.plan_text import PlanText, plan_as_toml
from evaluation.changes.registering import BadDeposit, deposit
from evaluation.material.gathering import WrongFiles
from evaluation.models import Study
from evaluation.running.live import slots_of
from evaluation.studies.membership import changing_membership_or_404, signed_in
from evaluation.study_files.item_kinds import kind_of
from evaluation.study_files.kept_design import DesignMissing
from evaluation.views.forms import AmendForm, DepositForm, ExtendForm
from generation.corpus.dialogues import BadLine

TEXTS: Final = (
    ("public_title", "Title that annotators see", "public_title", 1),
    ("text.consent", "Consent (whoever agreed before is asked again)", "consent", 10),
    ("text.instructions", "Instructions", "instructions", 10),
    ("text.end", "Last page", "end_text", 5),
)


@require_http_methods(["GET", "POST"])
@login_required
def amending(request: HttpRequest, name: str) -> HttpResponse:
    """The texts of an open study, to be said otherwise; each change is an amendment."""
    study = changing_membership_or_404(request.user, name).study
    form = AmendForm(request.POST or None, wording=_wording(study))
    if request.method == "POST" and form.is_valid():
        try:
            changes = _changes(form)
            made = amend(
                study=study,
                changes=changes,
                because=form.cleaned_data["because"],
                now=timezone.now(),
                by=signed_in(request.user),
            )
        except (CannotAmend, PlanText) as error:
            form.add_error(None, _sentence(error))
        else:
            messages.success(request, f"The study is amended. {made.text}.")
            return redirect("study", name)
    context = {
        "study": study,
        "form": form,
        "amendments": study.amendments.select_related("made_by").order_by("-made_at", "-pk"),
    }
    return render(request, "evaluation/study_amend.html", context, status=422 if form.errors else 200)


def _wording(study: Study) -> list[tuple[str, str, str, int]]:
    """Key, label, text as it stands and rows of everything that the page offers to change."""
    said: list[tuple[str, str, str, int]] = []
    for each in study.criteria.order_by("position"):
        said.append((f"criteria.{each.key}.question", f"Question on {each.name.lower()}", each.question, 2))
        said.append((f"criteria.{each.key}.help", f"What is meant by {each.name.lower()}", each.help, 2))
    said += [(key, label, str(getattr(study, column)), rows) for key, label, column, rows in TEXTS]
    said.append(("plan", "Plan, as [plan] in a study file", plan_as_toml(study), 12))
    return said


def _changes(form: AmendForm) -> dict[str, object]:
    changes: dict[str, object] = dict(form.changes())
    plan = changes.pop("plan", None)
    if plan is not None:
        changes |= PlanText.changes_in(str(plan))
    return changes


@require_http_methods(["GET", "POST"])
@login_required
def extending(request: HttpRequest, name: str) -> HttpResponse:
    """More judgments for each pair, or more pairs."""
    study = changing_membership_or_404(request.user, name).study
    kind = kind_of(study.design)
    form = ExtendForm(request.POST or None, initial={"judgments_per_pair": study.judgments_per_pair}, kind=kind)
    if request.method == "POST" and form.is_valid():
        per_domain, per_level = form.cleaned_data.get("per_domain"), form.cleaned_data.get("per_level")
        more = per_domain is not None or per_level is not None
        try:
            made = extend(
                study=study,
                because=form.cleaned_data["because"],
                now=timezone.now(),
                by=signed_in(request.user),
                judgments_per_pair=form.cleaned_data["judgments_per_pair"],
                per_domain=per_domain,
                per_level=per_level,
                gathered=material_of(study, per_level=per_level) if more else None,
            )
        except (CannotAmend, FilesMissing, WrongFiles, BadLine, DesignMissing) as error:
            form.add_error(None, _sentence(error))
        else:
            messages.success(request, f"The study is extended by {made.slots:,} slots.")
            return redirect("study", name)
    context = {
        "study": study,
        "form": form,
        "one": "persona" if kind == "persona" else "pair",
        "many": "persona" if kind == "persona" else "context",
        "contexts": contexts_by_domain(study).items(),
        "slots": slots_of(study, now=timezone.now()),
    }
    return render(request, "evaluation/study_extend.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def depositing(request: HttpRequest, name: str) -> HttpResponse:
    """Keep where the preregistration was deposited."""
    study = changing_membership_or_404(request.user, name).study
    form = DepositForm(request.POST)
    try:
        deposit(
            study=study,
            url=form.cleaned_data["url"] if form.is_valid() else "",
            now=timezone.now(),
            by=signed_in(request.user),
        )
    except BadDeposit as error:
        messages.error(request, _sentence(error))
    else:
        messages.success(request, "The report prints this address.")
    return redirect("study", name)


def _sentence(error: Exception) -> str:
    # A page names no folder of the server's.
    text = str(error).replace(str(settings.PARLEY_HOME), "PARLEY_HOME")
    return f"{text[:1].upper()}{text[1:]}."
