# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page holds the whole map, and asks no network for anything."""

import base64
import json
import re

import numpy as np
import pytest
from reachability_arms import planar_solver

from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.showing import map_page
from learned_ik.reachability.showing.map_page import NOTHING, write_page


@pytest.fixture(scope='module')
def planar():
    return make_map(planar_solver(), MapSettings(grid=0.1, directions=0), workers=1)


def data_of(path):
    return json.loads(re.search(r'^const data = (.*);$', path.read_text(), re.M).group(1))


def test_the_page_holds_what_is_reached_at_each_cell(planar, tmp_path):
    write_page(planar, tmp_path / 'map.html')
    data = data_of(tmp_path / 'map.html')
    assert [len(axis) for axis in data['axes']] == list(planar.grid.shape)
    levels = np.frombuffer(base64.b64decode(data['quantities'][0]['levels']), np.uint8)
    np.testing.assert_array_equal(levels.reshape(planar.grid.shape) < NOTHING, planar.reached > 0)
    names = [each['name'] for each in data['quantities']]
    assert names[1:] == ['manipulability, mean', 'distance to joint limits, mean']


def test_the_page_asks_no_network(planar, tmp_path):
    write_page(planar, tmp_path / 'map.html')
    assert not re.search(r'https?:|src=|@import|fetch\(', (tmp_path / 'map.html').read_text())


def test_a_name_in_it_ends_no_script(planar, tmp_path):
    import dataclasses

    named = dataclasses.replace(planar, settings={**planar.settings, 'tip': '</script><b>'})
    write_page(named, tmp_path / 'map.html')
    assert (tmp_path / 'map.html').read_text().count('</script>') == 1
    assert data_of(tmp_path / 'map.html')['title'].startswith('</script><b>')


def test_of_a_large_map_some_cells_are_shown(planar, tmp_path, monkeypatch):
    monkeypatch.setattr(map_page, 'MOST_CELLS', planar.grid.cells // 5)
    write_page(planar, tmp_path / 'map.html')
    assert data_of(tmp_path / 'map.html')['every'] == 2
