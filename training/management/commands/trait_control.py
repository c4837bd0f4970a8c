import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.asking.authors import RunStopped
from generation.asking.journal import CorpusBusy, SettingsChanged
from generation.asking.llm import BadAddress, NoClient, NoKey
from generation.corpus.dialogues import BadLine, CorpusMissing, Dialogue, read_dialogues
from generation.corpus.manifest import new_file, write_manifest
from generation.home import NoSuchName, corpus_and_split, existing
from generation.running.options import temperature_of
from generation.running.ordering import BadOrder
from generation.terminal import BadInput, ParleyCommand, Progress, WorkFailed
from training.data.responses import ResponsesMissing, read_responses, responses_file
from training.data.sources import LEARNED_FROM
from training.scores.intervals import Score
from training.scores.score_table import cell
from training.trait_scores.trait_classifier import NothingToLearn, Said, learn, turns_of
from training.trait_scores.trait_control import MEASURES, NotAContrast, TraitControl, Verdict, contrast_of, control
from training.trait_scores.trait_docket import Docket, docket_of, rehearse
from training.trait_scores.trait_judge import HELD_OUT, BadJudge, Judge, judge_contrast


class Command(ParleyCommand):
    help = (
        "Does a trait that a system is told show in its replies? For each context answered twice, told high and told "
        "low: can a classifier, learned from a corpus's own labels, tell which is which, and how do they differ?"
    )
    example = "pt-extraversion-high pt-extraversion-low --labels personalitychat"
    bad_input = (
        BadAddress,
        BadJudge,
        BadLine,
        BadOrder,
        CorpusBusy,
        CorpusMissing,
        NoClient,
        NoKey,
        NoSuchName,
        NotAContrast,
        NothingToLearn,
        ResponsesMissing,
        SettingsChanged,
    )

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
        parser.add_argument(
            "--judge",
            metavar="openai:NAME",
            help="a model behind OPENAI_BASE_URL with OPENAI_API_KEY tells them apart too, told nothing but the texts",
        )
        parser.add_argument("--base-url", metavar="URL", help="its endpoint (default: OPENAI_BASE_URL, else OpenAI's)")
        parser.add_argument(
            "--judge-contexts", type=int, metavar="N", help="it is asked of N contexts, drawn by seed (default: all)"
        )
        parser.add_argument(
            "--held-out",
            type=int,
            default=HELD_OUT,
            metavar="N",
            help="and of N pairs of held-out turns at most, to say how far it can be believed (default: %(default)s)",
        )
        parser.add_argument(
            "--temperature", default="0", metavar="T|default", help="its; 0, unless told otherwise; default: its own"
        )
        parser.add_argument("--concurrency", type=int, default=8, metavar="C", help="requests to it at a time (8)")
        parser.add_argument(
            "--retry-failed", action="store_true", help="ask it once more for what failed in an earlier run"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would be asked, with three prompts, and ask nothing"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        to = options["to"]
        if to and to.is_dir():
            raise BadInput(f"--to {to}: expected a file, and it is a folder")
        judge = _judge(options)
        files = [responses_file(existing("responses", options[name])) for name in ("high", "low")]
        trait, pairs = contrast_of(*(list(read_responses(file)) for file in files))
        folder, split = corpus_and_split(options["labels"])
        train, held_out = _sides(read_dialogues(folder, split), trait)
        classifier = learn(trait, train=train, held_out=held_out, seed=options["seed"])
        docket = judge and docket_of(
            trait, pairs, held_out, contexts=judge.contexts, turns=judge.held_out, seed=options["seed"]
        )
        if docket and options["dry_run"]:
            return self._rehearse(docket)
        found = control(pairs, classifier, seed=options["seed"])
        if judge and docket:
            found = replace(found, verdict=self._judged(docket, judge, found, seed=options["seed"]))
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
                settings={"labels": options["labels"], "seed": options["seed"], **_as_settings(judge)},
                inputs={"high": files[0], "low": files[1]},
                results={"told_apart": result["told_apart"], "warning": found.warning},
            )
            self.say(f"Written: {to}")
        self.say("Next: manage.py create_study STUDY.toml, with these two systems: do people hear it?")
        # At the top, for the exit status.
        return result | ({"failed": result["judge"]["failed"]} if found.verdict else {})

    def _rehearse(self, docket: Docket) -> dict[str, Any]:
        result = rehearse(docket)
        for number, prompt in enumerate(result["prompts"], start=1):
            self.say(f"--- prompt {number} of {len(result['prompts'])}\n{prompt}\n")
        self.say(
            f"{result['contexts']:,} contexts and {result['held_out_pairs']:,} pairs of held-out turns, in both orders "
            f"but for equal texts: {result['requests']:,} requests, about {result['prompt_tokens']:,} tokens of "
            "prompts (estimated from characters). Nothing was asked and nothing written."
        )
        return result

    def _judged(self, docket: Docket, judge: Judge, found: TraitControl, *, seed: int) -> Verdict:
        shown = Progress(total=None, label=f"told by {judge.model}", quiet=self.quiet)

        def watch(done: int, total: int) -> None:
            shown.total = total
            shown.advance(done - shown.done)

        try:
            verdict = judge_contrast(
                docket, judge, systems=(found.first, found.second), seed=seed, now=timezone.now, watch=watch
            )
        except RunStopped as error:
            raise WorkFailed(f"{error}. What was answered is kept; run the same command to go on.") from error
        shown.finish()
        return verdict

    def _tell(self, found: TraitControl) -> None:
        apart, accuracy = cell(found.told_apart, ".1%"), cell(found.classifier.accuracy, ".1%")
        self.say(f"{found.trait}: {found.first} against {found.second}, {found.contexts:,} contexts")
        self.say(f"  told apart: {apart} (chance 50 %, p {_p(found.p)}); {found.equal:,} replies are the same")
        self.say(f"  the classifier tells held-out turns: {accuracy} (n {found.classifier.held_out:,})")
        if found.verdict:
            self._tell_verdict(found.verdict)
        self.say("  high minus low:")
        for effect in found.effects:
            difference = effect.difference
            value = cell(Score(difference.value, difference.low, difference.high), "+.3f")
            size = "-" if effect.size is None else f"{effect.size:+.2f}"
            self.say(f"    {MEASURES[effect.name][0]:26}{value:32} p {_p(difference.p)}   size {size}")
        for end, ngrams in found.ngrams.items():
            self.say(f"  said more when {end}: {', '.join(each.ngram for each in ngrams) or 'nothing for certain'}")
        for warning in filter(None, (found.warning, found.verdict and found.verdict.warning)):
            self.say(f"Beware: {warning}.")
        self.say(f"Signature: {found.signature}")
        if found.verdict:
            self.say(f"Signature: {found.verdict.signature}")

    def _tell_verdict(self, verdict: Verdict) -> None:
        apart, accuracy = cell(verdict.told_apart, ".1%"), cell(verdict.accuracy, ".1%")
        self.say(
            f"  told apart by {verdict.judge}: {apart} (chance 50 %, p {_p(verdict.p)}; {verdict.contexts:,} contexts)"
        )
        self.say(f"  it tells held-out turns: {accuracy} (n {verdict.held_out:,} pairs)")
        if verdict.failed:
            first = verdict.failed[0]
            self.say(
                f"  {len(verdict.failed):,} could not be judged; --retry-failed asks again. The first: {first.name}: "
                f"{first.reason}"
            )


def _sides(dialogues: Iterable[Dialogue], trait: str) -> tuple[list[Said], list[Said]]:
    """What is learned from (train) and what is measured on (every other split)."""
    everything = list(dialogues)
    train = [each for each in everything if each.split == LEARNED_FROM]
    return turns_of(train, trait), turns_of([each for each in everything if each.split != LEARNED_FROM], trait)


def _judge(options: dict[str, Any]) -> Judge | None:
    if options["judge"] is None:
        for name in ("base_url", "judge_contexts", "retry_failed", "dry_run"):
            if options[name]:
                raise BadInput(f"--{name.replace('_', '-')} is for a judge: --judge openai:NAME")
        return None
    return Judge.named(
        options["judge"],
        base_url=options["base_url"],
        concurrency=options["concurrency"],
        temperature=temperature_of(options["temperature"]),
        contexts=options["judge_contexts"],
        held_out=options["held_out"],
        retry_failed=options["retry_failed"],
    )


def _as_settings(judge: Judge | None) -> dict[str, Any]:
    if judge is None:
        return {}
    return {
        "judge": judge.model,
        "temperature": judge.temperature,
        "judge_contexts": judge.contexts,
        "held_out": judge.held_out,
    }


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
