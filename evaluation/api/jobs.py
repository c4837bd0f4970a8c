"""What workers make for a study: asked for, watched, and fetched; the same jobs as on its page."""

from typing import Any, Final

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import PageIn, ResearcherView, Strict, operation, paged
from evaluation.items.blinding import require_results
from evaluation.models import Job, Study
from evaluation.queue.jobs import ask_for, file_of
from evaluation.queue.queueing import require_workers

KINDS: Final = list(Job.Kind.values)
STATES: Final = list(Job.State.values)
JOB: Final = {
    "number": 12,
    "kind": "report",
    "model": "",
    "state": "running",
    "stage": "computing the statistics",
    "done": 0,
    "total": 2,
    "tries": 1,
    "said": "",
    "error": "",
    "has_file": False,
    "made_by": "Cleo",
    "made_at": "2026-11-24T10:00:00Z",
    "started_at": "2026-11-24T10:00:01Z",
    "seen_at": "2026-11-24T10:00:01Z",
    "ended_at": None,
}


class JobOut(serializers.Serializer[Job]):
    """One piece of background work, and how far it is."""

    number = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=KINDS)
    model = serializers.SerializerMethodField(help_text="of a judge: which model; else empty")
    state = serializers.ChoiceField(choices=STATES)
    stage = serializers.CharField(allow_blank=True, help_text="what is being done; `done` and `total` count in it")
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    tries = serializers.IntegerField()
    said = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    has_file = serializers.SerializerMethodField(help_text="whether `file/` has something to be fetched")
    made_by = serializers.SerializerMethodField(help_text="null: asked for by the server itself")
    made_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True, help_text="when its worker was last heard of")
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_model(self, job: Job) -> str:
        """What its page names."""
        return str(job.options.get("model", ""))

    def get_has_file(self, job: Job) -> bool:
        """Whether it is done and made one."""
        return job.is_done() and bool(job.file)

    def get_made_by(self, job: Job) -> str | None:
        """The researcher's name, or their address."""
        return str(job.made_by) if job.made_by is not None else None


class AskIn(Strict):
    """What is to be made."""

    kind = serializers.ChoiceField(choices=KINDS, help_text="the report's folder, judgments as files, a model judges")
    model = serializers.CharField(
        max_length=100, allow_blank=True, default="", help_text="of a judge, as the workers' endpoint calls it"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A judge is a model, and nothing else has one."""
        if (attrs["kind"] == Job.Kind.JUDGE) != bool(attrs["model"]):
            wanted = "the model that judges" if attrs["kind"] == Job.Kind.JUDGE else "none, unless a model judges"
            raise ValidationError({"model": [f"Expected {wanted}."]})
        return attrs


JobPageOut = paged("JobPageOut", JobOut)


class Jobs(ResearcherView):
    """A study's background work."""

    @operation(
        "jobs",
        summary="A study's background work",
        query=PageIn,
        out=JobPageOut,
        refuses=(404,),
        example={"count": 1, "next": None, "previous": None, "results": [JOB]},
    )
    def get(self, request: Request, name: str) -> Response:
        """What was made and is being made, the newest first."""
        return self.page(_jobs_of(self.study(name)).order_by("-made_at", "-pk"), JobOut)

    @operation(
        "ask_for_job",
        summary="Have something made by a worker",
        takes=AskIn,
        out=JobOut,
        status=202,
        also={200: JobOut},
        refuses=(404, 409),
        sends={"kind": "report"},
        example=JOB,
    )
    def post(self, request: Request, name: str) -> Response:
        """A report or judgments, once results show, or a model's judgments, for those who may change the study.

        Asked for twice it is made once: what is done for the study as it stands is answered with 200.
        """
        said = self.taken(AskIn)
        judges = said["kind"] == Job.Kind.JUDGE
        study = self.study_to_change(name) if judges else self.study(name)
        require_workers()
        if not judges:
            require_results(study)
        options = {"model": said["model"]} if judges else {}
        job = ask_for(study=study, kind=said["kind"], options=options, now=timezone.now(), by=self.me)
        return Response(JobOut(job).data, status=202 if job.is_under_way() else 200)


class OneJob(ResearcherView):
    """One of them."""

    @operation("job", summary="How far background work is", out=JobOut, refuses=(404,), example=JOB)
    def get(self, request: Request, name: str, number: int) -> Response:
        """Ask again until its state is `done` or `failed`."""
        return Response(JobOut(_job(self.study(name), number)).data)


class _Whatever(BaseContentNegotiation):
    """A file is what it is, whatever is said to be accepted; refusals are JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class JobFile(ResearcherView):
    """What a job made."""

    content_negotiation_class = _Whatever

    @operation(
        "job_file",
        summary="Fetch what background work made",
        out=OpenApiTypes.BINARY,
        media="application/zip",
        refuses=(404, 409),
    )
    def get(self, request: Request, name: str, number: int) -> FileResponse:
        """One ZIP file; 404 where it is not made yet, or makes none."""
        study = self.study(name)
        job = _job(study, number)
        require_results(study)
        made = file_of(job)
        if made is None:
            raise Http404("nothing to be fetched")
        file, called = made
        return FileResponse(file, as_attachment=True, filename=called)


def _jobs_of(study: Study) -> Any:
    return study.jobs.select_related("made_by")


def _job(study: Study, number: int) -> Job:
    job: Job = get_object_or_404(_jobs_of(study), pk=number)
    return job
