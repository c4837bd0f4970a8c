"""What `generate` is asked for: its options, what is wrong with them, and what a corpus is begun with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from generation.asking.authors import DOUBLE, METHODS, OFFLINE, OFFLINE_AUTHORS, OFFLINE_CROWD, SINGLE
from generation.asking.trying import MAX_WAIT
from generation.corpus.traits import TRAITS
from generation.home import place
from generation.money.spending import LONGEST_ANSWER
from generation.sieving.filters import Filters, read_filters
from generation.telling.parsing import BOUNDS, Bounds
from generation.telling.prompting import AGENTS_PROMPTS, ALWAYS, CRITICS_PROMPTS, Briefing, digests_of_prompts
from generation.telling.shots import MOST_SHOTS
from generation.telling.traits import ADJECTIVES, TRAIT_STYLES
from generation.writing.planning import Commission
from generation.writing.sampling import SAMPLINGS, UNIFORM

# Seconds between two looks at a batch, which takes minutes at the least.
POLL: Final = 60.0


class BadOrder(ValueError):
    """Options of a run that make no sense, alone or together."""


@dataclass(frozen=True)
class Order:
    """What is asked for on the command line; each field is the option of that name.

    `traits` None means all that are clear. `temperature` None leaves it to the endpoint, `concurrency` None finds its
    own level. `budget` is in the currency of the prices, over all that is in the journal; `max_answer_tokens` bounds
    each answer where there is one. `poll` is in seconds.
    """

    personas: str
    to: str
    author: str = OFFLINE
    limit: int | None = None
    traits: int | None = 2
    seed: int = 7
    fill: bool = False
    label_only: bool = False
    labels: str | None = None
    concurrency: int | None = 8
    max_wait: float = MAX_WAIT
    votes: int = 1
    levels: int = 3
    same_traits: bool = False
    trait_style: str = ADJECTIVES
    shots: int = 0
    sampling: str = UNIFORM
    give: str | None = None
    contrast: str | None = None
    retry_failed: bool = False
    base_url: str | None = None
    method: str = SINGLE
    temperature: float | None = 1.0
    max_tries: int = 3
    min_turns: int = BOUNDS.min_turns
    max_turns: int = BOUNDS.max_turns
    max_words: int = BOUNDS.max_words
    copied_words: int = BOUNDS.copied_words
    min_coverage: float = BOUNDS.min_coverage
    filters: str | None = None
    filter: Sequence[str] = ()
    critic: str | None = None
    candidates: int = 1
    refill: bool = False
    attempts: int = 3
    budget: float | None = None
    max_answer_tokens: int = LONGEST_ANSWER
    prices: str | None = None
    tokenizer: str | None = None
    batch: bool = False
    poll: float = POLL
    fork: str | None = None

    @property
    def name(self) -> str:
        """The corpus that is made or gone on with: `--to`, or the fork of it."""
        return self.fork or self.to

    @property
    def offline(self) -> bool:
        """Whether an embedded grammar is the author, and no model is asked."""
        return self.author in OFFLINE_AUTHORS

    @property
    def briefing(self) -> Briefing:
        """How a model is briefed on labels and traits."""
        return Briefing(levels=self.levels, trait_style=self.trait_style, shots=self.shots)

    @property
    def bounds(self) -> Bounds:
        """What a dialogue that a model writes must keep to."""
        return Bounds(**{field.name: getattr(self, field.name) for field in fields(Bounds)})

    @property
    def screen(self) -> Filters:
        """The filters in use; raises `BadFilters`."""
        return read_filters(self.filters, self.filter)

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that is asked: the author, and the critic where that is another."""
        asked = () if self.offline else (self.author, *([self.critic] if self.critic and self.screen.critics else []))
        return tuple(dict.fromkeys(asked))

    def check(self) -> None:
        """Raise `BadOrder` for what can be seen to be wrong without looking at any file."""
        if self.author.startswith(OFFLINE) and not self.offline:
            raise BadOrder(
                f"--author: expected {', '.join(OFFLINE_AUTHORS)} or the name of a model, got {self.author!r}"
            )
        if self.fill and self.label_only:
            raise BadOrder("--fill writes what is missing and --label-only writes nothing: choose one")
        for option, value, least in (
            ("--limit", self.limit, 1),
            ("--traits", self.traits, 0),
            ("--concurrency", self.concurrency, 1),
            ("--max-tries", self.max_tries, 1),
            ("--votes", self.votes, 1),
            ("--shots", self.shots, 0),
        ):
            if value is not None and value < least:
                raise BadOrder(f"{option}: expected at least {least}, got {value}")
        self._check_traits()
        self._check_writing()
        self._check_running()

    def _check_running(self) -> None:
        """Raise `BadOrder` for what is wrong with money, batches and forks."""
        if self.budget is not None and not (math.isfinite(self.budget) and self.budget > 0):
            raise BadOrder(f"--budget: expected an amount above 0, got {self.budget:g}")
        if not (math.isfinite(self.poll) and self.poll > 0):
            raise BadOrder(f"--poll: expected a number of seconds above 0, got {self.poll:g}")
        if self.max_answer_tokens < 1:
            raise BadOrder(f"--max-answer-tokens: expected at least 1, got {self.max_answer_tokens}")
        if self.offline and (self.batch or self.budget is not None):
            raise BadOrder(f"--author {self.author} asks no endpoint: it costs nothing, and there is nothing to batch")
        if self.fork == self.to:
            raise BadOrder(f"--fork {self.fork}: that is the corpus to fork; choose another name")

    def _check_writing(self) -> None:
        """Raise `BadOrder` for what is wrong with how dialogues are written and screened."""
        if self.method not in METHODS:
            raise BadOrder(f"--method: expected one of {', '.join(METHODS)}, got {self.method!r}")
        if self.method == DOUBLE and self.author == OFFLINE_CROWD:
            raise BadOrder(f"--method {DOUBLE}: {OFFLINE_CROWD} has no second agent; the author {OFFLINE} has")
        if self.method == DOUBLE and self.shots:
            raise BadOrder(f"--shots: examples are of whole dialogues, and with --method {DOUBLE} none is asked for")
        if self.offline and self.bounds != BOUNDS:
            raise BadOrder(
                f"--author {self.author} is a grammar that keeps its own bounds: leave out --min-turns and their like"
            )
        if not 2 <= self.min_turns <= self.max_turns or self.max_words < 1 or self.copied_words < 1:
            raise BadOrder("expected 2 <= --min-turns <= --max-turns, and --max-words and --copied-words of 1 or more")
        if not 0 <= self.min_coverage <= 1:
            raise BadOrder(f"--min-coverage: expected a share from 0 to 1, got {self.min_coverage:g}")
        if self.candidates < 1 or self.attempts < 1:
            raise BadOrder("--candidates and --attempts: expected at least 1")
        if self.offline and self.screen.critics:
            raise BadOrder(f"{' and '.join(self.screen.critics)}: critics ask a model, and {self.author} is none")
        if self.label_only and (self.screen.thresholds or self.candidates > 1 or self.refill):
            raise BadOrder("--label-only writes nothing, so there is nothing to filter or refill; see filter_corpus")
        if self.same_traits and (self.give or self.contrast or self.sampling != UNIFORM or self.label_only):
            raise BadOrder("--same-traits takes over what the source tells: leave out other options on traits")

    def _check_traits(self) -> None:
        """Raise `BadOrder` for what is wrong with labels and traits."""
        for option, chosen, choices in (
            ("--levels", self.levels, (3, 5)),
            ("--trait-style", self.trait_style, TRAIT_STYLES),
            ("--sampling", self.sampling, SAMPLINGS),
            ("--contrast", self.contrast, (None, *TRAITS)),
        ):
            if chosen not in choices:
                names = ", ".join(str(choice) for choice in choices if choice is not None)
                raise BadOrder(f"{option}: expected one of {names}, got {chosen}")
        if self.shots > MOST_SHOTS:
            raise BadOrder(f"--shots: there are {MOST_SHOTS} examples, got {self.shots}")
        if self.contrast and (self.fill or self.label_only):
            raise BadOrder("--contrast writes two dialogues for each pair: leave out --fill and --label-only")
        if self.give and self.sampling != UNIFORM:
            raise BadOrder("--give says which traits are told, so there is nothing to sample: leave out --sampling")


