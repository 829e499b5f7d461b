# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A network that takes a seed, served: what it is shown, and that all requests profit from it."""

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.network import Network
from learned_ik.rotations import matrix_from_quaternion
from learned_ik.viewing.heads import head_answers

OFFSET = 1.5  # [rad], between a seed and the answer of `aside`
POSES = 40


@pytest.fixture(scope='module')
def seeded(tiago, untrained, with_seed_input) -> IkModel:
    """Return a model of several heads that depend on the seed."""
    return with_seed_input(untrained(tiago, heads=4))


def aside(chain: KinematicChain, offset: np.ndarray) -> IkModel:
    """Return a model whose one head answers its seed + an offset (joints,), whatever the pose."""
    joints = chain.joint_count
    both = np.vstack([np.eye(joints), -np.eye(joints)])
    blind = np.zeros((2 * joints, 12))
    weights = tuple(part.astype(np.float32) for part in (np.hstack([blind, both]), both.T))
    biases = np.zeros(2 * joints, np.float32), offset.astype(np.float32)
    network = Network(weights, biases, 'relu', 'linear', 1, seed_joints=joints, seed_weight=0.01)
    return IkModel(chain=chain, network=network)


@pytest.fixture(scope='module')
def far_from_seeds(tiago):
    """Return a solver whose network knows how far seeds are off, poses, solutions and seeds."""
    rng = np.random.default_rng(2)
    offset = rng.choice([-1, 1], 7) * np.minimum(OFFSET, (tiago.upper - tiago.lower) / 3)
    low, high = tiago.lower + np.maximum(offset, 0), tiago.upper + np.minimum(offset, 0)
    q = rng.uniform(low, high, (POSES, 7))
    return IkSolver(aside(tiago, offset)), tiago.forward(q), q, q - offset


def heads_of(model: IkModel, poses, seeds) -> np.ndarray:
    rows = zip(*poses, seeds, strict=True)
    return np.array([head_answers(model, p, o, seed=seed) for p, o, seed in rows])


def best_of(model: IkModel, poses, seeds, weight: float) -> np.ndarray:
    """Return the head's answer of the least pose error + weight * distance from its seed."""
    best = []
    heads = heads_of(model, poses, seeds)
    for answers, position, orientation, seed in zip(heads, *poses, seeds, strict=True):
        R, p = model.chain.forward_matrix(answers)
        off = np.square(R - matrix_from_quaternion(orientation)).sum((-2, -1)) / 2
        error = np.sqrt(np.square(p - position).sum(-1) + ANGULAR_WEIGHT**2 * off)
        error += weight * np.linalg.norm(answers - seed, axis=-1)
        best.append(answers[np.argmin(error)])
    return np.array(best)


def test_with_a_seed_the_network_answers_by_it(seeded):
    chain, rng = seeded.chain, np.random.default_rng(3)
    poses, seeds = chain.forward(chain.sample(rng, POSES)), chain.sample(rng, POSES)
    found = IkSolver(seeded).predict(*poses, seeds)
    np.testing.assert_allclose(found, best_of(seeded, poses, seeds, 0.05), atol=5e-5)
    others = IkSolver(seeded).predict(*poses, chain.sample(rng, POSES))
    assert (np.abs(others - found).max(axis=1) > 1e-3).mean() > 0.9


def test_without_a_seed_it_begins_in_the_middle_and_looks_again(seeded):
    chain = seeded.chain
    poses = chain.forward(chain.sample(np.random.default_rng(4), POSES))
    middle = np.tile(chain.middle, (POSES, 1))
    first = best_of(seeded, poses, middle, 0.0)
    second = best_of(seeded, poses, first, 0.0)
    np.testing.assert_allclose(IkSolver(seeded).predict(*poses), second, atol=5e-5)


def test_a_seed_beyond_the_limits_is_moved_to_them(seeded):
    chain, rng = seeded.chain, np.random.default_rng(5)
    poses = chain.forward(chain.sample(rng, POSES))
    seeds = chain.middle + 2 * (chain.sample(rng, POSES) - chain.middle)
    solver = IkSolver(seeded)
    within = np.clip(seeds, chain.lower, chain.upper)
    np.testing.assert_array_equal(solver.predict(*poses, seeds), solver.predict(*poses, within))


def test_endless_joints_are_shown_within_one_turn(real_urdf, untrained, with_seed_input):
    chain = KinematicChain.from_urdf(
        real_urdf('pr2_description/urdf/pr2.urdf'), 'torso_lift_link', 'l_gripper_tool_frame'
    )
    rng = np.random.default_rng(5)
    solver = IkSolver(with_seed_input(untrained(chain, heads=4)))
    poses, seeds = chain.forward(chain.sample(rng, POSES)), chain.sample(rng, POSES)
    turned = seeds + 6 * np.pi * chain.continuous
    assert (turned != seeds).any()
    np.testing.assert_allclose(
        solver.predict(*poses, turned), solver.predict(*poses, seeds), atol=1e-4
    )


