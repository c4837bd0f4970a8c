"""The whole chain from one file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.chain import NameTaken, StepFailed, plan, run
from evaluation.experiment import BadExperiment, Experiment, read_experiment, report_step
from evaluation.models import Study
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = (
        "Run an experiment: corpora, models, responses, scores, a study and its dry run. Unchanged steps are skipped."
    )
    example = "examples/demo/experiment.toml"
    bad_input = (BadExperiment,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")
        parser.add_argument("--plan", action="store_true", help="show what would run and how long it took last time")

    def work(self, **options: Any) -> dict[str, Any]:
        experiment = read_experiment(options["file"])
        if options["plan"]:
            return self._plan(experiment.title, plan(experiment))
        steps = self._run(experiment)
        study = Study.objects.get(name=experiment.study) if experiment.study else None
        if study and study.closed_at:
            steps |= self._run(replace(experiment, steps=(report_step(study.name, closed_at=study.closed_at),)))
        elif study:
            self.say(f"Waiting for judgments: the study {study.name} is {study.state}. Next: {_next(study)}")
        return {"experiment": experiment.title, "steps": steps, "study": study and study.state}

    def _run(self, experiment: Experiment) -> dict[str, str]:
        try:
            return run(experiment, now=timezone.now, say=self.say, quiet=self.quiet, aside=self.as_json)
        except (StepFailed, NameTaken) as error:
            raise WorkFailed(str(error)) from error

    def _plan(self, title: str, rows: list[Any]) -> dict[str, Any]:
        self.say(title)
        for step, runs, seconds in rows:
            lasted = "" if seconds is None else f" (took {seconds:.0f} s)"
            self.say(f"  {'runs ' if runs else 'skips'} {step.name}{lasted}: {step.as_typed()}")
        return {
            "experiment": title,
            "steps": [{"step": step.name, "runs": runs, "seconds": seconds} for step, runs, seconds in rows],
        }


def _next(study: Study) -> str:
    """What to type so that judgments come."""
    if study.state == Study.State.DRAFT:
        return f"manage.py open_study {study.name}"
    return f"manage.py invite {study.name}; when it is closed (manage.py close_study {study.name}), run this again"
