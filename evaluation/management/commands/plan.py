"""How large a study must be, before anyone is paid."""

import shutil
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.items.blinding import ResultsHidden
from evaluation.judgment_forms.forms import UnknownForm
from evaluation.reports.folders import check_folder_of, write_folder
from evaluation.reports.numbers import counted, percent
from evaluation.reports.render import NotAReportFolder
from evaluation.reports.sizing_page import SizingPage, page_of
from evaluation.results.piloting import Learned, NoPilot, Planned, learn, planned
from evaluation.stats.data.declared import Population
from evaluation.stats.data.outcomes import UnknownChoice
from evaluation.stats.planning.latent import NoSuchJudgments, Variances
from evaluation.stats.planning.power import STUDIES, Assumed, Design
from evaluation.stats.planning.sizing import Pay, Sized, Wish, size_of
from evaluation.studies.life import NoSuchStudy, study_named
from generation.corpus.dialogues import BadLine
from generation.terminal import BadInput, ParleyCommand

NAME: Final = "plan"
WIDEST: Final = 100
BAR: Final = 40
# A net preference that is worth finding: 57 in 100 prefer the better one, ties apart.
EFFECT: Final = 0.14
# What is assumed of annotators in general where no pilot tells: see docs/planning-a-study.md.
LEANING: Final = 0.02


