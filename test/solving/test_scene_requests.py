# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A scene is a field of a request, not another road: what holds in free space holds in a scene."""

import math

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.robot.body import Body
from learned_ik.solving.solution import Status

FAR = [[2.6, 0.0, 0.0, 0.05]]  # out of reach: it changes nothing but that there is a scene


@pytest.fixture(params=['with a network', 'without'])
def solver(request, tiago, untrained) -> IkSolver:
    body = Body.from_chain(tiago, 0.01)
    return IkSolver(untrained(tiago) if request.param == 'with a network' else tiago, body=body)


def poses_and_seeds(chain, count=30, seed=0):
    rng = np.random.default_rng(seed)
    return zip(chain.sample(rng, count), chain.sample(rng, count), strict=True)


def test_the_obstacle_that_is_touched_is_named_by_its_number(tiago):
    """A vertical pole of equal spheres: x and y alone say nothing."""
    solver = IkSolver(tiago, body=Body.from_chain(tiago, 0.02))
    position, orientation = tiago.forward(tiago.middle)
    for inside in range(5):
        heights = 0.11 * (np.arange(5) - inside)
        pole = [[position[0], position[1], position[2] + z, 0.05] for z in heights]
        solver.set_obstacles(pole)
        solution = solver.solve(position, orientation)
        assert solution.status is Status.GOAL_IN_COLLISION
        z = position[2]
        assert f'into obstacle {inside} of radius 0.05 m at ' in solution.message
        assert f'{z:.3g})' in solution.message


def test_a_scene_keeps_the_message_of_a_seed_beyond_the_limits(solver):
    chain = solver.chain
    q, _ = next(iter(poses_and_seeds(chain)))
    seed = q.copy()
    seed[2] = chain.upper[2] + 0.5
    for spheres, options in (([], {}), (FAR, {}), (FAR, {'avoid_collisions': False})):
        solver.set_obstacles(spheres)
        solution = solver.solve(*chain.forward(q), seed, **options)
        assert solution
        assert solution.message.startswith('the seed lies outside the limits and was moved')
        assert chain.joint_names[2] in solution.message
        posture = solver.solve(*chain.forward(q), seed, prefer='middle', **options)
        assert posture.message.startswith('the seed lies outside the limits')
    unreached = solver.solve([3.0, 0, 0], [0, 0, 0, 1], seed)
    assert 'outside the limits' in unreached.message
    assert 'out of reach' in unreached.message


def weighted_distance(weights, a, b) -> float:
    return math.sqrt(np.sum(weights * (a - b) ** 2))


def test_joint_weights_count_among_obstacles_as_without(request):
    """Of several postures, the one that spares the costly joint is taken, in a scene as well."""
    ur10 = IkModel.load(request.config.rootpath / 'models' / 'ur10.safetensors').chain
    rng = np.random.default_rng(1)
    weights = np.ones(6)
    weights[1] = 400.0
    body = Body.from_chain(ur10, 0.01)
    plain, weighted = IkSolver(ur10, body=body), IkSolver(ur10, body=body, joint_weights=weights)
    for solver in (plain, weighted):
        solver.set_obstacles(FAR)
    better = 0
    for q, seed in zip(ur10.sample(rng, 60), ur10.sample(rng, 60), strict=True):
        pose = ur10.forward(q)
        even, costly = plain.solve(*pose, seed), weighted.solve(*pose, seed)
        assert even
        assert costly
        saved = abs(even.joint_positions[1] - seed[1]) - abs(costly.joint_positions[1] - seed[1])
        better += saved > 0.2
        # Not worse than the answer for even weights, by the weights that were asked for.
        assert weighted_distance(weights, costly.joint_positions, seed) <= 1e-9 + max(
            weighted_distance(weights, even.joint_positions, seed), 0.5 * math.sqrt(400)
        )
    assert better > 5


