# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Targets that a running node tracks: commands at its rate, without a jump, with a status."""

import math
import signal
import time

import numpy as np
import pytest

pytest.importorskip('rclpy')

RATE = 100.0  # [1/s]
START = [0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0]


@pytest.fixture(scope='module')
def node(start_node):
    node = start_node('-p', f'command_rate:={RATE}')
    node.wait_for_log('ready')
    return node


@pytest.fixture
def tracked(node, client, chain):
    """Return the client, which has reported where the joints are, and listens to statuses."""
    from diagnostic_msgs.msg import DiagnosticStatus
    from geometry_msgs.msg import TwistStamped
    from sensor_msgs.msg import JointState

    client.wait_for_node()
    made = client.node
    client.statuses = []
    status = made.create_subscription(
        DiagnosticStatus, '/learned_ik/tracking_status', client.statuses.append, 100
    )
    joints = made.create_publisher(JointState, '/joint_states', 10)
    client.twist = made.create_publisher(TwistStamped, '/learned_ik/target_twist', 1)
    client.spin_until(lambda: joints.get_subscription_count() == 1)
    client.spin_until(lambda: client.twist.get_subscription_count() == 1)
    client.spin_until(lambda: made.count_publishers('/learned_ik/tracking_status') == 1)
    joints.publish(JointState(name=list(chain.joint_names), position=START))
    end = time.monotonic() + 1.0
    client.spin_until(lambda: time.monotonic() > end)
    client.commands.clear()
    yield client
    made.destroy_subscription(status)
    made.destroy_publisher(joints)
    made.destroy_publisher(client.twist)


def is_quiet(client, seconds=0.5):
    """Return a condition: no command has come for some time."""
    seen = [len(client.commands), time.monotonic()]

    def quiet() -> bool:
        if len(client.commands) != seen[0]:
            seen[:] = len(client.commands), time.monotonic()
        return seen[0] > 0 and time.monotonic() - seen[1] > seconds

    return quiet


def largest_step(client) -> float:
    q = np.array([c.position for c in client.commands])
    return float(np.abs(np.diff(q, axis=0)).max())


def test_one_target_is_led_to_at_the_rate_and_told(tracked, chain):
    goal = chain.forward(np.array(START) + 0.15)
    tracked.target.publish(tracked.stamped_pose(*goal))
    tracked.spin_until(is_quiet(tracked))
    assert len(tracked.commands) > 10
    reached, _ = chain.forward(np.array(tracked.commands[-1].position))
    np.testing.assert_allclose(reached, goal[0], atol=1e-4)
    assert tracked.commands[-1].name == list(chain.joint_names)
    assert largest_step(tracked) <= chain.velocity.max() * 0.1 + 1e-9  # a pause counts 0.1 s
    assert tracked.statuses[-1].name == 'ON_TARGET'
    assert {v.key for v in tracked.statuses[-1].values} >= {'position_error', 'clearance'}


def test_a_twist_moves_the_tip_and_ends(tracked, chain):
    from geometry_msgs.msg import TwistStamped

    twist = TwistStamped()
    twist.header.frame_id = chain.base_link
    twist.twist.linear.y = -0.05
    tracked.twist.publish(twist)
    tracked.spin_until(is_quiet(tracked))
    tips, _ = chain.forward(np.array([c.position for c in tracked.commands]))
    assert tips[-1][1] < tips[0][1] - 0.01
    assert any('no twist comes' in status.message for status in tracked.statuses)


@pytest.mark.parametrize('bad', ['nan', 'frame'])
def test_what_is_no_target_is_told_and_the_node_goes_on(tracked, node, chain, bad):
    goal = chain.forward(np.array(START) + 0.3)
    tracked.target.publish(tracked.stamped_pose(*goal))
    tracked.spin_until(lambda: len(tracked.commands) > 3)
    if bad == 'nan':
        message = tracked.stamped_pose([math.nan, 0.0, 0.0])
    else:
        message = tracked.stamped_pose(*goal, frame='nowhere')
    tracked.target.publish(message)
    wanted = 'refused' if bad == 'nan' else 'nowhere'
    tracked.spin_until(lambda: any(wanted in status.message for status in tracked.statuses))
    tracked.target.publish(tracked.stamped_pose(*goal))
    tracked.spin_until(is_quiet(tracked))
    assert tracked.statuses[-1].name == 'ON_TARGET'


def test_a_pause_of_a_second_is_no_leap(tracked, node, chain):
    tracked.target.publish(tracked.stamped_pose(*chain.forward(np.array(START) + 0.4)))
    tracked.spin_until(lambda: len(tracked.commands) > 3)
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(1.0)
    node.process.send_signal(signal.SIGCONT)
    tracked.spin_until(is_quiet(tracked))
    assert largest_step(tracked) <= chain.velocity.max() * 0.1 + 1e-9


def test_several_publishers_are_told(tracked, node, chain):
    from geometry_msgs.msg import PoseStamped

    rival = tracked.node.create_publisher(PoseStamped, '/learned_ik/target_pose', 1)
    tracked.spin_until(lambda: rival.get_subscription_count() == 1)
    rival.publish(tracked.stamped_pose(*chain.forward(START)))
    tracked.spin_until(lambda: 'several publishers send targets' in node.log)
    tracked.node.destroy_publisher(rival)


@pytest.mark.parametrize('kind', ['joint_trajectory', 'float64_multi_array'])
def test_controllers_are_sent_what_they_take(start_node, client, chain, kind):
    from geometry_msgs.msg import PoseStamped
    from std_msgs.msg import Float64MultiArray
    from trajectory_msgs.msg import JointTrajectory

    name = f'to_{kind}'
    node = start_node('-r', f'__node:={name}', '-p', f'command_type:={kind}')
    node.wait_for_log('ready')
    made, got = client.node, []
    topic, message = {
        'joint_trajectory': ('joint_trajectory', JointTrajectory),
        'float64_multi_array': ('joint_positions', Float64MultiArray),
    }[kind]
    heard = made.create_subscription(message, f'/{name}/{topic}', got.append, 100)
    target = made.create_publisher(PoseStamped, f'/{name}/target_pose', 1)
    client.spin_until(lambda: target.get_subscription_count() == 1)
    client.spin_until(lambda: made.count_publishers(f'/{name}/{topic}') == 1)
    goal = chain.forward(START)
    target.publish(client.stamped_pose(*goal))
    client.spin_until(lambda: len(got) > 3)
    if kind == 'joint_trajectory':
        assert got[-1].joint_names == list(chain.joint_names)
        point = got[-1].points[0]
        assert point.time_from_start.nanosec == pytest.approx(1e7)
        q = point.positions
    else:
        q = got[-1].data
    np.testing.assert_allclose(chain.forward(np.array(q))[0], goal[0], atol=2e-3)
    made.destroy_subscription(heard)
    made.destroy_publisher(target)
