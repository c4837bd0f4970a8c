"""What a study file names, read and checked: responses, whole dialogues, or labelled personas, by its kind."""

from evaluation.material.dialogue_items import gather_dialogues
from evaluation.material.gathering import Gathered, gather_named
from evaluation.material.persona_items import gather_personas
from evaluation.study_files.study_file import StudyFile


def gather_file(file: StudyFile) -> Gathered:
    """All that the study of `file` is made of; raises `WrongFiles` where it does not fit together."""
    if file.kind == "persona":
        return gather_personas(file)
    if file.kind == "dialogues":
        return gather_dialogues(file.dialogues, folder=file.folder, seed=file.contexts.seed)
    return gather_named(file.responses, folder=file.folder)
