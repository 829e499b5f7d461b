# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Kinematics has no size: an arm of a millimetre and one of a kilometre are solved alike."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain

MODELS = Path(__file__).parents[2] / 'models'


def scaled(chain: KinematicChain, scale: float) -> KinematicChain:
    """Return an arm so many times as large."""
    transforms = chain.transforms.copy()
    transforms[:, :3, 3] *= scale
    slides = np.array([kind == 'prismatic' for kind in chain.joint_types])
    sizes = np.where(slides, scale, 1.0)
    return dataclasses.replace(
        chain, transforms=transforms, lower=chain.lower * sizes, upper=chain.upper * sizes
    )


@pytest.mark.parametrize('scale', [1e-3, 1e-2, 0.1, 1, 10, 100, 1000])
@pytest.mark.parametrize('name', ['ur10', 'tiago_torso'])
def test_reachable_poses_are_reached_at_every_size(name, scale):
    plain = IkSolver.load(MODELS / f'{name}.safetensors').chain
    chain, rng = scaled(plain, scale), np.random.default_rng(0)
    q = chain.sample(rng, 300)
    spread = 0.02 * (chain.upper - chain.lower)
    seeds = np.clip(q + spread * rng.normal(0, 1, q.shape), chain.lower, chain.upper)
    solver, poses = IkSolver(chain), chain.forward(q)
    tolerance = 1e-6 * max(scale, 1.0)
    assert solver.solve_batch(*poses, position_tolerance=tolerance).success.all()
    assert solver.solve_batch(*poses, seeds, position_tolerance=tolerance).success.all()
    beyond = solver.solve([3 * chain.reach, 0, 0], [0, 0, 0, 1])
    assert not beyond
    assert 'out of reach' in beyond.message


def test_joints_about_one_point_are_solved_for():
    """A wrist alone has no reach, or one of 1e-17 m as CAD programs write it."""
    chain = IkSolver.load(MODELS / 'ur10.safetensors').chain
    for size in (0.0, 1e-17, 1e-6):
        wrist = scaled(chain, size)
        q = wrist.sample(np.random.default_rng(0), 100)
        seeds = np.clip(q + 0.02, wrist.lower, wrist.upper)
        assert IkSolver(wrist).solve_batch(*wrist.forward(q), seeds).success.all()


def test_slides_without_an_end_leave_the_arm_as_it_was():
    """Limits of a million metres stand for none: they are no reach by which to weigh a radian."""
    arm = IkSolver.load(MODELS / 'tiago_torso.safetensors').chain
    slides = np.array([kind == 'prismatic' for kind in arm.joint_types])
    chain = arm.with_limits(np.where(slides, -1e6, arm.lower), np.where(slides, 1e6, arm.upper))
    q = arm.sample(np.random.default_rng(0), 100)
    seeds = np.clip(q + 0.02, arm.lower, arm.upper)
    assert IkSolver(chain).solve_batch(*chain.forward(q), seeds).success.all()


@pytest.mark.parametrize('travel', [1.0, 10.0, 100.0])
def test_slides_of_any_travel_get_there(travel):
    """A gantry of three slides, with a wrist."""
    joints = [('x', '1 0 0'), ('y', '0 1 0'), ('z', '0 0 1')]
    turns = [('a', '0 0 1'), ('b', '0 1 0'), ('c', '1 0 0')]
    text = ''.join(
        f'<joint name="{name}" type="{kind}"><parent link="l{i}"/><child link="l{i + 1}"/>'
        f'<origin xyz="0 0 0.1"/><axis xyz="{axis}"/>'
        f'<limit lower="{-limit}" upper="{limit}" effort="1" velocity="1"/></joint>'
        for i, (name, axis, kind, limit) in enumerate(
            [(*joint, 'prismatic', travel) for joint in joints]
            + [(*turn, 'revolute', 2.5) for turn in turns]
        )
    )
    links = ''.join(f'<link name="l{i}"/>' for i in range(7))
    chain = KinematicChain.from_urdf(f'<robot name="gantry">{links}{text}</robot>')
    poses = chain.forward(chain.sample(np.random.default_rng(0), 200))
    assert IkSolver(chain).solve_batch(*poses, position_tolerance=1e-5).success.all()


@pytest.mark.parametrize('axes', [('0 0 1', '0 1 0', '1 0 0'), ('0 0 1', '0 1 0', '0 0 1')])
def test_a_wrist_alone_is_an_arm(axes):
    """All joints turn about one point: the reach says nothing."""
    text = ''.join(
        f'<joint name="j{i}" type="revolute"><parent link="l{i}"/><child link="l{i + 1}"/>'
        f'<axis xyz="{axis}"/><limit lower="-3" upper="3" effort="1" velocity="1"/></joint>'
        for i, axis in enumerate(axes)
    )
    links = ''.join(f'<link name="l{i}"/>' for i in range(4))
    chain = KinematicChain.from_urdf(f'<robot name="wrist">{links}{text}</robot>')
    poses = chain.forward(chain.sample(np.random.default_rng(0), 200))
    assert IkSolver(chain).solve_batch(*poses).success.all()
