"""Writing a study in the browser: the form, its files, the text itself, and the study that is made of them."""

import io
import zipfile
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluation.corpora.browsing import names as corpora_here
from evaluation.drafts import drafting
from evaluation.drafts.draft_form import NotToml, apply, document_of
from evaluation.drafts.draft_rows import LISTS, add_row, move_row, remove_row
from evaluation.drafts.draft_sections import kind_said
from evaluation.drafts.draft_showing import shown, suggestions
from evaluation.drafts.draft_texts import keep_texts, texts_of
from evaluation.models import StudyDraft
from evaluation.opening.importing import NameTaken
from evaluation.studies.membership import changing_membership_or_404, membership_or_404, signed_in
from evaluation.study_files.kept_design import DesignMissing, study_file_in
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.study_problems import Looked
from evaluation.study_files.study_toml import TEXT_KEYS, written
from evaluation.study_files.uploaded_files import STUDY_FILE, TooLarge, UploadError, UploadRefused
from evaluation.views.htmx import HTMX
from evaluation.views.uploads import bounded, files_of, status_of

TABS: Final = {"form": "draft", "files": "draft-files", "text": "draft-text", "size": "draft-size"}
# Of more corpora a list on the form is of no help.
MOST_CORPORA: Final = 40


@never_cache
@bounded
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, *, too_large: TooLarge | None = None) -> HttpResponse:
    """How to begin: two files to compare at once, a blank form, or a `study.toml` with its files."""
    errors: tuple[UploadError, ...] = ()
    me, status = signed_in(request.user), 200
    said = {"name": "", "title": "", "ethics": ""}
    if too_large is not None:
        errors, status = too_large.errors, 413
    elif request.method == "POST":
        said = {key: request.POST.get(key, "").replace("\0", "").strip()[:300] for key in said}
        try:
            return _begun(request, me, said)
        except (UploadRefused, NameTaken, drafting.TooManyDrafts) as refused:
            status = status_of(refused)
            errors = refused.errors if isinstance(refused, UploadRefused) else (UploadError("", None, str(refused)),)
    drafts = StudyDraft.objects.filter(owner=me).select_related("study").order_by("-changed_at")
    page = {"said": said, "errors": errors, "drafts": drafts}
    return render(request, "evaluation/drafts/new.html", page, status=status)


