"""Power and cost while a study is designed: a page of its own, and the part of it that follows what is typed."""

from functools import lru_cache
from typing import Any, Final

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from evaluation.drafts import drafting
from evaluation.drafts.foreseeing import ANNOTATORS, EFFECT, SECONDS, NothingToPlan, Wanted, planned_of, wish_of
from evaluation.material.gathering import WrongFiles
from evaluation.models import Study, StudyDraft
from evaluation.reports.numbers import SPACE, counted
from evaluation.reports.sizing_page import page_of
from evaluation.results.piloting import NoPilot, Planned, planned
from evaluation.stats.planning.latent import NoSuchJudgments
from evaluation.stats.planning.sizing import size_of
from evaluation.studies.membership import membership_or_404
from evaluation.study_files.uploaded_files import UploadError, UploadRefused
from evaluation.views.htmx import HTMX

CANNOT: Final = "Nothing can be worked out yet"


class SizeForm(forms.Form):
    """What is to be found, and what it takes. What is empty is as the study has it."""

    effect = forms.FloatField(
        label="Net preference to be found",
        required=False,
        help_text="0.14 is 57 of 100 for the better one, ties apart",
    )
    annotators = forms.IntegerField(label="Annotators", required=False)
    contexts = forms.IntegerField(label="Contexts of each domain", required=False)
    votes = forms.IntegerField(label="Judgments for each pair", required=False)
    seconds = forms.FloatField(label="Seconds that a pair takes", required=False)
    hourly = forms.FloatField(label="Pay for an hour", required=False)

    def wanted(self, *, hourly: float | None) -> Wanted:
        """What the form asks for; `hourly` is what the study pays, where nothing is typed."""
        said = {key: value for key, value in self.cleaned_data.items() if value is not None}
        return Wanted(**{"hourly": hourly, **said})


@never_cache
@require_GET
@login_required
def of_draft(request: HttpRequest, number: int) -> HttpResponse:
    """Of a draft, whose responses are gathered for it."""
    mine = drafting.own_draft_or_404(request.user, number)
    looked = drafting.looked(mine)
    page: dict[str, Any] = {"draft": mine, "tab": "size", "looked": looked, "problems": len(looked.problems)}
    digests = tuple(mine.files.order_by("name").values_list("name", "digest"))
    try:
        design, pay = _planned(mine.pk, mine.toml, digests)
    except UploadRefused as refused:
        return _shown(request, page | {"errors": refused.errors})
    except (WrongFiles, NothingToPlan) as error:
        return _shown(request, page | {"errors": (UploadError("", None, str(error)),)})
    return _shown(request, page | _sized(request, design, pay))


@never_cache
@require_GET
@login_required
def of_study(request: HttpRequest, name: str) -> HttpResponse:
    """Of a study that is made, in whatever state."""
    study = membership_or_404(request.user, name).study
    page: dict[str, Any] = {"study": study}
    try:
        design = planned(study, annotators=ANNOTATORS)
    except NoPilot as error:
        return _shown(request, page | {"errors": (UploadError("", None, str(error)),)})
    return _shown(request, page | _sized(request, design, _pay_of(study)))


# The wish says all, its seed too, and a page that is opened again need not take a second again.
_size_of: Final = lru_cache(maxsize=32)(size_of)


@lru_cache(maxsize=32)
def _planned(number: int, toml: str, digests: tuple[tuple[str, str], ...]) -> tuple[Planned, dict[str, Any]]:
    # All that the answer hangs on is in the key: gathering large files takes seconds.
    with drafting.ready(StudyDraft.objects.get(pk=number)) as known:
        pay = known.file.pay.as_json() if known.file.pay else {}
        return planned_of(known.file, known.gathered), pay


def _pay_of(study: Study) -> dict[str, Any]:
    return dict(study.design.get("pay") or {})


def _sized(request: HttpRequest, design: Planned, pay: dict[str, Any]) -> dict[str, Any]:
    form = SizeForm(request.GET or None, label_suffix="")
    currency = str(pay.get("currency", ""))
    typed = {"effect": EFFECT, "annotators": ANNOTATORS, "seconds": SECONDS}
    form.initial = {
        **typed,
        "contexts": design.design.contexts,
        "votes": design.design.votes,
        "hourly": pay.get("per_hour"),
    }
    if form.is_bound and not form.is_valid():
        return {"form": form}
    wanted = form.wanted(hourly=float(pay["per_hour"]) if "per_hour" in pay else None) if form.is_bound else None
    wanted = wanted or Wanted(hourly=float(pay["per_hour"]) if "per_hour" in pay else None)
    try:
        wish = wish_of(design, wanted, currency=currency)
        sized = _size_of(wish)
    except (NoSuchJudgments, ValueError) as error:
        return {"form": form, "errors": (UploadError("", None, str(error)),)}
    shown = page_of(sized, title="What this design finds and costs")
    return {
        "form": form,
        "page": shown,
        "cost": _cost(sized.wish.design.judgments * sized.wish.places, wanted, pay),
        "tables": shown.tables[:2],
    }


def _cost(judgments: int, wanted: Wanted, pay: dict[str, Any]) -> str:
    """In one sentence: contexts times judgments times seconds times pay."""
    hours = judgments * wanted.seconds / 3600
    currency = f"{SPACE}{pay.get('currency', '')}".rstrip()
    said = f"{counted(judgments, 'judgment')} of {wanted.seconds:g} seconds each are {hours:,.1f}{SPACE}hours of work"
    if wanted.hourly is not None:
        return f"{said}; at {wanted.hourly:,.2f}{currency} an hour that is {hours * wanted.hourly:,.2f}{currency}."
    if "per_judgment" in pay:
        each = float(pay["per_judgment"])
        hourly = each * 3600 / wanted.seconds
        return (
            f"{said}; at {each:,.2f}{currency} a pair that is {each * judgments:,.2f}{currency}, "
            f"or {hourly:,.2f}{currency} an hour."
        )
    return f"{said}. Say what an hour is paid to see what they cost."


def _shown(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    part = request.headers.get("HX-Request") == "true"
    template = "evaluation/drafts/_sized.html" if part else "evaluation/drafts/size.html"
    return render(request, template, {"cannot": CANNOT, "htmx_config": HTMX, **page})
