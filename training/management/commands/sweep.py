from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName, corpus_and_split
from generation.terminal import BadInput, ParleyCommand, Progress, WorkFailed
from training.answering.choosing import Choice
from training.answering.decoding import MANNERS, Decoding
from training.answering.parts import OtherResponses
from training.answering.responding import Corpus, NothingToAnswer
from training.data.examples import NotAModel
from training.data.sources import BadSource, Overlap
from training.data.told import BadTelling, Telling
from training.learning.resuming import AnotherRun, NotKept
from training.models.checkpoints import CheckpointMissing
from training.models.processes import WrongProcesses, processes_wanted
from training.models.recipe import BadRecipe, bundled_recipes, read_recipe
from training.scores.differences import DECLARED
from training.series.sweep_page import series_as_table, write_sweep_page
from training.series.sweeping import RATIOS, SWEEP_FILE, Asked, BadSweep, SweepTaken, Swept, Trained, ratios_from, sweep


class Command(ParleyCommand):
    help = (
        "Mix two corpora at several ratios, at one budget: a model, responses and scores for each, then for every "
        "metric and domain the best ratio with its interval, and between which ratios nothing differs. Run again, it "
        "goes on where it was."
    )
    example = "tiny --on personachat --on personalitychat --to mix --to-contexts personachat/test --per-dialogue 1"
    bad_input = (
        AnotherRun,
        BadLine,
        BadRecipe,
        BadSource,
        BadSweep,
        BadTelling,
        CheckpointMissing,
        CorpusMissing,
        NoSuchName,
        NotAModel,
        NothingToAnswer,
        OtherResponses,
        Overlap,
        SweepTaken,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipe", help=f"a TOML file, or one of {', '.join(bundled_recipes())}")
        parser.add_argument(
            "--on", action="append", required=True, metavar="CORPUS", help="twice: a ratio is the second one's share"
        )
        parser.add_argument(
            "--ratios",
            default=",".join(map(str, RATIOS)),
            metavar="A,B",
            help="shares of the second corpus, in per cent (default: %(default)s)",
        )
        parser.add_argument(
            "--to", required=True, metavar="SWEEP", help="the series; its models and responses are SWEEP-000 and so on"
        )
        self._add_training(parser)
        self._add_responding(parser)
        parser.add_argument(
            "--metrics", default=",".join(DECLARED), metavar="A,B", help="what is compared (default: %(default)s)"
        )
        parser.add_argument(
            "--seed", type=int, default=7, help="of training, draws and intervals (default: %(default)s)"
        )

    def _add_training(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("training")
        group.add_argument("--steps", type=int, help="as --set steps=N")
        group.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a key of the recipe")
        group.add_argument("--without-traits", action="store_true", help="never tell the models any trait")
        group.add_argument("--drop-traits", type=float, default=0.0, metavar="SHARE", help="of the examples told none")
        group.add_argument("--most-words", type=int, metavar="N", help="learn from dialogues with at most N words")
        group.add_argument(
            "--allow-persona-overlap", action="store_true", help="train although a persona stands in two splits"
        )

    def _add_responding(self, parser: CommandParser) -> None:
        group = parser.add_argument_group("responding")
        group.add_argument(
            "--to-contexts", action="append", required=True, metavar="CORPUS[/SPLIT]", help="may be repeated"
        )
        group.add_argument(
            "--domain", action="append", default=[], metavar="CORPUS=NAME", help="what a corpus is called as a domain"
        )
        group.add_argument("--limit", type=int, metavar="N", help="at most N contexts of each corpus, drawn by seed")
        group.add_argument("--per-dialogue", choices=("1", "all"), default="all", help="contexts of each dialogue")
        group.add_argument("--min-turns", type=int, default=1, metavar="N", help="turns that must precede the reply")
        group.add_argument("--decoding", choices=MANNERS, default="greedy", help="default: greedy")
        group.add_argument("--top-p", type=float, default=Decoding.top_p, help="of sample (default: %(default)s)")
        group.add_argument("--temperature", type=float, default=Decoding.temperature, help="of sample")
        group.add_argument("--batch-size", type=int, default=32, help="changes the speed alone (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        if (launched := processes_wanted()) > 1:
            raise BadInput(
                f"sweep runs in one process, and the launcher started {launched}; train and respond share out theirs"
            )
        if len(options["on"]) != 2:
            raise BadInput(f"--on: expected two corpora to mix, got {len(options['on'])}")
        for key in ("limit", "min_turns", "batch_size", "steps"):
            if options[key] is not None and options[key] < 1:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least 1, got {options[key]}")
        swept = self._sweep(options)
        self.say(series_as_table(swept.result))
        written = [swept.folder / SWEEP_FILE, write_sweep_page(swept.folder, swept.result)]
        for point in swept.points:
            for warning in point.scores.warnings:
                self.say(f"Beware, {point.name}, {warning}")
        self.say(f"Written: {', '.join(map(str, written))}")
        self.say(f"Next: open {written[-1]}, or manage.py create_study STUDY.toml with two of the models")
        return {"to": str(swept.folder), **swept.result}

    def _sweep(self, options: dict[str, Any]) -> Swept:
        from training.learning.finetuning import LossNotFinite, NothingLeft
        from training.learning.stepping import OutOfMemory

        changed = {} if options["steps"] is None else {"steps": options["steps"]}
        shown: list[Progress] = []

        def watch(done: int, total: int, note: str) -> None:
            # Each model begins to count anew.
            if not shown or done <= shown[-1].done:
                shown.append(Progress(total=total, label="steps", quiet=self.quiet))
                shown[-1].done = done - 1
            shown[-1].advance(note=note)

        try:
            return sweep(
                name=options["to"],
                ratios=ratios_from(options["ratios"]),
                trained=Trained(
                    recipe=read_recipe(options["recipe"], overrides=options["set"], **changed),
                    first=options["on"][0],
                    second=options["on"][1],
                    telling=Telling(
                        with_traits=not options["without_traits"],
                        drop_traits=options["drop_traits"],
                        most_words=options["most_words"],
                    ),
                    seed=options["seed"],
                    allow_persona_overlap=options["allow_persona_overlap"],
                ),
                asked=Asked(
                    corpora=_corpora(options["to_contexts"], options["domain"]),
                    choice=Choice(
                        per_dialogue=options["per_dialogue"], min_turns=options["min_turns"], limit=options["limit"]
                    ),
                    decoding=Decoding(
                        manner=options["decoding"], top_p=options["top_p"], temperature=options["temperature"]
                    ),
                    batch_size=options["batch_size"],
                ),
                metrics=[name.strip() for name in options["metrics"].split(",") if name.strip()],
                seed=options["seed"],
                now=timezone.now,
                say=self.say,
                watch=watch,
            )
        except NothingLeft as error:
            raise BadInput(str(error)) from error
        except (LossNotFinite, NotKept, OutOfMemory, WrongProcesses) as error:
            raise WorkFailed(f"{error}\nWhat was finished is kept; run the same command to go on.") from error


def _corpora(names: list[str], domains: list[str]) -> tuple[Corpus, ...]:
    called = {}
    for each in domains:
        name, sign, domain = each.partition("=")
        if not sign or name not in names or not domain:
            raise BadInput(f"--domain {each}: expected CORPUS=NAME, of a corpus among --to-contexts")
        called[name] = domain
    found = []
    for name in names:
        folder, split = corpus_and_split(name)
        found.append(Corpus(name=name, folder=folder, split=split, domain=called.get(name)))
    return tuple(found)
