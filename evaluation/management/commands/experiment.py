"""The whole chain from one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.experiment import BadExperiment, NameTaken, StepFailed, plan, read_experiment, run
from evaluation.models import Study
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = "Run an experiment: corpora, models, responses, scores, a study and its dry run. Unchanged steps are skipped."
    example = "examples/demo/experiment.toml"
    bad_input = (BadExperiment,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")
        parser.add_argument("--plan", action="store_true", help="show what would run and how long it took last time")

    def work(self, **options: Any) -> dict[str, Any]:
        experiment = read_experiment(options["file"])
        if options["plan"]:
            return self._plan(experiment.title, plan(experiment))
        try:
            steps = run(experiment, now=timezone.now, say=self.say, quiet=self.quiet or self.as_json)
        except (StepFailed, NameTaken) as error:
            raise WorkFailed(str(error)) from error
        return {"experiment": experiment.title, "steps": steps, "study": self._state_of(experiment.study)}

    def _plan(self, title: str, rows: list[Any]) -> dict[str, Any]:
        self.say(title)
        for step, runs, seconds in rows:
            lasted = "" if seconds is None else f" (took {seconds:.0f} s)"
            self.say(f"  {'runs ' if runs else 'skips'} {step.name}{lasted}: {step.as_typed()}")
        return {
            "experiment": title,
            "steps": [{"step": step.name, "runs": runs, "seconds": seconds} for step, runs, seconds in rows],
        }

    def _state_of(self, name: str) -> str | None:
        if not name:
            return None
        study = Study.objects.get(name=name)
        if study.state == Study.State.CLOSED:
            self.say(f"The study {name} is closed. Next: manage.py report {name} --to reports/{name}")
        else:
            self.say(f"Waiting for judgments: the study {name} is {study.state}. Next: manage.py invite {name}")
        return study.state
