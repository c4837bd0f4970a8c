"""Pages for what Django itself refuses, in the language of the study whose page it was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evaluation.annotators.language import speak
from evaluation.models import Study


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: the page lay open for too long, or the browser keeps no cookies."""
    public_id = request.resolver_match.kwargs.get("public_id") if request.resolver_match else None
    language = Study.objects.filter(public_id=public_id).values_list("language", flat=True).first() if public_id else ""
    if language:
        speak(language)
    return render(request, "403_csrf.html", status=403)
