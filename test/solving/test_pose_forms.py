# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever form people have a pose or a posture in, the answer is the same."""

import json
import math

import numpy as np
import pinocchio
import pytest
from scipy.spatial.transform import Rotation

from learned_ik import IkSolver, Status, Tracker, TrackingStatus
from learned_ik.errors import InvalidInputError


class SpatialmathSE3:
    """A pose as spatialmath keeps one, whose name for the matrix is `A`."""

    def __init__(self, T):
        self.A = T


class JaxlieSE3:
    """A pose as mink and jaxlie keep one."""

    def __init__(self, T):
        self._T = T

    def as_matrix(self):
        return self._T


class SpatialmathQuaternion:
    """A unit quaternion as spatialmath keeps one: its numbers are w x y z."""

    def __init__(self, R):
        self.R = R

    def __array__(self, dtype=None, copy=None):
        return Rotation.from_matrix(self.R).as_quat()[[3, 0, 1, 2]]


@pytest.fixture(scope='module')
def solver():
    return IkSolver.load('tiago_arm')


@pytest.fixture(scope='module')
def poses(solver):
    """Return positions, quaternions and transforms of twenty reachable poses."""
    p, o = solver.forward(solver.chain.sample(np.random.default_rng(4), 20))
    T = np.tile(np.eye(4), (20, 1, 1))
    T[:, :3, :3], T[:, :3, 3] = Rotation.from_quat(o).as_matrix(), p
    return p, o, T


FORMS = {
    'a matrix': lambda p, o, T: (T,),
    'lists': lambda p, o, T: (T.tolist(),),
    'SE3 of Pinocchio': lambda p, o, T: (pinocchio.SE3(T),),
    'SE3 of spatialmath': lambda p, o, T: (SpatialmathSE3(T),),
    'SE3 of jaxlie': lambda p, o, T: (JaxlieSE3(T),),
    'a rotation matrix': lambda p, o, T: (p, T[:3, :3]),
    'lists of a rotation': lambda p, o, T: (p.tolist(), T[:3, :3].tolist()),
    'a Rotation of SciPy': lambda p, o, T: (p, Rotation.from_quat(o)),
    'a quaternion of spatialmath': lambda p, o, T: (p, SpatialmathQuaternion(T[:3, :3])),
    'a Quaternion of Pinocchio': lambda p, o, T: (p, pinocchio.Quaternion(T[:3, :3])),
}
each_form = pytest.mark.parametrize('form', FORMS.values(), ids=FORMS)


@each_form
def test_every_form_of_a_pose_gets_the_same_answer(solver, poses, form):
    for pose in zip(*poses, strict=True):
        wanted, given = solver.solve(*pose[:2]), solver.solve(*form(*pose))
        assert given.status is wanted.status is Status.SUCCESS
        R, p = solver.chain.forward_matrix(given.joint_positions)
        assert np.abs(p - pose[2][:3, 3]).max() < 2e-6
        assert np.abs(R - pose[2][:3, :3]).max() < 2e-6


@each_form
def test_every_form_goes_through_every_way_to_ask(solver, poses, form):
    pose = next(zip(*poses, strict=True))
    given = form(*pose)
    assert len(solver.solve_all(*given, limit=4)) == 4
    tracker = Tracker(solver)
    tracker.reset(solver.solve(*pose[:2]).joint_positions)
    step = tracker.update(given[0], given[1] if len(given) > 1 else None, 0.01)
    assert step.status is TrackingStatus.ON_TARGET
    cone = ((-0.3, 0.1), (-0.2, 0.2), (-math.inf, math.inf))
    assert solver.solve(*given, orientation_tolerance=cone)


def test_many_poses_in_one_array_or_in_a_list(solver, poses):
    p, o, T = poses
    wanted = solver.solve_batch(p, o).joint_positions
    for given in (
        (T,), (T.tolist(),), ([pinocchio.SE3(each) for each in T],), (p, T[:, :3, :3]),
        (p, Rotation.from_quat(o)), (p, [Rotation.from_quat(each) for each in o]),
    ):  # fmt: skip
        found = solver.solve_batch(*given)
        assert found
        np.testing.assert_allclose(found.joint_positions, wanted, atol=1e-6)
        np.testing.assert_allclose(solver.predict(*given), solver.predict(p, o), atol=1e-5)
        assert len(solver.follow(*given)) == len(p)


def test_a_position_alone_may_have_any_orientation(solver, poses):
    p, o, _ = poses
    solution = solver.solve(p[0])
    assert solution
    assert np.abs(solver.forward(solution.joint_positions)[0] - p[0]).max() < 2e-6
    assert solver.solve_batch(p)
    near = solver.solve(p[0], seed=solver.solve(p[0], o[0]).joint_positions)
    assert near.seed_distance < 1e-6
    assert len(solver.follow(np.linspace(p[0], p[0] + [0, 0, 0.01], 5)).failures) == 0
    tracker = Tracker(solver)
    tracker.reset(solution.joint_positions)
    assert tracker.update(p[0], None, 0.01).status is TrackingStatus.ON_TARGET
    other = o[0][[3, 0, 1, 2]]
    assert tracker.update(p[0], other, 0.01).status is not TrackingStatus.ON_TARGET


