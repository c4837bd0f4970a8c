"""Answers of a model, in batches: the same answer to a context whatever stands beside it in the batch."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from training.data.batching import by_length

Manner = Literal["greedy", "beam", "sample"]
MANNERS: Final[tuple[Manner, ...]] = ("greedy", "beam", "sample")


@dataclass(frozen=True)
class Decoding:
    """How replies are chosen; kept with the responses.

    `top_p` and `temperature` hold for "sample", `beams` and `length_penalty` for "beam".
    """

    manner: Manner = "greedy"
    max_new_tokens: int = 64
    beams: int = 4
    length_penalty: float = 1.0
    top_p: float = 0.9
    temperature: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """The settings that bear on this manner."""
        apart = {"greedy": (), "beam": ("beams", "length_penalty"), "sample": ("top_p", "temperature")}[self.manner]
        return {key: value for key, value in asdict(self).items() if key in ("manner", "max_new_tokens", *apart)}


@dataclass(frozen=True)
class Question:
    """A model input and the id of its context, from which its draws are seeded."""

    id: str
    source: tuple[int, ...]


@dataclass(frozen=True)
class Decoded:
    """The answer to the question at `place`: its text, its pieces with the end mark, and whether it came to its end."""

    place: int
    text: str
    pieces: int
    ended: bool


class _Drawn:
    """Turns "take the likeliest" into a draw: adds Gumbel noise to each row's scores, from a generator of its own.

    The largest of scores + Gumbel noise is distributed as a draw from their softmax (Gumbel 1954), and a row's noise
    depends only on the run's seed and the row's id: not on the batch, its order, or when other rows end.
    """

    def __init__(self, ids: Sequence[str], *, seed: int) -> None:
        import torch

        self._generators = [torch.Generator().manual_seed(seed_of(each, seed=seed)) for each in ids]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        import torch

        size = scores.shape[-1]
        noise = torch.stack([torch.rand(size, generator=each, dtype=torch.float64) for each in self._generators])
        # Away from 0 and 1, where the logarithms are infinite.
        noise = -torch.log(-torch.log(noise.clamp(1e-12, 1 - 1e-12)))
        return scores + noise.to(device=scores.device, dtype=scores.dtype)


def seed_of(identifier: str, *, seed: int) -> int:
    """The seed of one context's draws in a run seeded with `seed`."""
    return int.from_bytes(hashlib.sha256(f"{seed} {identifier}".encode()).digest()[:8], "big") >> 1


def decode(
    model: Any, tokenizer: Any, questions: Sequence[Question], *, decoding: Decoding, seed: int, batch_size: int
) -> Iterator[list[tuple[int, str]]]:
    """Batch by batch, the places of the questions answered and their answers; those of like length go together."""
    for batch in decode_counted(model, tokenizer, questions, decoding=decoding, seed=seed, batch_size=batch_size):
        yield [(each.place, each.text) for each in batch]


def decode_counted(
    model: Any, tokenizer: Any, questions: Sequence[Question], *, decoding: Decoding, seed: int, batch_size: int
) -> Iterator[list[Decoded]]:
    """The same, with what each answer took."""
    import torch
    from transformers import GenerationConfig, LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper

    device = next(model.parameters()).device
    config = GenerationConfig(
        max_new_tokens=decoding.max_new_tokens,
        num_beams=decoding.beams if decoding.manner == "beam" else 1,
        length_penalty=decoding.length_penalty,
        early_stopping=decoding.manner == "beam",
        do_sample=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=model.config.decoder_start_token_id,
        # What a reply begins with is the model's own (see set_generation), as in training.
        forced_bos_token_id=model.generation_config.forced_bos_token_id,
    )
    for places in by_length([len(question.source) for question in questions], size=batch_size):
        batch = [questions[place] for place in places]
        longest = max(len(question.source) for question in batch)
        chosen_by = LogitsProcessorList()
        if decoding.manner == "sample":
            chosen_by.append(TemperatureLogitsWarper(decoding.temperature))
            chosen_by.append(TopPLogitsWarper(decoding.top_p))
            chosen_by.append(_Drawn([question.id for question in batch], seed=seed))
        with torch.inference_mode():
            answers = model.generate(
                input_ids=torch.tensor(
                    [[*each.source, *[tokenizer.pad_token_id] * (longest - len(each.source))] for each in batch],
                    device=device,
                ),
                attention_mask=torch.tensor(
                    [[1] * len(each.source) + [0] * (longest - len(each.source)) for each in batch], device=device
                ),
                generation_config=config,
                logits_processor=chosen_by,
            )
        rows = answers.tolist()
        texts = tokenizer.batch_decode(rows, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        # What a reply begins with is given to the model, not chosen by it.
        given = 1 if config.forced_bos_token_id is None else 2
        yield [
            _decoded(place, text, row[given:], end=tokenizer.eos_token_id)
            for place, text, row in zip(places, texts, rows, strict=True)
        ]


def _decoded(place: int, text: str, pieces: Sequence[int], *, end: int) -> Decoded:
    ended = end in pieces
    return Decoded(
        place=place,
        text=" ".join(text.split()),
        pieces=pieces.index(end) + 1 if ended else len(pieces),
        ended=ended,
    )
