# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Limits narrower than the model's: every kind of answer keeps them, the network still seeds."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver, KinematicChain, Tracker
from learned_ik.errors import InvalidInputError, JointLimitError
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.trajectories.pose_paths import line

ROOT = Path(__file__).parents[2]
SPHERES = [[0.55, 0.1, -0.2, 0.1], [0.4, -0.5, 0.3, 0.12]]


@pytest.fixture(scope='module')
def model() -> IkModel:
    return IkModel.load(ROOT / 'models' / 'tiago_arm.safetensors')


@pytest.fixture(scope='module')
def soft(model) -> KinematicChain:
    chain = model.chain
    path = ROOT / 'config' / 'tiago_arm.urdf'
    soft = KinematicChain.from_urdf(path, chain.base_link, chain.tip_link, soft_limits=True)
    assert (soft.lower > chain.lower).all()
    return soft


@pytest.fixture(scope='module')
def solver(model, soft) -> IkSolver:
    return IkSolver(model, limits=(soft.lower, soft.upper))


def assert_within(chain, q):
    assert (q >= chain.lower).all()
    assert (q <= chain.upper).all()


def assert_reached(chain, q, positions, orientations, tolerance=1e-6):
    R, p = chain.forward_matrix(q)
    assert np.linalg.norm(p - positions, axis=-1).max() < tolerance
    assert rotation_angle(R, matrix_from_quaternion(orientations)).max() < tolerance


@pytest.mark.parametrize('prefer', [None, 'first', 'middle'])
def test_a_thousand_answers_lie_within_soft_limits_and_reach_their_poses(
    model, solver, soft, prefer
):
    q = soft.sample(np.random.default_rng(0), 1000)
    seeds = np.clip(q + 0.3, soft.lower, soft.upper)
    poses = model.chain.forward(q)
    found = np.array(
        [
            (solution.joint_positions, solution.success)
            for solution in (
                solver.solve(*pose, seed, prefer=prefer, timeout=1.0)
                for *pose, seed in zip(*poses, seeds, strict=True)
            )
        ],
        dtype=object,
    )
    assert found[:, 1].all()
    q_found = np.stack(found[:, 0])
    assert_within(soft, q_found)
    assert_reached(model.chain, q_found, *poses)
    batch = solver.solve_batch(*poses)
    assert (batch.status == 1).all()
    assert_within(soft, batch.joint_positions)


def test_what_only_wider_limits_reach_is_no_success(model):
    chain = model.chain
    q = chain.middle
    narrow = IkSolver(model, limits=(q - 0.05, q + 0.05))
    elsewhere = chain.forward(q + 0.2)
    assert IkSolver(model).solve(*elsewhere).success
    solution = narrow.solve(*elsewhere, timeout=0.2)
    assert not solution.success
    assert_within(narrow.chain, solution.joint_positions)


def test_the_network_seeds_as_before(model, solver, soft):
    poses = model.chain.forward(soft.sample(np.random.default_rng(1), 200))
    plain = IkSolver(model).predict(*poses)
    inside = ((plain >= soft.lower) & (plain <= soft.upper)).all(axis=1)
    assert inside.mean() > 0.5
    # The best head may be another one where the answer of the best is clipped.
    np.testing.assert_allclose(solver.predict(*poses)[inside], plain[inside], atol=1e-9)


def test_several_answers_paths_and_obstacles_keep_them(model, solver, soft):
    chain = model.chain
    p, o = chain.forward(soft.middle)
    every = solver.solve_all(p, o)
    assert len(every) > 3
    for solution in every:
        assert_within(soft, solution.joint_positions)
    poses = line(200, start=p, end=p + np.array([0.0, 0.25, 0.1]), orientation=o)
    path = solver.follow(poses.positions, poses.orientations, soft.middle)
    assert path.success, path.message
    assert_within(soft, path.joint_positions)
    assert_reached(chain, path.joint_positions, *poses)
    clear = solver.fitted_to(limits=solver.limits)
    clear.set_obstacles(SPHERES)
    q = soft.sample(np.random.default_rng(2), 100)
    answers = [clear.solve(*chain.forward(each), timeout=0.2) for each in q]
    assert sum(map(bool, answers)) > 50
    for answer in answers:
        assert_within(soft, answer.joint_positions)


