"""Studies that are written in the browser: kept at any time, right or wrong; made into a study once they are right."""

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Sum
from django.http import Http404

from evaluation.drafts.checked_files import Checked, check_file
from evaluation.drafts.uploading import create_owned, gather_uploaded, read_uploaded
from evaluation.material.comparing import study_of
from evaluation.material.gathering import Gathered
from evaluation.models import DraftFile, Researcher, Study, StudyDraft
from evaluation.opening.importing import Created
from evaluation.study_files.kept_design import study_file_in
from evaluation.study_files.study_file import NAME, StudyFile, slug
from evaluation.study_files.study_problems import Looked, look_at, parsed, plain
from evaluation.study_files.study_toml import written
from evaluation.study_files.toml_table import BadToml
from evaluation.study_files.uploaded_files import (
    LARGEST_STUDY_FILE,
    LARGEST_TOTAL,
    MOST_FILES,
    STUDY_FILE,
    TooLarge,
    UploadError,
    UploadRefused,
    Uploads,
    digest_of_content,
    in_a_folder,
    measured,
    taken,
)

LONGEST_NAME: Final = StudyDraft._meta.get_field("name").max_length or 100
# More than anybody writes at a time; each may hold files of the largest size.
MOST_DRAFTS: Final = 50
# A study begins as this.
BLANK: Final = """\
title = ""
responses = []

[[criteria]]
key = "naturalness"

[[criteria]]
key = "coherence"
"""


class TooManyDrafts(ValueError):
    """Somebody who keeps more drafts than there is room for."""


@dataclass(frozen=True)
class Ready:
    """A draft that a study can be made of: its file, what was gathered for it, and the folder where it lies."""

    file: StudyFile
    gathered: Gathered


def own_draft_or_404(user: Researcher | AnonymousUser, number: int) -> StudyDraft:
    """The draft `number` of this researcher. For everybody else there is none, whatever their role in its study."""
    draft = StudyDraft.objects.filter(pk=number, owner_id=user.pk).first() if user.is_authenticated else None
    if draft is None:
        raise Http404("no such draft")
    return draft


def begin(
    *, owner: Researcher, now: datetime, name: str = "", toml: str = BLANK, study: Study | None = None
) -> StudyDraft:
    """A new draft of `owner`'s."""
    if StudyDraft.objects.filter(owner=owner).count() >= MOST_DRAFTS:
        raise TooManyDrafts(f"expected at most {MOST_DRAFTS} drafts of one researcher: delete some first")
    return StudyDraft.objects.create(
        owner=owner, name=name[:LONGEST_NAME], toml=toml, study=study, created_at=now, changed_at=now
    )


def draft_again(*, study: Study, owner: Researcher, now: datetime) -> StudyDraft:
    """The draft in which `study` is edited: the one that it was made from, or one written from its design.

    Of a study that was made from a file on the server the texts and known pairs are here, and its responses are not.
    Raises `DesignMissing`.
    """
    known = StudyDraft.objects.filter(study=study, owner=owner).order_by("-changed_at").first()
    if known is not None:
        return known
    files = written(study_file_in(study.design))
    with transaction.atomic():
        draft = begin(owner=owner, now=now, name=study.name, toml=files.pop(STUDY_FILE), study=study)
        for name, text in files.items():
            put_file(draft=draft, name=name, content=text.encode(), now=now)
    return draft


def save(*, draft: StudyDraft, now: datetime, toml: str | None = None, name: str | None = None) -> None:
    """Keep the text and the name as they are, whatever they say. Raises `TooLarge`, and keeps what was."""
    if toml is not None:
        if len(toml.encode("utf-8", "replace")) > LARGEST_STUDY_FILE:
            raise TooLarge([UploadError(STUDY_FILE, None, f"expected at most {LARGEST_STUDY_FILE:,} bytes")])
        # No database holds a NUL or half a character; neither is text.
        draft.toml = toml.replace("\0", "").encode("utf-8", "ignore").decode()
    if name is not None:
        draft.name = name.replace("\0", "").strip()[:LONGEST_NAME]
    draft.changed_at = now
    draft.save(update_fields=["toml", "name", "changed_at"])


def put_files(*, draft: StudyDraft, uploads: Uploads, now: datetime) -> tuple[str, ...]:
    """Keep uploaded files, in place of those that have their names; a `study.toml` is the draft's text.

    Wrong lines are told where the files are shown; only a name or a size is refused here. Returns their names.
    """
    files = taken(uploads)
    with transaction.atomic():
        for name, content in files.items():
            if name == STUDY_FILE:
                save(draft=draft, now=now, toml=content.decode("utf-8-sig", "replace"))
            else:
                put_file(draft=draft, name=name, content=content, now=now)
    return tuple(files)


