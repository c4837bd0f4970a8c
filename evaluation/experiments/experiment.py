"""The whole chain from one file: corpora, models, systems, scores, analyses, a study, its dry run and its report.

An experiment is a TOML file with `[corpora.*]`, `[models.*]`, `[systems.*]`, `[scores]`, `[analyses.*]` and `[study]`
tables, each with the options of its command. Here it becomes a list of steps; `chain` runs them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.management import get_commands

from evaluation.experiments.steps import (
    BadExperiment,
    Step,
    as_options,
    check_options,
    corpus_name,
    listed,
    made_before,
    main_file,
    output_of,
    read_by,
    takes_words,
    with_files_found,
)
from generation.corpus.traits import TRAITS
from generation.home import home, place

# The key of a corpus table that says what makes it, and the command that does.
CORPUS_COMMANDS: Final = {
    "import": "import_personachat",
    "generate": "generate",
    "split": "split_corpus",
    "filter": "filter_corpus",
}
# The options of those commands that name another corpus.
CORPUS_OPTIONS: Final = ("parallel", "like", "labels", "random")
SECTIONS: Final = ("title", "corpora", "models", "systems", "scores", "analyses", "study")
# What is not a file beside the experiment.
HUB: Final = "hub:"
# The seed of `train` where nothing else is said, and so of the first of several runs.
FIRST_SEED: Final = 7


@dataclass(frozen=True)
class Experiment:
    """A parsed experiment file. `study` is its name, empty where the file has no study."""

    path: Path
    title: str
    steps: tuple[Step, ...]
    study: str = ""

    @property
    def folder(self) -> Path:
        """Where the page of this experiment, its scores, analyses and logs lie."""
        return folder_of(self.path)

    @property
    def record(self) -> Path:
        """Where the runs of this experiment's steps are remembered."""
        return self.folder.with_suffix(".json")


def folder_of(path: Path) -> Path:
    """Where what belongs to the experiment file at `path` and has no other place is kept."""
    return home() / "experiments" / path.resolve().parent.name / path.stem


