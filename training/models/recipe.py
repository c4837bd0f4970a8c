"""Recipes: every hyper-parameter of a training run, in one flat TOML table with a reason per line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_type_hints

from training.data.examples import Modelled, Template, TextForm

BUNDLED: Final = Path(__file__).resolve().parent.parent / "recipes"

Architecture = Literal["t5", "bart"]
Optimiser = Literal["scaled-adamw", "adamw"]
Precision = Literal["fp32", "bf16", "auto"]


class BadRecipe(ValueError):
    """A recipe that is not there, or says something that cannot be done."""


@dataclass(frozen=True)
class Recipe:
    """What is trained and how. A recipe either starts from a `checkpoint` or builds an `architecture` anew."""

    name: str

    # How text goes in and out: see training.data.examples.Template.
    text: TextForm
    history: int
    max_source: int
    max_target: int
    speakers: Modelled

    # How long, and on how much at once. Whichever of steps and epochs ends first; 0 is no limit.
    steps: int
    epochs: float
    batch: int
    at_once: int
    bucket: int

    # The optimiser. `final_rate` is the share of `rate` at which the linear decay ends.
    optimiser: Optimiser
    rate: float
    warm_up: int
    final_rate: float
    beta2: float
    weight_decay: float
    clip: float
    label_smoothing: float
    precision: Precision

    # When to look and when to stop. `patience` counts looks without a better one; 0 never stops early.
    evaluate_every: int
    evaluate_on: int
    patience: int

    # Of the layers, also where a checkpoint brings another.
    dropout: float

    # The most pieces of a batch, padding included; 0 leaves `batch` rows as the only measure.
    tokens: int = 0
    # Compute activations again in the backward pass instead of keeping them: less memory, more time.
    checkpointing: bool = False
    # Of the low-rank matrices that are tuned in place of the checkpoint's own (Hu et al. 2021); 0 tunes all of it.
    lora_rank: int = 0
    lora_alpha: int = 0

    checkpoint: str = ""
    architecture: Architecture | None = None
    width: int = 0
    heads: int = 0
    head_width: int = 0
    feed_forward: int = 0
    layers: int = 0
    vocabulary: int = 0

    def __post_init__(self) -> None:
        for key in (
            "history",
            "max_source",
            "max_target",
            "batch",
            "at_once",
            "bucket",
            "evaluate_every",
            "evaluate_on",
        ):
            if getattr(self, key) < 1:
                raise BadRecipe(f"{key}: expected at least 1, got {getattr(self, key)}")
        for key in ("steps", "epochs", "warm_up", "weight_decay", "patience", "tokens", "lora_rank", "lora_alpha"):
            if getattr(self, key) < 0:
                raise BadRecipe(f"{key}: expected 0 or more, got {getattr(self, key)}")
        for key in ("rate", "clip"):
            if not getattr(self, key) > 0:
                raise BadRecipe(f"{key}: expected a number above 0, got {getattr(self, key)}")
        for key in ("final_rate", "beta2", "label_smoothing", "dropout"):
            if not 0 <= getattr(self, key) < 1:
                raise BadRecipe(f"{key}: expected a number from 0 up to 1, got {getattr(self, key)}")
        if not self.steps and not self.epochs:
            raise BadRecipe("steps and epochs are both 0: the training would never end")
        built = {key: getattr(self, key) for key in SIZES}
        if bool(self.checkpoint) == bool(self.architecture):
            raise BadRecipe("expected either a checkpoint to start from or an architecture to build, and not both")
        if bool(self.lora_rank) != bool(self.lora_alpha):
            raise BadRecipe("lora_rank and lora_alpha belong together: both, or neither")
        if self.lora_rank and not self.checkpoint:
            raise BadRecipe("lora_rank tunes a checkpoint that has learned before; a model built anew has not")
        if 0 < self.tokens < self.max_source + self.max_target:
            raise BadRecipe(
                f"tokens: expected at least {self.max_source + self.max_target}, one example of the longest, "
                f"got {self.tokens}"
            )
        if self.architecture and not all(built.values()):
            missing = [key for key, value in built.items() if not value]
            raise BadRecipe(f"a model built anew needs its sizes; missing: {', '.join(missing)}")
        if self.checkpoint and any(built.values()):
            raise BadRecipe(f"sizes are those of the checkpoint; drop {', '.join(k for k, v in built.items() if v)}")

    def template(self, *, with_traits: bool) -> Template:
        """How this recipe feeds its model."""
        return Template(
            text=self.text,
            history=self.history,
            max_source=self.max_source,
            max_target=self.max_target,
            with_traits=with_traits,
        )

    def as_json(self) -> dict[str, Any]:
        """Every key with its value, as it stands in the manifest."""
        return asdict(self)


# What a model built from nothing is measured by.
SIZES: Final = ("width", "heads", "head_width", "feed_forward", "layers", "vocabulary")
# What most runs do without.
SPECIAL: Final = ("tokens", "checkpointing", "lora_rank", "lora_alpha")
_TYPES: Final = get_type_hints(Recipe)
_TRUTHS: Final = {"true": True, "false": False}
_KEYS: Final = {each.name for each in fields(Recipe)} - {"name"}


def bundled_recipes() -> list[str]:
    """The names of the recipes that come with Parley."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def read_recipe(name: str, *, overrides: Sequence[str] = (), **changed: object) -> Recipe:
    """The recipe of that bundled name or TOML file, with `key=value` overrides and then `changed` keys applied."""
    path = Path(name).expanduser() if name.endswith(".toml") else BUNDLED / f"{name}.toml"
    if not path.is_file():
        raise BadRecipe(f"no recipe {name!r}; expected a TOML file or one of {', '.join(bundled_recipes())}")
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not TOML, not UTF-8, nested without end, or a number of thousands of digits.
        raise BadRecipe(f"{path.name}: {error}") from error
    try:
        for key, value in table.items():
            _check(key, value)
    except BadRecipe as error:
        raise BadRecipe(f"{path.name}:{_line_of(key, text)}: {error}") from error
    for override in overrides:
        key, sign, word = override.partition("=")
        if not sign:
            raise BadRecipe(f"--set {override}: expected KEY=VALUE")
        table[key.strip()] = _parsed(key.strip(), word.strip())
    for key, value in changed.items():
        _check(key, value)
        table[key] = value
    missing = [key for key in _required_keys() if key not in table]
    if missing:
        raise BadRecipe(f"{path.name}: {', '.join(missing)} missing; a recipe states everything")
    try:
        return Recipe(name=path.stem, **_as_declared(table))
    except BadRecipe as error:
        raise BadRecipe(f"{path.name}: {error}") from error


