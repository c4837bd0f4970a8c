"""The optimiser of a recipe: AdamW, plain or with steps scaled by each matrix's size, and its schedule."""

from typing import Any, Final

from training.models.recipe import Recipe

BETA1: Final = 0.9
# Below this size a matrix would never move away from zero (Adafactor's floor).
SMALLEST_SIZE: Final = 1e-3


def optimiser_for(model: Any, recipe: Recipe) -> Any:
    """AdamW over the model's parameters.

    With "scaled-adamw" each parameter's rate is `rate` times its root mean square at the start, as Adafactor scales
    its steps (Shazeer and Stern 2018, section 8): matrices of different size then learn at the same pace.
    """
    import torch

    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if recipe.optimiser == "scaled-adamw":
        groups = [
            {"params": [parameter], "lr": recipe.rate * max(SMALLEST_SIZE, _size(parameter))} for parameter in trained
        ]
    else:
        groups = [{"params": trained, "lr": recipe.rate}]
    return torch.optim.AdamW(
        groups, lr=recipe.rate, betas=(BETA1, recipe.beta2), weight_decay=recipe.weight_decay, fused=True
    )


def schedule_for(optimiser: Any, recipe: Recipe, *, steps: int) -> Any:
    """Linear warm-up, then linear decay to `final_rate` of the rate at the last step."""
    import torch

    def share(step: int) -> float:
        if step < recipe.warm_up:
            return (step + 1) / recipe.warm_up
        left = max(0.0, (steps - step) / max(1, steps - recipe.warm_up))
        return recipe.final_rate + (1 - recipe.final_rate) * left

    return torch.optim.lr_scheduler.LambdaLR(optimiser, share)


def _size(parameter: Any) -> float:
    return float(parameter.detach().float().pow(2).mean().sqrt())
