"""Replies per second: in batches beside one by one, and CTranslate2 beside both; the replies must be the same.

    .venv/bin/python -m benchmarks.decoding [--contexts 128] [--rounds 3] [--steps 1500]

A model of the recipe `tiny` learns from the offline author's dialogues for some steps, so that its replies differ, and
then answers contexts greedily. Rounds are interleaved, the best of each counts; loading and converting are not timed.
All compute on equally many threads. Judged are replies per second, by the wall; processor time, of all threads
together, stands beside it, since other work on the machine disturbs that least.
"""

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
warnings.filterwarnings("ignore")

import django  # noqa: E402

django.setup()

from benchmarks.dialogues import some_examples  # noqa: E402
from training.answering.ctranslate import FastModel  # noqa: E402
from training.answering.decoding import Decoding, Question, decode  # noqa: E402
from training.data.encoding import Encoder  # noqa: E402
from training.learning.finetuning import finetune  # noqa: E402
from training.models.checkpoints import load_model  # noqa: E402
from training.models.machine import pin_threads  # noqa: E402
from training.models.recipe import read_recipe  # noqa: E402

GREEDY = Decoding(max_new_tokens=30)
Replies = dict[int, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contexts", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1500)
    asked = parser.parse_args()
    threads = pin_threads()
    examples = some_examples(4000 + asked.contexts)
    learned, answered = examples[: -asked.contexts], examples[-asked.contexts :]
    recipe = read_recipe("tiny", overrides=[f"steps={asked.steps}", f"evaluate_every={asked.steps}", "evaluate_on=16"])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        finetune(recipe, train=learned, validation=answered, to=folder, with_traits=True, seed=7, run=recipe.as_json())
        model, tokenizer, template = load_model(folder)
        encoder = Encoder(tokenizer=tokenizer, template=template)
        rows = encoder.examples(answered)
        questions = [Question(str(number), row.source) for number, row in enumerate(rows)]

        def ours(batch_size: int) -> Replies:
            batches = decode(model, tokenizer, questions, decoding=GREEDY, seed=7, batch_size=batch_size)
            return {place: text for batch in batches for place, text in batch}

        engine = FastModel(folder, model, tokenizer, probes=rows)

        def fast() -> Replies:
            batches = engine.decode(questions, decoding=GREEDY, batch_size=32)
            return {place: text for batch in batches for place, text in batch}

        ways: dict[str, Callable[[], Replies]] = {
            "one by one": lambda: ours(1),
            "batches of 32": lambda: ours(32),
            "CTranslate2": fast,
        }
        replies = {name: run() for name, run in ways.items()}
        wall, cpu = dict.fromkeys(ways, float("inf")), dict.fromkeys(ways, float("inf"))
        for _ in range(asked.rounds):
            for name, run in ways.items():
                began, began_cpu = time.perf_counter(), time.process_time()
                run()
                wall[name] = min(wall[name], time.perf_counter() - began)
                cpu[name] = min(cpu[name], time.process_time() - began_cpu)
    slow = replies["one by one"]
    print(
        f"{len(questions)} contexts, {len(set(slow.values()))} distinct replies, {threads} threads, best of "
        f"{asked.rounds} rounds"
    )
    bars = {"batches of 32": ("one by one", 3.0), "CTranslate2": ("batches of 32", 2.5)}
    for name, seconds in wall.items():
        same = sum(replies[name][number] == text for number, text in slow.items())
        line = f"{name:16}{len(questions) / seconds:8.0f} replies/s   {same}/{len(slow)} the same"
        if name in bars:
            beside, bar = bars[name]
            times = wall[beside] / seconds
            line += (
                f"   {times:.1f} x {beside} ({cpu[beside] / cpu[name]:.1f} x by processor time): "
                f"{'met' if times >= bar and same == len(slow) else 'missed'} ({bar:g} x)"
            )
        print(line)


if __name__ == "__main__":
    main()
