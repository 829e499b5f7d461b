# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A committee of networks (paper, reference [6]): each answers, forward kinematics chooses."""

from collections.abc import Sequence

import torch

from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.model import IkModel


@torch.no_grad()
def committee(models: Sequence[IkModel], poses: torch.Tensor) -> torch.Tensor:
    """Return the answers (n, members * heads, joints) [rad or m] of models to poses (n, 12)."""
    answers = [
        JointDecoder(model.chain, model.network.decoding)(FoldedNetwork(model.network)(poses))
        for model in models
    ]
    return torch.cat(answers, dim=1)
