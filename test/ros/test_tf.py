# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses in frames that move, by tf2, over DDS; where tf2_ros is installed."""

import time

import numpy as np
import pytest

pytest.importorskip('tf2_ros')

SUCCESS, FRAME = 1, -21


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node('-p', 'transform_timeout:=1.0')
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def broadcast(client, node):
    """Return a function that tells tf where a frame is: (3,) [m] at a time [s]."""
    from geometry_msgs.msg import TransformStamped
    from tf2_msgs.msg import TFMessage

    publisher = client.node.create_publisher(TFMessage, '/tf', 100)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)

    def tell(frame, position, at):
        message = TransformStamped()
        message.header.frame_id = 'torso_lift_link'
        message.child_frame_id = frame
        message.header.stamp.sec, message.header.stamp.nanosec = stamp_of(at)
        translation = message.transform.translation
        translation.x, translation.y, translation.z = map(float, position)
        message.transform.rotation.w = 1.0
        publisher.publish(TFMessage(transforms=[message]))

    yield tell
    client.node.destroy_publisher(publisher)


def stamp_of(at):
    return int(at), round((at - int(at)) * 1e9)


def ask(client, position, orientation, frame, at=0.0):
    """Return the future of the answer to a pose in a frame at a time [s]; 0: the latest."""
    from learned_ik_interfaces.srv import GetIK

    request = GetIK.Request(pose=client.stamped_pose(position, orientation, frame))
    request.pose.header.stamp.sec, request.pose.header.stamp.nanosec = stamp_of(at)
    return client.service.call_async(request)


def answer_of(client, future):
    client.spin_until(future.done)
    return future.result()


def assert_reached(chain, answer, position):
    assert answer.error_code == SUCCESS, answer.message
    reached, _ = chain.forward(answer.joint_state.position)
    np.testing.assert_allclose(reached, position, atol=2e-6)


def test_a_pose_holds_where_its_frame_was_at_its_stamp(node, client, chain, broadcast):
    position, orientation = chain.forward(chain.middle)
    begin = float(int(time.time()))
    for step in range(11):  # a tray that moves by 10 cm in a second
        broadcast('tray', (0.0, 0.01 * step, 0.0), begin + 0.1 * step)
    client.spin_until(lambda: answer_of(client, ask(client, *far_in('tray'))).error_code != FRAME)
    for share in (0.0, 0.5, 1.0):
        in_tray = position - [0.0, 0.1 * share, 0.0]
        answer = answer_of(client, ask(client, in_tray, orientation, 'tray', begin + share))
        assert_reached(chain, answer, position)
    latest = answer_of(client, ask(client, position - [0.0, 0.1, 0.0], orientation, 'tray'))
    assert_reached(chain, latest, position)


def far_in(frame):
    return (3.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), frame


def test_waits_for_a_transform_and_serves_others_meanwhile(node, client, chain, broadcast):
    position, orientation = chain.forward(chain.middle)
    at = time.time()
    broadcast('cart', (0.0, 0.0, 0.0), at - 0.1)
    waiting = ask(client, position, orientation, 'cart', at)
    for _ in range(5):
        assert_reached(chain, answer_of(client, ask(client, position, orientation, '')), position)
    assert not waiting.done()
    broadcast('cart', (0.0, 0.0, 0.0), at + 0.1)
    assert_reached(chain, answer_of(client, waiting), position)


def test_a_frame_that_nobody_knows_is_refused_when_its_time_is_over(node, client):
    began = time.monotonic()
    answer = answer_of(client, ask(client, *far_in('moon')))
    assert answer.error_code == FRAME
    assert "'moon'" in answer.message
    assert time.monotonic() - began > 0.9


def test_a_target_in_a_moving_frame_becomes_a_command(node, client, chain, broadcast):
    position, orientation = chain.forward(chain.middle)
    at = time.time()
    broadcast('belt', (0.0, 0.0, 0.0), at - 1.0)
    broadcast('belt', (0.0, 0.0, 0.0), at + 100.0)
    client.commands.clear()
    client.target.publish(client.stamped_pose(position, orientation, 'belt'))
    client.spin_until(lambda: client.commands)
    reached, _ = chain.forward(client.commands[0].position)
    np.testing.assert_allclose(reached, position, atol=2e-6)


def test_batches_and_several_solutions_know_frames_that_move_too(node, client, chain, broadcast):
    from learned_ik_interfaces.srv import GetIKBatch, GetIKSolutions

    batches = client.node.create_client(GetIKBatch, '/learned_ik/get_ik_batch')
    several = client.node.create_client(GetIKSolutions, '/learned_ik/get_ik_solutions')
    client.spin_until(lambda: batches.service_is_ready() and several.service_is_ready())
    offset, at = np.array([0.0, 0.05, 0.1]), float(int(time.time()))
    positions, orientations = chain.forward(np.array([chain.middle, chain.middle + 0.1]))
    batch = GetIKBatch.Request(
        positions=(positions - offset).ravel().tolist(), orientations=orientations.ravel().tolist()
    )
    batch.header.frame_id = 'cart'
    batch.header.stamp.sec, batch.header.stamp.nanosec = stamp_of(at)
    pose = GetIKSolutions.Request(
        pose=client.stamped_pose(positions[0] - offset, orientations[0], 'cart')
    )
    pose.pose.header.stamp = batch.header.stamp
    # Neither knows of the frame yet: both wait.
    waiting = batches.call_async(batch), several.call_async(pose)
    broadcast('cart', offset, at)
    of_batch, of_one = (answer_of(client, future) for future in waiting)
    assert of_batch.error_code == of_one.error_code == SUCCESS, of_batch.message
    reached, _ = chain.forward(np.reshape(of_batch.joint_positions, (2, 7)))
    np.testing.assert_allclose(reached, positions, atol=2e-6)
    for each in of_one.solutions:
        reached, _ = chain.forward(each.joint_positions)
        np.testing.assert_allclose(reached, positions[0], atol=2e-6)
