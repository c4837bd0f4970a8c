"""One step's gradient where memory runs out, and the probe that chooses its precision."""

from typing import Any

import pytest

from tests.training.builders import a_recipe, a_tokenizer, toy_examples
from training.data.encoding import Encoder
from training.data.rows import Encoded
from training.learning.stepping import OutOfMemory, Stepper, precision_for

pytestmark = pytest.mark.torch
RECIPE = a_recipe("precision=auto", "dropout=0.1")


def a_stepper(at_once: int = 16) -> tuple[Stepper, list[Encoded]]:
    """A tiny model in full precision, and a batch for it."""
    import torch
    from accelerate import Accelerator

    from training.models.checkpoints import build_model

    torch.manual_seed(7)
    tokenizer = a_tokenizer()
    model = build_model(RECIPE, tokenizer)
    model.eval()
    rows = Encoder(tokenizer=tokenizer, template=RECIPE.template(with_traits=True)).examples(toy_examples())
    marks = {"pad": tokenizer.pad_token_id, "start": model.config.decoder_start_token_id}
    return Stepper(model, Accelerator(cpu=True), marks, 0.0, at_once, "fp32"), rows[:16]


def gradients(stepper: Stepper) -> list[Any]:
    return [parameter.grad.clone() for parameter in stepper.model.parameters() if parameter.grad is not None]


class Small:
    """A machine on which no more than so many rows at once fit."""

    def __init__(self, model: Any, rows: int) -> None:
        self.rows = rows
        self.asked: list[int] = []
        model.register_forward_pre_hook(self.check, with_kwargs=True)

    def check(self, _: Any, args: Any, kwargs: dict[str, Any]) -> None:
        self.asked.append(len(kwargs["input_ids"]))
        if self.asked[-1] > self.rows:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory")


def test_where_memory_runs_out_fewer_rows_at_once_give_the_same_gradient():
    import torch

    roomy, batch = a_stepper()
    loss = roomy.gradient(batch)
    tight, _ = a_stepper()
    small = Small(tight.model, rows=5)

    found = tight.gradient(batch)

    assert small.asked == [16, 8, 4, 4, 4, 4]
    assert tight.at_once == 4
    assert found == pytest.approx(loss, rel=1e-5)
    for one, other in zip(gradients(roomy), gradients(tight), strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-6)


def test_what_does_not_fit_at_all_is_said():
    stepper, batch = a_stepper()
    Small(stepper.model, rows=0)

    with pytest.raises(OutOfMemory, match="a single row does not fit: lower max_source"):
        stepper.gradient(batch)


def test_another_error_is_not_taken_for_a_lack_of_memory():
    stepper, batch = a_stepper()
    stepper.model.register_forward_pre_hook(lambda *_: (_ for _ in ()).throw(RuntimeError("shapes do not match")))

    with pytest.raises(RuntimeError, match="shapes do not match"):
        stepper.gradient(batch)
    assert stepper.at_once == 16


def test_a_probe_chooses_one_and_leaves_no_trace():
    import torch

    stepper, batch = a_stepper()
    before, weights = torch.get_rng_state(), [each.clone() for each in stepper.model.parameters()]

    chosen = precision_for(RECIPE, stepper, batch)

    assert chosen in ("fp32", "bf16")
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(one, other) for one, other in zip(weights, stepper.model.parameters(), strict=True))
    assert gradients(stepper) == []


def test_a_probe_takes_half_precision_only_where_it_pays(monkeypatch):
    stepper, batch = a_stepper()
    for seconds, expected in (({"fp32": 1.0, "bf16": 0.6}, "bf16"), ({"fp32": 1.0, "bf16": 0.95}, "fp32")):
        monkeypatch.setattr(
            "training.learning.stepping._seconds", lambda _, precision, __, told=seconds: told[precision]
        )
        assert precision_for(RECIPE, stepper, batch) == expected


def test_without_a_choice_nothing_is_probed():
    stepper, batch = a_stepper()
    Small(stepper.model, rows=0)

    assert precision_for(a_recipe("precision=bf16"), stepper, batch) == "bf16"
