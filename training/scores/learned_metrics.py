"""Metrics that a model measures, where its weights are at hand: BERTScore, and consistency with the persona by NLI.

Zhang et al. (2020), "BERTScore", section 3, without weights by rarity and not rescaled: numbers of two encoders, or of
two layers, cannot be compared. Madotto et al. (2019), section 3.1, for the consistency score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from training.models.checkpoints import CheckpointMissing, find_checkpoint, unreadable
from training.models.machine import best_device, pin_threads
from training.scores.ground import Ground
from training.scores.reply_metrics import Metric

BERTSCORES: Final = ("bertscore_precision", "bertscore_recall", "bertscore_f1")
CONSISTENCY: Final = "nli_consistency"
# Longer texts are cut; turns of a chat are far shorter.
LONGEST: Final = 512
NOT_ASKED: Final = "not asked for: {option} CHECKPOINT"


@dataclass(frozen=True)
class Learned:
    """The checkpoints to measure with, each a folder or `hub:OWNER/NAME`; empty is none.

    `layer` counts the encoder's layers, 0 being its embeddings; None is the last.
    """

    bertscore: str = ""
    nli: str = ""
    layer: int | None = None

    @property
    def signature(self) -> str:
        """What the scores hang on; empty where nothing is measured."""
        layer = "last" if self.layer is None else str(self.layer)
        named = [f"bertscore:{_named(self.bertscore)},layer {layer},no idf,not rescaled"] if self.bertscore else []
        named += [f"nli:{_named(self.nli)},premise:reply"] if self.nli else []
        return "".join(f"|{each}" for each in named)


NOTHING_LEARNED: Final = Learned()


@dataclass(frozen=True)
class Match:
    """How a reply matches its reference: shares from -1 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def learned_metrics(ground: Ground, learned: Learned, *, batch_size: int) -> dict[str, Metric]:
    """Name -> metric; with the reason where it was not asked for. Raises `CheckpointMissing`."""
    return {
        **_bertscores(ground, learned, batch_size=batch_size),
        CONSISTENCY: _consistency(ground, learned, batch_size=batch_size),
    }


def _bertscores(ground: Ground, learned: Learned, *, batch_size: int) -> dict[str, Metric]:
    if not learned.bertscore:
        return {name: Metric(reason=NOT_ASKED.format(option="--bertscore")) for name in BERTSCORES}
    pairs = {place: (row.text, row.reference) for place, row in enumerate(ground.rows) if row.reference is not None}
    encoder = TextEncoder(learned.bertscore, layer=learned.layer)
    found = dict(zip(pairs, encoder.matches(list(pairs.values()), batch_size=batch_size), strict=True))
    matches = [found.get(place) for place in range(len(ground.rows))]
    return {
        "bertscore_precision": Metric([None if each is None else (each.precision, 1.0) for each in matches]),
        "bertscore_recall": Metric([None if each is None else (each.recall, 1.0) for each in matches]),
        "bertscore_f1": Metric([None if each is None else (each.f1, 1.0) for each in matches]),
    }


def _consistency(ground: Ground, learned: Learned, *, batch_size: int) -> Metric:
    """Per reply, the persona sentences that it entails minus those that it contradicts; none without a persona."""
    if not learned.nli:
        return Metric(reason=NOT_ASKED.format(option="--nli"))
    pairs = [(place, sentence) for place, row in enumerate(ground.rows) for sentence in row.context.persona]
    judge = Inference(learned.nli)
    verdicts = judge.verdicts([(ground.rows[place].text, sentence) for place, sentence in pairs], batch_size=batch_size)
    sums: dict[int, float] = {}
    for (place, _), verdict in zip(pairs, verdicts, strict=True):
        sums[place] = sums.get(place, 0.0) + verdict
    return Metric([(sums[place], 1.0) if place in sums else None for place in range(len(ground.rows))])