def test_a_tracker_keeps_them(model, solver, soft):
    tracker = Tracker(solver)
    target = model.chain.forward(model.chain.upper)
    for _ in range(400):
        assert_within(soft, tracker.update(*target, 0.02).joint_positions)


def test_tool_network_body_and_copies_keep_them(model, solver, soft):
    twins = [
        copy.copy(solver), copy.deepcopy(solver), pickle.loads(pickle.dumps(solver)),
        solver.with_network(model), solver.with_body(solver.body),
        IkSolver(model, tool=[0, 0, 0.1, 0, 0, 0, 1], limits=solver.limits),
    ]  # fmt: skip
    for twin in twins:
        np.testing.assert_array_equal(twin.chain.lower, soft.lower)
        np.testing.assert_array_equal(twin.chain.upper, soft.upper)
    np.testing.assert_array_equal(solver.fitted_to().chain.lower, model.chain.lower)


def test_what_lies_beyond_the_chain_is_clipped_to_it(model):
    chain = model.chain
    wide = IkSolver(model, limits=(-np.inf, 100.0))
    np.testing.assert_array_equal(wide.chain.lower, chain.lower)
    np.testing.assert_array_equal(wide.chain.upper, chain.upper)


@pytest.mark.parametrize(('lower', 'upper'), [(1.0, 0.0), (5.0, 6.0), (np.inf, np.inf)])
def test_a_range_of_which_nothing_is_left_is_refused_by_name(model, lower, upper):
    ends = model.chain.lower.copy(), model.chain.upper.copy()
    ends[0][2], ends[1][2] = lower, upper
    with pytest.raises(JointLimitError, match=model.chain.joint_names[2]):
        IkSolver(model, limits=ends)


@pytest.mark.parametrize('limits', [1.0, (1.0,), 'ab', ([0.0], [1.0]), (np.nan, 1.0), ('a', 1)])
def test_what_are_no_limits_is_refused(model, limits):
    with pytest.raises(InvalidInputError, match='limits'):
        IkSolver(model, limits=limits)


class TestEndlessJoints:
    """Of an arm whose first joint turns without end."""

    @pytest.fixture
    def endless(self, real_urdf) -> KinematicChain:
        text = real_urdf('pr2_description/urdf/pr2.urdf')
        chain = KinematicChain.from_urdf(text, 'torso_lift_link', 'l_gripper_tool_frame')
        assert chain.continuous.sum() == 2
        return chain

    def test_stay_endless_where_the_range_is_infinite(self, endless):
        solver = IkSolver(endless, limits=(-np.inf, np.inf))
        assert solver.chain.joint_types == endless.joint_types

    @pytest.mark.parametrize(
        ('low', 'high'), [(-1.0, 0.5), (4.0, np.inf), (-np.inf, -4.0), (-9.0, 9.0)]
    )
    def test_keep_a_range_that_is_given(self, endless, low, high):
        lower, upper = (np.full(endless.joint_count, end) for end in (-np.inf, np.inf))
        k = int(np.argmax(endless.continuous))
        lower[k], upper[k] = low, high
        solver = IkSolver(endless, limits=(lower, upper))
        q = solver.chain.sample(np.random.default_rng(3), 200)
        poses = endless.forward(q)
        batch = solver.solve_batch(*poses, np.clip(q + 0.5, solver.chain.lower, None))
        assert (batch.status == 1).mean() > 0.95
        assert (batch.joint_positions[:, k] >= low).all()
        assert (batch.joint_positions[:, k] <= high).all()
        found = batch.status == 1
        assert_reached(
            endless, batch.joint_positions[found], poses[0][found], poses[1][found], 2e-6
        )
