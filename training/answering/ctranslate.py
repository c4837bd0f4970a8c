"""Greedy replies by CTranslate2, faster on a processor: an engine for the same model, not another system.

Its converter misreads two of the architectures that we train under transformers 5: T5 v1.1 and Flan, whose outputs are
not scaled, and BART. Both are put right in a copy, and no conversion is used before its likelihoods have been held
against the model's own.
"""

import fcntl
import json
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from generation.corpus.manifest import digest_of_file, new_file
from training.answering.decoding import Decoding, Question
from training.data.batching import by_length
from training.data.rows import Encoded
from training.models.checkpoints import WEIGHTS_FILE
from training.models.perplexity import likelihoods

FOLDER: Final = "ctranslate2"
CONVERTED_FROM: Final = "converted-from.json"
LOCK_FILE: Final = ".converting.lock"
# Natural logarithm per piece; a right conversion differs by rounding, 1e-5, a wrong one by more than 1.
MOST_APART: Final = 1e-3
CHECKED: Final = 16


class NoEngine(ValueError):
    """CTranslate2 is not installed, or cannot do what is asked of it."""


class WrongConversion(RuntimeError):
    """The converted model gives other likelihoods than the one it was made from."""


def check_engine(decoding: Decoding) -> None:
    """Raise `NoEngine` where this engine would not give the replies that the model itself gives."""
    if decoding.manner != "greedy":
        raise NoEngine(
            f"--engine ctranslate2 gives the model's own replies for greedy alone, not for {decoding.manner}: its "
            "beams stop by other rules, and its draws cannot be repeated"
        )
    try:
        import ctranslate2  # noqa: F401
    except ImportError as error:
        raise NoEngine("--engine ctranslate2 needs the package: pip install 'parley[ct2]'") from error


class FastModel:
    """The converted form of the model in `folder`, once its likelihoods of some `probes` are found to be the model's.

    Raises `WrongConversion` where they are not.
    """

    def __init__(self, folder: Path, model: Any, tokenizer: Any, *, probes: Sequence[Encoded]) -> None:
        self._tokenizer = tokenizer
        self._translator = _translator(converted(folder, tokenizer))
        _check(self._translator, model, tokenizer, probes[:CHECKED])
        opening = model.generation_config.forced_bos_token_id
        self._prefix = tokenizer.convert_ids_to_tokens([opening]) if opening is not None else None

    def decode(
        self, questions: Sequence[Question], *, decoding: Decoding, batch_size: int
    ) -> Iterator[list[tuple[int, str]]]:
        """As `training.answering.decoding.decode`, greedily."""
        tokenizer = self._tokenizer
        asked: deque[tuple[list[int], list[Any]]] = deque()

        def answered() -> list[tuple[int, str]]:
            places, found = asked.popleft()
            numbers = [tokenizer.convert_tokens_to_ids(each.result().hypotheses[0]) for each in found]
            texts = tokenizer.batch_decode(numbers, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            return [(place, " ".join(text.split())) for place, text in zip(places, texts, strict=True)]

        for places in by_length([len(question.source) for question in questions], size=batch_size):
            found = self._translator.translate_batch(
                [tokenizer.convert_ids_to_tokens(list(questions[place].source)) for place in places],
                target_prefix=[self._prefix] * len(places) if self._prefix else None,
                beam_size=1,
                min_decoding_length=0,
                max_decoding_length=decoding.max_new_tokens,
                max_batch_size=batch_size,
                asynchronous=True,
            )
            asked.append((places, found))
            # One more than are computed, so that none waits while texts are made of the last.
            if len(asked) > self._translator.num_translators:
                yield answered()
        while asked:
            yield answered()


def converted(folder: Path, tokenizer: Any) -> Path:
    """The converted form of the model in `folder`, kept inside it and made anew when the weights have changed."""
    from ctranslate2.converters import TransformersConverter

    to, weights = folder / FOLDER, digest_of_file(folder / WEIGHTS_FILE)
    known = to / CONVERTED_FROM

    def is_there() -> bool:
        return known.is_file() and json.loads(known.read_text(encoding="utf-8")) == {"sha256": weights}

    if is_there():
        return to
    with _in_turn(folder), TemporaryDirectory(prefix=".converting-", dir=folder) as place:
        # Another process of the same run may have made it meanwhile.
        if is_there():
            return to
        copy = Path(place) / "model"
        _readable_copy(folder, copy, tokenizer)
        made = Path(place) / FOLDER
        TransformersConverter(str(copy)).convert(str(made))
        with new_file(made / CONVERTED_FROM) as out:
            json.dump({"sha256": weights}, out)
        shutil.rmtree(to, ignore_errors=True)
        made.rename(to)
    return to


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """One process at a time converts what is in `folder`."""
    with (folder / LOCK_FILE).open("w") as file:
        # Let go when the file is closed, and by a process that dies.
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _readable_copy(folder: Path, copy: Path, tokenizer: Any) -> None:
    """A copy of the model in which the converter finds what it looks for."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*", FOLDER))
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] == "t5" and config.get("scale_decoder_outputs") is False:
        # It scales outputs by d^-0.5 whatever the configuration says: undone where they are normed.
        weights = load_file(copy / WEIGHTS_FILE)
        weights["decoder.final_layer_norm.weight"] *= config["d_model"] ** 0.5
        save_file(weights, copy / WEIGHTS_FILE, metadata={"format": "pt"})
    if config["model_type"] == "bart":
        # What an older transformers had in every BART's configuration.
        config |= {"normalize_before": False, "normalize_embedding": True}
        (copy / "config.json").write_text(json.dumps(config), encoding="utf-8")
        settings = json.loads((copy / "tokenizer_config.json").read_text(encoding="utf-8"))
        start = tokenizer.convert_ids_to_tokens(config["decoder_start_token_id"])
        settings["bos_token"] = settings.get("bos_token") or start
        (copy / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _translator(folder: Path) -> Any:
    import ctranslate2
    import torch

    on_gpu = torch.cuda.is_available()
    return ctranslate2.Translator(
        str(folder),
        device="cuda" if on_gpu else "cpu",
        # Of several processes on a host each has taken one.
        device_index=torch.cuda.current_device() if on_gpu else 0,
        compute_type="float32",
        # Batches beside each other, each on one thread: threads that share the small sums of one batch mostly wait.
        intra_threads=1,
        inter_threads=1 if on_gpu else torch.get_num_threads(),
    )


def _check(translator: Any, model: Any, tokenizer: Any, probes: Sequence[Encoded]) -> None:
    if not probes:
        return
    own = likelihoods(model, probes, pad=tokenizer.pad_token_id)
    theirs = translator.score_batch(
        [tokenizer.convert_ids_to_tokens(list(each.source)) for each in probes],
        # It adds the end mark itself.
        [tokenizer.convert_ids_to_tokens(list(each.target[:-1])) for each in probes],
    )
    for one, other, probe in zip(own, theirs, probes, strict=True):
        apart = abs(one.negative_log + sum(other.log_probs[probe.opening :])) / one.pieces
        if not apart <= MOST_APART:
            raise WrongConversion(
                f"CTranslate2 gives a reply a likelihood that is {apart:.3g} per piece from the model's own; nothing "
                "was answered with it. Use --engine transformers"
            )
