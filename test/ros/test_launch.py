# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The launch file, where ROS brings `launch_ros` along and learned_ik lies in a workspace."""

from pathlib import Path

import pytest

pytest.importorskip('launch_ros')

import launch
from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, RegisterEventHandler
from launch.event_handlers import OnProcessExit, OnProcessIO
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource

ROOT = Path(__file__).parents[2]
SOURCE = PythonLaunchDescriptionSource(str(ROOT / 'launch' / 'ik.launch.py'))


def test_every_argument_is_described_and_has_a_default():
    description = SOURCE.get_launch_description(launch.LaunchContext())
    arguments = [e for e in description.entities if isinstance(e, DeclareLaunchArgument)]
    assert len(arguments) == 8
    for argument in arguments:
        assert argument.description, argument.name
        assert argument.default_value is not None, argument.name


def test_starts_the_node_and_ends_it_cleanly():
    try:
        get_package_prefix('learned_ik')
    except PackageNotFoundError:
        pytest.skip('learned_ik is not installed in a ROS workspace')
    log, statuses = [], []

    def on_output(event):
        log.append(event.text.decode())
        return launch.actions.EmitEvent(event=Shutdown()) if 'ready' in log[-1] else None

    urdf = ROOT / 'config' / 'tiago_arm.urdf'
    arguments = {'robot_description_file': str(urdf), 'namespace': 'arm', 'timeout': '0.1'}
    service = launch.LaunchService()
    service.include_launch_description(
        launch.LaunchDescription(
            [
                RegisterEventHandler(OnProcessIO(on_stdout=on_output, on_stderr=on_output)),
                RegisterEventHandler(
                    OnProcessExit(on_exit=lambda event, _: statuses.append(event.returncode))
                ),
                IncludeLaunchDescription(SOURCE, launch_arguments=arguments.items()),
            ]
        )
    )
    assert service.run() == 0
    assert statuses == [0]
    assert 'the model fits the robot description' in ''.join(log)
    assert '[arm.learned_ik]' in ''.join(log)
