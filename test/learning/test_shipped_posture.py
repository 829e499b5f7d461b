# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The network that comes with the package for the ten-joint arm chooses good postures."""

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.robot.named import RobotConfig

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.encoding import JointDecoder  # noqa: E402
from learned_ik.learning.folding import FoldedNetwork  # noqa: E402
from learned_ik.learning.posture_cost import PostureCost  # noqa: E402
from learned_ik.learning.reports.diversity import refined  # noqa: E402
from learned_ik.learning.reports.evaluation import errors_on, poses_within  # noqa: E402
from learned_ik.learning.reports.report import configuration_of  # noqa: E402


def test_its_best_head_beats_the_best_of_eight_random_starts():
    robot = RobotConfig.named('artificial10')
    model = IkModel.load(robot.model)
    chain = robot.chain()
    assert model.chain.difference_from(chain) is None
    kinematics = BatchedKinematics(chain, dtype=torch.float64)
    cost = PostureCost(kinematics, configuration_of(model))
    poses = poses_within(chain, 300, seed=21)
    network, decode = FoldedNetwork(model.network), JointDecoder(chain, 'bounded')
    errors = errors_on(poses, network, decode, BatchedKinematics(chain))
    assert float(errors.position.median()) < 0.006
    q, solved = refined(errors.q.double(), poses.double(), kinematics)
    assert solved.double().mean() > 0.97
    rng = np.random.default_rng(0)
    best = torch.full((300,), torch.inf, dtype=torch.float64)
    for _ in range(8):
        start = torch.as_tensor(chain.sample(rng, 300))
        other, there = refined(start, poses.double(), kinematics)
        best = torch.where(there, torch.minimum(best, cost(other)), best)
    both = solved & torch.isfinite(best)
    assert cost(q)[both].mean() < 0.9 * best[both].mean()