class TextEncoder:
    """An encoder's hidden states as words in context; of an encoder-decoder, its encoder's."""

    def __init__(self, checkpoint: str, *, layer: int | None = None) -> None:
        self._model, self._tokenizer = _loaded(checkpoint, "AutoModel")
        if self._model.config.is_encoder_decoder:
            self._model = self._model.get_encoder()
        layers = self._model.config.num_hidden_layers
        self._layer = layers if layer is None else layer
        if not 0 <= self._layer <= layers:
            raise CheckpointMissing(f"checkpoint {checkpoint!r} has layers 0 to {layers}, and {layer} is asked for")

    def matches(self, pairs: Sequence[tuple[str, str]], *, batch_size: int) -> list[Match]:
        """Reply and reference matched: each piece with the one most like it on the other side, by cosine.

        The tokenizer's own marks take no part. A text without pieces matches nothing: 0.
        """
        found = []
        for batch in _batches(pairs, batch_size):
            states = self._states([text for pair in batch for text in pair])
            for reply, reference in zip(states[::2], states[1::2], strict=True):
                if not len(reply) or not len(reference):
                    found.append(Match(0.0, 0.0))
                    continue
                likeness = reply @ reference.T
                found.append(Match(float(likeness.max(dim=1).values.mean()), float(likeness.max(dim=0).values.mean())))
        return found

    def _states(self, texts: Sequence[str]) -> list[Any]:
        """For each text (pieces x width), each row of length 1."""
        import torch

        fed = _fed(self._tokenizer, list(texts), special=True)
        own = fed.pop("special_tokens_mask")
        with torch.inference_mode():
            states = self._model(**fed, output_hidden_states=True).hidden_states[self._layer].double()
        states = torch.nn.functional.normalize(states, dim=-1)
        # Padding is among the marks that are not the text's own.
        return [row[mark == 0] for row, mark in zip(states, own.to(states.device), strict=True)]


class Inference:
    """A classifier that tells whether a premise entails or contradicts a hypothesis."""

    def __init__(self, checkpoint: str) -> None:
        self._model, self._tokenizer = _loaded(checkpoint, "AutoModelForSequenceClassification")
        names = {number: str(label).lower() for number, label in self._model.config.id2label.items()}
        self._worth = {
            number: 1 if name.startswith("entail") else -1 if name.startswith("contradict") else 0
            for number, name in names.items()
        }
        if sorted(worth for worth in self._worth.values() if worth) != [-1, 1]:
            raise CheckpointMissing(
                f"checkpoint {checkpoint!r}: expected labels for entailment and contradiction, got "
                f"{', '.join(names.values())}"
            )

    def verdicts(self, pairs: Sequence[tuple[str, str]], *, batch_size: int) -> list[int]:
        """For each (premise, hypothesis) 1 entailed, -1 contradicted, 0 neither: whatever is likeliest."""
        import torch

        found: list[int] = []
        for batch in _batches(pairs, batch_size):
            fed = _fed(self._tokenizer, [one for one, _ in batch], [other for _, other in batch])
            with torch.inference_mode():
                likeliest = self._model(**fed).logits.argmax(dim=-1)
            found += [self._worth[int(number)] for number in likeliest]
        return found


def _fed(tokenizer: Any, *texts: list[str], special: bool = False) -> dict[str, Any]:
    longest = min(tokenizer.model_max_length, LONGEST)
    fed = tokenizer(
        *texts,
        padding=True,
        truncation=True,
        max_length=longest,
        return_tensors="pt",
        return_special_tokens_mask=special,
    )
    device = best_device()
    return {name: value.to(device) for name, value in fed.items()}


def _loaded(checkpoint: str, kind: str) -> tuple[Any, Any]:
    """The model, as transformers' class `kind` loads it, and its tokenizer; from safetensors alone."""
    import torch
    import transformers

    where, here_only = find_checkpoint(checkpoint)
    try:
        model = getattr(transformers, kind).from_pretrained(
            where, dtype=torch.float32, local_files_only=here_only, use_safetensors=True
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(where, local_files_only=here_only)
    except unreadable() as error:
        raise CheckpointMissing(f"checkpoint {checkpoint!r} cannot be loaded for this metric: {error}") from error
    pin_threads()
    return model.to(best_device()).eval(), tokenizer


def _batches(pairs: Sequence[tuple[str, str]], size: int) -> Iterator[Sequence[tuple[str, str]]]:
    return (pairs[start : start + size] for start in range(0, len(pairs), size))


def _named(checkpoint: str) -> str:
    return checkpoint.rstrip("/").rpartition("/")[2]
