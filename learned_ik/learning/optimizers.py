# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The optimisers, and the 1cycle schedule of their learning rate.

Muon replaces the momentum of a matrix by the orthogonal matrix nearest to it, so that every
direction in which the layer can change moves by the same amount. After Keller Jordan, "Muon: An
optimizer for hidden layers in neural networks", https://kellerjordan.github.io/posts/muon/.
"""

import math
from collections.abc import Iterable, Iterator

import torch

from learned_ik.learning.training_config import TrainingConfig
from learned_ik.learning.training_network import PoseNetwork

MOMENTUM = 0.95
# a, b, c of the odd polynomials a x + b x³ + c x⁵ that drive singular values towards 1, one after
# the other: each the best for what the ones before have left. After Amsel et al., "The Polar
# Express", arXiv:2505.16932, for singular values from 1e-3.
POLAR_EXPRESS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
)
SAFETY = 1.01  # no singular value may begin above 1, rounded as they are
ADAM_LIKE = 0.2  # root mean square of Adam's usual step, for which learning rates are known

FIRST_RATE = 1 / 25  # of the peak, where the 1cycle schedule begins
LAST_RATE = 1 / 250_000  # of the peak, where it ends


def orthogonalized(matrices: torch.Tensor) -> torch.Tensor:
    """Return matrices (count, rows, columns) with all singular values near 1, axes unchanged.

    For the singular value decomposition U S V' of a matrix this is about U V'.
    """
    wide = matrices.shape[-2] <= matrices.shape[-1]
    X = matrices if wide else matrices.mT
    X = X / (SAFETY * X.norm(dim=(-2, -1), keepdim=True) + 1e-12)
    for a, b, c in POLAR_EXPRESS:
        A = X @ X.mT
        X = torch.baddbmm(X, torch.baddbmm(A, A, A, beta=b, alpha=c), X, beta=a)
    return X if wide else X.mT


class Muon(torch.optim.Optimizer):
    """Momentum, made orthogonal: for the matrices between hidden layers."""

    def __init__(self, matrices: Iterable[torch.Tensor], lr: float) -> None:
        """Take the matrices, each (rows, columns), and the learning rate."""
        super().__init__(matrices, {'lr': lr})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # none is called
        """Move every matrix by lr * 0.2 * sqrt(its larger side) * orthogonal momentum."""
        for group in self.param_groups:
            for same_shape in _by_shape(group['params']):
                # One batched product for all layers of a shape: these matrices are small.
                gradients = torch.stack([m.grad for m in same_shape if m.grad is not None])
                state = self.state[same_shape[0]]
                momentum = state.setdefault('momentum', torch.zeros_like(gradients))
                momentum.lerp_(gradients, 1 - MOMENTUM)
                updates = orthogonalized(gradients.lerp_(momentum, MOMENTUM))  # Nesterov
                step = group['lr'] * ADAM_LIKE * math.sqrt(max(updates.shape[-2:]))
                torch._foreach_sub_(same_shape, list((updates * step).unbind()))


def _by_shape(matrices: list[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    shapes: dict[torch.Size, list[torch.Tensor]] = {}
    for matrix in matrices:
        if matrix.grad is not None:
            shapes.setdefault(matrix.shape, []).append(matrix)
    yield from shapes.values()


def optimizers_for(network: PoseNetwork, config: TrainingConfig) -> list[torch.optim.Optimizer]:
    """Return Adam for all weights, or Muon for the inner matrices and Adam for the rest."""
    inner = network.matrices()[1:] if config.optimizer == 'muon' else []
    rest = [p for p in network.parameters() if not any(p is matrix for matrix in inner)]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.Adam(
            rest, lr=config.learning_rate, fused=True, capturable=rest[0].device.type == 'cuda'
        )
    ]
    if inner:
        optimizers.append(Muon(inner, lr=config.learning_rate))
    return optimizers


def fading(cycle: float, begin: float) -> float:
    """Return 1 until `begin`, a share of the cycle, and from there less and less: 0 at its end."""
    return min(1.0, (1 - cycle) / (1 - begin))


def within_cycle(progress: float, cycles: int) -> float:
    """Return the share of the present cycle that is used up, each twice as long as the last.

    After Loshchilov and Hutter, "SGDR", arXiv:1608.03983: whoever stops at the end of a cycle
    has a network that has settled.

    Args:
        progress: share of the budget that is used up, 0 to 1.
        cycles: how many share the budget.

    """
    units = progress * (2**cycles - 1)  # the first cycle is one unit long
    cycle = min(int(math.log2(units + 1)), cycles - 1)
    return min((units - (2**cycle - 1)) / 2**cycle, 1.0)


def one_cycle(progress: float, warm_up: float) -> float:
    """Return the learning rate as a share of its peak (paper, section II-E).

    After Smith and Topin, "Super-Convergence", arXiv:1708.07120, with cosine slopes.

    Args:
        progress: share of the cycle that is used up, 0 to 1.
        warm_up: share of the cycle in which the rate rises.

    """
    if progress < warm_up:
        return _cosine_slope(FIRST_RATE, 1.0, progress / warm_up)
    return _cosine_slope(1.0, LAST_RATE, (progress - warm_up) / (1 - warm_up))


def _cosine_slope(start: float, end: float, share: float) -> float:
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))
