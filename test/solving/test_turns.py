# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Joints that turn more than once, for ever, or with others: no turn that is not needed."""

from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkSolver, KinematicChain

MODELS = Path(__file__).parents[2] / 'models'

TURN = 2 * np.pi


def needless(chain: KinematicChain, q: np.ndarray, about: np.ndarray) -> bool:
    """Say whether a whole turn within the limits would bring a joint nearer to `about`."""
    nearer = q - TURN * np.round((q - about) / TURN)
    within = (nearer >= chain.lower - 1e-12) & (nearer <= chain.upper + 1e-12)
    return bool(np.any(within & (np.abs(nearer - q) > 1)))


@pytest.fixture(scope='module', params=['ur10', 'bare ur10', '100 rad'])
def solver(request) -> IkSolver:
    solver = IkSolver.load(MODELS / 'ur10.safetensors')
    if request.param == '100 rad':
        return IkSolver(solver.chain.with_limits(np.full(6, -100.0), np.full(6, 100.0)))
    return solver if request.param == 'ur10' else IkSolver(solver.chain)


@pytest.mark.parametrize('prefer', ['first', 'nearest', 'middle', None])
def test_no_answer_turns_a_joint_once_more_than_needed(solver, prefer):
    chain, rng = solver.chain, np.random.default_rng(3)
    for _ in range(200):
        pose, seed = chain.forward(chain.sample(rng, 1)[0]), chain.sample(rng, 1)[0]
        seeded = solver.solve(*pose, seed, prefer=prefer)
        assert seeded
        assert not needless(
            chain, seeded.joint_positions, chain.middle if prefer == 'middle' else seed
        )
        if prefer != 'nearest':
            alone = solver.solve(*pose, prefer=prefer)
            assert alone
            assert not needless(chain, alone.joint_positions, chain.middle)


def test_several_solutions_and_paths_take_no_needless_turn_either(solver):
    chain, rng = solver.chain, np.random.default_rng(4)
    for _ in range(20):
        q = chain.sample(rng, 1)[0]
        for each in solver.solve_all(*chain.forward(q), 6):
            assert not needless(chain, each.joint_positions, chain.middle)
    path = chain.middle + np.linspace(0, 0.5, 40)[:, None] * rng.normal(0, 1, 6)
    assert not needless(
        chain, solver.follow(*chain.forward(path)).joint_positions[0], chain.middle
    )


@pytest.mark.parametrize('size', [10.0, 1e3, 1e4, 1e6, 1e9, 1e12, 1e16])
def test_limits_of_any_size_are_honest(tiago, size):
    wide = tiago.with_limits(np.full(7, -size), np.full(7, size))
    solver, rng = IkSolver(wide), np.random.default_rng(0)
    for q in tiago.sample(rng, 40):
        pose = wide.forward(q)
        for seed in (None, tiago.sample(rng, 1)[0]):
            answer = solver.solve(*pose, seed)
            assert answer
            assert np.abs(answer.joint_positions).max() < 3 * TURN
            reached, _ = wide.forward(answer.joint_positions)
            np.testing.assert_allclose(reached, pose[0], atol=2e-6)


def arm_that_leads(multiplier: float, follower: str = 'continuous') -> KinematicChain:
    """Return an arm whose endless first joint is mimicked by another."""
    mimic = f'<mimic joint="lead" multiplier="{multiplier}"/>'
    joints = [
        ('lead', 'continuous', '0 0 .2', '0 0 1', ''),
        ('follower', follower, '.3 0 0', '0 1 0', mimic),
        ('j3', 'revolute', '.3 0 0', '0 0 1', ''),
        ('j4', 'revolute', '.2 0 0', '0 1 0', ''),
        ('j5', 'revolute', '.2 0 0', '1 0 0', ''),
        ('j6', 'revolute', '.1 0 0', '0 0 1', ''),
        ('j7', 'revolute', '.1 0 0', '0 1 0', ''),
    ]
    limits = '<limit lower="-2" upper="2" effort="1" velocity="1"/>'
    text = ''.join(
        f'<joint name="{name}" type="{kind}"><parent link="l{i}"/><child link="l{i + 1}"/>'
        f'<origin xyz="{xyz}"/><axis xyz="{axis}"/>{limits if kind != "continuous" else ""}{more}'
        '</joint>'
        for i, (name, kind, xyz, axis, more) in enumerate(joints)
    )
    links = ''.join(f'<link name="l{i}"/>' for i in range(len(joints) + 1))
    return KinematicChain.from_urdf(f'<robot name="r">{links}{text}</robot>')


@pytest.mark.parametrize(
    ('multiplier', 'turns'),
    [(1, 1), (-2, 1), (3, 1), (0.5, 2), (-0.5, 2), (0.25, 4), (0.1, 10), (1.5, 2), (1 / 3, 3)],
)
def test_an_endless_leader_may_turn_until_all_that_follow_stand_as_before(multiplier, turns):
    chain = arm_that_leads(multiplier)
    assert chain.full_turns[0] == turns * TURN
    assert chain.upper[0] - chain.lower[0] == pytest.approx(turns * TURN)
    solver, rng = IkSolver(chain), np.random.default_rng(0)
    for q in chain.sample(rng, 30):
        pose = chain.forward(q)
        seed = q + np.array([7 * turns * TURN, *rng.normal(0, 0.01, 5)])  # so many turns away
        for answer in (solver.solve(*pose), solver.solve(*pose, seed)):
            assert answer
            np.testing.assert_allclose(
                chain.forward(answer.joint_positions)[0], pose[0], atol=2e-6
            )
        assert abs(answer.joint_positions[0] - seed[0]) < TURN


def test_an_irrational_follower_leaves_its_leader_without_limits():
    chain = arm_that_leads(0.7310585786)
    assert chain.full_turns[0] == np.inf
    solver, rng = IkSolver(chain), np.random.default_rng(1)
    for q in chain.sample(rng, 20):
        q[0] = rng.uniform(-50, 50)
        answer = solver.solve(*chain.forward(q), q + rng.normal(0, 0.01, 6))
        assert answer
        assert abs(answer.joint_positions[0] - q[0]) < 1


@pytest.mark.parametrize('multiplier', [1, -1, 0.5, -2])
def test_a_follower_keeps_its_limits(multiplier):
    chain = arm_that_leads(multiplier, 'revolute')
    assert (chain.lower[0], chain.upper[0]) == pytest.approx(
        (-2 / abs(multiplier), 2 / abs(multiplier))
    )
    solver, rng = IkSolver(chain), np.random.default_rng(2)
    for q in chain.sample(rng, 100):
        for seed in (None, chain.sample(rng, 1)[0], q + TURN * np.eye(6)[0]):
            answer = solver.solve(*chain.forward(q), seed)
            if answer:
                assert abs(multiplier * answer.joint_positions[0]) <= 2 + 1e-9
