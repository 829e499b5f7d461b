# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from learned_ik.errors import SeedError
from learned_ik.serving.seeds import PATIENCE, JointMemory, seed_by_name

JOINTS = ('shoulder', 'elbow', 'wrist')


def test_a_seed_is_matched_by_name_in_any_order_and_extra_joints_are_ignored():
    names = ['wheel', 'wrist', 'shoulder', 'elbow']
    np.testing.assert_array_equal(seed_by_name(JOINTS, names, [9, 3, 1, 2]), [1, 2, 3])


@pytest.mark.parametrize(
    ('names', 'positions', 'message'),
    [
        (['shoulder', 'wheel'], [0, 0], 'lacks elbow, wrist; expected all of shoulder, elbow'),
        (JOINTS, [0, 0], '3 names and 2 positions'),
        ([], [0, 0, 0], '0 names and 3 positions'),
        (JOINTS, [0, math.nan, 0], "joint 'elbow' is nan; expected a finite"),
        (JOINTS, [0, 0, -math.inf], "joint 'wrist' is -inf"),
    ],
)
def test_a_wrong_seed_is_named(names, positions, message):
    with pytest.raises(SeedError, match=message):
        seed_by_name(JOINTS, names, positions)


def test_joints_are_known_once_each_was_reported():
    memory = JointMemory(JOINTS)
    assert memory.positions is None
    memory.update(['wrist', 'wheel'], [3, 9])
    memory.update(['shoulder', 'elbow'], [1, 2])
    memory.update(['elbow'], [math.nan])
    memory.update(['elbow'], [])  # velocities only
    memory.update(['elbow', 'wrist'], [1e7, -1e300])  # from which no search could begin
    np.testing.assert_array_equal(memory.positions, [1, 2, 3])
    memory.update(['elbow'], [7])
    np.testing.assert_array_equal(memory.positions, [1, 7, 3])


def test_joints_that_are_never_reported_are_told_once():
    memory = JointMemory(JOINTS)
    assert memory.complaint(100.0) is None  # nobody reports anything
    assert memory.told(100.0) == 'none yet'
    memory.update(['shoulder', 'wheel'], [1, 9], 100.0)
    assert memory.complaint(100.1) is None  # they may come in parts
    assert memory.told(100.1) == 'lack elbow, wrist'
    assert memory.time == -math.inf
    told = memory.complaint(100.0 + PATIENCE)
    assert told.startswith('joint_states lack elbow, wrist and are no seed')
    assert memory.complaint(200.0) is None
    memory.update(['elbow', 'wrist'], [2, 3], 201.0)
    assert memory.told(201.5) == 'complete, 101.50 s old'


def test_joints_that_are_not_reported_any_more_are_told_once_each_time():
    memory = JointMemory(JOINTS)
    memory.update(JOINTS, [1, 2, 3], 0.0)
    assert memory.complaint(0.5 * PATIENCE) is None
    told = memory.complaint(3 * PATIENCE)
    assert 'joint_states are 6.0 s old' in told
    assert memory.complaint(4 * PATIENCE) is None
    memory.update(JOINTS, [1, 2, 3], 100.0)
    assert memory.complaint(100.1) is None
    assert 'old' in memory.complaint(100.0 + 2 * PATIENCE)
