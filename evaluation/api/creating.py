"""Studies made of uploaded files, files looked through beforehand, and changes of what opening froze."""

from dataclasses import asdict
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation.api.operations import PageIn, ResearcherView, Strict, operation, paged
from evaluation.api.parsing import BoundedForm
from evaluation.api.serializers import StudyPageOut, StudySummaryOut
from evaluation.api.shapes import answers_as
from evaluation.api.studies import CARD
from evaluation.changes.amending import LONGEST_REASON, amend
from evaluation.changes.extending import MOST_JUDGMENTS, extend
from evaluation.changes.extending_files import material_in, material_of
from evaluation.changes.further import CannotExtend
from evaluation.drafts.uploading import Checked, check_file, create_from_files, without_paths
from evaluation.material.gathering import WrongFiles
from evaluation.models import Study
from evaluation.running.overview import cards_of
from evaluation.study_files.kept_design import DesignMissing
from evaluation.study_files.study_file import NAME
from evaluation.study_files.uploaded_files import MOST_FILES, in_a_folder, taken
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName

# More than any corpus has.
MOST_PER_DOMAIN: Final = 1_000_000
CREATED: Final = {
    "study": "ours-against-theirs",
    "state": "draft",
    "done": "created",
    "contexts": {"default": 60},
    "items": 60,
    "slots": 180,
    "automatic_ties": 0,
    "missing": {"ours": 0, "theirs": 0},
    "without_traits": 0,
    "warnings": [],
    "checks": 6,
    "practice": 4,
}
AMENDED: Final = {
    "text": "The question on naturalness changed: two annotators misread it",
    "made_at": "2026-11-25T09:00:00Z",
    "made_by": "Cleo",
}


class FilesIn(Strict):
    """Files, each with the name by which the others name it."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), max_length=MOST_FILES)


class CreateIn(FilesIn):
    """A study's name, its `study.toml`, and every file that it names."""

    name = serializers.RegexField(f"^{NAME.pattern}$", max_length=90, help_text="lower-case letters, digits, - _ .")


class CreatedOut(serializers.Serializer[Any]):
    """What was made, as `create_study --json` prints it."""

    study = serializers.CharField(help_text="its name")
    state = serializers.ChoiceField(choices=list(Study.State.values))
    done = serializers.ChoiceField(choices=["created", "kept", "replaced"])
    contexts = serializers.DictField(child=serializers.IntegerField(), help_text="domain -> contexts")
    items = serializers.IntegerField()
    slots = serializers.IntegerField()
    automatic_ties = serializers.IntegerField(help_text="pairs of equal replies, of which nobody is asked")
    missing = serializers.DictField(child=serializers.IntegerField(), help_text="system -> contexts it left out")
    without_traits = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    checks = serializers.IntegerField()
    practice = serializers.IntegerField()


CheckedOut = answers_as(
    Checked,
    leave_out=frozenset({"systems"}),
    add={"systems": serializers.DictField(child=serializers.IntegerField(), help_text="system -> its answers")},
    says={"errors": "line-exact; the first few"},
)


class CheckedFilesOut(serializers.Serializer[Any]):
    """What each file holds, and all that is wrong with it."""

    files = CheckedOut(many=True)


class AmendIn(Strict):
    """What is changed, and why."""

    because = serializers.CharField(max_length=LONGEST_REASON, help_text="the report states it")
    changes = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="key of the study file -> its new value"
    )


class AmendmentOut(serializers.Serializer[Any]):
    """A change that the report lists."""

    text = serializers.CharField()
    made_at = serializers.DateTimeField()
    made_by = serializers.SerializerMethodField()

    def get_made_by(self, amendment: Any) -> str | None:
        """The researcher's name, or their address; null for a command on the server."""
        return str(amendment.made_by) if amendment.made_by is not None else None


AmendmentPageOut = paged("AmendmentPageOut", AmendmentOut)


class Studies(ResearcherView):
    """The researcher's studies."""

    def get_parsers(self) -> list[Any]:
        """Files come as a form."""
        return [BoundedForm()] if self.request is None or self.request.method == "POST" else super().get_parsers()

    @operation(
        "studies",
        summary="Your studies",
        query=PageIn,
        out=StudyPageOut,
        example={"count": 1, "next": None, "previous": None, "results": [CARD]},
    )
    def get(self, request: Request) -> Response:
        """Every study that you are a member of, the newest first."""
        return self.page(cards_of(self.me), StudySummaryOut)

    @operation(
        "create",
        summary="Create a study",
        takes={"multipart/form-data": CreateIn},
        out=CreatedOut,
        status=201,
        also={200: CreatedOut},
        refuses=(400, 409),
        example=CREATED,
    )
    def post(self, request: Request) -> Response:
        """A draft of yours, of an uploaded `study.toml` and the files that it names; every slot is planned at once.

        Sent again unchanged it is kept as it is (200). Everything that is wrong is told, with file and line.
        """
        said = self.taken(CreateIn)
        made = create_from_files(name=said["name"], files=_named(said["files"]), owner=self.me, now=timezone.now())
        return Response(CreatedOut(made.as_json()).data, status=200 if made.state == "kept" else 201)


