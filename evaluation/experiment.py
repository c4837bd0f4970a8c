"""The whole chain from one file: corpora, models, systems, scores, a study, its dry run and its report.

An experiment is a TOML file with `[corpora.*]`, `[models.*]`, `[systems.*]` and `[study]` tables, each with the options
of its command. Here it becomes a list of steps, each a command that a researcher could type; `chain` runs them.
"""

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.management import CommandError, get_commands, load_command_class

from generation.corpus.dialogues import DIALOGUES_FILE
from generation.home import Kind, home, place
from training.responses import RESPONSES_FILE

# The key of a corpus table that says what makes it, and the command that does.
CORPUS_COMMANDS: Final = {"import": "import_personachat", "generate": "generate", "split": "split_corpus"}
# What a step's output is known by: the file whose digest the next step depends on.
MAIN_FILE: Final[dict[Kind, str]] = {
    "corpora": DIALOGUES_FILE,
    "models": "model.safetensors",
    "responses": RESPONSES_FILE,
}


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
    makes: Path | None = None
    # What it depends on besides files.
    after: str = ""

    def as_typed(self) -> str:
        """The command as one would type it."""
        return shlex.join(["manage.py", self.command, *self.arguments])


@dataclass(frozen=True)
class Experiment:
    """A parsed experiment file. `study` is its name, empty where the file has no study."""

    path: Path
    title: str
    steps: tuple[Step, ...]
    study: str = ""

    @property
    def record(self) -> Path:
        """Where the runs of this experiment's steps are remembered."""
        return home() / "experiments" / self.path.resolve().parent.name / f"{self.path.stem}.json"


def read_experiment(path: Path) -> Experiment:
    """The steps of an experiment file, in the order in which they run."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadExperiment(f"no experiment file at {path}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadExperiment(f"{path.name}: {error}") from error
    unknown = sorted(set(data) - {"title", "corpora", "models", "systems", "study"})
    if unknown:
        raise BadExperiment(
            f"{path.name}: unknown {unknown[0]!r}; expected title, [corpora.*], [models.*], [systems.*] and [study]"
        )
    steps: list[Step] = []
    for name, table in _tables(data, "corpora", path):
        steps.append(_corpus_step(path, name, table, steps))
    for name, table in _tables(data, "models", path):
        steps.append(_model_step(path, name, table, steps))
    for name, table in _tables(data, "systems", path):
        steps.append(_system_step(path, name, table, steps))
    systems = [step for step in steps if step.command == "respond"]
    if systems:
        steps.append(_score_step(systems))
    study = data.get("study")
    if study is not None:
        steps.extend(_study_steps(path, dict(study), systems))
    for step in steps:
        _check_options(path, step)
    return Experiment(path=path, title=str(data.get("title", path.stem)), steps=tuple(steps), study=_study_name(study))


def report_step(study: str, *, closed_at: datetime) -> Step:
    """What remains to be done once people have judged: the report of a study that was closed at `closed_at`."""
    report = home() / "reports" / study
    return Step("report", "report", (study, "--to", str(report)), makes=report, after=closed_at.isoformat())


def _check_options(path: Path, step: Step) -> None:
    """Raise `BadExperiment` for an option that the step's command does not have, before anything is run."""
    command = load_command_class(get_commands()[step.command], step.command)
    try:
        command.create_parser("manage.py", step.command).parse_args(list(step.arguments))
    except CommandError as error:
        problem = str(error).removeprefix("Error: ")
        raise BadExperiment(f"{path.name}: [{step.name}] as {step.command}: {problem}") from error


