# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Answers that keep clear: what they promise is checked by coal or by torch, not by ourselves."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import numpy_clearance
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.errors import InvalidInputError, ObstacleError
from learned_ik.robot.body import Body
from learned_ik.solving.solution import Status

LOOSE = {'position_tolerance': 1e-4, 'orientation_tolerance': 1e-3}


@pytest.fixture(scope='module')
def model(tiago, tiago_body, untrained) -> IkModel:
    return dataclasses.replace(untrained(tiago), body=tiago_body)


@pytest.fixture
def solver(model) -> IkSolver:
    return IkSolver(model)


def clearance_of(model: IkModel, q: np.ndarray, spheres: np.ndarray, itself: bool = True) -> float:
    """Return the clearance [m] by numpy alone."""
    return numpy_clearance.clearance_of(model.chain, model.body, q, spheres, itself)


def scene_around(model: IkModel, rng, count: int, gap: tuple[float, float] = (0.01, 0.05)):
    """Return a free posture and spheres close about it."""
    none = np.empty((0, 4))
    q = model.chain.sample(rng, 1)[0]
    while clearance_of(model, q, none) < 0.01:
        q = model.chain.sample(rng, 1)[0]
    ends = model.body.placed(model.chain, q)
    spheres: list[np.ndarray] = []
    while len(spheres) < count:
        c = rng.choice(np.nonzero(model.body.moving)[0])
        direction = rng.normal(size=3)
        radius = rng.uniform(0.05, 0.15)
        away = model.body.radii[c] + radius + rng.uniform(*gap)
        centre = ends[c, 0] + away * direction / np.linalg.norm(direction)
        sphere = np.array([[*centre, radius]])
        shoulder = model.chain.transforms[0, :3, 3]
        swallows = np.linalg.norm(shoulder - centre) < radius
        if not swallows and clearance_of(model, q, sphere, itself=False) > gap[0]:
            spheres.append(sphere[0])
    return q, np.array(spheres)


def test_answers_are_exact_and_clear(model, solver):
    rng = np.random.default_rng(0)
    plain_touched, attempts = 0, []
    for _ in range(40):
        q, spheres = scene_around(model, rng, 8)
        pose = model.chain.forward(q)
        solver.set_obstacles(spheres)
        solution = solver.solve(*pose, **LOOSE)
        assert solution.status is Status.SUCCESS
        assert solution.position_error <= 1e-4
        assert solution.orientation_error <= 1e-3
        there = clearance_of(model, solution.joint_positions, spheres)
        assert there >= 0
        assert solution.clearance == pytest.approx(there, abs=1e-9)
        q_found = solution.joint_positions
        assert (q_found >= model.chain.lower).all()
        assert (q_found <= model.chain.upper).all()
        blind = solver.solve(*pose, avoid_collisions=False, **LOOSE)
        assert blind.success
        there = clearance_of(model, blind.joint_positions, spheres, itself=False)
        assert blind.clearance == pytest.approx(there, abs=1e-9)
        plain_touched += blind.clearance < 0
        attempts.append(solution.attempts)
    assert plain_touched > 4  # the scenes are worth something
    assert np.mean(attempts) < 10


