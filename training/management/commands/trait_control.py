import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing, Dialogue, read_dialogues
from generation.corpus.manifest import new_file, write_manifest
from generation.home import NoSuchName, corpus_and_split, existing
from generation.terminal import BadInput, ParleyCommand
from training.intervals import Score
from training.responses import ResponsesMissing, read_responses, responses_file
from training.score_table import cell
from training.sources import LEARNED_FROM
from training.trait_classifier import NothingToLearn, Said, learn, turns_of
from training.trait_control import MEASURES, NotAContrast, TraitControl, contrast_of, control


class Command(ParleyCommand):
    help = (
        "Does a trait that a system is told show in its replies? For each context answered twice, told high and told "
        "low: can a classifier, learned from a corpus's own labels, tell which is which, and how do they differ?"
    )
    example = "pt-extraversion-high pt-extraversion-low --labels personalitychat"
    bad_input = (BadLine, CorpusMissing, NoSuchName, NotAContrast, NothingToLearn, ResponsesMissing)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("high", metavar="RESPONSES", help="told the trait high, as `respond --contrast` made them")
        parser.add_argument("low", metavar="RESPONSES", help="the same contexts, told it low")
        parser.add_argument(
            "--labels",
            required=True,
            metavar="CORPUS",
            help="whose turns and traits the classifier learns from: its train split, measured on the others",
        )
        parser.add_argument("--seed", type=int, default=7, help="of intervals (default: %(default)s)")
        parser.add_argument("--to", type=Path, metavar="FILE", help="write the result as JSON, too")

    def work(self, **options: Any) -> dict[str, Any]:
        to = options["to"]
        if to and to.is_dir():
            raise BadInput(f"--to {to}: expected a file, and it is a folder")
        files = [responses_file(existing("responses", options[name])) for name in ("high", "low")]
        trait, pairs = contrast_of(*(list(read_responses(file)) for file in files))
        folder, split = corpus_and_split(options["labels"])
        train, held_out = _sides(read_dialogues(folder, split), trait)
        found = control(pairs, learn(trait, train=train, held_out=held_out, seed=options["seed"]), seed=options["seed"])
        self._tell(found)
        result = found.as_json()
        if to:
            with new_file(to) as out:
                json.dump(result, out, indent=2, ensure_ascii=False)
                out.write("\n")
            write_manifest(
                to,
                command="trait_control",
                now=timezone.now(),
                settings={"labels": options["labels"], "seed": options["seed"]},
                inputs={"high": files[0], "low": files[1]},
                results={"told_apart": result["told_apart"], "warning": found.warning},
            )
            self.say(f"Written: {to}")
        self.say("Next: manage.py create_study STUDY.toml, with these two systems: do people hear it?")
        return result

    def _tell(self, found: TraitControl) -> None:
        apart, accuracy = cell(found.told_apart, ".1%"), cell(found.classifier.accuracy, ".1%")
        self.say(f"{found.trait}: {found.first} against {found.second}, {found.contexts:,} contexts")
        self.say(f"  told apart: {apart} (chance 50 %, p {_p(found.p)}); {found.equal:,} replies are the same")
        self.say(f"  the classifier tells held-out turns: {accuracy} (n {found.classifier.held_out:,})")
        self.say("  high minus low:")
        for effect in found.effects:
            difference = effect.difference
            value = cell(Score(difference.value, difference.low, difference.high), "+.3f")
            size = "-" if effect.size is None else f"{effect.size:+.2f}"
            self.say(f"    {MEASURES[effect.name][0]:26}{value:32} p {_p(difference.p)}   size {size}")
        for end, ngrams in found.ngrams.items():
            self.say(f"  said more when {end}: {', '.join(each.ngram for each in ngrams) or 'nothing for certain'}")
        if found.warning:
            self.say(f"Beware: {found.warning}.")
        self.say(f"Signature: {found.signature}")


def _sides(dialogues: Iterable[Dialogue], trait: str) -> tuple[list[Said], list[Said]]:
    """What is learned from (train) and what is measured on (every other split)."""
    everything = list(dialogues)
    train = [each for each in everything if each.split == LEARNED_FROM]
    return turns_of(train, trait), turns_of([each for each in everything if each.split != LEARNED_FROM], trait)


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
