"""Where the responses of a study are found again when it is extended on the site: its upload, or a name at home."""

import gzip

from evaluation.material.gathering import Gathered, gather_named
from evaluation.models import Study
from evaluation.study_files.uploaded_files import in_a_folder
from generation.home import NoSuchName, home


class FilesMissing(ValueError):
    """A study whose responses the site cannot read again."""


def responses_of(study: Study) -> Gathered:
    """What the systems of `study` answered, from the files it was uploaded with or from names under PARLEY_HOME.

    Raises `FilesMissing` where neither is there: whoever has the files extends it by command.
    """
    named = [str(each) for each in study.design.get("responses") or ()]
    draft = study.drafts.order_by("-changed_at").first()
    try:
        if draft is not None and draft.files.exists():
            files = {each.name: gzip.decompress(bytes(each.content)) for each in draft.files.all()}
            with in_a_folder(files) as folder:
                return gather_named(named, folder=folder)
        # Paths on the server are for commands, whoever wrote them into a file.
        if not named or any(each.startswith((".", "/", "~")) for each in named):
            raise FilesMissing(_by_command(study))
        return gather_named(named, folder=home() / "responses")
    except NoSuchName as error:
        raise FilesMissing(_by_command(study)) from error


def _by_command(study: Study) -> str:
    return (
        "the files that the study was made of are not on the site; whoever has them: manage.py extend_study "
        f"{study.name} --per-domain N --responses FILE FILE"
    )