@pytest.fixture(scope='module')
def judge(request, model) -> Callable[[np.ndarray, np.ndarray], float]:
    """Return a function to the clearance [m] of what the arm moves, by Pinocchio and coal alone.

    The shapes are those of the URDF, not our capsules around them, and Pinocchio places them.
    """
    pin, coal = pytest.importorskip('pinocchio'), pytest.importorskip('coal')
    text = (request.config.rootpath / 'config' / 'tiago_arm.urdf').read_text()
    robot = pin.buildModelFromXML(text)
    shapes = pin.buildGeomFromUrdfString(robot, text, pin.GeometryType.COLLISION)
    first = robot.getJointId(model.chain.joint_names[0])
    moved = [
        i
        for i, shape in enumerate(shapes.geometryObjects)
        if first in list(robot.supports[shape.parentJoint])
    ]
    assert len(moved) >= 8
    data, placed = robot.createData(), shapes.createData()
    base = robot.getFrameId(model.chain.base_link)
    places = [robot.joints[robot.getJointId(name)].idx_q for name in model.chain.joint_names]

    def clearance(q: np.ndarray, spheres: np.ndarray) -> float:
        values = pin.neutral(robot)
        values[places] = q
        pin.framesForwardKinematics(robot, data, values)
        pin.updateGeometryPlacements(robot, data, shapes, placed)
        least = math.inf
        for i in moved:
            T_base_shape = data.oMf[base].actInv(placed.oMg[i])
            pose = coal.Transform3s(T_base_shape.rotation, T_base_shape.translation)
            for *centre, radius in spheres:
                distance = coal.distance(
                    shapes.geometryObjects[i].geometry, pose,
                    coal.Sphere(radius), coal.Transform3s(np.eye(3), np.array(centre)),
                    coal.DistanceRequest(), coal.DistanceResult(),
                )  # fmt: skip
                least = min(least, distance)
        return least

    return clearance


def test_no_answer_touches_by_the_measure_of_coal(model, solver, judge):
    rng = np.random.default_rng(1)
    for _ in range(10):
        q, spheres = scene_around(model, rng, 16)
        solver.set_obstacles(spheres)
        solution = solver.solve(*model.chain.forward(q), **LOOSE)
        assert solution.success
        distance = judge(solution.joint_positions, spheres)
        assert distance >= solution.clearance - 1e-6  # what we say is never more than there is
        assert distance > 0


def test_our_clearance_is_near_that_of_coal(model, judge):
    rng, missing = np.random.default_rng(2), []
    for q in model.chain.sample(rng, 30):
        wrist = model.chain.forward(q)[0]
        spheres = np.array([[*(wrist + rng.normal(0, 0.2, 3)), 0.05]])
        ours = clearance_of(model, q, spheres, itself=False)
        missing.append(judge(q, spheres) - ours)
    assert min(missing) > -1e-6  # capsules hold the shapes
    assert np.median(missing) < 0.03  # [m], and not much more


def test_a_wanted_clearance_is_kept(model, solver):
    rng = np.random.default_rng(2)
    for _ in range(10):
        q, spheres = scene_around(model, rng, 4, gap=(0.03, 0.08))
        solver.set_obstacles(spheres)
        solution = solver.solve(*model.chain.forward(q), min_clearance=0.02, **LOOSE)
        if solution.success:
            assert clearance_of(model, solution.joint_positions, spheres) >= 0.02 - 1e-9
        else:
            assert solution.status is Status.GOAL_IN_COLLISION
            assert 'keeps clear by 20 mm' in solution.message


def test_a_goal_inside_of_an_obstacle_is_told_with_the_best_found(model, solver):
    q = model.chain.middle
    position, orientation = model.chain.forward(q)
    solver.set_obstacles([[*position, 0.05]])
    solution = solver.solve(position, orientation)
    assert solution.status is Status.GOAL_IN_COLLISION
    assert int(solution.status) == -12
    assert solution.position_error < 1e-6
    assert solution.clearance < 0
    assert 'mm into obstacle 0 of radius 0.05 m' in solution.message


def test_a_pose_out_of_reach_is_told_as_without_obstacles(solver):
    solver.set_obstacles([[1.5, 0, 0, 0.1]])
    solution = solver.solve([3.0, 0, 0], [0, 0, 0, 1])
    assert solution.status is Status.NO_SOLUTION
    assert 'out of reach' in solution.message


def test_itself_is_kept_clear_when_asked_without_any_obstacle(model, solver):
    rng = np.random.default_rng(3)
    none = np.empty((0, 4))
    changed = 0
    for q in model.chain.sample(rng, 60):
        if clearance_of(model, q, none) < 0.002:
            continue
        pose = model.chain.forward(q)
        blind = solver.solve(*pose)
        assert blind.clearance == math.inf
        solution = solver.solve(*pose, avoid_collisions=True)
        assert solution.success
        assert clearance_of(model, solution.joint_positions, none) >= 0
        changed += clearance_of(model, blind.joint_positions, none) < 0
    assert changed > 0


