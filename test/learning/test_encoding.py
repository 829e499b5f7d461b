# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learned_ik import KinematicChain

torch = pytest.importorskip('torch')

from learned_ik.learning.encoding import InputScaling, JointDecoder  # noqa: E402

SLIDER = """
<robot name="slider">
  <link name="base"/><link name="rail"/><link name="tip"/>
  <joint name="slide" type="prismatic">
    <parent link="base"/><child link="rail"/><axis xyz="0 0 1"/>
    <limit lower="0.1" upper="0.5" effort="1" velocity="1"/>
  </joint>
  <joint name="turn" type="continuous">
    <parent link="rail"/><child link="tip"/><origin xyz="0.2 0 0"/><axis xyz="0 0 1"/>
  </joint>
</robot>
"""


@pytest.fixture(scope='module')
def slider() -> KinematicChain:
    """One prismatic and one continuous joint."""
    return KinematicChain.from_urdf(SLIDER)


def test_centred_inputs_span_minus_one_to_one(tiago):
    scaling = InputScaling.for_chain(tiago, 'centred')
    R, p = tiago.forward_matrix(tiago.sample(np.random.default_rng(5), 5000))
    x = np.concatenate([p, R.reshape(-1, 9)], axis=1) * scaling.scale + scaling.shift
    assert np.abs(x[:, :3]).max() < 1.05
    assert (np.ptp(x[:, :3], axis=0) > 1.9).all()
    np.testing.assert_allclose(x[:, 3:], 1.2 * R.reshape(-1, 9))


def test_paper_inputs_are_position_in_0_to_1_and_two_columns_of_the_rotation(tiago):
    scaling = InputScaling.for_chain(tiago, 'paper')
    R, p = tiago.forward_matrix(tiago.sample(np.random.default_rng(5), 5000))
    x = np.concatenate([p, R.reshape(-1, 9)], axis=1) * scaling.scale + scaling.shift
    assert x[:, :3].min() > -0.05
    assert x[:, :3].max() < 1.05
    R_seen = x[:, 3:].reshape(-1, 3, 3)
    np.testing.assert_allclose(R_seen[..., :2], R[..., :2])
    assert not R_seen[..., 2].any()


def test_the_scaling_of_a_robot_is_always_the_same(tiago):
    first, second = (InputScaling.for_chain(tiago, 'centred') for _ in range(2))
    np.testing.assert_array_equal(first.scale, second.scale)
    np.testing.assert_array_equal(first.shift, second.shift)


def test_a_direction_without_extent_is_scaled_like_the_longest(slider):
    # The tip turns on a circle of no radius: it moves along z alone.
    scaling = InputScaling.for_chain(slider, 'centred')
    np.testing.assert_allclose(scaling.scale[:3], 2 / 0.4, rtol=1e-3)


@pytest.mark.parametrize('encoding', ['clipped', 'bounded'])
@given(outputs=st.lists(st.floats(-1e6, 1e6, width=32), min_size=14, max_size=14))
@settings(deadline=None)
def test_some_encodings_never_break_limits(tiago, encoding, outputs):
    decoder = JointDecoder(tiago, encoding)
    q = decoder(torch.tensor(outputs[: decoder.outputs])).double().numpy()
    slack = 1e-6  # of float32 at a limit
    assert ((q >= tiago.lower - slack) & (q <= tiago.upper + slack)).all()


def test_bounded_reaches_every_joint_position(tiago):
    q = torch.as_tensor(tiago.sample(np.random.default_rng(0), 100), dtype=torch.float32)
    decoder = JointDecoder(tiago, 'bounded')
    y = torch.atanh((q - decoder.middle) / (0.5 * decoder.range))
    torch.testing.assert_close(decoder(y), q, atol=1e-4, rtol=0)


@pytest.mark.parametrize('robot', ['tiago', 'slider', 'ur10'])
def test_clipped_reaches_every_joint_position(robot, request, real_urdf):
    if robot == 'ur10':  # whose joints turn twice as far as an angle goes
        text = real_urdf('ur_description/urdf/ur10_robot.urdf')
        chain = KinematicChain.from_urdf(text, 'base_link', 'ee_link')
    else:
        chain = request.getfixturevalue(robot)
    q = torch.as_tensor(chain.sample(np.random.default_rng(0), 100), dtype=torch.float32)
    decoder = JointDecoder(chain, 'clipped')
    angle = (q - decoder.middle) / decoder.stretch
    assert angle.abs().max() <= math.pi
    y = 0.7 * torch.cat([torch.sin(angle), torch.cos(angle)], dim=1)
    torch.testing.assert_close(decoder(y), q, atol=1e-4, rtol=0)


def test_a_clipped_joint_is_free_to_come_back_from_its_limit(slider):
    decoder = JointDecoder(slider, 'clipped')
    y = torch.tensor([1.0, 0.0, -0.5, 1.0], requires_grad=True)  # the rail far beyond its end
    q = decoder(y)
    assert float(q[0]) == pytest.approx(0.5)
    q[0].backward()  # descent would make it less: back inside
    assert float(y.grad[0]) > 0 or float(y.grad[2]) < 0
    y.grad = None
    (-decoder(y)[0]).backward()  # more is beyond the limit: nothing to learn there
    assert not y.grad.any()


def test_biternion_turns_sines_and_cosines_into_angles(tiago):
    decoder = JointDecoder(tiago, 'biternion')
    q = torch.linspace(-3.1, 3.1, 7)
    y = 2.5 * torch.cat([torch.sin(q), torch.cos(q)])  # of any length: only the direction counts
    assert decoder.outputs == 14
    torch.testing.assert_close(decoder(y), q)


def test_biternion_takes_a_prismatic_joint_from_its_sine(slider):
    decoder = JointDecoder(slider, 'biternion')
    q = decoder(torch.tensor([0.5, 1.0, 9.0, 0.0]))  # sines of slide and turn, then cosines
    torch.testing.assert_close(q, torch.tensor([0.3 + 0.2 * 0.5, math.pi / 2]))


def test_limit_loss_is_the_mean_square_of_the_excess_in_ranges(slider):
    decoder = JointDecoder(slider, 'linear')
    within = torch.tensor([[0.1, -math.pi], [0.5, math.pi], [0.3, 0.0]])
    assert not decoder.limit_loss(within).any()
    # Half a range of 0.4 m too far, a tenth of a turn too little.
    outside = torch.tensor([0.7, -math.pi - 0.2 * math.pi])
    assert float(decoder.limit_loss(outside)) == pytest.approx((0.5**2 + 0.1**2) / 2, rel=1e-4)
