# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that a node does not have, given to real nodes."""

import pytest

TRAJECTORY = 'learned_ik.player.trajectory_node'


@pytest.mark.parametrize(
    ('module', 'name', 'nearest'),
    [('learned_ik.ros.node', 'modle', 'model'), (TRAJECTORY, 'raduis', 'radius')],
)
def test_one_of_the_command_line_is_refused_with_the_nearest(start_node, module, name, nearest):
    with start_node('-p', f'{name}:=x', module=module) as node:
        assert node.exit_status() == 1
        fatal = [line for line in node.ended_log().splitlines() if 'FATAL' in line]
        assert len(fatal) == 1
        assert f"no parameter '{name}'; did you mean '{nearest}'?" in fatal[0]
        assert 'Traceback' not in node.log
        assert 'ready' not in node.log


def test_one_of_the_nodes_own_section_is_refused_too(start_node, tmp_path):
    path = tmp_path / 'own.yaml'
    path.write_text('learned_ik:\n  ros__parameters:\n    time_out: 0.1\n')
    with start_node('--params-file', str(path)) as node:
        assert node.exit_status() == 1
        assert "no parameter 'time_out'; did you mean 'timeout'?" in node.ended_log()


def test_what_may_be_meant_for_another_node_is_warned_of(start_node, tmp_path):
    path = tmp_path / 'shared.yaml'
    path.write_text(
        '/**:\n  ros__parameters:\n    use_sim_time: false\n    planner: {speed: 1.0}\n'
        '    qos_overrides: {/parameter_events: {publisher: {depth: 100}}}\n'
        'another_node:\n  ros__parameters: {gain: 2.0}\n'
    )
    with start_node('--params-file', str(path), '-p', 'use_sim_time:=false') as node:
        node.wait_for_log('ready')
        assert node.log.count('[WARN]') == 1
        assert "no parameter 'planner.speed'" in node.log
        assert 'given to several nodes' in node.log