def put_file(*, draft: StudyDraft, name: str, content: bytes, now: datetime) -> None:
    """Keep one file beside the draft's text; raises `TooLarge` where they come to be too many or too large."""
    others = draft.files.exclude(name=name)
    size = measured(name, content)
    if others.count() >= MOST_FILES:
        raise TooLarge([UploadError("", None, f"expected at most {MOST_FILES} files in one draft")])
    if (others.aggregate(all=Sum("size"))["all"] or 0) + size > LARGEST_TOTAL:
        raise TooLarge([UploadError(name, None, f"expected at most {LARGEST_TOTAL:,} bytes in all files together")])
    draft.files.update_or_create(
        name=name,
        defaults={
            "content": gzip.compress(content, compresslevel=5, mtime=0),
            "size": size,
            "digest": digest_of_content(content),
            "uploaded_at": now,
        },
    )


def remove_file(*, draft: StudyDraft, name: str) -> bool:
    """Forget a file; whether there was one."""
    return bool(draft.files.filter(name=name).delete()[0])


def content_of(file: DraftFile) -> bytes:
    """The file as it came."""
    return gzip.decompress(bytes(file.content))


def text_beside(draft: StudyDraft, name: str) -> str | None:
    """A text file of the draft's; None where there is none, or it is no text."""
    file = draft.files.filter(name=plain(name)).first() if name else None
    try:
        return None if file is None else content_of(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


@lru_cache(maxsize=128)
def _checked(number: int, name: str, digest: str) -> Checked:
    # The digest is part of the key: another content is another entry.
    return check_file(name, content_of(DraftFile.objects.get(pk=number)))


def checked(draft: StudyDraft) -> list[Checked]:
    """What each file holds and what is wrong with it, by name; looked through once for each content."""
    return [_checked(*each) for each in draft.files.order_by("name").values_list("pk", "name", "digest")]


def looked(draft: StudyDraft) -> Looked:
    """The draft's study file, or all that is wrong with it; the responses are not looked at."""
    names = set(draft.files.values_list("name", flat=True))
    with in_a_folder(_small(draft, names)) as folder:
        return look_at(draft.toml, folder=folder, files=names, name=draft.name)


@contextmanager
def ready(draft: StudyDraft) -> Iterator[Ready]:
    """The whole draft read and gathered, while its files lie in a folder; raises `UploadRefused` with what is wrong."""
    files = {each.name: content_of(each) for each in draft.files.all()}
    files[STUDY_FILE] = draft.toml.encode()
    with in_a_folder(files) as folder:
        file = read_uploaded(files, folder, name=draft.name, looked_through=checked(draft))
        yield Ready(file, gather_uploaded(file, files, folder))


def make_study(*, draft: StudyDraft, now: datetime) -> Created:
    """The study that the draft describes: new, or in place of the one made before while nobody has joined.

    Raises `UploadRefused` and `NameTaken`.
    """
    if not NAME.fullmatch(draft.name) or slug(draft.name) != draft.name:
        message = f"expected a name of small letters, digits, '-', '_' and '.', got {draft.name!r}"
        raise UploadRefused([UploadError("", None, f"name: {message}")])
    with ready(draft) as known:
        created = create_owned(name=draft.name, file=known.file, gathered=known.gathered, owner=draft.owner, now=now)
    draft.study = created.study
    draft.save(update_fields=["study"])
    return created


def compare(
    *, name: str, uploads: Uploads, title: str, ethics: str, owner: Researcher, now: datetime
) -> tuple[StudyDraft, Created]:
    """The shortest way: a study of files of responses alone, with the questions of Parley, and its draft."""
    files = taken(uploads)
    wrong = [error for each in files for error in check_file(each, files[each]).errors]
    if wrong:
        raise UploadRefused(wrong)
    with in_a_folder(files) as folder:
        first = StudyFile(folder=folder, title="-", responses=tuple(files), criteria=())
        gathered = gather_uploaded(first, files, folder)
        file = study_of(gathered, responses=tuple(files), folder=folder, title=title or None, ethics=ethics)
    text = written(replace(file, consent="", instructions="", end=""))
    with transaction.atomic():
        draft = begin(owner=owner, now=now, name=name, toml=text[STUDY_FILE])
        put_files(draft=draft, uploads=files, now=now)
        return draft, make_study(draft=draft, now=now)


def _small(draft: StudyDraft, names: set[str]) -> Mapping[str, bytes]:
    """The texts and known pairs, which are read with the study file; of responses only that they are there matters."""
    try:
        data = parsed(draft.toml)
    except BadToml:
        return {}
    wanted = set()
    for table, keys in (("text", ("consent", "instructions", "end")), ("checks", ("file",)), ("practice", ("file",))):
        said = data.get(table)
        wanted |= {plain(str(said[key])) for key in keys if key in said} if isinstance(said, dict) else set()
    return {each.name: content_of(each) for each in draft.files.filter(name__in=wanted & names)}


def delete_study(study: Study) -> bool:
    """Delete a study that was never opened and that nobody has joined; whether it was one."""
    gone, _ = Study.objects.filter(pk=study.pk, state=Study.State.DRAFT, annotators=None).delete()
    return bool(gone)