@pytest.mark.parametrize(
    ('pose', 'told'),
    [
        ((np.diag([1.0, 1, 1, 2]),), 'last row is 0 0 0 1'),
        ((np.full((4, 4), np.nan),), 'last row is 0 0 0 1'),
        ((np.eye(4), [0, 0, 0, 1]), 'without an orientation'),
        (([0.5, 0, 0.2], -np.eye(3)), 'a reflection; expected a rotation'),
        (([0.5, 0, 0.2], np.ones((3, 3))), 'not orthogonal; expected a rotation'),
        (([0.5, 0, 0.2], np.full((3, 3), np.nan)), 'not finite'),
        (([0.5, 0, 0.2], np.eye(2)), r'a rotation \(3, 3\)'),
        ((None,), 'position is None'),
    ],
)
def test_a_pose_that_is_none_is_refused(solver, pose, told):
    with pytest.raises(InvalidInputError, match=told):
        solver.solve(*pose)
    tracker = Tracker(solver)
    step = tracker.update(pose[0], pose[1] if len(pose) > 1 else None, 0.01)
    assert 'the target is refused' in step.message


def test_a_matrix_with_few_decimals_is_the_nearest_rotation(solver, poses):
    rounded = np.round(poses[2][0], 4)
    solution = solver.solve(rounded)
    assert solution
    R, _ = solver.chain.forward_matrix(solution.joint_positions)
    assert np.abs(R - rounded[:3, :3]).max() < 2e-4


def test_joints_by_name(solver, poses):
    p, o, _ = poses
    q = solver.solve(p[0], o[0]).joint_positions + 0.05
    by_name = dict(reversed(list(zip(solver.chain.joint_names, q.tolist(), strict=True))))
    wanted = solver.solve(p[0], o[0], q).joint_positions
    np.testing.assert_array_equal(solver.solve(p[0], o[0], by_name).joint_positions, wanted)
    whole_robot = {**by_name, 'head_1_joint': 0.3}
    np.testing.assert_array_equal(solver.solve(p[0], o[0], whole_robot).joint_positions, wanted)
    np.testing.assert_array_equal(solver.forward(by_name)[0], solver.forward(q)[0])
    np.testing.assert_array_equal(solver.jacobian(by_name), solver.jacobian(q))
    assert solver.solve_all(p[0], o[0], 2, seed=by_name)[0].seed_distance < 0.5
    assert solver.solve_batch(p, o, by_name)
    tracker = Tracker(solver)
    tracker.reset(by_name)
    np.testing.assert_array_equal(tracker.joint_positions, q)


def test_a_preferred_posture_names_the_joints_that_matter(solver, poses):
    p, o, _ = poses
    name = solver.chain.joint_names[0]
    posture = np.full(7, np.nan)
    posture[0] = 0.4
    np.testing.assert_array_equal(
        solver.solve(p[0], o[0], prefer={name: 0.4}).joint_positions,
        solver.solve(p[0], o[0], prefer=posture).joint_positions,
    )
    with pytest.raises(InvalidInputError, match='prefer names elbow; expected some of arm_1_jo'):
        solver.solve(p[0], o[0], prefer={name: 0.4, 'elbow': 0.2})


def test_a_joint_without_a_value_is_named(solver, poses):
    values = dict.fromkeys(solver.chain.joint_names, 0.1)
    values['arm_3_jiont'] = values.pop('arm_3_joint')
    with pytest.raises(
        InvalidInputError, match=r"seed has no value for arm_3_joint; .*'arm_3_jiont' is no joint"
    ):
        solver.solve(poses[0][0], poses[1][0], values)
    values['arm_3_joint'] = 'high'
    with pytest.raises(InvalidInputError, match='seed is'):
        solver.solve(poses[0][0], poses[1][0], values)


def test_a_solution_as_a_dictionary_is_json_and_a_seed(solver, poses):
    p, o, _ = poses
    solution = solver.solve(p[0], o[0])
    told = json.loads(json.dumps(solution.as_dict()))
    assert (told['status'], told['code'], told['message']) == ('SUCCESS', 1, '')
    assert told['seed_distance'] is None
    assert told['clearance'] is None
    assert solver.solve(p[0], o[0], told['joint_positions']).seed_distance < 1e-6
    far = json.loads(json.dumps(solver.solve([5, 0, 0], [0, 0, 0, 1]).as_dict()))
    assert far['status'] == 'NO_SOLUTION'
    assert 'out of reach' in far['message']


def test_what_is_printed_is_short(solver, poses):
    p, o, _ = poses
    told = repr(solver.solve(p[0], o[0]))
    assert told.startswith('Solution(SUCCESS, q=[')
    assert len(told) < 140
    assert 'out of reach' in repr(solver.solve([5, 0, 0], o[0]))
    assert repr(solver.solve_batch(p, o)).startswith('SolutionBatch(20 of 20 poses solved in ')
    assert repr(solver.follow(p[:1], o[:1])).startswith('PathSolution(1 of 1 poses reached, 0 ')


def test_a_tool_as_a_transform(poses):
    T = poses[2][0]
    tool = IkSolver.load('tiago_arm', tool=T).tool
    np.testing.assert_allclose(tool[:3], T[:3, 3])
    np.testing.assert_allclose(Rotation.from_quat(tool[3:]).as_matrix(), T[:3, :3], atol=1e-12)