def test_near_the_seed_when_the_seed_is_clear(model, solver):
    rng = np.random.default_rng(4)
    for _ in range(20):
        q, spheres = scene_around(model, rng, 8)
        solver.set_obstacles(spheres)
        seed = q + rng.normal(0, 1e-3, 7)
        solution = solver.solve(*model.chain.forward(q), seed)
        assert solution.success
        assert solution.seed_distance < 0.1
        held = solver.solve(*model.chain.forward(q), seed, max_joint_change=0.05)
        assert held.success
        assert np.abs(held.joint_positions - seed).max() <= 0.05 + 1e-8


def test_a_preferred_posture_and_free_axes_are_heeded(model, solver):
    rng = np.random.default_rng(5)
    q, spheres = scene_around(model, rng, 8)
    solver.set_obstacles(spheres)
    pose = model.chain.forward(q)
    near = solver.solve(*pose, prefer=q)
    assert near.success
    assert np.linalg.norm(near.joint_positions - q) < 1.0
    free = solver.solve(*pose, orientation_tolerance=[1e-4, 1e-4, math.inf])
    assert free.success
    assert clearance_of(model, free.joint_positions, spheres) >= 0
    with pytest.raises(InvalidInputError, match='needs a seed'):
        solver.solve(*pose, prefer='nearest')


def test_a_batch_gets_the_answers_of_single_calls(model, solver):
    rng = np.random.default_rng(6)
    _, spheres = scene_around(model, rng, 6)
    solver.set_obstacles(spheres)
    poses = model.chain.forward(model.chain.sample(rng, 150))
    batch = solver.solve_batch(*poses)
    for k in range(len(batch)):
        single = solver.solve(poses[0][k], poses[1][k])
        if single.success:
            np.testing.assert_array_equal(batch.joint_positions[k], single.joint_positions)
            assert batch.clearance[k] == single.clearance
        assert (batch.status[k] == Status.SUCCESS) == single.success
    touching = batch.status == Status.GOAL_IN_COLLISION
    assert touching.any()
    assert (batch.clearance[touching] < 0).all()
    ignoring = solver.solve_batch(*poses, avoid_collisions=False)
    assert ignoring.success.sum() >= batch.success.sum()
    assert (ignoring.clearance < 0).any()
    middle = solver.solve_batch(*poses, prefer='middle')
    assert (middle.clearance[middle.success] >= 0).all()


def test_all_solutions_are_clear_and_differ(model, solver):
    rng = np.random.default_rng(7)
    q, spheres = scene_around(model, rng, 8)
    solver.set_obstacles(spheres)
    found = solver.solve_all(*model.chain.forward(q), 6)
    assert 1 < len(found) <= 6
    for k, solution in enumerate(found):
        assert solution.success
        assert clearance_of(model, solution.joint_positions, spheres) >= 0
        for other in found[:k]:
            assert np.abs(solution.joint_positions - other.joint_positions).max() > 0.05
    seeded = solver.solve_all(*model.chain.forward(q), 6, seed=q)
    distances = [solution.seed_distance for solution in seeded]
    assert distances == sorted(distances)


def test_obstacles_are_replaced_cleared_and_kept_when_refused(solver):
    assert solver.obstacles.shape == (0, 4)
    solver.set_obstacles([[1, 0, 0, 0.1], [0, 1, 0, 0.2]])
    assert len(solver.obstacles) == 2
    for bad in ([[1, 0, 0, -1]], [[0, 0, 0, 2.0]], [[1, 0, 0, 0.1]] * 5000):
        with pytest.raises(ObstacleError):
            solver.set_obstacles(bad)
        assert len(solver.obstacles) == 2
    solver.set_obstacles([])
    assert solver.obstacles.shape == (0, 4)
    assert solver.solve([0.6, -0.2, 0.0], [0, 0, 0, 1]).clearance == math.inf


