"""Muon, the optimiser of matrices (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

__all__ = ["Muon", "orthogonal"]

_QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the Newton-Schulz iteration: steepest at zero, from Jordan et al."""
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Moves each matrix by its momentum with all singular values made about 1.

    A step's elements have a root mean square of 0.2 times the rate, as AdamW's about do, so that one rate serves both
    (Liu et al. 2025, "Muon is scalable for LLM training"). `torch.optim.Muon` is the same but for its products in
    bfloat16, which a CPU without instructions for them computes a hundred times slower.
    """

    def __init__(self, matrices: Iterable[torch.Tensor], rate: float, decay: float, momentum: float = 0.95) -> None:
        super().__init__(matrices, {"lr": rate, "weight_decay": decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Make one step from the gradients."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[torch.Tensor]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    alike.setdefault(matrix.shape, []).append(matrix)
            for shape, matrices in alike.items():  # of one shape at once
                moves = orthogonal(torch.stack(self._pushed(matrices, group["momentum"])))
                scale = 0.2 * max(shape) ** 0.5  # a matrix (m, n), m >= n, of n singular values 1 has RMS 1 / sqrt(m)
                torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(matrices, moves.unbind(), alpha=-group["lr"] * scale)

    def _pushed(self, matrices: list[torch.Tensor], momentum: float) -> tuple[torch.Tensor, ...]:
        """Add the gradients to the momenta; give the directions that look one step ahead (Nesterov)."""
        held = [self.state[each].setdefault("momentum", torch.zeros_like(each)) for each in matrices]
        gradients = [each.grad for each in matrices if each.grad is not None]
        torch._foreach_lerp_(held, gradients, 1 - momentum)
        return torch._foreach_lerp(gradients, held, momentum)


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Bring the singular values of each of (count, m, n) matrices to about 1 (0.7 to 1.2), keeping its directions."""
    a, b, c = _QUINTIC
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.mT if tall else x
