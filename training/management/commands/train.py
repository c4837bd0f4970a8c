from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.home import NoSuchName, place
from generation.terminal import BadInput, Progress, WorkFailed
from training.data.examples import NotAModel
from training.data.sources import BadSource, Overlap, read_partner, read_source
from training.data.told import BadTelling, Telling
from training.learning.resuming import AnotherRun, NotKept
from training.learning.runs import train
from training.management.launched import LaunchedCommand
from training.models.checkpoints import CheckpointMissing
from training.models.lora import NoLora
from training.models.processes import WrongProcesses
from training.models.recipe import BadRecipe, bundled_recipes, read_recipe


class Command(LaunchedCommand):
    help = "Fine-tune a model on one or several corpora, as a recipe says. An interrupted run goes on where it was."
    example = "tiny --on personalitychat --to pt-tiny"
    bad_input = (
        AnotherRun,
        BadLine,
        BadRecipe,
        BadSource,
        BadTelling,
        CheckpointMissing,
        CorpusMissing,
        NoLora,
        NoSuchName,
        NotAModel,
        Overlap,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipe", help=f"a TOML file, or one of {', '.join(bundled_recipes())}")
        parser.add_argument(
            "--on",
            action="append",
            required=True,
            metavar="CORPUS[/SPLIT][:SHARE]",
            help="learns from its train split, stops by its validation split; several are mixed by shares summing to 1",
        )
        parser.add_argument("--to", required=True, metavar="MODEL", help="the model's folder")
        parser.add_argument("--without-traits", action="store_true", help="never tell the model any trait")
        parser.add_argument(
            "--drop-traits", type=float, default=0.0, metavar="SHARE", help="of the examples told none (default: 0)"
        )
        parser.add_argument(
            "--shuffle-traits", action="store_true", help="tell every speaker another's: the control for the labels"
        )
        parser.add_argument(
            "--most-words", type=int, metavar="N", help="learn from whole dialogues with at most N words of replies"
        )
        parser.add_argument("--steps", type=int, help="as --set steps=N")
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="change a key of the recipe"
        )
        parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
        parser.add_argument(
            "--allow-persona-overlap",
            action="store_true",
            help="train although a persona stands in two splits; the manifest says so",
        )
        parser.add_argument(
            "--only-shared-with",
            action="append",
            default=[],
            metavar="CORPUS",
            help="leave out dialogues without one of the same source, in the same split, there: for arms on parallel "
            "corpora; the manifest lists what was left out",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        changed = {} if options["steps"] is None else {"steps": options["steps"]}
        recipe = read_recipe(options["recipe"], overrides=options["set"], **changed)
        shown: list[Progress] = []

        def watch(done: int, total: int, note: str) -> None:
            if not shown:
                shown.append(Progress(total=total, label="steps", quiet=self.quiet))
                shown[0].done = done - 1
            shown[0].advance(note=note)

        from training.learning.finetuning import LossNotFinite, NothingLeft
        from training.learning.stepping import OutOfMemory

        to = place("models", options["to"])
        try:
            run = train(
                recipe,
                sources=[read_source(each) for each in options["on"]],
                to=to,
                telling=Telling(
                    with_traits=not options["without_traits"],
                    drop_traits=options["drop_traits"],
                    shuffle_traits=options["shuffle_traits"],
                    most_words=options["most_words"],
                ),
                seed=options["seed"],
                allow_persona_overlap=options["allow_persona_overlap"],
                only_shared_with=[read_partner(each) for each in options["only_shared_with"]],
                now=timezone.now(),
                watch=watch,
            )
        except NothingLeft as error:
            raise BadInput(str(error)) from error
        except (LossNotFinite, NotKept, OutOfMemory, WrongProcesses) as error:
            raise WorkFailed(str(error)) from error
        for each in shown:
            each.finish()
        results = run.results
        if run.already:
            self.say(f"{to} is trained already, with these settings on these corpora.")
        self.say(
            f"{to}: {results['parameters']:,} parameters, {results['examples_seen']:,} examples in "
            f"{results['seconds']:.0f} s ({results['device']}, threads: {results['threads']}); "
            f"validation perplexity {results['best_perplexity']:.1f} per piece at step {results['best_step']}."
        )
        for key, count in results["cut"].items():
            if count:
                self.say(f"  {key.replace('_', ' ')}: {count:,}")
        if results["at_once"] < recipe.at_once:
            self.say(f"  Memory ran short: {results['at_once']} rows at once instead of {recipe.at_once}.")
        if results.get("left_out", {}).get("count"):
            partners = " and ".join(options["only_shared_with"])
            self.say(
                f"  {results['left_out']['count']:,} dialogues were left out, since {partners} has none of their "
                "source; the manifest lists them."
            )
        if results["overlap"]["personas"]:
            self.say(f"  {results['overlap']['personas']} personas stand in two splits, as was allowed.")
        self.say(f"Next: manage.py respond --model {options['to']} --to-contexts CORPUS/test --to {options['to']}")
        return {"model": str(to), **results}
