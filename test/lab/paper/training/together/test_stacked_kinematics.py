# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Several chains at once lead where each of them leads."""

import numpy as np
import pytest
import torch

from lab.paper.training.catalogue import arm
from lab.paper.training.together.stacked_kinematics import StackedKinematics
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.robot.chain import KinematicChain

LIFTED = """<robot name="lifted">
  <link name="base"/><link name="column"/><link name="tip"/>
  <joint name="lift" type="prismatic">
    <parent link="base"/><child link="column"/><origin xyz="0.1 0 0.2" rpy="0.3 0 0"/>
    <axis xyz="0 1 1"/><limit lower="0" upper="0.5" effort="1" velocity="1"/>
  </joint>
  <joint name="turn" type="revolute">
    <parent link="column"/><child link="tip"/><origin xyz="0 {length} 0"/>
    <axis xyz="1 0 0"/><limit lower="-2" upper="2" effort="1" velocity="1"/>
  </joint>
</robot>"""


def lifted(length):
    return KinematicChain.from_urdf(LIFTED.format(length=length))


@pytest.mark.parametrize(
    'chains',
    [(arm('tiago'), arm('artificial7'), arm('artificial7', 0.8)), (lifted(0.2), lifted(0.7))],
    ids=['three arms', 'two that slide'],
)
def test_chains_lead_where_each_leads_alone_with_the_same_slopes(chains):
    rng = np.random.default_rng(0)
    q = torch.as_tensor(np.stack([chain.sample(rng, 5) for chain in chains]))
    stacked_q = q.mT.clone().requires_grad_()  # (chains, joints, batch)
    position, rotation = StackedKinematics(chains, torch.device('cpu'), torch.float64)(stacked_q)
    (position.sum() + rotation.square().sum((0, 3)).mul(torch.arange(9.0).view(3, 3)).sum()
     ).backward()  # fmt: skip
    for i, chain in enumerate(chains):
        mine = q[i].clone().requires_grad_()
        p, R = BatchedKinematics(chain, dtype=torch.float64).forward(mine)
        torch.testing.assert_close(position[i].T, p)
        torch.testing.assert_close(rotation[i].permute(2, 0, 1), R)
        (p.sum() + R.square().sum(0).mul(torch.arange(9.0).view(3, 3)).sum()).backward()
        torch.testing.assert_close(stacked_q.grad[i].T, mine.grad)
