# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that a launch file does not have, without launch."""

import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.ros.launching.launch_arguments import check_arguments

FILE = '/opt/ws/share/learned_ik/launch/ik.launch.py'
KNOWN = ['model', 'robot', 'timeout']


@pytest.mark.parametrize('place', [['learned_ik', 'ik.launch.py'], [FILE]])
def test_the_nearest_one_is_told(place):
    with pytest.raises(ConfigurationError, match=r"no argument 'modle'; did you mean 'model'\?"):
        check_arguments(FILE, KNOWN, ['ros2', 'launch', *place, 'timeout:=1', 'modle:=a'])


def test_where_none_is_near_all_are_told():
    command = ['ros2', 'launch', 'learned_ik', 'ik.launch.py', 'xyzzy:=1']
    with pytest.raises(ConfigurationError, match='expected some of model, robot, timeout'):
        check_arguments(FILE, iter(KNOWN), command)


@pytest.mark.parametrize(
    'command',
    [
        ['ros2', 'launch', 'learned_ik', 'ik.launch.py', 'model:=a.b:=c', '--debug'],
        ['ros2', 'launch', 'learned_ik', 'demo.launch.py', 'path:=circle'],  # that includes it
        ['ros2', 'launch', 'of_others', 'ik.launch.py', 'speed:=1'],  # theirs has the same name
        ['ros2', 'launch', '/home/me/ik.launch.py', 'speed:=1'],
        ['pytest', 'test', 'speed:=1'],
    ],
)
def test_what_is_known_or_meant_for_another_file_passes(command):
    check_arguments(FILE, KNOWN, command)
    with pytest.raises(ConfigurationError):
        check_arguments(FILE, KNOWN, ['learned_ik', 'ik.launch.py', *command[-1:], 'speed:=1'])
