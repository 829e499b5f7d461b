# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from learned_ik import KinematicChain, TrainingConfig
from learned_ik.robot.arms import artificial_arm_urdf

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.encoding import JointDecoder  # noqa: E402
from learned_ik.learning.objective import Examples, Objective  # noqa: E402


def scaled_to(reach: float) -> KinematicChain:
    """Return an arm of six joints of this reach [m]."""
    chain = KinematicChain.from_urdf(artificial_arm_urdf(6))
    transforms = chain.transforms.copy()
    transforms[:, :3, 3] *= reach / chain.reach
    return dataclasses.replace(chain, transforms=transforms)


def losses_of(chain: KinematicChain, config: TrainingConfig) -> torch.Tensor:
    """Return the losses (batch, heads) of the same outputs for an arm."""
    generator = torch.Generator().manual_seed(0)
    kinematics = BatchedKinematics(chain)
    decoder = JointDecoder(chain, config.encoding)
    q = torch.rand((50, 6), generator=generator) - 0.5
    position, rotation = kinematics.forward(q)
    y = torch.randn((50, 3, 12), generator=generator)
    objective = Objective(kinematics, decoder, config)
    return objective(y, Examples(q, position, rotation))


@pytest.mark.parametrize('loss', ['distance', 'squared'])
def test_arms_of_any_size_are_taught_alike(loss):
    config = TrainingConfig(loss=loss)
    ordinary = losses_of(scaled_to(1.5), config)
    for reach in (0.015, 15.0, 1500.0):
        torch.testing.assert_close(
            losses_of(scaled_to(reach), config), ordinary, rtol=1e-4, atol=0
        )


def test_a_radian_counts_for_an_arm_of_a_metre_what_the_configuration_says():
    chain = scaled_to(1.0)  # its lengths count in metres
    weight = losses_of(chain, TrainingConfig(rotation_weight=0.5))
    without = losses_of(chain, TrainingConfig(rotation_weight=0.0))
    angle = (losses_of(chain, TrainingConfig(rotation_weight=1.0)) - without).detach()
    torch.testing.assert_close(weight - without, 0.5 * angle, rtol=1e-4, atol=1e-5)
    assert (without < 2 * 1.0 + 1e-3).all()  # [m]: no two poses are farther apart
