# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The launch files, run with launch and launch_ros where ROS brings them along."""

import os
import sys
from pathlib import Path

import pytest

pytest.importorskip('launch_ros')

import launch
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, RegisterEventHandler
from launch.event_handlers import OnProcessExit, OnProcessIO
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource

ROOT = Path(__file__).parents[2]
FILES = sorted(path.name for path in (ROOT / 'launch').glob('*.launch.py'))


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install the package, as far as launch looks at it, and nothing but pointers."""
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    programs = tmp_path / 'lib' / 'learned_ik'
    index.mkdir(parents=True)
    programs.mkdir(parents=True)
    (index / 'learned_ik').touch()
    (tmp_path / 'share' / 'learned_ik').symlink_to(ROOT)
    for name in ('ik_node', 'trajectory_node', 'train'):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} -m learned_ik {name} "$@"')
        (programs / name).chmod(0o755)
    for variable, folder in (('AMENT_PREFIX_PATH', tmp_path), ('PYTHONPATH', ROOT)):
        others = os.environ.get(variable)
        monkeypatch.setenv(variable, os.pathsep.join(filter(None, (str(folder), others))))


def description_of(file):
    return PythonLaunchDescriptionSource(str(ROOT / 'launch' / file))


def included(file, arguments):
    return IncludeLaunchDescription(description_of(file), launch_arguments=arguments.items())


def run(inclusions, last_words):
    """Launch files until all of `last_words` were said; return the log and exit statuses."""
    log, statuses = [], []

    def on_output(event):
        log.append(event.text.decode())
        done = all(words in ''.join(log) for words in last_words)
        return launch.actions.EmitEvent(event=Shutdown()) if done else None

    service = launch.LaunchService()
    service.include_launch_description(
        launch.LaunchDescription(
            [
                RegisterEventHandler(OnProcessIO(on_stdout=on_output, on_stderr=on_output)),
                RegisterEventHandler(
                    OnProcessExit(on_exit=lambda event, _: statuses.append(event.returncode))
                ),
                *inclusions,
            ]
        )
    )
    assert service.run() == 0, ''.join(log)
    return ''.join(log), statuses


def run_to_the_end(inclusions):
    """Launch files that end by themselves; return exit statuses, and that of launch."""
    statuses = []
    service = launch.LaunchService()
    service.include_launch_description(
        launch.LaunchDescription(
            [
                RegisterEventHandler(
                    OnProcessExit(on_exit=lambda event, _: statuses.append(event.returncode))
                ),
                *inclusions,
            ]
        )
    )
    status = service.run()
    return statuses, status


@pytest.mark.parametrize('file', FILES)
def test_every_argument_is_described_and_has_a_default(file):
    description = description_of(file).get_launch_description(launch.LaunchContext())
    arguments = [e for e in description.entities if isinstance(e, DeclareLaunchArgument)]
    assert len(arguments) >= 5
    for argument in arguments:
        assert argument.description, argument.name
        assert argument.default_value is not None, argument.name


def test_ik_starts_the_node_and_ends_it_cleanly(package):
    urdf = str(ROOT / 'config' / 'tiago_arm.urdf')
    arguments = {'robot_description_file': urdf, 'namespace': 'arm', 'timeout': '0.1'}
    log, statuses = run([included('ik.launch.py', arguments)], ['ready'])
    assert statuses == [0]
    assert 'the model fits the robot description' in log
    assert '[arm.learned_ik]' in log


def test_ik_knows_robots_by_name(package):
    log, _ = run([included('ik.launch.py', {'robot': 'tiago_arm'})], ['ready'])
    assert 'the model fits the robot description' in log
    assert "model 'tiago_arm'" in log


@pytest.mark.parametrize(
    ('robot', 'path'),
    [('tiago_arm', 'line'), ('tiago_dual_left', 'circle'), ('artificial10', 'spiral')],
)
def test_demo_follows_its_path_without_a_screen(package, robot, path):
    arguments = {'rviz': 'false', 'robot_state_publisher': 'false', 'robot': robot, 'path': path}
    log, statuses = run([included('demo.launch.py', arguments)], ['following 400 poses'])
    assert statuses == [0, 0]
    assert 'cannot be followed' not in log


def test_two_arms_run_in_one_process_tree(package):
    arms = [included('two_arms.launch.py', {})]
    log, statuses = run(arms, ['[left.learned_ik]: ready', '[right.learned_ik]: ready'])
    assert statuses == [0, 0]
    for side in ('left', 'right'):
        assert f'[{side}.learned_ik]: the model fits the robot description' in log
        assert f"model 'tiago_dual_{side}'" in log
    assert 'another node is called' not in log


@pytest.mark.parametrize('file', FILES)
def test_an_argument_that_there_is_not_is_refused_before_anything_runs(
    package, file, monkeypatch, caplog
):
    command = ['ros2', 'launch', 'learned_ik', file, 'log_levle:=info', 'rviz:=false']
    monkeypatch.setattr(sys, 'argv', command)
    statuses, status = run_to_the_end([included(file, {'rviz': 'false'})])
    assert status == 1
    assert statuses == []
    assert f"{file} has no argument 'log_levle'" in caplog.text


def test_arguments_of_an_included_file_are_known(package, monkeypatch):
    command = ['ros2', 'launch', 'learned_ik', 'two_arms.launch.py', 'timeout:=0.2']
    monkeypatch.setattr(sys, 'argv', command)
    words = ['[left.learned_ik]: ready', '[right.learned_ik]: ready']
    _, statuses = run([included('two_arms.launch.py', {})], words)
    assert statuses == [0, 0]


def test_demo_without_a_package_that_it_needs_leaves_nothing_running(package, caplog):
    pytest.importorskip('ament_index_python')
    from ament_index_python.packages import PackageNotFoundError, get_package_prefix

    try:
        get_package_prefix('robot_state_publisher')
        pytest.skip('robot_state_publisher is installed')
    except PackageNotFoundError:
        pass
    statuses, status = run_to_the_end([included('demo.launch.py', {'rviz': 'false'})])
    assert status == 1
    assert statuses == []
    assert "the package 'robot_state_publisher' is not installed" in caplog.text
    assert 'robot_state_publisher:=false' in caplog.text


def test_ik_serves_the_robot_of_a_file_without_a_model(package, tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path))
    urdf = str(ROOT / 'config' / 'tiago_arm.urdf')
    arguments = {'robot_description_file': urdf, 'tip_link': 'arm_5_link'}
    log, statuses = run([included('ik.launch.py', arguments)], ['ready'])
    assert statuses == [0]
    assert '→ arm_5_link' in log
    assert 'without a network' in log


def test_a_robot_without_a_model_is_told(package, tmp_path):
    text = f'name: arm\nurdf: {ROOT}/config/tiago_arm.urdf\nbase_link: a\ntip_link: b\n'
    (tmp_path / 'arm.yaml').write_text(text)
    service = launch.LaunchService()
    service.include_launch_description(
        launch.LaunchDescription([included('ik.launch.py', {'robot': str(tmp_path / 'arm.yaml')})])
    )
    assert service.run() == 1