@pytest.mark.parametrize(
    ('options', 'says'),
    [
        ({'min_clearance': -0.1}, 'min_clearance is -0.1'),
        ({'min_clearance': math.nan}, 'min_clearance is nan'),
        ({'timeout': 0.0}, 'timeout is 0.0'),
        ({'position_tolerance': -1.0}, 'tolerances are -1.0'),
        ({'seed': [0.0]}, 'seed has shape'),
    ],
)
def test_a_malformed_request_is_refused_as_without_obstacles(solver, options, says):
    solver.set_obstacles([[1, 0, 0, 0.1]])
    with pytest.raises(InvalidInputError, match=says):
        solver.solve([0.6, -0.2, 0.0], [0, 0, 0, 1], **options)


def test_a_bare_chain_has_a_body_of_segments(artificial):
    chain = artificial(10)
    solver = IkSolver(chain, body=Body.from_chain(chain, 0.02))
    rng = np.random.default_rng(8)
    q = chain.sample(rng, 1)[0]
    position, orientation = chain.forward(q)
    solver.set_obstacles([[*(0.5 * position + [0, 0, 0.05]), 0.05]])
    solution = solver.solve(position, orientation)
    assert solution.status in (Status.SUCCESS, Status.GOAL_IN_COLLISION)
    assert (solution.clearance >= 0) == solution.success
    assert len(IkSolver(chain).body) > 0


def straight_path(chain, q, length=0.3, poses=60):
    """Return a row of poses in which the tip moves along its own x axis."""
    position, orientation = chain.forward(q)
    R, _ = chain.forward_matrix(q)
    steps = np.linspace(0, length, poses)[:, None]
    return position + steps * R[:, 0], np.tile(orientation, (poses, 1))


@pytest.fixture(scope='module')
def blocked_path(model):
    """Return a path that can be followed, and a sphere that its usual postures run into."""
    rng, solver = np.random.default_rng(11), IkSolver(model)
    while True:
        q = model.chain.sample(rng, 1)[0]
        positions, orientations = straight_path(model.chain, q)
        path = solver.follow(positions, orientations, avoid_collisions=False)
        if not path.success:
            continue
        middle = path.joint_positions[30]
        ends = model.body.placed(model.chain, middle)
        elbow = ends[model.body.links.index('arm_3_link'), 0]
        sphere = np.array([[elbow[0], elbow[1], elbow[2] + 0.05, 0.04]])
        free = IkSolver(model)
        free.set_obstacles(sphere)
        if free.follow(positions, orientations, avoid_collisions=False).clearance.min() > -0.01:
            continue
        if free.follow(positions, orientations).success:
            return positions, orientations, sphere


def test_a_path_is_led_round_an_obstacle(model, blocked_path):
    positions, orientations, spheres = blocked_path
    solver = IkSolver(model)
    solver.set_obstacles(spheres)
    blind = solver.follow(positions, orientations, avoid_collisions=False)
    assert blind.success
    assert blind.clearance.min() < 0
    path = solver.follow(positions, orientations)
    assert path.success
    assert path.message == ''
    for pose, q in enumerate(path.joint_positions):
        assert clearance_of(model, q, spheres) >= 0
        assert np.linalg.norm(model.chain.forward(q)[0] - positions[pose]) < 1e-6
    assert np.abs(np.diff(path.joint_positions, axis=0)).max() <= 0.2


def test_a_stretch_that_cannot_be_kept_clear_is_named(model, blocked_path):
    positions, orientations, _ = blocked_path
    solver = IkSolver(model)
    solver.set_obstacles([[*positions[30], 0.03]])  # the tip has to go through
    path = solver.follow(positions, orientations)
    assert not path.success
    assert 30 in path.collisions
    assert len(path.jumps) == len(path.failures) == 0
    assert (path.clearance[path.collisions] < 0).all()
    clear = np.setdiff1d(np.arange(60), path.collisions)
    assert (path.clearance[clear] >= 0).all()
    assert 'cannot be kept clear, at the worst by -' in path.message