class CheckFiles(ResearcherView):
    """Files before anything is made of them."""

    parser_classes = [BoundedForm]

    @operation(
        "check_files",
        summary="Look through files before a study is made of them",
        takes={"multipart/form-data": FilesIn},
        out=CheckedFilesOut,
        refuses=(400,),
    )
    def post(self, request: Request) -> Response:
        """Lines, systems, contexts, a digest, a sample, and all that is wrong, with its line. Nothing is kept."""
        files = taken(_named(self.taken(FilesIn)["files"]))
        checked = [asdict(check_file(name, content)) for name, content in files.items()]
        return Response(CheckedFilesOut({"files": checked}).data)


def _named(files: "list[UploadedFile[Any]]") -> list[tuple[str, Any]]:
    unnamed = [each for each in files if not each.name]
    if unnamed:
        raise ValidationError({"files": ["Expected a file name with each file."]})
    return [(str(each.name), each) for each in files]


class ExtendIn(Strict):
    """What a study is to have, not what comes to it; and why."""

    because = serializers.CharField(max_length=LONGEST_REASON, help_text="the report states it")
    judgments_per_pair = serializers.IntegerField(
        min_value=1, max_value=MOST_JUDGMENTS, allow_null=True, default=None, help_text="what every item is to have"
    )
    per_domain = serializers.IntegerField(
        min_value=1, max_value=MOST_PER_DOMAIN, allow_null=True, default=None, help_text="contexts of each domain"
    )
    per_level = serializers.IntegerField(
        min_value=1,
        max_value=MOST_PER_DOMAIN,
        allow_null=True,
        default=None,
        help_text="of personas to be labelled: how many of each trait and level are drawn",
    )
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        max_length=MOST_FILES,
        default=list,
        help_text="for more contexts: the study's files, as they were; none where they are known on the server",
    )


class ExtendedOut(serializers.Serializer[Any]):
    """What came to a study."""

    judgments_per_pair = serializers.IntegerField()
    contexts = serializers.DictField(child=serializers.IntegerField(), help_text="domain -> those that came")
    items = serializers.IntegerField()
    automatic_ties = serializers.IntegerField()
    slots = serializers.IntegerField()
    amendment = serializers.DictField()


class Extend(ResearcherView):
    """More of a study that runs."""

    parser_classes = [BoundedForm]

    @operation(
        "extend",
        summary="Extend a study that runs",
        takes={"multipart/form-data": ExtendIn},
        out=ExtendedOut,
        refuses=(400, 404, 409),
    )
    def post(self, request: Request, name: str) -> Response:
        """More judgments of each item, more items, or both; what was drawn, shown and said stays. It is an amendment.

        Further contexts, or personas, are drawn by the study's own seed. Files must be those that it was made of (409).
        """
        study, said = self.study_to_change(name), self.taken(ExtendIn)
        files = said.pop("files")
        with in_a_folder(taken(_named(files))) as folder:
            try:
                gathered = None
                if said["per_domain"] is not None or said["per_level"] is not None:
                    per_level = said["per_level"]
                    gathered = (
                        material_in(study, folder, per_level=per_level)
                        if files
                        else material_of(study, per_level=per_level)
                    )
                made = extend(study=study, now=timezone.now(), by=self.me, gathered=gathered, **said)
            except (NoSuchName, CorpusMissing, WrongFiles, BadLine, DesignMissing) as error:
                raise CannotExtend(without_paths(str(error), folder)) from error
        return Response(ExtendedOut(made.as_json()).data)


class Amendments(ResearcherView):
    """Changes of what opening froze."""

    @operation("amendments", summary="A study's amendments", query=PageIn, out=AmendmentPageOut, refuses=(404,))
    def get(self, request: Request, name: str) -> Response:
        """What was changed since the study was opened, the newest first; the report lists it too."""
        made = self.study(name).amendments.select_related("made_by").order_by("-made_at", "-pk")
        return self.page(made, AmendmentOut)

    @operation(
        "amend",
        summary="Amend an opened study",
        takes=AmendIn,
        out=AmendmentOut,
        status=201,
        refuses=(404, 409),
        sends={
            "because": "two annotators misread it",
            "changes": {"criteria.naturalness.question": "Which would a person rather say?"},
        },
        example=AMENDED,
    )
    def post(self, request: Request, name: str) -> Response:
        """All of it or nothing. Wording gets a new version; what was compared, shown or said never changes (409)."""
        study, said = self.study_to_change(name), self.taken(AmendIn)
        made = amend(study=study, changes=said["changes"], because=said["because"], now=timezone.now(), by=self.me)
        return Response(AmendmentOut(made).data, status=201)
