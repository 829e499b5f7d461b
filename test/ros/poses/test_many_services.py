# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`~/get_ik_batch` and `~/get_ik_solutions` over DDS, and what requests say beside their poses."""

import array
import itertools
import math

import numpy as np
import pytest

from learned_ik.ros.messages import fill_duration
from learned_ik.rotations import matrix_from_quaternion

SUCCESS, NO_IK_SOLUTION, INVALID = 1, -31, -16
NONE, REQUEST, JOINT_STATES, LAST_COMMAND = range(4)
MOST = 10_000


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node('-p', 'target_mode:=direct')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def poses(chain):
    return chain.forward(chain.sample(np.random.default_rng(2), 1000))


@pytest.fixture(scope='module')
def batches(node, client):
    from learned_ik_interfaces.srv import GetIKBatch

    service = client.node.create_client(GetIKBatch, '/learned_ik/get_ik_batch')
    client.spin_until(service.service_is_ready)
    return service


@pytest.fixture(scope='module')
def batch():
    """Return a function that makes a request for positions (n, 3) [m], orientations (n, 4)."""
    from learned_ik_interfaces.srv import GetIKBatch

    def batch(positions, orientations, timeout=30.0, **fields):
        request = GetIKBatch.Request(**fields)
        request.positions = array.array('d', np.ravel(positions).tolist())
        request.orientations = array.array('d', np.ravel(orientations).tolist())
        fill_duration(request.timeout, timeout)
        return request

    return batch


@pytest.fixture(scope='module')
def ask_several(node, client):
    """Return a function from a pose to the node's several solutions of it."""
    from learned_ik_interfaces.srv import GetIKSolutions

    service = client.node.create_client(GetIKSolutions, '/learned_ik/get_ik_solutions')
    client.spin_until(service.service_is_ready)

    def ask(position, orientation, frame='', seed=None, **fields):
        request = GetIKSolutions.Request(**fields)
        request.pose = client.stamped_pose(position, orientation, frame)
        request.seed.name = list(seed or {})
        request.seed.position = list((seed or {}).values())
        return client.call(service, request)

    return ask


@pytest.fixture(autouse=True)
def still_up(node, client, poses):
    """After every test, ask the node something sensible."""
    yield
    assert client.get_ik(poses[0][0], poses[1][0]).error_code == SUCCESS
    assert node.process.poll() is None
    assert 'Traceback' not in node.log


def free_z(kind):
    """Return an `OrientationFreedom`: of a torch, which may turn about itself."""
    freedom = kind()
    freedom.least.z, freedom.most.z = -math.inf, math.inf
    return freedom


def test_a_thousand_poses_in_one_message(client, batches, batch, poses, chain):
    response = client.call(batches, batch(*poses))
    codes = np.array(response.error_codes)
    joints = np.reshape(response.joint_positions, (1000, 7))
    assert tuple(response.joint_names) == chain.joint_names
    solved = codes == SUCCESS
    assert solved.mean() > 0.99
    reached, _ = chain.forward(joints)
    np.testing.assert_allclose(reached[solved], poses[0][solved], atol=2e-6)
    np.testing.assert_allclose(
        np.linalg.norm(reached - poses[0], axis=1), response.position_errors, atol=1e-9
    )
    assert max(np.array(response.orientation_errors)[solved]) <= 1e-6
    assert np.isnan(response.seed_distances).all()
    assert np.isinf(response.clearances).all()
    assert (response.error_code == SUCCESS) == bool(solved.all())
    assert response.seed_source == NONE
    assert response.solve_time > 0


def test_the_first_pose_that_is_not_solved_is_named(client, batches, batch, poses):
    positions = poses[0][:50].copy()
    positions[[20, 30]] = [4.0, 0.0, 0.0]
    response = client.call(batches, batch(positions, poses[1][:50]))
    assert response.error_code == NO_IK_SOLUTION
    assert response.message.startswith('pose 20: ')
    assert '2 are not solved' in response.message
    assert [k for k, code in enumerate(response.error_codes) if code != SUCCESS] == [20, 30]


def test_others_are_served_while_a_batch_is_solved(client, batches, batch, poses):
    rng = np.random.default_rng(4)
    positions = np.resize(poses[0], (MOST, 3))
    unwanted = rng.normal(size=(MOST, 4))  # most of which cannot be reached
    response = batches.call_async(batch(positions, unwanted, timeout=60.0))
    answered = 0
    while not response.done():
        assert client.get_ik(poses[0][0], poses[1][0]).error_code == SUCCESS
        answered += not response.done()
    assert answered >= 3
    assert len(response.result().error_codes) == MOST


def test_seeds_of_all_and_of_each(client, batches, batch, chain):
    q = chain.sample(np.random.default_rng(3), 20)
    names = list(reversed(chain.joint_names))
    response = client.call(
        batches,
        batch(*chain.forward(q), seed_names=names, seeds=array.array('d', q[:, ::-1].ravel())),
    )
    assert (response.error_code, response.seed_source) == (SUCCESS, REQUEST)
    np.testing.assert_allclose(np.reshape(response.joint_positions, (20, 7)), q, atol=1e-3)
    assert max(response.seed_distances) < 1e-3