def commission_of(order: Order) -> Commission:
    """What the order asks of the corpus itself."""
    return Commission(
        to=place("corpora", order.name).name,
        traits=order.traits,
        seed=order.seed,
        votes=order.votes,
        sampling=order.sampling,
        contrast=order.contrast,
        same_traits=order.same_traits,
        fill=order.fill,
        label_only=order.label_only,
    )


def settings_of(order: Order, personas: str) -> dict[str, Any]:
    """What a corpus is begun with and must be gone on with: everything that its content depends on but its inputs."""
    settings: dict[str, Any] = {
        "author": order.author,
        "personas": personas,
        "labels": order.labels,
        "traits": order.traits,
        "seed": order.seed,
        "fill": order.fill,
        "label_only": order.label_only,
    }
    # What is at its default does not stand here, so that corpora begun before there was a choice go on.
    settings |= _chosen(order, "votes", "levels", "sampling", "contrast", "same_traits", "method", "candidates")
    filters = order.screen
    if filters.thresholds:
        settings["filters"] = dict(filters.thresholds)
    if order.give:
        settings["give"] = Path(order.give).name
    if not order.offline:
        prompts = (*ALWAYS, *order.briefing.prompts, *(["write_dialogue_opening"] if order.contrast else []))
        prompts += AGENTS_PROMPTS if order.method == DOUBLE else ()
        prompts += tuple(prompt for name in filters.critics for prompt in CRITICS_PROMPTS[name])
        settings |= {"temperature": order.temperature, "prompts": digests_of_prompts(prompts)}
        settings |= _chosen(order, "trait_style", "shots", *(field.name for field in fields(Bounds)))
        if filters.critics:
            settings["critic"] = order.critic or order.author
    return settings


def _chosen(order: Order, *names: str) -> dict[str, Any]:
    """The options of these names that are not at their default."""
    return {
        field.name: getattr(order, field.name)
        for field in fields(order)
        if field.name in names and getattr(order, field.name) != field.default
    }
