"""Perplexity against a slow, obvious computation, and against the ways in which it is got wrong."""

import math
from dataclasses import replace

import pytest

from tests.training.builders import a_bart_checkpoint, a_checkpoint_recipe, a_model, an_encoder, toy_examples
from training.data.encoding import Encoder
from training.data.rows import Encoded
from training.models.perplexity import (
    IGNORED,
    Likelihood,
    as_tensors,
    exponential,
    likelihoods,
    perplexity,
    summed_loss,
)

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def encoder():
    return an_encoder()


@pytest.fixture(scope="module")
def model(encoder):
    return a_model(encoder.tokenizer)


@pytest.fixture(scope="module")
def rows(encoder):
    return encoder.examples(toy_examples("test"))


def by_hand(model, row: Encoded) -> float:
    """-log of the product of the probabilities of each piece after those before it, one row at a time, no padding."""
    import torch

    said = [model.config.decoder_start_token_id]
    total = 0.0
    for place, piece in enumerate(row.target):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row.source]), decoder_input_ids=torch.tensor([said])).logits
        if place >= row.opening:
            total -= math.log(torch.softmax(logits[0, -1].double(), dim=-1)[piece].item())
        said.append(piece)
    return total


def test_each_reply_is_as_likely_as_the_product_of_its_pieces(model, rows):
    found = likelihoods(model, rows, pad=0)

    assert [each.pieces for each in found] == [len(row.target) for row in rows]
    for row, each in zip(rows, found, strict=True):
        assert each.negative_log == pytest.approx(by_hand(model, row), rel=1e-5)


def test_neither_batch_size_nor_order_matters(model, rows):
    alone = likelihoods(model, rows, pad=0, batch_size=1)
    together = likelihoods(model, rows, pad=0, batch_size=32)
    turned = likelihoods(model, rows[::-1], pad=0, batch_size=3)[::-1]

    for found in (together, turned):
        assert [each.negative_log for each in found] == pytest.approx([each.negative_log for each in alone], rel=1e-5)


def test_the_end_mark_counts(model, rows):
    # What the model says of the end mark alone, taken off by hand, makes the difference.
    (whole,) = likelihoods(model, rows[:1], pad=0)
    (endless,) = likelihoods(model, [replace(rows[0], target=rows[0].target[:-1])], pad=0)

    assert whole.pieces == endless.pieces + 1
    assert whole.negative_log > endless.negative_log


def test_perplexity_is_weighted_by_pieces_not_by_replies():
    # 1 for one piece and 18 for six, so exp(19 / 7); the mean of the replies' own losses would give exp((1 + 3) / 2).
    assert perplexity([Likelihood(1.0, 1), Likelihood(18.0, 6)]) == pytest.approx(math.exp(19 / 7))


def test_padding_is_no_target_and_is_not_attended_to(rows):
    short, long = min(rows, key=lambda row: len(row.target)), max(rows, key=lambda row: len(row.target))

    batch = as_tensors([short, long], pad=0, start=9, device="cpu")

    padded = len(long.target) - len(short.target)
    assert batch["labels"][0].tolist() == [*short.target, *[IGNORED] * padded]
    assert batch["decoder_input_ids"][0].tolist() == [9, *short.target[:-1], *[0] * padded]
    assert batch["attention_mask"].sum(dim=1).tolist() == [len(short.source), len(long.source)]


def test_a_forgotten_attention_mask_would_show(model, rows):
    import torch

    two = [min(rows, key=lambda row: len(row.source)), max(rows, key=lambda row: len(row.source))]
    batch = as_tensors(two, pad=0, start=0, device="cpu")
    forgotten = batch | {"attention_mask": torch.ones_like(batch["attention_mask"])}

    with torch.no_grad():
        right, wrong = (summed_loss(model, each, each=True)[0].item() for each in (batch, forgotten))

    assert right == pytest.approx(by_hand(model, two[0]), rel=1e-5)
    assert abs(right - wrong) > 1e-3


def test_dropout_is_off_while_measuring_and_back_on_afterwards(encoder, rows):
    model = a_model(encoder.tokenizer, "dropout=0.5").train()

    assert likelihoods(model, rows, pad=0) == likelihoods(model, rows, pad=0)
    assert model.training


def test_barts_start_mark_is_no_part_of_its_perplexity(tmp_path):
    from training.models.checkpoints import load_checkpoint

    model, tokenizer = load_checkpoint(a_checkpoint_recipe(a_bart_checkpoint(tmp_path), "text=as-is"))
    model.eval()
    encoder = Encoder(tokenizer=tokenizer, template=an_encoder(text="as-is").template)
    rows = encoder.examples(toy_examples("test")[:4])

    found = likelihoods(model, rows, pad=tokenizer.pad_token_id)

    for row, each in zip(rows, found, strict=True):
        assert each.pieces == len(row.target) - 1
        assert each.negative_log == pytest.approx(by_hand(model, row), rel=1e-5)


def test_smoothing_is_for_training_alone(model, rows):
    batch = as_tensors(rows[:4], pad=0, start=0, device="cpu")

    assert summed_loss(model, batch).item() == pytest.approx(
        summed_loss(model, batch, each=True).sum().item(), rel=1e-6
    )
    assert summed_loss(model, batch, smoothing=0.1).item() != pytest.approx(summed_loss(model, batch).item(), rel=1e-4)


def test_what_is_too_unlikely_for_a_float_is_infinite():
    assert exponential(1000.0) == math.inf
    assert exponential(0.0) == 1.0
