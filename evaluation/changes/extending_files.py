"""What a study is made of, read again when it is extended: from a folder that is told, its upload, or names at home."""

import gzip
from dataclasses import replace
from pathlib import Path

from evaluation.material.by_kind import gather_file
from evaluation.material.gathering import Gathered, gather_named
from evaluation.models import Study
from evaluation.study_files.item_kinds import MADE_OF, kind_of
from evaluation.study_files.kept_design import study_file_in
from evaluation.study_files.study_file import ChosenContexts
from evaluation.study_files.uploaded_files import in_a_folder
from generation.corpus.dialogues import CorpusMissing
from generation.home import NoSuchName, home


class FilesMissing(ValueError):
    """A study whose material the site cannot read again."""


def material_in(study: Study, folder: Path, *, per_level: int | None = None) -> Gathered:
    """What `study` is made of, read again; paths are relative to `folder`.

    Of personas to be labelled `per_level` of each trait and level. Raises `NoSuchName` for what is not there, and
    `WrongFiles` where it does not fit together.
    """
    if kind_of(study.design) == "pair":
        return gather_named(map(str, study.design.get("responses") or ()), folder=folder)
    file = study_file_in(study.design, folder=folder)
    if per_level is not None:
        file = replace(file, contexts=ChosenContexts(per_level=per_level, seed=file.contexts.seed))
    return gather_file(file)


def material_of(study: Study, *, per_level: int | None = None) -> Gathered:
    """The same on the site: of the files that it was uploaded with, or of names under PARLEY_HOME.

    Raises `FilesMissing` where neither is there: whoever has the files extends it by command.
    """
    draft = study.drafts.order_by("-changed_at").first()
    try:
        if draft is not None and draft.files.exists():
            files = {each.name: gzip.decompress(bytes(each.content)) for each in draft.files.all()}
            with in_a_folder(files) as folder:
                return material_in(study, folder, per_level=per_level)
        # Paths on the server are for commands, whoever wrote them into a file.
        named = named_in(study)
        if not named or any(each.rpartition("=")[2].strip().startswith((".", "/", "~")) for each in named):
            raise FilesMissing(_by_command(study))
        return material_in(study, home() / "responses", per_level=per_level)
    except (NoSuchName, CorpusMissing) as error:
        raise FilesMissing(_by_command(study)) from error


def named_in(study: Study) -> list[str]:
    """What the study's file named as what it is made of; nothing where it was not made from a file."""
    said = study.design.get(MADE_OF[kind_of(study.design)]) or ()
    return [said] if isinstance(said, str) else [str(each) for each in said]


def _by_command(study: Study) -> str:
    kind = kind_of(study.design)
    size = "--per-level N" if kind == "persona" else "--per-domain N"
    where = "--responses FILE FILE" if kind == "pair" else "--folder DIR"
    return (
        "the files that the study was made of are not on the site; whoever has them: manage.py extend_study "
        f"{study.name} {size} {where}"
    )
