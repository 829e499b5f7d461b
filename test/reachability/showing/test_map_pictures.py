# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The picture is there, and who has no matplotlib is told before any work."""

import sys

import pytest
from reachability_arms import planar_solver

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.showing.map_pictures import check_can_draw, draw_slices


def test_slices_are_drawn(tmp_path):
    matplotlib = pytest.importorskip('matplotlib')
    made = make_map(planar_solver(), MapSettings(grid=0.1, directions=0), workers=1)
    draw_slices(made, tmp_path / 'slices.png')
    image = matplotlib.image.imread(tmp_path / 'slices.png')
    assert image.shape[0] > 1000
    assert image.shape[1] > 1000
    assert image[..., :3].std() > 0.05  # something is on it


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'matplotlib', None)
    with pytest.raises(ConfigurationError, match='pip install matplotlib'):
        check_can_draw()