def _begun(request: HttpRequest, me: Any, said: dict[str, str]) -> HttpResponse:
    now, files = timezone.now(), files_of(request)
    if request.POST.get("do") == "compare":
        if not files:
            raise UploadRefused([UploadError("", None, "expected files of responses, got none: choose at least two")])
        ethics = said["ethics"] or "none"
        _, created = drafting.compare(
            name=said["name"], uploads=files, title=said["title"], ethics=ethics, owner=me, now=now
        )
        for line in created.warnings:
            messages.warning(request, line)
        messages.success(request, "The study is made, and not open yet. Preview it, then open it.")
        return redirect("study", created.study.name)
    draft = drafting.begin(owner=me, now=now, name=said["name"])
    try:
        if files:
            drafting.put_files(draft=draft, uploads=files, now=now)
    except UploadRefused:
        draft.delete()
        raise
    return redirect("draft", draft.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """The form. Every button keeps what stands in it, right or wrong."""
    mine = drafting.own_draft_or_404(request.user, number)
    if request.method == "POST":
        return _kept(request, mine)
    return _form(request, mine)


def _form(request: HttpRequest, mine: StudyDraft, *, errors: tuple[Any, ...] = (), status: int = 200) -> HttpResponse:
    looked = drafting.looked(mine)
    try:
        document = document_of(mine.toml)
    except NotToml:
        messages.error(request, "The text is no TOML, so there is no form of it. Mend the line that is named first.")
        return redirect("draft-text", mine.pk)
    sections, left = shown(document, looked.problems, beside=texts_of(mine, document))
    corpora = None if kind_said(document) == "pair" else corpora_here()[:MOST_CORPORA]
    page = {
        **_page(mine, "form", looked),
        "sections": sections,
        "left": left,
        "errors": errors,
        "files": sorted(mine.files.values_list("name", flat=True)),
        "corpora": corpora,
        "suggestions": {**suggestions(document), "corpora": [(name, "") for name in corpora or ()]},
    }
    return render(request, "evaluation/drafts/form.html", page, status=status)


def _kept(request: HttpRequest, mine: StudyDraft) -> HttpResponse:
    now, do = timezone.now(), request.POST.get("do", "save")
    try:
        document = document_of(mine.toml)
    except NotToml:
        return redirect("draft-text", mine.pk)
    apply(document, dict(request.POST.lists()))
    try:
        texts = {key: request.POST[f"text.{key}"] for key in TEXT_KEYS if f"text.{key}" in request.POST}
        keep_texts(mine, document, texts, now=now)
        action, _, what = do.partition(":")
        anchor = _rows(document, action, what)
        drafting.save(draft=mine, now=now, toml=document.as_string(), name=request.POST.get("name", mine.name))
    except UploadRefused as refused:
        return _form(request, mine, errors=refused.errors, status=status_of(refused))
    if action == "go" and what in TABS:
        return redirect(TABS[what], mine.pk)
    if action == "go" and what == "preview":
        return redirect("draft-preview", mine.pk, "consent")
    if action == "make":
        return make_of(request, mine)
    return redirect(f"{request.path}{anchor}")


def _rows(document: Any, action: str, what: str) -> str:
    """Add, move or take away one table of a list, as the button says; where on the page it is."""
    key, _, place = what.partition("-")
    if key not in LISTS:
        return ""
    number = int(place) if place.isdecimal() and len(place) < 4 else 0
    if action == "add":
        add_row(document, key)
    elif action == "remove":
        remove_row(document, key, number)
    elif action in ("up", "down"):
        move_row(document, key, number, -1 if action == "up" else 1)
    return f"#s-{key}"


@never_cache
@bounded
@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, number: int, *, too_large: TooLarge | None = None) -> HttpResponse:
    """What was uploaded: checksum, count and a sample of each, and every line that is wrong."""
    mine = drafting.own_draft_or_404(request.user, number)
    errors: tuple[UploadError, ...] = ()
    status = 200
    if too_large is not None:
        errors, status = too_large.errors, 413
    elif request.method == "POST" and (name := request.POST.get("remove")):
        if drafting.remove_file(draft=mine, name=name):
            messages.success(request, f"{name} is removed.")
        return redirect("draft-files", number)
    elif request.method == "POST":
        try:
            kept = drafting.put_files(draft=mine, uploads=files_of(request), now=timezone.now())
        except UploadRefused as refused:
            errors, status = refused.errors, status_of(refused)
        else:
            if kept:
                messages.success(request, f"Kept: {', '.join(kept)}.")
            else:
                messages.error(request, "No file was chosen.")
            return redirect("draft-files", number)
    looked = drafting.looked(mine)
    page = {**_page(mine, "files", looked), "checked": drafting.checked(mine), "errors": errors}
    return render(request, "evaluation/drafts/files.html", page, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def text(request: HttpRequest, number: int) -> HttpResponse:
    """The `study.toml` itself, with all that is wrong at its line."""
    mine = drafting.own_draft_or_404(request.user, number)
    if request.method == "POST":
        said = request.POST.get("toml", "").replace("\r\n", "\n")
        try:
            drafting.save(draft=mine, now=timezone.now(), toml=said)
        except TooLarge as refused:
            page = {**_page(mine, "text", drafting.looked(mine)), "toml": said, "errors": refused.errors}
            return render(request, "evaluation/drafts/text.html", page, status=413)
        action, _, what = request.POST.get("do", "").partition(":")
        if action == "go" and what in TABS:
            return redirect(TABS[what], number)
        return redirect("draft-text", number)
    looked = drafting.looked(mine)
    lines = mine.toml.splitlines()
    wrong = [(each, lines[each.line - 1] if each.line and each.line <= len(lines) else "") for each in looked.problems]
    page = {**_page(mine, "text", looked), "toml": mine.toml, "wrong": wrong}
    return render(request, "evaluation/drafts/text.html", page)


@require_POST
@login_required
def make(request: HttpRequest, number: int) -> HttpResponse:
    """Make the study, or make it anew."""
    return make_of(request, drafting.own_draft_or_404(request.user, number))


def make_of(request: HttpRequest, mine: StudyDraft) -> HttpResponse:
    """The study of a draft; what is wrong is told over its form, in which everything stands as it was."""
    try:
        created = drafting.make_study(draft=mine, now=timezone.now())
    except UploadRefused as refused:
        return _form(request, mine, errors=refused.errors, status=400)
    except NameTaken as taken:
        return _form(request, mine, errors=(UploadError("", None, str(taken)),), status=409)
    for line in created.warnings:
        messages.warning(request, line)
    said = {"created": "The study is made", "kept": "Nothing had changed", "replaced": "The study is made anew"}
    messages.success(request, f"{said[created.state]}. {created.items:,} pairs, {created.slots:,} judgments.")
    return redirect("study", created.study.name)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then forget the draft and its files; a study that was made of it stays."""
    mine = drafting.own_draft_or_404(request.user, number)
    if request.method == "GET":
        page = {
            "heading": "Delete this draft?",
            "meaning": "Its text and its uploaded files are gone for good. A study that was made of it stays.",
            "yes": "Delete the draft",
            "back": f"/drafts/{mine.pk}/",
        }
        return render(request, "evaluation/drafts/ask.html", page)
    mine.delete()
    messages.success(request, "The draft is deleted.")
    return redirect("studies")


@require_GET
@login_required
def download(request: HttpRequest, number: int) -> HttpResponse:
    """The draft as files: `study.toml`, and what lies beside it."""
    mine = drafting.own_draft_or_404(request.user, number)
    kept = {each.name: drafting.content_of(each) for each in mine.files.order_by("name")}
    return _zipped(mine.name or f"draft-{mine.pk}", {STUDY_FILE: mine.toml.encode(), **kept})


@require_GET
@login_required
def study_files(request: HttpRequest, name: str) -> HttpResponse:
    """The file that a study was made from, and its texts; the responses that it names are not among them."""
    study = membership_or_404(request.user, name).study
    try:
        file: StudyFile = study_file_in(study.design)
    except DesignMissing as missing:
        raise Http404(str(missing)) from missing
    return _zipped(study.name, {each: text.encode() for each, text in written(file).items()})


@require_POST
@login_required
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Edit a study that was never opened: go to the draft that it was made from, or to one made of its design."""
    study = changing_membership_or_404(request.user, name).study
    if not study.is_draft():
        messages.error(request, "The design of an opened study is frozen. What may still change is an amendment.")
        return redirect("study", name)
    try:
        mine = drafting.draft_again(study=study, owner=signed_in(request.user), now=timezone.now())
    except (DesignMissing, drafting.TooManyDrafts) as error:
        messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return redirect("study", name)
    return redirect("draft", mine.pk)


@require_http_methods(["GET", "POST"])
@login_required
def delete_study(request: HttpRequest, name: str) -> HttpResponse:
    """Ask, then delete a study that was never opened and that nobody has joined. Its owner may."""
    membership = changing_membership_or_404(request.user, name)
    if membership.role != membership.Role.OWNER or not membership.study.is_draft():
        raise Http404("only an owner deletes a study, and only before it is opened")
    if request.method == "GET":
        page = {
            "heading": f"Delete {membership.study.title}?",
            "meaning": "The study, its pairs and its links are gone for good. A draft that it was made from stays.",
            "yes": "Delete the study",
            "back": f"/studies/{name}/",
        }
        return render(request, "evaluation/drafts/ask.html", page)
    if drafting.delete_study(membership.study):
        messages.success(request, "The study is deleted.")
        return redirect("studies")
    messages.error(request, "Somebody has joined it, or it was opened meanwhile: it stays.")
    return redirect("study", name)


def _page(mine: StudyDraft, tab: str, looked: Looked) -> dict[str, Any]:
    return {"draft": mine, "tab": tab, "looked": looked, "problems": len(looked.problems), "htmx_config": HTMX}


def _zipped(name: str, kept: dict[str, bytes]) -> HttpResponse:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in kept.items():
            # One date for all: the same study gives the same bytes.
            archive.writestr(zipfile.ZipInfo(each, date_time=(1980, 1, 1, 0, 0, 0)), content)
    safe = "".join(mark if mark.isascii() and (mark.isalnum() or mark in "-_.") else "-" for mark in name)
    return HttpResponse(
        packed.getvalue(),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{safe}.zip"'},
    )
