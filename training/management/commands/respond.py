from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.traits import Traits, UnknownTrait, check_traits
from generation.home import NoSuchName, corpus_and_split, existing, place
from generation.terminal import BadInput, ParleyCommand, Progress
from training.decoding import MANNERS, Decoding
from training.examples import NotAModel
from training.responding import Choice, Corpus, NothingToAnswer, OtherResponses, respond


class Command(ParleyCommand):
    help = "A model's next turn in every context of a corpus. An interrupted run goes on where it was."
    example = "--model pt-tiny --to-contexts personachat/test --to-contexts personalitychat/test --to pt-tiny"
    bad_input = (BadLine, CorpusMissing, NoSuchName, NotAModel, NothingToAnswer, OtherResponses, UnknownTrait)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", required=True, metavar="MODEL", help="a trained model")
        parser.add_argument(
            "--to-contexts",
            action="append",
            required=True,
            metavar="CORPUS[/SPLIT]",
            help="each turn but a dialogue's first is a context, answered as its speaker; several make several domains",
        )
        parser.add_argument("--to", required=True, metavar="RESPONSES", help="the folder of responses")
        parser.add_argument("--system", metavar="NAME", help="the system's name; default: the model's folder")
        parser.add_argument(
            "--domain",
            action="append",
            default=[],
            metavar="CORPUS=NAME",
            help="what a corpus is called as a domain; default: the beginning of its dialogues' ids",
        )
        parser.add_argument("--limit", type=int, metavar="N", help="at most N contexts of each corpus, drawn by seed")
        parser.add_argument(
            "--per-dialogue", choices=("1", "all"), default="all", help="contexts of each dialogue (default: all)"
        )
        parser.add_argument(
            "--min-turns", type=int, default=1, metavar="N", help="turns that must precede the reply (default: 1)"
        )
        parser.add_argument("--decoding", choices=MANNERS, default="greedy", help="default: greedy")
        parser.add_argument("--beams", type=int, default=Decoding.beams, help="of beam (default: %(default)s)")
        parser.add_argument("--top-p", type=float, default=Decoding.top_p, help="of sample (default: %(default)s)")
        parser.add_argument(
            "--temperature", type=float, default=Decoding.temperature, help="of sample (default: %(default)s)"
        )
        parser.add_argument(
            "--max-new-tokens",
            type=int,
            default=Decoding.max_new_tokens,
            help="pieces of a reply (default: %(default)s)",
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="TRAIT=LEVEL", help="tell the model this of every speaker"
        )
        parser.add_argument("--without-traits", action="store_true", help="tell the model no traits")
        parser.add_argument("--seed", type=int, default=7, help="of draws (default: %(default)s)")
        parser.add_argument("--batch-size", type=int, default=32, help="changes the speed alone (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        for key, least in (("limit", 1), ("min_turns", 1), ("beams", 1), ("max_new_tokens", 1), ("batch_size", 1)):
            if options[key] is not None and options[key] < least:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least {least}, got {options[key]}")
        if not 0 < options["top_p"] <= 1 or not options["temperature"] > 0:
            raise BadInput("--top-p: expected a share above 0, at most 1; --temperature: a number above 0")
        shown = Progress(total=None, label="responses", quiet=self.quiet)

        def watch(done: int, total: int) -> None:
            shown.total = total
            shown.advance(done - shown.done)

        answered = respond(
            model_folder=existing("models", options["model"]),
            corpora=_corpora(options["to_contexts"], options["domain"]),
            to=place("responses", options["to"]),
            system=options["system"],
            choice=Choice(options["per_dialogue"], options["min_turns"], options["limit"]),
            decoding=Decoding(
                manner=options["decoding"],
                max_new_tokens=options["max_new_tokens"],
                beams=options["beams"],
                top_p=options["top_p"],
                temperature=options["temperature"],
            ),
            setting=_setting(options["set"]),
            with_traits=not options["without_traits"],
            seed=options["seed"],
            batch_size=options["batch_size"],
            now=timezone.now(),
            watch=watch,
        )
        shown.finish()
        results = answered.results
        self.say(
            f"{answered.folder}: {answered.responses:,} responses of {results['system']} in {results['clusters']:,} dialogues "
            f"of {', '.join(results['domains'])}"
            + (f"; {answered.kept:,} were there already." if answered.kept else ".")
        )
        if results["empty"]:
            self.say(f"  {results['empty']:,} of them are empty.")
        self.say(f"Next: manage.py score {options['to']}")
        return {"to": str(answered.folder), "kept": answered.kept, **results}


def _corpora(names: list[str], domains: list[str]) -> list[Corpus]:
    called = dict(_pair(each, "--domain", "CORPUS=NAME") for each in domains)
    corpora = []
    for name in names:
        folder, split = corpus_and_split(name)
        corpora.append(Corpus(name=name, folder=folder, split=split, domain=called.pop(name, None)))
    if called:
        raise BadInput(f"--domain: {', '.join(called)} is not among --to-contexts")
    return corpora


def _setting(words: list[str]) -> Traits:
    setting = dict(_pair(each, "--set", "TRAIT=LEVEL") for each in words)
    check_traits(setting)
    return setting


def _pair(text: str, option: str, form: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        raise BadInput(f"{option} {text}: expected {form}")
    return key.strip(), value.strip()