def _required_keys() -> list[str]:
    optional = {"name", "checkpoint", "architecture", *SIZES, *SPECIAL}
    return [each.name for each in fields(Recipe) if each.name not in optional]


def _kind(key: str) -> tuple[type, tuple[str, ...]]:
    """The plain type of a key, and its allowed words where it is a closed choice."""
    words = get_args(Architecture if key == "architecture" else _TYPES[key])
    return (str, words) if words else (_TYPES[key], ())


def _check(key: str, value: object) -> None:
    if key not in _KEYS:
        raise BadRecipe(f"unknown key {key!r}; expected {', '.join(sorted(_KEYS))}")
    kind, words = _kind(key)
    right = isinstance(value, (int, float) if kind is float else kind) and isinstance(value, bool) == (kind is bool)
    if not right:
        raise BadRecipe(f"{key}: expected {_called(kind)}, got {value!r}")
    if words and value not in words:
        raise BadRecipe(f"{key}: expected one of {', '.join(words)}, got {value!r}")


def _parsed(key: str, word: str) -> object:
    """The value that `--set key=word` means."""
    if key not in _KEYS:
        _check(key, word)
    kind, _ = _kind(key)
    try:
        value: object = _TRUTHS.get(word, word) if kind is bool else kind(word)
    except ValueError:
        raise BadRecipe(f"{key}: expected {_called(kind)}, got {word!r}") from None
    _check(key, value)
    return value


def _called(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "text")


def _as_declared(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: float(value) if _kind(key)[0] is float else value for key, value in table.items()}


def _line_of(key: str, text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[*\s*['\"]?{re.escape(key)}['\"]?\s*[=.\]]", line):
            return number
    return 1
