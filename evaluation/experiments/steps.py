"""The steps of an experiment: each a command that a researcher could type, made from a table of its options."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.core.management import CommandError, CommandParser, get_commands, load_command_class

from generation.corpus.dialogues import DIALOGUES_FILE
from generation.home import Kind, NoSuchName, home, place
from training.data.responses import RESPONSES_FILE

# What a step's output is known by: the file whose digest the next step depends on.
MAIN_FILE: Final[dict[Kind, str]] = {
    "corpora": DIALOGUES_FILE,
    "models": "model.safetensors",
    "responses": RESPONSES_FILE,
}
SWEEPS: Final = "sweeps"
# How a command says in its help that a word names one of those.
_KINDS: Final[dict[str, Kind]] = {"CORPUS": "corpora", "MODEL": "models", "RESPONSES": "responses"}
# How a command says in its help that an option names a file; the names of such files are relative to the experiment.
_FILES: Final = ("FILE", "FILE|default", "TSV")
_NO_FILE: Final = "default"


class BadExperiment(ValueError):
    """An experiment file that cannot be run as it stands."""


@dataclass(frozen=True)
class Step:
    """One command of the chain, what it reads and what it makes."""

    name: str
    command: str
    arguments: tuple[str, ...]
    # Files from outside, and outputs of earlier steps: a change in any of them makes this step run again.
    reads: tuple[Path, ...] = ()
    makes: tuple[Path, ...] = ()
    # What it depends on besides files.
    after: str = ""
    # Steps that must have ended before it, though it reads no file of theirs.
    follows: tuple[str, ...] = ()

    def as_typed(self) -> str:
        """The command as one would type it."""
        return shlex.join(["manage.py", self.command, *self.arguments])

    def needs(self, other: "Step") -> bool:
        """Whether `other` must have ended before this step begins."""
        return other.name in self.follows or any(
            made == path or made in path.parents for made in other.makes for path in self.reads
        )


@cache
def parser_of(command: str) -> CommandParser:
    """The parser of a command's options."""
    return load_command_class(get_commands()[command], command).create_parser("manage.py", command)


def as_options(table: Mapping[str, object]) -> list[str]:
    """A table as options of a command: true is a flag, a list repeats the option, false is left out."""
    words: list[str] = []
    for key, value in table.items():
        option = f"--{key.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not False:
            for each in listed(value):
                words += [option, each]
    return words


def listed(value: object) -> list[str]:
    """A value as words: those of a list, or the one."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def with_files_found(table: Mapping[str, Any], *, command: str, folder: Path) -> tuple[dict[str, Any], list[Path]]:
    """The table with the names of files, which are relative to `folder`, as paths; and those files."""
    options = parser_of(command)._option_string_actions  # argparse tells of its options in no other way
    found, files = dict(table), []
    for key, value in table.items():
        action = options.get(f"--{key.replace('_', '-')}")
        if action is not None and action.metavar in _FILES and key != "to" and value != _NO_FILE:
            paths = [folder / each for each in listed(value)]
            found[key] = [str(path) for path in paths] if isinstance(value, list) else str(paths[0])
            files += paths
    return found, files


def check_options(step: Step, *, file: str) -> None:
    """Raise `BadExperiment` for an option that the step's command does not have, before anything is run."""
    parser = parser_of(step.command)
    for word in {word for word in step.arguments if word.startswith("--")}:
        action = parser._option_string_actions.get(word)
        if step.arguments.count(word) > 1 and action is not None and type(action).__name__ != "_AppendAction":
            raise BadExperiment(f"{file}: [{step.name}] {word[2:].replace('-', '_')}: expected one value, got a list")
    try:
        parser.parse_args(list(step.arguments))
    except CommandError as error:
        problem = str(error).removeprefix("Error: ")
        raise BadExperiment(f"{file}: [{step.name}] as {step.command}: {problem}") from error


def main_file(folder: Path, kind: Kind) -> Path:
    """The file that a corpus, model or responses is known by."""
    return folder / MAIN_FILE[kind]


def corpus_name(text: object) -> str:
    """The corpus in `CORPUS`, `CORPUS/SPLIT` or `CORPUS:SHARE`."""
    return str(text).partition(":")[0].partition("/")[0]


def made_before(wanted: str, kind: Kind, before: Sequence[Step], *, file: str, name: str) -> Path:
    """The main file of what `wanted` names: made by an earlier step, or there already."""
    base = corpus_name(wanted) if kind == "corpora" else wanted
    made = {path for step in before for path in step.makes}
    try:
        folder = place(kind, base)
    except NoSuchName as error:
        raise BadExperiment(f"{file}: {name} reads {wanted[:60]!r}: {error}") from error
    if folder not in made and not folder.is_dir():
        raise BadExperiment(
            f"{file}: {name} reads {wanted!r}, which no table above it makes and which is not in {folder.parent}"
        )
    return main_file(folder, kind)


def takes_words(command: str) -> bool:
    """Whether a command takes words before its options."""
    return any(not action.option_strings for action in parser_of(command)._actions)


def read_by(
    command: str, arguments: Sequence[str], options: Mapping[str, object], before: Sequence[Step]
) -> list[Path]:
    """The main files of the corpora, models and responses that a command is told to read, as its help names them.

    Those that no step before it makes and that are not there are left out: the command will say so itself.
    """
    parser = parser_of(command)
    positional = [action for action in parser._actions if not action.option_strings]
    # The last of them may take several words.
    named = [(str(positional[min(place, len(positional) - 1)].metavar), word) for place, word in enumerate(arguments)]
    for key, value in options.items():
        action = parser._option_string_actions.get(f"--{key.replace('_', '-')}")
        if action is not None and key != "to":
            named += [(str(action.metavar), word) for word in listed(value)]
    made = {path for step in before for path in step.makes}
    found: list[Path] = []
    for form, word in named:
        kind = next((kind for start, kind in _KINDS.items() if form.startswith(start)), None)
        if kind is None:
            continue
        folder = place(kind, corpus_name(word) if kind == "corpora" else word)
        file = main_file(folder, kind)
        if (folder in made or file.is_file()) and file not in found:
            found.append(file)
    return found


def output_of(command: str, name: str, *, folder: Path) -> tuple[str, Path] | None:
    """What `--to` is given so that the command's output is called `name`, and where it then lies; None without `--to`.

    Corpora, models, responses and sweeps have their places; a folder or file of anything else goes into `folder`.
    """
    action = parser_of(command)._option_string_actions.get("--to")
    if action is None:
        return None
    form = str(action.metavar)
    if form in _KINDS:
        return name, place(_KINDS[form], name)
    if form == "SWEEP":
        return name, home() / SWEEPS / name
    path = folder / (f"{name}.json" if form == "FILE" else name)
    return str(path), path
