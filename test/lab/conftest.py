# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from lab.paper.training.budgets import Budget

# As little as still trains, draws and tells everything: the numbers mean nothing.
TINY = Budget(
    'tiny',
    samples=300,
    poses=100,
    joints=(3, 7),
    limits=(0.2, 1.0),
    spiral_joints=(7,),
    spiral_poses=12,
    slice_samples=30_000,
    committee=2,
)


@pytest.fixture(scope='session')
def tiny():
    return TINY


@pytest.fixture(scope='session')
def folder(tmp_path_factory):
    """Hold the networks of all tests: what several experiments show is trained once."""
    return tmp_path_factory.mktemp('experiments')