@pytest.mark.parametrize(
    ('positions', 'orientations', 'fields', 'code', 'words'),
    [
        ([], [], {}, INVALID, 'no poses'),
        ([0.5, 0.0], [0, 0, 0, 1.0], {}, INVALID, 'positions has 2 numbers'),
        ([0.5, 0.0, 0.2], [], {}, INVALID, 'orientations has 0 numbers; expected 4'),
        ([0.5, 0, 0.2, 0, math.nan, 0], [0, 0, 0, 1.0] * 2, {}, INVALID, 'positions[1] is'),
        ([0.5, 0, 0.2] * 2, [0, 0, 0, 1.0, 0, 0, 0, 0], {}, INVALID, 'orientations[1] contains'),
        ([0.5, 0, 0.2], [0, 0, 0, 1.0], {'timeout': 61.0}, INVALID, 'at most 60 s'),
        ([0.5, 0, 0.2], [0, 0, 0, 1.0], {'seed_names': ['a', 'b']}, -17, '2 names and 0 pos'),
        ([0.5, 0, 0.2], [0, 0, 0, 1.0], {'max_joint_change': 1.0}, -17, 'needs a seed'),
        ([0.0] * 3 * (MOST + 1), [0, 0, 0, 1.0] * (MOST + 1), {}, INVALID, '10001 poses; exp'),
    ],
)
def test_a_malformed_batch_is_named(
    client, batches, batch, positions, orientations, fields, code, words
):
    response = client.call(batches, batch(positions, orientations, **fields))
    assert response.error_code == code
    assert words in response.message
    assert len(response.error_codes) == len(response.joint_positions) == 0
    assert len(response.position_errors) == len(response.clearances) == 0


def test_a_batch_in_a_frame_that_nobody_knows(client, batches, batch, poses):
    request = batch(poses[0][:2], poses[1][:2])
    request.header.frame_id = 'map'
    response = client.call(batches, request)
    assert response.error_code == -21
    assert "'map'" in response.message


def test_several_solutions_reach_the_pose_and_differ(ask_several, chain):
    position, orientation = chain.forward(chain.middle + 0.2)
    response = ask_several(position, orientation)
    assert (response.error_code, response.message, response.seed_source) == (SUCCESS, '', NONE)
    assert tuple(response.joint_names) == chain.joint_names
    found = np.array([each.joint_positions for each in response.solutions])
    assert 2 < len(found) <= 16
    np.testing.assert_allclose(chain.forward(found)[0], [position] * len(found), atol=2e-6)
    margins = np.minimum(found - chain.lower, chain.upper - found).min(axis=1)
    np.testing.assert_allclose([each.limit_margin for each in response.solutions], margins)
    for one, other in itertools.combinations(found, 2):
        assert np.abs(one - other).max() >= 0.05
    seed = dict(zip(chain.joint_names, chain.middle, strict=True))
    near = ask_several(position, orientation, seed=seed, limit=4)
    distances = [each.seed_distance for each in near.solutions]
    assert distances == sorted(distances)
    assert 1 < len(distances) <= 4
    assert near.seed_source == REQUEST


def test_where_there_is_no_solution_the_answer_is_that_of_one_pose(ask_several, client):
    response, one = ask_several((3.0, 0, 0), (0, 0, 0, 1.0)), client.get_ik((3.0, 0, 0))
    assert response.error_code == one.error_code == NO_IK_SOLUTION
    assert response.message == one.message
    assert not response.solutions
    wrong = ask_several((3.0, 0, 0), (0, 0, 0, 1.0), limit=1000)
    assert wrong.error_code == INVALID
    assert 'limit is 1000; expected 1 up to 256' in wrong.message


def test_each_request_counts_once_in_the_diagnostics(client, batches, batch, ask_several, poses):
    from diagnostic_msgs.msg import DiagnosticArray

    counts = []

    def note(message):
        values = {each.key: each.value for each in message.status[0].values}
        counts.append(int(values['requests']))

    client.node.create_subscription(DiagnosticArray, '/diagnostics', note, 10)
    client.spin_until(lambda: counts)
    before = counts[-1]
    for _ in range(3):
        client.call(batches, batch(poses[0][:5], poses[1][:5]))
    client.call(batches, batch([], []))  # what is refused counts, too
    ask_several(poses[0][0], poses[1][0])
    ask_several(poses[0][0], poses[1][0], limit=1000)
    client.spin_until(lambda: counts[-1] >= before + 6)
    assert counts[-1] == before + 6


def test_a_torch_may_turn_about_itself(client, poses, chain):
    from learned_ik_interfaces.msg import OrientationFreedom

    seed = dict(zip(chain.joint_names, chain.middle, strict=True))
    turned = []
    for position, orientation in zip(poses[0][:10], poses[1][:10], strict=True):
        response = client.get_ik(
            position, orientation, seed=seed, freedom=free_z(OrientationFreedom)
        )
        assert response.error_code == SUCCESS, response.message
        reached, turn = chain.forward(response.joint_state.position)
        np.testing.assert_allclose(reached, position, atol=2e-6)
        R, wanted = matrix_from_quaternion(turn), matrix_from_quaternion(orientation)
        np.testing.assert_allclose(R[:, 2], wanted[:, 2], atol=1e-5)
        turned.append(np.abs(R - wanted).max())
    assert max(turned) > 0.1


