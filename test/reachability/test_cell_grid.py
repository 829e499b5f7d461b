# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The cells hold the ball, the base is a cell's centre, and each cell is in one block."""

import numpy as np
import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.cell_grid import grid_about


def test_blocks_hold_each_cell_once():
    grid = grid_about(np.array([0.1, 0.0, 0.3]), 0.7, 0.1)
    times = np.zeros(grid.shape, int)
    for block in grid.blocks(orientations=3000):
        times[block.slices] += 1
        assert grid.centres(block).shape == (*block.shape, 3)
    assert (times == 1).all()


def test_centres_are_whole_multiples_of_the_edge_and_fill_the_ball():
    grid = grid_about(np.zeros(3), 0.52, 0.1)
    np.testing.assert_allclose(grid.axis(0), np.arange(-5, 6) * 0.1, atol=1e-12)
    block = grid.blocks(1)[0]
    np.testing.assert_allclose(grid.centres(block)[5, 5, 5], 0.0, atol=1e-12)


def test_a_box_limits_the_cells():
    grid = grid_about(np.zeros(3), 1.0, 0.1, (0.0, -0.1, 0.2, 0.3, 0.1, 0.2))
    assert grid.shape == (4, 3, 1)


@pytest.mark.parametrize(
    ('cell', 'box', 'said'),
    [
        (0.001, None, 'choose a larger one'),
        (0.1, (0.5, 0, 0, 0.1, 1, 1), 'lowest corner'),
        (0.1, (0.01, 0.01, 0.01, 0.02, 0.02, 0.02), 'holds no centre'),
    ],
)
def test_no_cells_and_too_many_are_refused(cell, box, said):
    with pytest.raises(ConfigurationError, match=said):
        grid_about(np.zeros(3), 1.0, cell, box)
