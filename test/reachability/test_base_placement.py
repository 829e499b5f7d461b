# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The base from which poses were made is found again."""

import csv
import math

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.errors import ConfigurationError, InvalidInputError
from learned_ik.reachability.base_placement import COLUMNS, rank_bases, read_poses
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.rotations import quaternion_product

PLANTED, YAW = np.array([1.2, -0.6, 0.4]), math.pi / 2


@pytest.fixture(scope='module')
def solver():
    return IkSolver.load('tiago_arm')


@pytest.fixture(scope='module')
def made(solver):
    return make_map(solver, MapSettings(grid=0.1, directions=60), workers=1)


@pytest.fixture(scope='module')
def poses(solver):
    """(80, 7), from all over what the arm reaches, for a base that stands elsewhere."""
    q = solver.chain.sample(np.random.default_rng(5), 80)
    positions, orientations = solver.forward(q)
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    about_z = np.broadcast_to([0.0, 0.0, math.sin(YAW / 2), math.cos(YAW / 2)], (80, 4))
    return np.hstack([positions @ turn.T + PLANTED, quaternion_product(about_z, orientations)])


def test_a_planted_base_is_found(solver, made, poses, tmp_path):
    ranking = rank_bases(solver, made, poses, step=0.2, yaws=4, heights=(0.2, 0.6))
    best = ranking.placements[0]
    assert (best.x, best.y, best.z) == pytest.approx(PLANTED)
    assert best.yaw == pytest.approx(YAW)
    assert best.reached == best.poses == 80
    assert best.least_limit_margin >= 0
    assert best.mean_manipulability > 0
    counts = [placement.reached for placement in ranking.placements]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] < 80
    ranking.save(tmp_path / 'base.csv')
    rows = list(csv.DictReader((tmp_path / 'base.csv').open()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(ranking.placements)
    assert [float(rows[0][name]) for name in ('x', 'y', 'z', 'yaw')] == pytest.approx(
        [*PLANTED, YAW]
    )
    assert '80 of 80 poses reached' in ranking.told()[-1]


def test_poses_that_nobody_reaches_are_said_to_be_so(solver, made):
    poses = np.array([[0.0, 0.0, 50.0, 0.0, 0.0, 0.0, 1.0]])
    ranking = rank_bases(solver, made, poses, step=0.5, yaws=1)
    assert 'no placement reaches any of the 1 poses' in ranking.told()[-1]
    assert ranking.content()['placements'][0]['mean_limit_margin'] is None


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ({'step': 0.0}, 'base_grid is 0.0'),
        ({'yaws': 0}, 'base_yaws is 0'),
        ({'heights': (1.0, 0.0)}, 'base_z is 1 to 0'),
        ({'step': 1e-4}, 'makes more than 5000000 placements'),
    ],
)
def test_a_grid_out_of_range_is_refused(solver, made, poses, given, said):
    with pytest.raises(ConfigurationError, match=said):
        rank_bases(solver, made, poses, **{'step': 0.2, 'yaws': 4} | given)


def test_poses_are_read_from_a_csv_file(tmp_path):
    path = tmp_path / 'poses.csv'
    path.write_text('x,y,z,qx,qy,qz,qw\n1,2,3,0,0,0,2\n4,5,6,0,0,1,0\n')
    np.testing.assert_allclose(
        read_poses(path), [[1, 2, 3, 0, 0, 0, 1], [4, 5, 6, 0, 0, 1, 0]], atol=1e-12
    )
    path.write_text('x,y,z\n1,2,3\n')
    with pytest.raises(InvalidInputError, match='lacks'):
        read_poses(path)
