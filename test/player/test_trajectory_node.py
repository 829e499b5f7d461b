# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A robot without motors follows paths: two processes, and what they publish."""

import numpy as np
import pytest

from learned_ik.trajectories.pose_paths import spiral

START = ('-p', 'poses:=60', '-p', 'rate:=200.0', '-p', 'radius:=0.1', '-p', 'turns:=1.0')


@pytest.fixture(scope='module')
def node(start_node, client):
    node = start_node()
    client.wait_for_node()
    return node


@pytest.fixture
def heard(client):
    """Return lists that fill with joint states and marker arrays."""
    from sensor_msgs.msg import JointState
    from visualization_msgs.msg import MarkerArray

    states, markers = [], []
    listen = client.node.create_subscription
    subscriptions = [
        listen(JointState, '/joint_states', states.append, 10),
        listen(MarkerArray, '/learned_ik/markers', markers.append, 10),
    ]
    yield states, markers
    for subscription in subscriptions:
        client.node.destroy_subscription(subscription)


def arm_positions(chain, state):
    given = dict(zip(state.name, state.position, strict=True))
    return np.array([given[name] for name in chain.joint_names])


def distance_to(points, position):
    return np.linalg.norm(points - position, axis=-1).min()


@pytest.mark.parametrize('mode', ['follow', 'stream'])
def test_the_tip_follows_the_spiral_without_a_jump(
    node, client, heard, chain, start_node, tiago_urdf, mode
):
    states, markers = heard
    client.describe_robot(tiago_urdf)
    path = spiral(
        2000,
        centre=(0.6, -0.05, -0.2),
        radius=0.1,
        height=0.3,
        turns=1.0,
        axis=(1.0, 0.0, 0.0),
        orientation=(0.0, 0.3826834, 0.0, 0.9238795),
    )
    options = ('-p', f'mode:={mode}', *(('-p', 'poses:=3000') if mode == 'stream' else ()))
    with start_node(*START, *options, module='learned_ik.player.trajectory_node'):

        def near(part):
            if not states or not set(chain.joint_names) <= set(states[-1].name):
                return False
            tip, _ = chain.forward(arm_positions(chain, states[-1]))
            return distance_to(part, tip) < 2e-3

        # The arm may begin anywhere, at the end too, where an earlier path has left it.
        client.spin_until(lambda: near(path.positions[:40]))
        client.spin_until(lambda: near(path.positions[-40:]))
        states.clear()  # those from before it was on its way, however late the nodes met
        client.spin_until(lambda: len(states) >= 50)
        client.spin_until(
            lambda: any(len(m.points) > 20 for m in markers[-1].markers) if markers else False
        )
    tips, _ = chain.forward(np.array([arm_positions(chain, state) for state in states]))
    # Joints are interpolated between two poses that lie up to 3 cm apart.
    assert max(distance_to(path.positions, tip) for tip in tips) < 3e-3
    assert 'torso_lift_joint' in states[-1].name  # the whole robot, as robot_state_publisher needs
    namespaces = {marker.ns for marker in markers[-1].markers}
    assert namespaces >= {'target_path', 'reached_path', 'arm', 'joints', 'error'}


def test_follows_a_path_that_is_published(node, client, heard, chain, start_node):
    from nav_msgs.msg import Path

    states, _ = heard
    begin, orientation = chain.forward(chain.middle)
    line = begin + np.linspace(0.0, 0.04, 20)[:, None] * [0.0, 1.0, 0.0]
    publisher = client.node.create_publisher(Path, '/trajectory/path', 1)
    options = (*START, '-p', 'path:=topic', '-p', 'repeat:=false')
    with start_node(*options, module='learned_ik.player.trajectory_node') as follower:
        client.spin_until(lambda: publisher.get_subscription_count() == 1)
        path = Path(poses=[client.stamped_pose(p, orientation) for p in line])
        publisher.publish(path)
        follower.wait_for_log('following 20 poses')
        states.clear()

        def at_the_end():
            known = [s for s in states if set(chain.joint_names) <= set(s.name)]
            if not known:
                return False
            tip, _ = chain.forward(arm_positions(chain, known[-1]))
            return np.linalg.norm(tip - line[-1]) < 1e-5

        client.spin_until(at_the_end)
        unreachable = Path(poses=[client.stamped_pose((3.0, 0.0, 0.0))])
        publisher.publish(unreachable)
        follower.wait_for_log('the path cannot be followed')
    client.node.destroy_publisher(publisher)


@pytest.mark.parametrize(
    ('parameter', 'words'),
    [
        ('path:=knot', "path 'knot'; expected spiral, line, circle, topic, marker"),
        ('path:=marker', "path 'marker' needs the parameter 'frame'"),
        ('mode:=jump', "mode 'jump'; expected follow, stream"),
        ('axis:=[0.0, 0.0, 0.0]', 'expected a direction'),
    ],
)
def test_a_path_that_is_none_keeps_it_from_starting(start_node, parameter, words):
    with start_node('-p', parameter, module='learned_ik.player.trajectory_node') as node:
        assert node.exit_status() == 1
        assert words in node.ended_log()
        assert 'Traceback' not in node.log