def test_the_answers_of_a_request_and_of_a_batch_are_the_same(seeded):
    chain, rng = seeded.chain, np.random.default_rng(6)
    poses, seeds = chain.forward(chain.sample(rng, POSES)), chain.sample(rng, POSES)
    solver = IkSolver(seeded)
    for options in ({'prefer': 'first'}, {'prefer': 'nearest'}, {'prefer': 'middle'}):
        batch = solver.solve_batch(*poses, seeds, **options)
        assert batch.success.all()
        for k, (position, orientation) in enumerate(zip(*poses, strict=True)):
            one = solver.solve(position, orientation, seeds[k], **options)
            np.testing.assert_array_equal(one.joint_positions, batch.joint_positions[k])


def test_where_the_seed_leads_nowhere_the_network_that_saw_it_does(far_from_seeds):
    solver, poses, q, seeds = far_from_seeds
    batch = solver.solve_batch(*poses, seeds, prefer='first')
    second = batch.attempts == 2  # the network's only head
    assert second.sum() >= 3
    np.testing.assert_allclose(batch.joint_positions[second], q[second], atol=1e-5)
    assert (batch.attempts <= 2).all()


def test_the_nearest_answer_is_no_farther_than_the_networks(far_from_seeds):
    solver, poses, q, seeds = far_from_seeds
    away = np.linalg.norm(q - seeds, axis=1) + 1e-6
    nearest = solver.solve_batch(*poses, seeds).seed_distance
    assert (nearest <= away).all()
    several = [
        solver.solve_all(p, o, 8, seed=seed)[0].seed_distance
        for p, o, seed in zip(*poses, seeds, strict=True)
    ]
    assert (several <= away).all()
    bare = IkSolver(solver.chain)
    assert (bare.solve_batch(*poses, seeds, prefer='first').seed_distance > away).any()


def test_a_posture_is_shown_where_it_is_preferred(far_from_seeds):
    solver, poses, q, postures = far_from_seeds
    for p, o, solution, posture in zip(*poses, q, postures, strict=True):
        found = solver.solve(p, o, prefer=posture)
        away = np.linalg.norm(found.joint_positions - posture)
        assert away <= np.linalg.norm(solution - posture) + 1e-6
        first_is_free = np.concatenate([[np.nan], posture[1:]])
        assert solver.solve(p, o, prefer=first_is_free).success


def test_it_keeps_clear_of_obstacles_from_what_the_network_saw(far_from_seeds):
    solver, poses, q, seeds = far_from_seeds
    away = np.linalg.norm(q - seeds, axis=1) + 1e-6
    solver = solver.fitted_to()
    solver.set_obstacles([[9, 9, 9, 0.1]])  # out of reach
    found = solver.solve_batch(*poses, seeds, prefer='first')
    beyond = found.success & (found.attempts > 1)  # the seed itself led nowhere
    assert beyond.sum() >= 3
    assert (found.seed_distance[beyond] <= away[beyond]).all()
    np.testing.assert_allclose(solver.predict(*poses, seeds), q, atol=1e-4)


def test_paths_begin_and_go_on(seeded):
    chain, rng = seeded.chain, np.random.default_rng(8)
    ends = chain.with_scaled_limits(0.8).sample(rng, 2)
    t = np.linspace(0, 1, 100)[:, None]
    path = chain.forward(ends[0] + 0.5 * t * (ends[1] - ends[0]))
    for start in (None, ends[0]):
        followed = IkSolver(seeded).follow(*path, start, timeout=60)
        assert followed.success


def test_another_tool_and_a_file_keep_the_seed(tiago, untrained, with_seed_input, tmp_path):
    chain, rng = tiago, np.random.default_rng(9)
    tool = np.array([0.02, -0.05, 0.1, 0, np.sin(0.3), 0, np.cos(0.3)])
    with_seed_input(untrained(chain, heads=1)).save(tmp_path / 'seeded.safetensors')
    plain = IkSolver.load(tmp_path / 'seeded.safetensors')
    assert plain.takes_seed
    tooled = plain.fitted_to(tool=tool)
    q, seeds = chain.sample(rng, POSES), chain.sample(rng, POSES)
    np.testing.assert_allclose(
        tooled.predict(*tooled.chain.forward(q), seeds),
        plain.predict(*plain.chain.forward(q), seeds),
        atol=1e-4,
    )


def test_seeds_for_a_network_that_takes_none_are_refused(tiago, untrained):
    solver = IkSolver(untrained(tiago))
    assert not solver.takes_seed
    pose = tiago.forward(tiago.middle[None])
    with pytest.raises(InvalidInputError, match='takes none'):
        solver.predict(*pose, tiago.middle)


def test_malformed_seeds_are_named(seeded):
    solver, pose = IkSolver(seeded), seeded.chain.forward(seeded.chain.middle[None])
    with pytest.raises(InvalidInputError, match='seeds has shape'):
        solver.predict(*pose, np.zeros(6))
    with pytest.raises(InvalidInputError, match='seed'):
        solver.predict(*pose, np.full(7, np.nan))
