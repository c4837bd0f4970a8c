"""The options of `generate`, in groups by what they are about, and the order that they make."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from generation.asking.authors import METHODS, OFFLINE, SINGLE
from generation.asking.trying import MAX_WAIT
from generation.corpus.traits import TRAITS
from generation.money.spending import LONGEST_ANSWER
from generation.running.ordering import POLL, BadOrder, Order
from generation.sieving.filters import FILTERS
from generation.telling.parsing import BOUNDS
from generation.telling.shots import MOST_SHOTS
from generation.telling.traits import ADJECTIVES, TRAIT_STYLES
from generation.writing.sampling import ALL, SAMPLINGS, UNIFORM


def add_options(parser: ArgumentParser) -> None:
    """Give `parser` every option; but for --dry-run, each is the field of `Order` with that name."""
    for add in (_add_corpora, _add_traits, _add_writing, _add_screening, _add_running, _add_money):
        add(parser)


def order_of(options: Mapping[str, Any]) -> Order:
    """The order that parsed options make; raises `BadOrder`."""
    given = {field.name: options[field.name] for field in fields(Order)}
    read = {"traits": _traits, "temperature": temperature_of, "concurrency": _concurrency}
    return Order(**given | {name: parse(options[name]) for name, parse in read.items()})


def _add_corpora(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("corpora")
    group.add_argument("--personas", required=True, metavar="CORPUS[/SPLIT]", help="whose persona pairs are used")
    group.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to make, or to go on with")
    group.add_argument("--limit", type=int, metavar="N", help="only the first N dialogues, by id")
    group.add_argument("--fill", action="store_true", help="write only where turns are missing; ids stay as they are")
    group.add_argument("--label-only", action="store_true", help="write nothing: put sampled traits on what is there")


def _add_traits(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("labels and traits")
    group.add_argument("--labels", metavar="CORPUS", help="take labels from this corpus; ask only for what it has not")
    group.add_argument("--traits", default="2", metavar="K|all", help="how many clear traits are told of a speaker (2)")
    group.add_argument("--seed", type=int, default=7, help="of the sampled traits and the offline author (7)")
    group.add_argument("--votes", type=int, default=1, metavar="V", help="answers merged into one label (1)")
    group.add_argument("--levels", type=int, default=3, choices=(3, 5), help="of a trait, besides unclear ones (3)")
    group.add_argument(
        "--trait-style", default=ADJECTIVES, choices=TRAIT_STYLES, help="how a model is told traits (adjectives)"
    )
    group.add_argument(
        "--shots", type=int, default=0, metavar="N", help=f"examples before each task, at most {MOST_SHOTS} (0)"
    )
    group.add_argument(
        "--sampling",
        default=UNIFORM,
        choices=SAMPLINGS,
        help="of the clear traits: any (uniform), or those whose level was told least often so far (balanced)",
    )
    group.add_argument(
        "--same-traits", action="store_true", help="tell what the speakers of --personas were told; label nothing"
    )
    group.add_argument(
        "--give", metavar="FILE", help="tell the traits that stand in this file of JSON lines, and label nothing"
    )
    group.add_argument(
        "--contrast", choices=TRAITS, help="two dialogues for each pair: the second speaker's is high, and low"
    )


def _add_writing(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("writing")
    group.add_argument(
        "--author",
        default=OFFLINE,
        help="offline (default) or offline:crowd, without any network; or a model of an OpenAI-compatible endpoint",
    )
    group.add_argument(
        "--temperature",
        default="1.0",
        metavar="T|default",
        help="of the dialogues (1.0); default: the endpoint's own",
    )
    group.add_argument("--max-tries", type=int, default=3, metavar="N", help="unusable answers before a row fails (3)")
    group.add_argument(
        "--method",
        default=SINGLE,
        choices=METHODS,
        help="one completion for a dialogue (single), or two agents that know their own persona alone (double)",
    )
    group.add_argument("--min-turns", type=int, default=BOUNDS.min_turns, metavar="N", help="of a dialogue (8)")
    group.add_argument("--max-turns", type=int, default=BOUNDS.max_turns, metavar="N", help="of a dialogue (16)")
    group.add_argument("--max-words", type=int, default=BOUNDS.max_words, metavar="N", help="of a turn (60)")
    group.add_argument(
        "--copied-words",
        type=int,
        default=BOUNDS.copied_words,
        metavar="N",
        help="a persona sentence of so many words or more must not be said word for word (10)",
    )
    group.add_argument(
        "--min-coverage",
        type=float,
        default=BOUNDS.min_coverage,
        metavar="R",
        help="the share of their own persona's content words that each speaker must say (0.1)",
    )


def _add_screening(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("screening")
    group.add_argument(
        "--filters", metavar="FILE|default", help="reject what these filters do not let pass; TOML, with thresholds"
    )
    group.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=THRESHOLD",
        help=f"one filter, on top of those; may be repeated. NAME: {', '.join(FILTERS)}",
    )
    group.add_argument("--critic", metavar="MODEL", help="who plays the critics (default: the author)")
    group.add_argument(
        "--candidates", type=int, default=1, metavar="N", help="write each dialogue N times and keep the best (1)"
    )
    group.add_argument(
        "--refill", action="store_true", help="write what is rejected anew, so that each pair has a dialogue"
    )
    group.add_argument(
        "--attempts", type=int, default=3, metavar="N", help="with --refill: writings of a dialogue at most (3)"
    )


def _add_running(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument(
        "--base-url",
        metavar="URL[,URL...]",
        help="the endpoint, or several that share the load (default: OPENAI_BASE_URL, else OpenAI's)",
    )
    group.add_argument(
        "--concurrency", default="8", metavar="C|auto", help="requests at a time (8); auto: as many as it answers well"
    )
    group.add_argument(
        "--max-wait",
        type=float,
        default=MAX_WAIT,
        metavar="SECONDS",
        help=f"how long to bear nothing but 429s before the run stops ({MAX_WAIT:g})",
    )
    group.add_argument("--batch", action="store_true", help="ask in batches: answers within a day, at half the price")
    group.add_argument(
        "--poll", type=float, default=POLL, metavar="SECONDS", help=f"with --batch: between two looks ({POLL:g})"
    )
    group.add_argument("--retry-failed", action="store_true", help="ask once more for what failed in an earlier run")
    group.add_argument(
        "--fork", metavar="NAME", help="begin NAME from --to with what is changed; equal requests are not made again"
    )
    group.add_argument(
        "--dry-run", action="store_true", help="say what would be asked, with three prompts; write nothing"
    )


def _add_money(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("money")
    group.add_argument(
        "--budget", type=float, metavar="MONEY", help="stop before all that was ever bought for --to costs more"
    )
    group.add_argument(
        "--max-answer-tokens",
        type=int,
        default=LONGEST_ANSWER,
        metavar="N",
        help=f"under a budget, the longest answer that is asked for ({LONGEST_ANSWER})",
    )
    group.add_argument("--prices", metavar="FILE", help="prices of your own (default: PARLEY_PRICES, else bundled)")
    group.add_argument(
        "--tokenizer", metavar="DIR", help="of the model, so that --dry-run counts tokens instead of estimating"
    )


def _traits(text: str) -> int | None:
    if text == ALL:
        return None
    if not text.isdecimal():
        raise BadOrder(f"--traits: expected a number or {ALL}, got {text!r}")
    return int(text)


def _concurrency(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdecimal():
        raise BadOrder(f"--concurrency: expected a number or auto, got {text!r}")
    return int(text)


def temperature_of(text: str) -> float | None:
    """The temperature that `--temperature T|default` names, None for the endpoint's own; raises `BadOrder`."""
    if text == "default":
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise BadOrder(f"--temperature: expected a number from 0 to 2, or default, got {text!r}")
    return value