def read_experiment(path: Path) -> Experiment:
    """The steps of an experiment file, in the order in which they run."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadExperiment(f"no experiment file at {path}") from None
    except (ValueError, RecursionError) as error:
        # Not TOML, not UTF-8, nested without end, or a number of thousands of digits.
        raise BadExperiment(f"{path.name}: {error}") from error
    unknown = sorted(set(data) - set(SECTIONS))
    if unknown:
        raise BadExperiment(
            f"{path.name}: unknown {unknown[0]!r}; expected title, [corpora.*], [models.*], [systems.*], [scores], "
            "[analyses.*] and [study]"
        )
    for section in ("scores", "study"):
        if not isinstance(data.get(section, {}), dict):
            raise BadExperiment(f"{path.name}: expected a table [{section}]")
    steps: list[Step] = []
    runs: dict[str, list[str]] = {}
    for name, table in _tables(data, "corpora", path):
        steps.append(_corpus_step(path, name, table, steps))
    for name, table in _tables(data, "models", path):
        made = _model_steps(path, name, table, steps)
        runs[name] = [step.makes[0].name for step in made]
        steps += made
    for name, table in _tables(data, "systems", path):
        steps.append(_system_step(path, name, table, steps, runs))
    systems = [step for step in steps if step.command == "respond"]
    if systems:
        steps.append(_score_step(path, dict(data.get("scores", {})), systems))
    for name, table in _tables(data, "analyses", path):
        _insert(_analysis_step(path, name, table, steps), steps)
    study = data.get("study")
    if study is not None:
        steps.extend(_study_steps(path, dict(study), systems, steps))
    for step in steps:
        check_options(step, file=path.name)
    return Experiment(path=path, title=str(data.get("title", path.stem)), steps=tuple(steps), study=_study_name(study))


def report_step(study: str, *, closed_at: datetime) -> Step:
    """What remains to be done once people have judged: the report of a study that was closed at `closed_at`."""
    report = home() / "reports" / study
    return Step("report", "report", (study, "--to", str(report)), makes=(report,), after=closed_at.isoformat())


def _tables(data: Mapping[str, Any], section: str, path: Path) -> list[tuple[str, dict[str, Any]]]:
    tables = data.get(section, {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise BadExperiment(f"{path.name}: expected tables [{section}.NAME]")
    return [(name, dict(table)) for name, table in tables.items()]


def _corpus_step(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> Step:
    # `import` has an option `split` too (the split of all that is imported), and `generate` an option `filter`.
    kinds = [
        key
        for key in CORPUS_COMMANDS
        if key in table and not (key == "split" and "import" in table) and not (key == "filter" and "generate" in table)
    ]
    if len(kinds) != 1:
        raise BadExperiment(
            f"{path.name}: [corpora.{name}] needs exactly one of {', '.join(CORPUS_COMMANDS)}, and has "
            f"{' and '.join(kinds) or 'none'}"
        )
    kind = kinds[0]
    source = table.pop(kind)
    if kind == "import":
        arguments = [file if file.startswith(HUB) else str(path.parent / file) for file in listed(source)]
        reads = [Path(file) for file in arguments if not file.startswith(HUB)]
    else:
        arguments = ["--personas", str(source)] if kind == "generate" else [str(source)]
        reads = [made_before(str(source), "corpora", before, file=path.name, name=name)]
    if kind == "filter" and "by" in table:
        # A key can stand in a table once, and `filter` says whose dialogues.
        table["filter"] = table.pop("by")
    for option in CORPUS_OPTIONS:
        # As a number, --random says how many and names no corpus.
        if option in table and not str(table[option]).isdecimal():
            reads.append(made_before(str(table[option]), "corpora", before, file=path.name, name=name))
    options, files = with_files_found(table, command=CORPUS_COMMANDS[kind], folder=path.parent)
    return Step(
        name=f"corpora.{name}",
        command=CORPUS_COMMANDS[kind],
        arguments=(*arguments, "--to", name, *as_options(options)),
        reads=(*reads, *files),
        makes=(place("corpora", name),),
    )


def _model_steps(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> list[Step]:
    """One step, or one for each training run where the table has `seeds`."""
    recipe, seeds = table.pop("recipe", None), table.pop("seeds", None)
    if not isinstance(recipe, str) or "on" not in table:
        raise BadExperiment(f"{path.name}: [models.{name}] needs a recipe and the corpora it is trained on")
    if seeds is not None and (not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 1):
        raise BadExperiment(f"{path.name}: [models.{name}] seeds: expected how often it is trained, got {seeds!r}")
    named_corpora = [*listed(table["on"]), *listed(table.get("only_shared_with", []))]
    reads = [made_before(each, "corpora", before, file=path.name, name=name) for each in named_corpora]
    if recipe.endswith(".toml"):
        recipe = str(path.parent / recipe)
        reads.append(Path(recipe))
    first = int(table.get("seed", FIRST_SEED))
    named = (
        {name: table}
        if seeds is None
        else {f"{name}-s{number}": {**table, "seed": first + number - 1} for number in range(1, seeds + 1)}
    )
    return [
        Step(
            name=f"models.{each}",
            command="train",
            arguments=(recipe, *as_options(options), "--to", each),
            reads=tuple(reads),
            makes=(place("models", each),),
        )
        for each, options in named.items()
    ]


def _system_step(
    path: Path, name: str, table: dict[str, Any], before: Sequence[Step], runs: Mapping[str, Sequence[str]]
) -> Step:
    if "model" not in table or "to_contexts" not in table:
        raise BadExperiment(f"{path.name}: [systems.{name}] needs a model and to_contexts")
    reads = [made_before(each, "corpora", before, file=path.name, name=name) for each in listed(table["to_contexts"])]
    models = [run for each in listed(table["model"]) for run in runs.get(each, [each])]
    reads += [made_before(each, "models", before, file=path.name, name=name) for each in models if ":" not in str(each)]
    trait = table.get("contrast")
    made = [f"{name}-{trait}-{level}" for level in ("high", "low")] if trait in TRAITS else [name]
    return Step(
        name=f"systems.{name}",
        command="respond",
        arguments=(*as_options({**table, "model": models}), "--to", name),
        reads=tuple(reads),
        makes=tuple(place("responses", each) for each in made),
    )


def _score_step(path: Path, table: dict[str, Any], systems: Sequence[Step]) -> Step:
    made = [folder for step in systems for folder in step.makes]
    scores = folder_of(path) / "scores"
    return Step(
        name="scores",
        command="score",
        arguments=(*(folder.name for folder in made), *as_options(table), "--to", str(scores)),
        reads=tuple(main_file(folder, "responses") for folder in made),
        makes=(scores,),
    )


def _analysis_step(path: Path, name: str, table: dict[str, Any], before: Sequence[Step]) -> Step:
    """Any other command: `arguments` are what stands before its options; it reads what they name."""
    command, arguments = table.pop("command", None), [str(each) for each in table.pop("arguments", [])]
    if not isinstance(command, str) or command not in get_commands():
        raise BadExperiment(f"{path.name}: [analyses.{name}] command: expected a command of manage.py, got {command!r}")
    if arguments and not takes_words(command):
        raise BadExperiment(f"{path.name}: [analyses.{name}] arguments: {command} takes options alone")
    options, files = with_files_found(table, command=command, folder=path.parent)
    output = output_of(command, name, folder=folder_of(path))
    makes: tuple[Path, ...] = ()
    if output is not None and "to" not in options:
        options["to"], made = output
        makes = (made,)
    return Step(
        name=f"analyses.{name}",
        command=command,
        arguments=(*arguments, *as_options(options)),
        reads=(*read_by(command, arguments, options, before), *files),
        makes=makes,
    )


def _insert(step: Step, steps: list[Step]) -> None:
    """Put an analysis where all that it reads has just been made: what fails there fails before more is done."""
    needed = [number for number, each in enumerate(steps) if step.needs(each)]
    steps.insert(max(needed) + 1 if needed else len(steps), step)


def _study_steps(path: Path, table: dict[str, Any], systems: Sequence[Step], before: Sequence[Step]) -> list[Step]:
    name, file = _study_name(table), path.parent / str(table.get("file", "study.toml"))
    unknown = sorted(set(table) - {"name", "file", "open", "dry_run"})
    if unknown or not name:
        raise BadExperiment(
            f"{path.name}: [study] needs a name, and may have file, open and dry_run"
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    answered = tuple(main_file(folder, "responses") for step in systems for folder in step.makes)
    answered += _corpora_of(file, before)
    create = ("--name", name, *(("--open",) if table.get("open") else ()))
    # Scores stand beside the results.
    scored = ("scores",) if systems else ()
    steps = [Step("study", "create_study", (str(file), *create), reads=(file, *answered), follows=scored)]
    dry_run = table.get("dry_run")
    if dry_run:
        steps.append(
            Step(
                "dry run",
                "simulate_annotators",
                (name, *as_options(dict(dry_run) if isinstance(dry_run, dict) else {})),
                reads=(file, *answered),
                follows=("study",),
            )
        )
        report = home() / "reports" / f"{name}-dryrun"
        steps.append(
            Step(
                "dry run's report",
                "report",
                (f"{name}-dryrun", "--to", str(report)),
                reads=(file, *answered),
                makes=(report,),
                follows=("dry run",),
            )
        )
    return steps


def _corpora_of(file: Path, before: Sequence[Step]) -> tuple[Path, ...]:
    """The corpora that a study of whole dialogues or of personas is made of, of those that an earlier step makes."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        # Whoever makes the study says what is wrong with its file.
        return ()
    dialogues, personas = said.get("dialogues", []), said.get("personas", "")
    named = [str(each) for each in dialogues] if isinstance(dialogues, list) else []
    named += [personas] if isinstance(personas, str) and personas else []
    made = {folder for step in before for folder in step.makes}
    where = [(each.partition("=")[2] or each).strip().removeprefix("corpora/") for each in named]
    folders = [place("corpora", corpus_name(each)) for each in where if each]
    return tuple(main_file(folder, "corpora") for folder in dict.fromkeys(folders) if folder in made)


def _study_name(table: Mapping[str, Any] | None) -> str:
    return str(table.get("name", "")) if table else ""
