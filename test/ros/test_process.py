# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How the node's process starts and ends. Processes start together: each takes two seconds."""

import signal

import pytest

from learned_ik import resources

SHIPPED_MODEL = 'models/tiago_arm.safetensors'


def test_a_signal_ends_it_cleanly_and_namesakes_are_told(start_node):
    with start_node() as first, start_node() as second:
        for node in (first, second):
            node.wait_for_log("another node is called '/learned_ik' as well")
        for node, how in ((first, signal.SIGINT), (second, signal.SIGTERM)):
            assert node.stop(how) == 0
            assert 'Traceback' not in node.ended_log()
            assert 'ERROR' not in node.log


def test_a_signal_while_it_starts_ends_it_cleanly(start_node):
    with start_node() as first, start_node() as second:
        for node, how in ((first, signal.SIGINT), (second, signal.SIGTERM)):
            node.wait_for_log('loading')
            assert node.stop(how) == 0
            assert 'Traceback' not in node.ended_log()


@pytest.fixture(scope='module')
def bad_starts(start_node, tmp_path_factory):
    """Return nodes that cannot start, by what is wrong; they have ended already."""
    truncated = tmp_path_factory.mktemp('models') / 'truncated.safetensors'
    truncated.write_bytes(resources.shipped_file(SHIPPED_MODEL).read_bytes()[:-1000])
    parameters = {
        'missing': 'model:=/nowhere/arm.safetensors',
        'truncated': f'model:={truncated}',
        'type': 'timeout:=soon',
        'range': 'position_tolerance:=-1.0',
    }
    nodes = {what: start_node('-p', parameter) for what, parameter in parameters.items()}
    for node in nodes.values():
        node.exit_status()
    return nodes


@pytest.mark.parametrize(
    ('what', 'words'),
    [
        ('missing', "model file '/nowhere/arm.safetensors' does not exist"),
        ('truncated', "truncated.safetensors' is not a readable model file"),
        ('type', "'timeout'"),
        ('range', 'position_tolerance'),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(bad_starts, what, words):
    node = bad_starts[what]
    assert node.exit_status() == 1
    assert 'Traceback' not in node.ended_log()
    fatal = [line for line in node.log.splitlines() if 'FATAL' in line]
    assert len(fatal) == 1
    assert words in fatal[0]


def test_another_robot_at_the_start_refuses_requests_until_it_changes(
    start_node, client, chain, tiago_urdf
):
    other = tiago_urdf.replace('arm_3_joint', 'elbow').replace('\n', ' ')
    pose = chain.forward(chain.middle)
    model = resources.shipped_file(SHIPPED_MODEL)
    with start_node('-p', f"robot_description:='{other}'", '-p', f'model:={model}') as node:
        client.wait_for_node()
        response = client.get_ik(*pose)
        assert response.error_code == response.FAILURE
        assert 'joint names' in response.message
        node.wait_for_log('refusing every request')
        leftover = '<xacro:property name="unused" value="1"/></robot>'
        client.describe_robot(tiago_urdf.replace('</robot>', leftover))
        client.spin_until(lambda: client.get_ik(*pose).error_code == response.SUCCESS)
        # What is suspicious about a description is in the log of ROS, once.
        node.wait_for_log('<xacro:property> ignored')
        told = [line for line in node.log.splitlines() if '<xacro:property> ignored' in line]
        assert len(told) == 1
        assert '[WARN]' in told[0]
