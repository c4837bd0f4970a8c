"""The whole chain from one file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.experiments.chain import Manner, NameTaken, Planned, StepFailed, most_jobs, plan, run
from evaluation.experiments.chain_page import write_chain_page
from evaluation.experiments.experiment import Experiment, read_experiment, report_step
from evaluation.experiments.steps import BadExperiment
from evaluation.models import Study
from generation.home import NoSuchName
from generation.terminal import BadInput, ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = (
        "Run an experiment: corpora, models, responses, scores, analyses, a study and its dry run. Unchanged steps are "
        "skipped. A page says how each number came about."
    )
    example = "examples/demo/experiment.toml --plan"
    bad_input = (BadExperiment, NoSuchName)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")
        parser.add_argument("--plan", action="store_true", help="show what would run, and how long it took last time")
        parser.add_argument(
            "--jobs",
            type=int,
            default=1,
            metavar="N",
            help="steps at once, where none needs the other's output and there are processors; each has its own log "
            "(default: %(default)s)",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        if options["jobs"] < 1:
            raise BadInput(f"--jobs: expected at least 1, got {options['jobs']}")
        jobs = most_jobs(options["jobs"])
        experiment = read_experiment(options["file"])
        if options["plan"]:
            return self._plan(experiment.title, plan(experiment))
        if jobs < options["jobs"]:
            self.say(f"At most {jobs} steps at once: there are no more processors.")
        steps = self._run(experiment, jobs)
        study = Study.objects.get(name=experiment.study) if experiment.study else None
        if study and study.closed_at:
            reported = replace(experiment, steps=(report_step(study.name, closed_at=study.closed_at),))
            steps |= self._run(reported, jobs)
            experiment = replace(experiment, steps=(*experiment.steps, *reported.steps))
        if study and not study.closed_at:
            self.say(f"Waiting for judgments: the study {study.name} is {study.state}. Next: {_next(study)}")
        page = write_chain_page(experiment, now=timezone.now())
        self.say(f"How every number came about: {page}")
        return {
            "experiment": experiment.title,
            "steps": steps,
            "study": study and study.state,
            "page": str(page),
        }

    def _run(self, experiment: Experiment, jobs: int) -> dict[str, str]:
        manner = Manner(jobs=jobs, quiet=self.quiet, aside=self.as_json)
        try:
            return run(experiment, now=timezone.now, say=self.say, manner=manner)
        except (StepFailed, NameTaken) as error:
            # What was made before it is on the page, and what was not.
            write_chain_page(experiment, now=timezone.now())
            raise WorkFailed(str(error)) from error

    def _plan(self, title: str, rows: list[Planned]) -> dict[str, Any]:
        self.say(title)
        for row in rows:
            lasted = "how long is not known" if row.seconds is None else f"took {row.seconds:.0f} s last time"
            self.say(f"  {'runs ' if row.runs else 'skips'} {row.step.name} ({lasted}): {row.step.as_typed()}")
        running = [row for row in rows if row.runs]
        known = [row.seconds for row in running if row.seconds is not None]
        said = f"{len(running)} of {len(rows)} steps would run"
        if known:
            said += f", {len(known)} of them in about {sum(known):,.0f} s one after the other, as last time"
        if len(known) < len(running):
            said += f"; how long {len(running) - len(known)} of them take is not known"
        self.say(f"{said}.")
        return {
            "experiment": title,
            "steps": [{"step": row.step.name, "runs": row.runs, "seconds": row.seconds} for row in rows],
            "seconds": sum(known),
            "steps_of_unknown_length": len(running) - len(known),
        }


def _next(study: Study) -> str:
    """What to type so that judgments come."""
    if study.state == Study.State.DRAFT:
        return f"manage.py open_study {study.name}"
    return f"manage.py invite {study.name}; when it is closed (manage.py close_study {study.name}), run this again"