def test_what_is_wished_is_read_from_the_message(client, poses, chain):
    from learned_ik_interfaces.msg import OrientationFreedom, Preference

    pose = poses[0][0], poses[1][0]
    response = client.get_ik(pose[0], (0.0, 0, 0, 0), position_only=True)
    assert response.error_code == SUCCESS
    reached, _ = chain.forward(response.joint_state.position)
    np.testing.assert_allclose(reached, pose[0], atol=2e-6)
    upside_down = OrientationFreedom()
    upside_down.least.y = 0.5
    response = client.get_ik(*pose, freedom=upside_down)
    assert response.error_code == INVALID
    assert 'freedom.least.y is 0.5; expected 0 or below' in response.message
    preference = Preference(weights=[1.0])
    preference.posture.name, preference.posture.position = ['arm_4_joint'], [1.0]
    near = client.get_ik(*pose, preference=preference)
    preference.posture.position = [-0.2]
    far = client.get_ik(*pose, preference=preference)
    assert near.error_code == far.error_code == SUCCESS
    assert abs(near.joint_state.position[3] - 1.0) <= abs(far.joint_state.position[3] - 1.0)
    wrong = client.get_ik(*pose, preference=Preference(prefer='best'))
    assert wrong.error_code == INVALID
    assert "prefer is 'best'" in wrong.message
    assert client.get_ik(*pose, max_joint_change=1.0).error_code == -17


def test_answers_tell_where_the_search_began(client, batches, batch, ask_several, chain, node):
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import JointState

    pose = chain.forward(chain.middle + 0.1)
    response = client.get_ik(*pose)
    assert response.seed_source == NONE
    assert math.isnan(response.seed_distance)
    q = np.array(response.joint_state.position)
    margin = np.minimum(q - chain.lower, chain.upper - q).min()
    assert response.limit_margin == pytest.approx(margin)
    seed = dict(zip(chain.joint_names, chain.middle, strict=True))
    response = client.get_ik(*pose, seed=seed, max_joint_change=0.3)
    assert response.seed_source == REQUEST
    change = np.array(response.joint_state.position) - chain.middle
    assert np.abs(change).max() <= 0.3
    assert response.seed_distance == pytest.approx(np.linalg.norm(change))
    publisher = client.node.create_publisher(JointState, '/joint_states', qos_profile_sensor_data)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)
    publisher.publish(JointState(name=chain.joint_names, position=chain.middle.tolist()))
    client.spin_until(lambda: client.get_ik(*pose).seed_source == JOINT_STATES)
    assert ask_several(*pose).seed_source == JOINT_STATES
    one = batch(*(part[None] for part in pose))
    assert client.call(batches, one).seed_source == JOINT_STATES
    client.commands.clear()
    client.target.publish(client.stamped_pose(*pose))
    client.spin_until(lambda: client.commands)
    commanded = np.array(client.commands[-1].position)
    response = client.get_ik(*pose)
    assert response.seed_source == LAST_COMMAND
    change = np.array(response.joint_state.position) - commanded
    assert response.seed_distance == pytest.approx(np.linalg.norm(change), abs=1e-9)
    assert client.call(batches, one).seed_source == LAST_COMMAND
    client.node.destroy_publisher(publisher)


def test_a_path_with_a_free_yaw_tells_where_it_starts(client, chain):
    from geometry_msgs.msg import Pose

    from learned_ik.ros.messages import fill_pose
    from learned_ik_interfaces.msg import OrientationFreedom
    from learned_ik_interfaces.srv import GetIKPath

    service = client.node.create_client(GetIKPath, '/learned_ik/get_ik_path')
    client.spin_until(service.service_is_ready)
    q = np.linspace(chain.middle + 0.1, chain.middle + 0.4, 50)
    positions, orientations = chain.forward(q)
    request = GetIKPath.Request(freedom=free_z(OrientationFreedom))
    for position, orientation in zip(positions, orientations, strict=True):
        request.poses.append(Pose())
        fill_pose(request.poses[-1], position, orientation)
    request.start.name, request.start.position = list(chain.joint_names), q[0].tolist()
    response = client.call(service, request)
    assert response.error_code == SUCCESS, response.message
    assert response.start_source == REQUEST
    found = np.array([point.positions for point in response.trajectory.points])
    reached, turned = chain.forward(found)
    np.testing.assert_allclose(reached, positions, atol=2e-6)
    np.testing.assert_allclose(
        matrix_from_quaternion(turned)[:, :, 2],
        matrix_from_quaternion(orientations)[:, :, 2],
        atol=1e-5,
    )
    request.collisions = 9
    refused = client.call(service, request)
    assert refused.error_code == INVALID
    assert 'collisions is 9' in refused.message
