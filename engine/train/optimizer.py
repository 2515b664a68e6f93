"""Muon for matrices and kernels, AdamW for everything else: the same loss in fewer samples.

A matrix's momentum is replaced by the nearest semi-orthogonal matrix (Jordan et al. 2024, "Muon"), scaled so that its
root mean square equals that of an AdamW update (Liu et al. 2025, arXiv 2502.16982); one learning rate serves both.
Convolution kernels count as matrices [out, in * kh * kw]. It knows tensors and steps; it does not know models or
losses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from engine.train.pace import has_bfloat16
from engine.train.shard import divided_like, whole

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # quintic Newton-Schulz iteration, tuned for slope at zero


def orthogonal(matrix: Tensor, iterations: int = 5) -> Tensor:
    """The semi-orthogonal matrix nearest to `matrix` [m, n], roughly: singular values end between 0.7 and 1.2.

    Iterates in bfloat16, which the coefficients tolerate, where the processor multiplies it.
    """
    a, b, c = _COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix / (matrix.norm() + 1e-7)).to(torch.bfloat16 if has_bfloat16(matrix.device.type) else torch.float32)
    x = x.T if tall else x
    for _ in range(iterations):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: Tensor = (x.T if tall else x).float()
    return result


class MuonAdamW(torch.optim.Optimizer):
    """Muon where a parameter has two or more dimensions, AdamW where it has one."""

    def __init__(
        self,
        params: Iterable[dict[str, Any]],
        lr: float,
        *,
        betas: tuple[float, float] = (0.9, 0.99),
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        """Optimise parameter groups; each may set its own `weight_decay`."""
        defaults = {"lr": lr, "betas": betas, "momentum": momentum, "weight_decay": weight_decay, "eps": eps}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """One update from the gradients in place; a closure is not supported."""
        assert closure is None
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                update = self._muon if parameter.ndim > 1 else self._adam
                parameter.sub_(group["lr"] * update(parameter, group))

    def _muon(self, parameter: nn.Parameter, group: dict[str, Any]) -> Tensor:
        state, gradient = self.state[parameter], parameter.grad
        assert gradient is not None
        matrix = gradient.reshape(len(gradient), -1).float()
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(matrix)
        state["momentum"].lerp_(matrix, 1 - group["momentum"])
        # A part of a sharded matrix says nothing about its singular values: every process works out the whole.
        update = orthogonal(whole(matrix.lerp(state["momentum"], group["momentum"])))
        scale: float = 0.2 * max(update.shape) ** 0.5
        return divided_like((update * scale).view(parameter.shape), parameter)

    def _adam(self, parameter: nn.Parameter, group: dict[str, Any]) -> Tensor:
        state, gradient = self.state[parameter], parameter.grad
        assert gradient is not None
        if "step" not in state:
            state["step"] = torch.zeros(())
            state["mean"], state["square"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        state["step"] += 1
        beta1, beta2 = group["betas"]
        state["mean"].lerp_(gradient, 1 - beta1)
        state["square"].lerp_(gradient.square(), 1 - beta2)
        mean = state["mean"] / (1 - beta1 ** state["step"].item())
        square = state["square"] / (1 - beta2 ** state["step"].item())
        update: Tensor = mean / (square.sqrt() + group["eps"])
        return update
