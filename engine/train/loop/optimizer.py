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

from engine.train.loop.shard import divided_like, own_part, whole
from engine.train.loop.throughput import has_bfloat16

_MOST_TOGETHER = 1 << 24  # numbers in matrices that are made orthogonal at once
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # quintic Newton-Schulz iteration, tuned for slope at zero


def orthogonal(matrices: Tensor, iterations: int = 5) -> Tensor:
    """The semi-orthogonal matrices nearest to `matrices` [..., m, n], roughly: singular values end in 0.7 to 1.2.

    Iterates in bfloat16, which the coefficients tolerate, where the processor multiplies it.
    """
    a, b, c = _COEFFICIENTS
    tall = matrices.shape[-2] > matrices.shape[-1]
    dtype = torch.bfloat16 if has_bfloat16(matrices.device.type) else torch.float32
    x = (matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)).to(dtype)
    x = x.mT if tall else x
    for _ in range(iterations):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: Tensor = (x.mT if tall else x).float()
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
            moved = [parameter for parameter in group["params"] if parameter.grad is not None]
            if moved:
                torch._foreach_mul_(list(map(own_part, moved)), 1 - group["lr"] * group["weight_decay"])
            self._muon([parameter for parameter in moved if parameter.ndim > 1], group)
            self._adam([parameter for parameter in moved if parameter.ndim <= 1], group)

    def _muon(self, parameters: list[nn.Parameter], group: dict[str, Any]) -> None:
        """Matrices of one shape are made orthogonal together: a GPU takes as long for many small ones as for one."""
        alike: dict[torch.Size, list[tuple[nn.Parameter, Tensor]]] = {}
        for parameter in parameters:
            state, gradient = self.state[parameter], parameter.grad
            assert gradient is not None
            matrix = gradient.reshape(len(gradient), -1).float()
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(matrix)
            state["momentum"].lerp_(matrix, 1 - group["momentum"])
            # A part of a sharded matrix says nothing about its singular values: every process works out the whole.
            direction = whole(matrix.lerp(state["momentum"], group["momentum"]))
            alike.setdefault(direction.shape, []).append((parameter, direction))
        for shape, found in alike.items():
            rate = group["lr"] * 0.2 * max(shape) ** 0.5
            for at in range(0, len(found), together := max(1, _MOST_TOGETHER // shape.numel())):
                some = found[at : at + together]
                updates = orthogonal(torch.stack([direction for _, direction in some])) * rate
                for (parameter, _), update in zip(some, updates, strict=True):
                    parameter.sub_(divided_like(update.view(parameter.shape), parameter))

    def _adam(self, parameters: list[nn.Parameter], group: dict[str, Any]) -> None:
        """All vectors at once: every operation is one call for the lot, each process at its own part."""
        if not parameters:
            return
        for parameter in parameters:
            state = self.state[parameter]
            if "step" not in state:
                state["step"] = torch.zeros(())
                state["mean"], state["square"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
            state["step"] += 1
        states = [self.state[parameter] for parameter in parameters]
        gradients = [own_part(parameter.grad) for parameter in parameters if parameter.grad is not None]
        means, squares = ([own_part(state[name]) for state in states] for name in ("mean", "square"))
        beta1, beta2 = group["betas"]
        counts = [state["step"].item() for state in states]
        torch._foreach_lerp_(means, gradients, 1 - beta1)
        torch._foreach_lerp_(squares, torch._foreach_mul(gradients, gradients), 1 - beta2)
        below = torch._foreach_div(squares, [1 - beta2**count for count in counts])
        torch._foreach_sqrt_(below)
        torch._foreach_add_(below, group["eps"])
        updates = torch._foreach_div(torch._foreach_div(means, [1 - beta1**count for count in counts]), below)
        torch._foreach_mul_(updates, group["lr"])
        torch._foreach_sub_([own_part(parameter) for parameter in parameters], updates)
