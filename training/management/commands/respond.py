from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.asking.authors import RunStopped
from generation.asking.journal import CorpusBusy, SettingsChanged
from generation.asking.llm import BadAddress, NoClient, NoKey
from generation.corpus.dialogues import BadLine, CorpusMissing
from generation.corpus.traits import TRAITS, Traits, UnknownTrait, check_traits
from generation.home import NoSuchName, corpus_and_split, existing, place
from generation.terminal import BadInput, Progress, WorkFailed
from training.answering.choosing import Choice
from training.answering.ctranslate import NoEngine, WrongConversion
from training.answering.decoding import MANNERS, Decoding
from training.answering.endpoints import EndpointModel
from training.answering.parts import OtherResponses
from training.answering.responding import Corpus, NothingToAnswer, respond
from training.answering.systems import ENGINES, OPENAI, System, TrainedModel
from training.answering.training_runs import NotRunsOfOne, TrainedRuns
from training.data.examples import NotAModel
from training.management.launched import LaunchedCommand
from training.models.processes import ALONE, Processes, WrongProcesses, launched, processes_wanted


class Command(LaunchedCommand):
    help = (
        "A system's next turn in every context of a corpus. An interrupted run goes on where it was. Under torchrun, "
        "several processes share out the contexts."
    )
    example = "--model pt-tiny --to-contexts personachat/test --to-contexts personalitychat/test --to pt-tiny"
    bad_input = (
        BadAddress,
        BadLine,
        CorpusBusy,
        CorpusMissing,
        NoClient,
        NoEngine,
        NoKey,
        NoSuchName,
        NotAModel,
        NotRunsOfOne,
        NothingToAnswer,
        OtherResponses,
        SettingsChanged,
        UnknownTrait,
    )

    processes: Processes = ALONE

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--model",
            action="append",
            required=True,
            metavar="MODEL",
            help="a trained model, or openai:NAME for any model behind OPENAI_BASE_URL with OPENAI_API_KEY; several "
            "are training runs of one system, which share out the contexts",
        )
        parser.add_argument(
            "--base-url", metavar="URL", help="the endpoint of openai:NAME (default: OPENAI_BASE_URL, else OpenAI's)"
        )
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
        parser.add_argument(
            "--max-turns", type=int, metavar="N", help="turns that may precede it (default: any number)"
        )
        parser.add_argument("--per-persona", action="store_true", help="one context for each persona, drawn by seed")
        parser.add_argument(
            "--spread", action="store_true", help="draw --limit contexts evenly over how far into a dialogue they are"
        )
        parser.add_argument("--decoding", choices=MANNERS, default="greedy", help="default: greedy")
        parser.add_argument("--beams", type=int, default=Decoding.beams, help="of beam (default: %(default)s)")
        parser.add_argument("--top-p", type=float, default=Decoding.top_p, help="of sample (default: %(default)s)")
        parser.add_argument(
            "--temperature",
            type=float,
            help=f"of sample (default: {Decoding.temperature}), or of an endpoint (default: its own)",
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
        parser.add_argument(
            "--contrast",
            metavar="TRAIT",
            choices=TRAITS,
            help="answer every context twice, told high and told low, into RESPONSES-TRAIT-high and -low",
        )
        parser.add_argument("--without-traits", action="store_true", help="tell the model no traits")
        parser.add_argument("--seed", type=int, default=7, help="of draws (default: %(default)s)")
        parser.add_argument("--batch-size", type=int, default=32, help="changes the speed alone (default: %(default)s)")
        parser.add_argument(
            "--engine",
            choices=ENGINES,
            default="transformers",
            help="ctranslate2 gives the same greedy replies, faster on a processor",
        )
        parser.add_argument(
            "--concurrency", type=int, default=8, help="requests to an endpoint at a time (default: %(default)s)"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        self._check(options)
        try:
            self.processes = launched()
            return self._work(options)
        except WrongProcesses as error:
            raise WorkFailed(str(error)) from error

    def _work(self, options: dict[str, Any]) -> dict[str, Any]:
        setting, trait = _setting(options["set"]), options["contrast"]
        if not trait:
            return self._respond(options, setting=setting, to=options["to"])
        if trait in setting:
            raise BadInput(f"--contrast {trait} and --set {trait}=...: the one sets it high and low, the other once")
        if options["system"]:
            raise BadInput("--contrast makes two systems, which --system cannot both name")
        made = {
            level: self._respond(options, setting={**setting, trait: level}, to=f"{options['to']}-{trait}-{level}")
            for level in ("high", "low")
        }
        self.say(f"Next: manage.py trait_control {options['to']}-{trait}-high {options['to']}-{trait}-low")
        return {"contrast": trait, **made, "failed": [row for each in made.values() for row in each["failed"]]}

    def _check(self, options: dict[str, Any]) -> None:
        for key in ("limit", "max_turns", "min_turns", "beams", "max_new_tokens", "batch_size", "concurrency"):
            if options[key] is not None and options[key] < 1:
                raise BadInput(f"--{key.replace('_', '-')}: expected at least 1, got {options[key]}")
        if not 0 < options["top_p"] <= 1:
            raise BadInput(f"--top-p: expected a share above 0, at most 1, got {options['top_p']:g}")
        if options["temperature"] is not None and not options["temperature"] > 0:
            raise BadInput(f"--temperature: expected a number above 0, got {options['temperature']:g}")
        if options["max_turns"] is not None and options["max_turns"] < options["min_turns"]:
            raise BadInput(f"--max-turns {options['max_turns']} is less than --min-turns {options['min_turns']}")
        if options["base_url"] and not all(name.startswith(OPENAI) for name in options["model"]):
            raise BadInput(f"--base-url is an endpoint's: --model {OPENAI}NAME")
        if processes_wanted() > 1 and any(name.startswith(OPENAI) for name in options["model"]):
            raise BadInput(
                f"--model {OPENAI}NAME is asked by one process, and the launcher started {processes_wanted()}; "
                "--concurrency says how many requests it has under way"
            )
        if options["spread"] and options["limit"] is None:
            raise BadInput("--spread says how --limit contexts are drawn; without --limit all are answered")

    def _respond(self, options: dict[str, Any], *, setting: Traits, to: str) -> dict[str, Any]:
        shown = Progress(total=None, label="responses", quiet=self.quiet)

        def watch(done: int, total: int) -> None:
            shown.total = total
            shown.advance(done - shown.done)

        try:
            answered = respond(
                system=_system(options),
                corpora=_corpora(options["to_contexts"], options["domain"]),
                to=place("responses", to),
                name=options["system"],
                choice=Choice(
                    per_dialogue=options["per_dialogue"],
                    min_turns=options["min_turns"],
                    limit=options["limit"],
                    max_turns=options["max_turns"],
                    per_persona=options["per_persona"],
                    spread=options["spread"],
                ),
                setting=setting,
                seed=options["seed"],
                now=timezone.now(),
                watch=watch,
                processes=self.processes,
            )
        except RunStopped as error:
            raise WorkFailed(f"{error}\nWhat was answered is kept; run the same command to go on.") from error
        except WrongConversion as error:
            raise WorkFailed(str(error)) from error
        shown.finish()
        results = answered.results
        self.say(
            f"{answered.folder}: {answered.responses:,} responses of {results['system']} in {results['dialogues']:,} "
            f"dialogues of {', '.join(results['domains'])}"
            + (f"; {answered.kept:,} were there already." if answered.kept else ".")
        )
        if results["empty"]:
            self.say(f"  {results['empty']:,} of them are empty.")
        for row in answered.failed:
            self.say(f"  No response to {row['context']}: {row['reason']}")
        if answered.failed:
            self.say("Run the same command to try these again.")
        self.say(f"Next: manage.py score {to}")
        return {"to": str(answered.folder), "kept": answered.kept, **results}


def _system(options: dict[str, Any]) -> System:
    """What `--model` names, with the options that bear on it; several are the training runs of one system."""
    names: list[str] = options["model"]
    if len(names) > 1 and any(name.startswith(OPENAI) for name in names):
        raise BadInput(f"--model {' --model '.join(names)}: several are training runs, and an endpoint's model is none")
    if len(names) > 1:
        return TrainedRuns([_trained(name, options) for name in names], seed=options["seed"])
    if names[0].startswith(OPENAI):
        return EndpointModel(
            model=names[0].removeprefix(OPENAI),
            now=timezone.now,
            with_traits=not options["without_traits"],
            temperature=options["temperature"],
            base_url=options["base_url"],
            concurrency=options["concurrency"],
        )
    return _trained(names[0], options)


def _trained(name: str, options: dict[str, Any]) -> TrainedModel:
    return TrainedModel(
        existing("models", name),
        decoding=Decoding(
            manner=options["decoding"],
            max_new_tokens=options["max_new_tokens"],
            beams=options["beams"],
            top_p=options["top_p"],
            temperature=options["temperature"] or Decoding.temperature,
        ),
        with_traits=not options["without_traits"],
        seed=options["seed"],
        batch_size=options["batch_size"],
        engine=options["engine"],
    )


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
