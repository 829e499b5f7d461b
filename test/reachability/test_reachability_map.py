# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A map is read as it was written, and poses are looked up in the cell that holds them."""

import numpy as np
import pytest
from reachability_arms import FIRST, SECOND, planar_solver

from learned_ik.errors import ModelFileError
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.reachability_map import ReachabilityMap


@pytest.fixture(scope='module')
def planar():
    return make_map(planar_solver(), MapSettings(grid=0.1, directions=0), workers=1)


def test_a_map_is_read_as_it_was_written(planar, tmp_path):
    planar.save(tmp_path / 'map.npz')
    read = ReachabilityMap.load(tmp_path / 'map.npz')
    for name in ('bits', 'searched', 'manipulability', 'limit_margin', 'clearance'):
        np.testing.assert_array_equal(getattr(read, name), getattr(planar, name))
    assert (read.grid, read.orientations) == (planar.grid, planar.orientations)
    assert read.settings == planar.settings
    assert read.told() == planar.told()
    assert planar.told()[-1].endswith('m³ are reached')


def test_the_file_holds_the_arrays_that_the_page_names(planar, tmp_path):
    planar.save(tmp_path / 'map.npz')
    with np.load(tmp_path / 'map.npz', allow_pickle=False) as kept:
        assert kept['reached'].shape == (len(kept['x']), len(kept['y']), len(kept['z']))
        bits = np.unpackbits(kept['reached_bits'], axis=-1, count=len(kept['orientations']))
        np.testing.assert_array_equal(bits.sum(axis=-1), kept['reached'])
        assert kept['x'][-kept['first'][0]] == pytest.approx(0.0)


def test_poses_are_looked_up_in_the_cell_that_holds_them(planar):
    inside = np.array([[FIRST, 0.04, 0.0], [0.0, -FIRST, 0.03]])
    outside = np.array([[0.02, 0.0, 0.0], [FIRST, 0.0, 0.1], [9.0, 0.0, 0.0], [0.0, -9.0, 0.0]])
    assert planar.reaches(inside, np.zeros(2, int)).all()
    assert not planar.reaches(outside, np.zeros(4, int)).any()
    assert planar.summary()['volume'] == pytest.approx(planar.reached.sum() * 1e-3)
    assert planar.reached.sum() > np.pi * (FIRST**2 - SECOND**2) / 0.1**2 / 2


@pytest.mark.parametrize('content', [b'', b'PK', b'no map at all'])
def test_what_is_no_map_is_refused(tmp_path, content):
    path = tmp_path / 'map.npz'
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match='is damaged or is none'):
        ReachabilityMap.load(path)


def test_an_array_file_without_a_map_is_refused(tmp_path):
    np.savez(tmp_path / 'map.npz', x=np.zeros(3))
    with pytest.raises(ModelFileError, match='is damaged or is none'):
        ReachabilityMap.load(tmp_path / 'map.npz')
