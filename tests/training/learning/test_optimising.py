"""The optimiser's rates and their schedule, against the formulas."""

import pytest

from tests.training.builders import a_model, a_recipe, a_tokenizer
from training.learning.optimising import SMALLEST_SIZE, optimiser_for, schedule_for

pytestmark = pytest.mark.torch


def test_each_matrix_moves_in_steps_of_its_own_size():
    model = a_model(a_tokenizer())
    model.encoder.final_layer_norm.weight.data.zero_()

    optimiser = optimiser_for(model, a_recipe("rate=0.02"))

    rates = {id(group["params"][0]): group["lr"] for group in optimiser.param_groups}
    embedding = model.shared.weight
    assert rates[id(embedding)] == pytest.approx(0.02 * embedding.square().mean().sqrt().item())
    # What is zero would never move away from it.
    assert rates[id(model.encoder.final_layer_norm.weight)] == pytest.approx(0.02 * SMALLEST_SIZE)
    # Tied weights are one parameter.
    assert sum(group["params"][0] is embedding for group in optimiser.param_groups) == 1


def test_plain_adamw_has_one_rate():
    optimiser = optimiser_for(a_model(a_tokenizer()), a_recipe("optimiser=adamw", "rate=0.003", "weight_decay=0.01"))

    (group,) = optimiser.param_groups
    assert (group["lr"], group["weight_decay"], group["betas"]) == (0.003, 0.01, (0.9, 0.98))


def test_the_rate_rises_then_falls_to_its_final_share():
    recipe = a_recipe("optimiser=adamw", "rate=1.0", "warm_up=4", "final_rate=0.2")
    optimiser = optimiser_for(a_model(a_tokenizer()), recipe)
    schedule = schedule_for(optimiser, recipe, steps=12)

    rates = []
    for _ in range(12):
        rates.append(schedule.get_last_lr()[0])
        optimiser.step()
        schedule.step()

    # Up by quarters; then 0.2 + 0.8 x (what is left of eight steps) / 8.
    assert rates == pytest.approx([0.25, 0.5, 0.75, 1.0, *(0.2 + 0.8 * left / 8 for left in (8, 7, 6, 5, 4, 3, 2, 1))])
    assert schedule.get_last_lr()[0] == pytest.approx(0.2)
