# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a joint_limits.yaml may say, and what is refused of it."""

import math

import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.serving.limits.limits_file import read_limits_file

PANDA = """
default_velocity_scaling_factor: 0.1
default_acceleration_scaling_factor: 0.1
joint_limits:
  panda_joint1:
    has_velocity_limits: true
    max_velocity: 2.1750
    has_acceleration_limits: true
    max_acceleration: 3.75
    has_jerk_limits: false
  panda_joint2:
    has_position_limits: true
    min_position: -1.5
    max_position: 1
    has_velocity_limits: false
    max_velocity: 2.0
  panda_finger_joint1: {max_position: 0.03}
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / 'joint_limits.yaml'
        path.write_text(text)
        return read_limits_file(str(path))

    return read


def test_positions_velocities_and_accelerations_are_read(read):
    first, second, finger = read(PANDA).values()
    assert (first.positions, first.velocity, first.acceleration) == (
        (-math.inf, math.inf), 2.175, 3.75,
    )  # fmt: skip
    assert (second.positions, second.velocity) == ((-1.5, 1.0), math.inf)
    assert finger.positions == (-math.inf, 0.03)


def test_positions_count_without_the_flag_as_in_moveit(read):
    (entry,) = read(
        'joint_limits: {a: {has_position_limits: false, min_position: 0, max_position: 1}}'
    ).values()
    assert entry.positions == (0.0, 1.0)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', "no mapping 'joint_limits'"),
        ('joint_limits: 3', "no mapping 'joint_limits'"),
        ('joint_limits: {a: [1, 2]}', 'expected a mapping'),
        ('joint_limits: {a: {max_positon: 1.0}}', "did you mean 'max_position'"),
        ('joint_limits: {a: {max_position: one}}', 'expected a number'),
        ('joint_limits: {a: {min_position: 1.0, max_position: 0.0}}', 'min_position <= max'),
        ('joint_limits: {a: {min_position: .nan}}', 'min_position <= max_position'),
        ('joint_limits: {a: {has_velocity_limits: true}}', 'max_velocity is None'),
        ('joint_limits: {a: {has_acceleration_limits: true, max_acceleration: 0.0}}', 'above 0'),
        ('joint_limits: {a: !!python/object/apply:os.getcwd []}', 'cannot be read as YAML'),
        ('joint_limits: {', 'cannot be read as YAML'),
    ],
)
def test_what_is_wrong_is_refused_by_name(read, text, words):
    with pytest.raises(ConfigurationError, match=words):
        read(text)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigurationError, match='nowhere'):
        read_limits_file(str(tmp_path / 'nowhere.yaml'))