def _tables(data: Mapping[str, Any], section: str, path: Path) -> list[tuple[str, dict[str, Any]]]:
    tables = data.get(section, {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise BadExperiment(f"{path.name}: expected tables [{section}.NAME]")
    return [(name, dict(table)) for name, table in tables.items()]


def _corpus_step(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> Step:
    # `import` has an option `split` too: the split of all that is imported.
    kinds = [key for key in CORPUS_COMMANDS if key in table and not (key == "split" and "import" in table)]
    if len(kinds) != 1:
        raise BadExperiment(
            f"{path.name}: [corpora.{name}] needs exactly one of {', '.join(CORPUS_COMMANDS)}, and has "
            f"{' and '.join(kinds) or 'none'}"
        )
    kind = kinds[0]
    source = table.pop(kind)
    if kind == "import":
        files = [path.parent / file for file in _listed(source)]
        index = [path.parent / table.pop("index")] if "index" in table else []
        arguments = [str(file) for file in files] + [word for file in index for word in ("--index", str(file))]
        reads = [*files, *index]
    else:
        arguments = ["--personas", str(source)] if kind == "generate" else [str(source)]
        reads = [_made_before(path, name, str(source), "corpora", before)]
    for option in ("parallel", "like", "labels"):
        if option in table:
            reads.append(_made_before(path, name, str(table[option]), "corpora", before))
    return Step(
        name=f"corpora.{name}",
        command=CORPUS_COMMANDS[kind],
        arguments=(*arguments, "--to", name, *as_options(table)),
        reads=tuple(reads),
        makes=place("corpora", name),
    )


def _model_step(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> Step:
    recipe = table.pop("recipe", None)
    if not isinstance(recipe, str) or "on" not in table:
        raise BadExperiment(f"{path.name}: [models.{name}] needs a recipe and the corpora it is trained on")
    reads = [_made_before(path, name, _corpus_name(each), "corpora", before) for each in _listed(table["on"])]
    if recipe.endswith(".toml"):
        recipe = str(path.parent / recipe)
        reads.append(Path(recipe))
    return Step(
        name=f"models.{name}",
        command="train",
        arguments=(recipe, *as_options(table), "--to", name),
        reads=tuple(reads),
        makes=place("models", name),
    )


def _system_step(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> Step:
    if "model" not in table or "to_contexts" not in table:
        raise BadExperiment(f"{path.name}: [systems.{name}] needs a model and to_contexts")
    reads = [_made_before(path, name, _corpus_name(each), "corpora", before) for each in _listed(table["to_contexts"])]
    if ":" not in str(table["model"]):
        reads.append(_made_before(path, name, str(table["model"]), "models", before))
    return Step(
        name=f"systems.{name}",
        command="respond",
        arguments=(*as_options(table), "--to", name),
        reads=tuple(reads),
        makes=place("responses", name),
    )


def _score_step(systems: Sequence[Step]) -> Step:
    return Step(
        name="scores",
        command="score",
        arguments=tuple(step.arguments[-1] for step in systems),
        reads=tuple(_main_file(step.makes, "responses") for step in systems if step.makes),
    )


def _study_steps(path: Path, table: dict[str, Any], systems: Sequence[Step]) -> list[Step]:
    name, file = _study_name(table), path.parent / str(table.get("file", "study.toml"))
    unknown = sorted(set(table) - {"name", "file", "open", "dry_run"})
    if unknown or not name:
        raise BadExperiment(
            f"{path.name}: [study] needs a name, and may have file, open and dry_run"
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    answered = tuple(_main_file(step.makes, "responses") for step in systems if step.makes)
    create = ("--name", name, *(("--open",) if table.get("open") else ()))
    steps = [Step("study", "create_study", (str(file), *create), reads=(file, *answered))]
    dry_run = table.get("dry_run")
    if dry_run:
        steps.append(
            Step(
                "dry run",
                "simulate_annotators",
                (name, *as_options(dict(dry_run) if isinstance(dry_run, dict) else {})),
                reads=(file, *answered),
            )
        )
        report = home() / "reports" / f"{name}-dryrun"
        steps.append(
            Step(
                "dry run's report",
                "report",
                (f"{name}-dryrun", "--to", str(report)),
                reads=(file, *answered),
                makes=report,
            )
        )
    return steps


def _study_name(table: Mapping[str, Any] | None) -> str:
    return str(table.get("name", "")) if table else ""


def _made_before(path: Path, name: str, wanted: str, kind: Kind, before: Sequence[Step]) -> Path:
    """The main file of what `wanted` names: made by an earlier step, or there already."""
    base = wanted if kind != "corpora" else _corpus_name(wanted)
    made = {step.makes for step in before}
    folder = place(kind, base)
    if folder not in made and not folder.is_dir():
        raise BadExperiment(
            f"{path.name}: {name} reads {wanted!r}, which no table above it makes and which is not in {folder.parent}"
        )
    return _main_file(folder, kind)


def _main_file(folder: Path, kind: Kind) -> Path:
    return folder / MAIN_FILE[kind]


def _corpus_name(text: object) -> str:
    """The corpus in `CORPUS`, `CORPUS/SPLIT` or `CORPUS:SHARE`."""
    return str(text).partition(":")[0].partition("/")[0]


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def as_options(table: Mapping[str, object]) -> list[str]:
    """A table as options of a command: true is a flag, a list repeats the option, false is left out."""
    words: list[str] = []
    for key, value in table.items():
        option = f"--{key.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not False:
            for each in _listed(value):
                words += [option, each]
    return words