class Command(ParleyCommand):
    help = (
        "Contexts and judgments for 80 and 90 % power at an effect, by simulating the test that will decide; what they "
        "cost; and whether more contexts or more votes are the better buy. With STUDY, for its design."
    )
    example = "pt-against-p --from pilot --effect 0.14 --hourly-pay 12 --currency EUR --to plan"
    bad_input = (
        NoSuchStudy,
        NoPilot,
        ResultsHidden,
        BadLine,
        UnknownForm,
        UnknownChoice,
        NoSuchJudgments,
        NotAReportFolder,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("study", metavar="STUDY", nargs="?", help="its contexts, votes, plan and family are taken (any state)")
        add("--from", dest="pilot", metavar="PILOT", help="a closed study or a judgments file: ties, likeness, seconds")
        add("--criterion", help="of the pilot (default: its first that compares systems)")
        add("--effect", type=float, default=EFFECT, help="the net preference to be found (default: %(default)s)")
        add("--ties", type=float, help="the share of ties (default: the pilot's, else 0.2)")
        add("--agreement", type=float, help="how judgments of one context correlate (the pilot's, else 0.23)")
        add(
            "--within-cluster", type=float, help="how judgments of two contexts of one cluster do (the pilot's, else 0)"
        )
        add("--leaning", type=float, help="how judgments of one annotator do (the pilot's; 0.02 for a population)")
        add("--contexts", type=int, help="contexts of one domain and comparison (default: STUDY's, else 100)")
        add("--votes", type=int, help="judgments to a context (default: STUDY's, else 3)")
        add("--annotators", type=int, default=15, help="how many annotate (default: %(default)s)")
        add("--contexts-per-cluster", type=int, help="contexts from one dialogue (default: STUDY's, else 1)")
        add("--family", type=int, help="claims tested together (default: STUDY's plan, else 1)")
        add("--places", type=int, help="domains and comparisons with contexts of their own, for the cost")
        add("--alpha", type=float, help="of the whole family (default: STUDY's plan, else 0.05)")
        add("--scope", choices=("these", "population"), help="for whom (default: STUDY's plan, else these)")
        add("--excluded", type=float, help="share of annotators to be left out (default: the pilot's, else 0)")
        add("--missing", type=float, default=0.0, help="share of judgments never given (default: %(default)s)")
        add("--seconds", type=float, help="a look takes (default: the pilot's mean, else 30)")
        add("--hourly-pay", type=float, help="what an hour is paid, all fees included")
        add("--currency", default="", help="a word beside the pay")
        add("--studies", type=int, default=STUDIES, help="simulated for each number (default: %(default)s)")
        add("--seed", type=int, default=7, help="of the simulation (default: %(default)s)")
        add("--to", metavar="DIR", type=Path, help="folder for a page with the plot, the JSON and the tables")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["to"]:
            check_folder_of(options["to"], NAME)
        study = study_named(options["study"]) if options["study"] else None
        base = planned(study, annotators=options["annotators"]) if study else None
        learned = learn(options["pilot"], criterion=options["criterion"]) if options["pilot"] else None
        wish = _wish(options, base, learned)
        try:
            sized = size_of(wish)
        except ValueError as error:
            raise BadInput(str(error)) from error
        source = "" if learned is None else _source(options["pilot"], learned)
        title = f"How large {study.title} must be" if study else "How large the study must be"
        page = page_of(sized, title=title, learned=source)
        self._read_out(page, sized)
        result = sized.as_json() | {"study": study.name if study else None, "learned_from": options["pilot"]}
        if options["to"]:
            written = write_folder(
                options["to"],
                name=NAME,
                context={"page": page, "tables": page.tables[:2]},
                analysis=result,
                tables=page.tables,
                command=NAME,
                now=timezone.now(),
                settings={"wish": result["assumed"] | result["design"], "seed": wish.seed},
                inputs={"pilot": path} if (path := _file(options["pilot"])) else {},
            )
            self.say(f"\nWritten: {', '.join(map(str, written))}")
        return result

    def _read_out(self, page: SizingPage, sized: Sized) -> None:
        width = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
        self.say(f"{page.title}\n")
        for paragraph in page.paragraphs:
            self.say(f"{textwrap.fill(paragraph, width)}\n")
        for curve in sized.curves:
            if curve.votes == sized.wish.design.votes:
                self.say(f"Power with {counted(curve.votes, 'judgment')} to a context:")
                for contexts, found in curve.points:
                    bar = "█" * round(BAR * (found.value or 0.0))
                    self.say(f"  {contexts:>6,} contexts  {bar:<{BAR}}  {percent(found.value or 0.0)}")


def _wish(options: dict[str, Any], base: Planned | None, learned: Learned | None) -> Wish:
    pilot = learned.pilot if learned else None
    scope: Population = options["scope"] or ("population" if base and base.population else "these")
    known = pilot.variances if pilot else Variances(context=0.23, annotator=LEANING)
    # A claim about these annotators takes their leanings as part of what it finds.
    leaning = _first(options["leaning"], known.annotator if scope == "population" else 0.0)
    cluster = _first(options["within_cluster"], known.cluster)
    design = base.design if base else Design(contexts=100, annotators=options["annotators"])
    _check(options)
    return Wish(
        assumed=Assumed(
            net=options["effect"],
            ties=_first(options["ties"], pilot.ties if pilot else 0.2),
            variances=Variances(_first(options["agreement"], max(known.context, cluster)), cluster, leaning),
        ),
        design=replace(
            design,
            contexts=_first(options["contexts"], design.contexts),
            votes=_first(options["votes"], design.votes),
            contexts_per_cluster=_first(options["contexts_per_cluster"], design.contexts_per_cluster),
            excluded=_first(options["excluded"], learned.excluded if learned else 0.0),
            missing=options["missing"],
        ),
        annotators=scope,
        alpha=_first(options["alpha"], base.alpha if base else 0.05),
        family=_first(options["family"], base.family if base else 1),
        places=_first(options["places"], base.places if base else 1),
        pay=Pay(
            seconds=_first(options["seconds"], (learned.seconds if learned else None) or 30.0),
            hourly=options["hourly_pay"],
            currency=options["currency"],
        ),
        seed=options["seed"],
        studies=options["studies"],
    )


def _check(options: dict[str, Any]) -> None:
    for option, least in (("studies", 100), ("family", 1), ("places", 1), ("seed", 0)):
        value = options[option]
        if value is not None and value < least:
            raise BadInput(f"--{option}: expected at least {least}, got {value}")
    if options["alpha"] is not None and not 0 < options["alpha"] < 1:
        raise BadInput(f"--alpha: expected a level between 0 and 1, got {options['alpha']:g}")
    if not -1 < options["effect"] < 1:
        raise BadInput(f"--effect: expected a net preference between -1 and 1, got {options['effect']:g}")
    for option in ("seconds", "hourly_pay"):
        if options[option] is not None and options[option] <= 0:
            raise BadInput(f"--{option.replace('_', '-')}: expected more than 0, got {options[option]:g}")


def _first(given: Any, known: Any) -> Any:
    return known if given is None else given


def _file(pilot: str | None) -> Path | None:
    path = Path(pilot).expanduser() if pilot else None
    return path if path and path.is_file() else None


def _source(pilot: str, learned: Learned) -> str:
    judgments = counted(learned.pilot.judgments, "judgment")
    return f"{Path(pilot).name} ({judgments} on {learned.criterion})"
