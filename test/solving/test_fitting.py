# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One network for other tools, and for a robot that was measured more closely."""

import dataclasses

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.errors import InvalidInputError, RobotMismatchError
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.rotations import matrix_from_quaternion, quaternion_from_matrix, transform

TOOL = np.array([0.03, -0.02, 0.15, 0.1, 0.7, -0.1, 0.7])
TOOL[3:] /= np.linalg.norm(TOOL[3:])
T_TIP_TOOL = transform(matrix_from_quaternion(TOOL[3:]), TOOL[:3])


def calibrated(chain, millimetres: float):
    """Return the chain with every joint up to so far from where it should be."""
    rng = np.random.default_rng(1)
    transforms = chain.transforms.copy()
    for T in transforms:
        way = rng.normal(size=3)
        T[:3, 3] += 1e-3 * millimetres * way / np.linalg.norm(way)
    return dataclasses.replace(chain, transforms=transforms)


def test_the_tip_is_where_the_tool_wants_it(shipped_model):
    solver = IkSolver(shipped_model, tool=TOOL)
    q = shipped_model.chain.sample(np.random.default_rng(0), 50)
    R, p = shipped_model.chain.forward_matrix(q)
    for rotation, position in zip(R, p, strict=True):
        T_tool = transform(rotation, position) @ T_TIP_TOOL
        solution = solver.solve(T_tool[:3, 3], quaternion_from_matrix(T_tool[:3, :3]))
        assert solution.success
        R_found, p_found = shipped_model.chain.forward_matrix(solution.joint_positions)
        reached = transform(R_found, p_found) @ T_TIP_TOOL
        np.testing.assert_allclose(reached, T_tool, atol=3e-6)


@pytest.mark.parametrize('head', range(8))
def test_every_head_answers_the_tool_as_it_answers_the_tip(shipped_model, head):
    model = with_one_head(shipped_model, head)  # of several, the lever may decide which is nearer
    plain, tooled = IkSolver(model), IkSolver(model, tool=TOOL)
    q = model.chain.sample(np.random.default_rng(2), 100)
    tips, tools = plain.chain.forward(q), tooled.chain.forward(q)
    np.testing.assert_allclose(tooled.predict(*tools), plain.predict(*tips), atol=1e-4)


def with_one_head(model, head):
    """Return the model with one of its heads alone."""
    network = model.network
    numbers = len(network.biases[-1]) // network.heads
    rows = slice(head * numbers, (head + 1) * numbers)
    weights = (*network.weights[:-1], network.weights[-1][rows])
    biases = (*network.biases[:-1], network.biases[-1][rows])
    alone = dataclasses.replace(network, weights=weights, biases=biases, heads=1)
    return dataclasses.replace(model, network=alone)


def test_points_about_the_target_stay_where_they_were(tiago, untrained):
    points = BasisPoints.for_chain(tiago)
    moved = untrained(tiago).network.with_sight(points).at_tool(T_TIP_TOOL).scene
    T_tip = transform(matrix_from_quaternion([0.5, 0.5, -0.5, 0.5]), [0.4, 0.1, 0.2])
    T_tool = T_tip @ T_TIP_TOOL
    seen_from_tip = T_tip[:3, 3] + points.target @ T_tip[:3, :3].T
    seen_from_tool = T_tool[:3, 3] + moved.target @ T_tool[:3, :3].T
    np.testing.assert_allclose(seen_from_tool, seen_from_tip, atol=1e-12)


@pytest.mark.parametrize('tool', [[0, 0, 0.1], [0, 0, 0.1, 0, 0, 0, 0], ['a'] * 7, [np.nan] * 7])
def test_what_is_no_tool_is_refused(shipped_model, tool):
    with pytest.raises(InvalidInputError):
        IkSolver(shipped_model, tool=tool)


def test_a_calibrated_robot_is_solved_for_itself(shipped_model):
    robot = calibrated(shipped_model.chain, 1.0)
    distance, _ = shipped_model.chain.deviation_from(robot)
    assert 1e-4 < distance < 0.008
    solver = IkSolver(shipped_model, robot=robot)
    position, orientation = robot.forward(robot.sample(np.random.default_rng(3), 200))
    batch = solver.solve_batch(position, orientation)
    assert batch.success.all()
    reached, _ = robot.forward(batch.joint_positions)
    np.testing.assert_allclose(reached, position, atol=2e-6)


def test_the_robot_may_not_be_further_away_than_a_calibration(shipped_model):
    robot = calibrated(shipped_model.chain, 5.0)
    with pytest.raises(RobotMismatchError, match=r'expected at most 10\.00 mm'):
        IkSolver(shipped_model, robot=robot)
    assert IkSolver(shipped_model, robot=robot, calibration=0.05).chain is not None


def test_another_robot_is_no_calibrated_one(shipped_model, artificial):
    with pytest.raises(RobotMismatchError, match='base link'):
        IkSolver(shipped_model, robot=artificial(7))


def test_tool_robot_and_obstacles_stay_with_another_network(shipped_model):
    robot = calibrated(shipped_model.chain, 0.5)
    solver = IkSolver(shipped_model, tool=TOOL, robot=robot)
    solver.set_obstacles([[0.6, 0.0, 0.8, 0.05]])
    other = solver.with_network(shipped_model)
    np.testing.assert_allclose(other.chain.transforms, solver.chain.transforms)
    np.testing.assert_allclose(other.obstacles, solver.obstacles)
    bare = other.fitted_to()
    assert bare.chain.fingerprint == shipped_model.chain.fingerprint
    np.testing.assert_allclose(bare.obstacles, solver.obstacles)


def test_a_chain_alone_takes_a_tool_too(tiago):
    solver = IkSolver(tiago, tool=TOOL)
    position, orientation = solver.chain.forward(tiago.middle)
    assert solver.solve(position, orientation).success


@pytest.fixture(scope='module')
def shipped_model() -> IkModel:
    """Return the shipped network of the TIAGo arm."""
    from learned_ik.resources import shipped_file

    return IkModel.load(shipped_file('models/tiago_arm.safetensors'))
