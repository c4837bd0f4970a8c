"""A study made of files that came by upload, and of nothing else on this machine: bounded, checked, line-exact."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from evaluation.drafts.checked_files import MOST_ERRORS, Checked, check_file
from evaluation.material.by_kind import gather_file
from evaluation.material.gathering import Gathered, WrongFiles, called_by
from evaluation.models import Membership, Researcher, Study
from evaluation.opening.importing import Created, NameTaken, create_study
from evaluation.study_files.study_file import StudyFile
from evaluation.study_files.study_problems import look_at, plain
from evaluation.study_files.uploaded_files import (
    STUDY_FILE,
    TooLarge,
    UploadError,
    UploadRefused,
    Uploads,
    in_a_folder,
    taken,
)
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName, home
from training.data.responses import ResponsesMissing

# Where a page of its own stands among the studies' addresses.
RESERVED_NAMES: Final = ("new",)


def create_from_files(*, name: str, files: Uploads, owner: Researcher, now: datetime) -> Created:
    """A draft study called `name` of an uploaded `study.toml` and all the files that it names; `owner` owns it.

    `responses` may also name what lies under PARLEY_HOME/responses on the server. Raises `UploadRefused` with all that
    is wrong, and `NameTaken` where the name is somebody else's study's, or this one was joined.
    """
    content = taken(files)
    with in_a_folder(content) as folder:
        file = read_uploaded(content, folder, name=name)
        return create_owned(name=name, file=file, gathered=gather_uploaded(file, content, folder), owner=owner, now=now)


def read_uploaded(
    files: Mapping[str, bytes], folder: Path, *, name: str, looked_through: Iterable[Checked] | None = None
) -> StudyFile:
    """The study that `study.toml` among `files`, which lie in `folder`, describes; raises `UploadRefused`.

    Every file of responses is looked through first, unless that was done: all its wrong lines are told.
    """
    if STUDY_FILE not in files:
        there = ", ".join(sorted(files)) or "no file"
        raise UploadRefused([UploadError("", None, f"expected a file called {STUDY_FILE}, got {there}")])
    try:
        text = files[STUDY_FILE].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = files[STUDY_FILE][: error.start].count(b"\n") + 1
        raise UploadRefused([UploadError(STUDY_FILE, line, f"not UTF-8: {error.reason}")]) from error
    errors: list[UploadError] = []
    for checked in looked_through if looked_through is not None else (check_file(*each) for each in files.items()):
        errors += checked.errors if checked.kind in ("responses", "pairs") else ()
    looked = look_at(text, folder=folder, files=files, name=name)
    errors = [*(problem.as_upload_error() for problem in looked.problems), *errors]
    if errors or looked.file is None:
        raise UploadRefused(errors[:MOST_ERRORS])
    # An upload stands before what has its name under PARLEY_HOME, also where it is read later.
    controls = looked.file.controls
    return replace(looked.file, controls=controls and replace(controls, samples=_placed(controls.samples, files)))


def gather_uploaded(file: StudyFile, files: Mapping[str, bytes], folder: Path) -> Gathered:
    """What `file` is made of, uploads before what has the same name under PARLEY_HOME; raises `UploadRefused`."""
    stems = [called_by(plain(each)) for each in file.responses if plain(each) in files]
    for stem in stems:
        if stems.count(stem) > 1:
            raise UploadRefused(
                [UploadError("", None, f"two files are called {stem}, and differ in their ending alone: rename one")]
            )
    placed = replace(file, folder=folder, responses=_placed(file.responses, files))
    with telling_what_is_wrong(folder):
        return gather_file(placed)


@contextmanager
def telling_what_is_wrong(folder: Path) -> Iterator[None]:
    """What is wrong with files that are read inside is `UploadRefused`, with its line and no folder of this machine."""
    try:
        yield
    except BadLine as error:
        raise UploadRefused([UploadError(error.path.name, error.line, error.problem)]) from error
    except (WrongFiles, NoSuchName, ResponsesMissing, CorpusMissing) as error:
        raise UploadRefused([UploadError("", None, without_paths(str(error), folder))]) from error


def create_owned(*, name: str, file: StudyFile, gathered: Gathered, owner: Researcher, now: datetime) -> Created:
    """As `importing.create_study`, for somebody on the site: what is not theirs to change is neither kept nor replaced.

    Raises `NameTaken`, which says nothing of somebody else's study, and `UploadRefused` where no study can be made.
    """
    if name in RESERVED_NAMES:
        raise UploadRefused([UploadError("", None, f"name: {name!r} is an address of the site; give another one")])
    taken_already = NameTaken(f"the name {name!r} is taken: give this study another one")
    with transaction.atomic():
        before = Study.objects.filter(name=name).first()
        theirs = before is not None and Membership.objects.filter(study=before, researcher=owner).first()
        if before is not None and not (theirs and theirs.may_change()):
            raise taken_already
        with telling_what_is_wrong(file.folder):
            created = create_study(name=name, file=file, gathered=gathered, now=now, by=owner, owner=owner)
        if before is None and created.state != "created":
            # Somebody else's came between the question and the answer: nothing is done to it.
            raise taken_already
        return created


def without_paths(message: str, folder: Path) -> str:
    """The message with no folder of this machine in it."""
    for base in (folder, folder.resolve(), home() / "responses", home() / "corpora", home()):
        message = message.replace(f"{base}/", "")
    return message


def _placed(names: tuple[str, ...], files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The names as `find_responses` looks for them beside the study's file, where they were uploaded."""
    return tuple(f"./{plain(each)}" if plain(each) in files else each for each in names)


__all__ = ["Checked", "NameTaken", "TooLarge", "UploadError", "UploadRefused", "check_file", "create_from_files"]
