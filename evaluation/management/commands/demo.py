"""The whole way on bundled data, then the pages."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.experiments.chain import Manner, NameTaken, StepFailed, run
from evaluation.experiments.chain_page import write_chain_page
from evaluation.experiments.demo import EXPERIMENT, set_up_people
from evaluation.experiments.experiment import read_experiment
from evaluation.experiments.steps import BadExperiment
from evaluation.models import Study
from evaluation.operation.serving import PortBusy, check_port, serve
from generation.home import home
from generation.terminal import ParleyCommand, WorkFailed


class Command(ParleyCommand):
    help = "Two corpora, two models, a study and a report on bundled data, then serve them. Nothing is done twice."
    example = "--port 8001"
    bad_input = (PortBusy, BadExperiment)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to serve on (default %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port to serve on (default %(default)s)")
        parser.add_argument("--no-serve", action="store_true", help="stop before serving")

    def work(self, **options: Any) -> dict[str, Any]:
        host, port = options["host"], options["port"]
        if not options["no_serve"]:
            check_port(host, port)
        call_command("migrate", verbosity=0)
        experiment = read_experiment(EXPERIMENT)
        try:
            manner = Manner(quiet=self.quiet, aside=self.as_json)
            steps = run(experiment, now=timezone.now, say=self.say, manner=manner)
        except (StepFailed, NameTaken) as error:
            raise WorkFailed(str(error)) from error
        page = write_chain_page(experiment, now=timezone.now())
        demo = set_up_people(
            study=Study.objects.get(name=experiment.study),
            dry_run=Study.objects.get(name=f"{experiment.study}-dryrun"),
            now=timezone.now(),
        )
        site = f"http://{host}:{port}"
        password = demo.password_file.read_text(encoding="utf-8").strip()
        self.say(
            f"\nAnnotators:  {site}{demo.annotator_path}\n"
            f"Researchers: {site}{demo.study_path}\n"
            f"             sign in as {demo.researcher} with {password} (kept in {demo.password_file})\n"
            f"Dry run:     {site}{demo.dry_run_report_path} (simulated annotators)\n"
            f"             also {home() / 'reports' / f'{experiment.study}-dryrun' / 'report.html'}\n"
            f"How every number came about: {page}\n"
        )
        if options["no_serve"]:
            self.say("Next: make run")
        else:
            self.say(f"Parley is at {site}/ (Ctrl-C ends it)")
            serve(host=host, port=port)
        return {"experiment": experiment.title, "steps": steps, "study": experiment.study, "page": str(page)}