def test_a_scene_without_contact_gives_answers_no_farther_from_the_seed(solver):
    """Where the obstacle plays no part, nearest means the same with it as without."""
    chain, farther = solver.chain, 0
    for q, seed in poses_and_seeds(chain, 60):
        pose = chain.forward(q)
        solver.set_obstacles([])
        free = solver.solve(*pose, seed)
        solver.set_obstacles(FAR)
        in_scene = solver.solve(*pose, seed)
        assert in_scene
        if in_scene.clearance > 0.05 and free.seed_distance > 0.5:
            farther += in_scene.seed_distance > 1.1 * free.seed_distance + 0.5
    assert farther <= 6  # both look among a handful of branches, from starts of their own


@pytest.mark.parametrize('prefer', [None, 'first', 'middle'])
@pytest.mark.parametrize('seeded', [True, False], ids=['seeded', 'unseeded'])
def test_a_batch_in_a_scene_is_what_solve_answers(solver, prefer, seeded):
    chain = solver.chain
    q, seeds = map(np.array, zip(*poses_and_seeds(chain, 40, 3), strict=True))
    positions, orientations = chain.forward(q)
    positions[:3] *= 1.6  # some are out of reach
    spheres = [[*positions[5], 0.08], [0.6, -0.3, 0.1, 0.15], [0.3, -0.6, -0.3, 0.12]]
    solver.set_obstacles(spheres)
    batch = solver.solve_batch(positions, orientations, seeds if seeded else None, prefer=prefer)
    assert {Status.SUCCESS, Status.GOAL_IN_COLLISION} <= set(batch.status.tolist())
    for i in range(40):
        one = solver.solve(
            positions[i], orientations[i], seeds[i] if seeded else None, prefer=prefer,
            timeout=math.inf,
        )  # fmt: skip
        assert one.status == batch.status[i]
        np.testing.assert_array_equal(one.joint_positions, batch.joint_positions[i])
        assert one.clearance == batch.clearance[i]
        assert one.position_error == batch.position_error[i]
        np.testing.assert_equal(one.seed_distance, batch.seed_distance[i])


def test_truth_is_success(solver):
    chain = solver.chain
    good, bad = chain.forward(chain.middle), ([3.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0])
    assert solver.solve(*good)
    assert not solver.solve(*bad)
    assert bool(solver.solve(*good)) is True
    assert bool(solver.solve(*bad)) is False
    positions, orientations = (np.array(each) for each in zip(good, bad, strict=True))
    assert not solver.solve_batch(positions, orientations)
    assert solver.solve_batch(positions[:1], orientations[:1])
    assert solver.follow(positions[:1], orientations[:1])
    assert not solver.follow(positions, orientations)


def test_a_clearance_below_zero_is_refused_with_and_without_obstacles(solver):
    from learned_ik.errors import InvalidInputError

    pose = solver.chain.forward(solver.chain.middle)
    for spheres in ([], FAR):
        solver.set_obstacles(spheres)
        for wrong in (-0.01, math.inf, math.nan):
            with pytest.raises(InvalidInputError, match='min_clearance'):
                solver.solve(*pose, min_clearance=wrong)


def test_forward_and_jacobian_are_those_of_the_tool(tiago):
    """The Jacobian by finite differences of forward kinematics."""
    solver = IkSolver(tiago, tool=[0.0, 0.03, 0.12, 0.0, 0.0, math.sin(0.3), math.cos(0.3)])
    rng = np.random.default_rng(0)
    q, step = tiago.sample(rng, 1)[0], 1e-6
    position, orientation = solver.forward(q)
    assert position.shape == (3,)
    assert orientation.shape == (4,)
    assert np.linalg.norm(position - tiago.forward(q)[0]) == pytest.approx(math.hypot(0.03, 0.12))
    J = solver.jacobian(q)
    for j in range(7):
        moved = q.copy()
        moved[j] += step
        slope = (solver.forward(moved)[0] - position) / step
        np.testing.assert_allclose(J[:3, j], slope, atol=1e-5)
    batch, _ = solver.forward(tiago.sample(rng, 5))
    assert batch.shape == (5, 3)
