# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a map has missed is found out: nothing of a good one, nearly all of an empty one."""

import numpy as np
import pytest
from reachability_arms import planar_solver

from learned_ik.reachability.block_solving import BlockSolver
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.missed_share import missed_share

SETTINGS = MapSettings(grid=0.05, directions=0)


def test_a_good_map_has_missed_nothing_that_is_found_again():
    made = make_map(planar_solver(), SETTINGS, workers=1)
    missed = made.figures['missed']
    assert missed['sample'] > 1000
    assert missed['found'] == 0
    assert 0 < missed['share_below'] < 0.1


@pytest.mark.parametrize('share', [0.5, 1.0])
def test_of_a_map_with_holes_the_estimate_is_about_their_share(share):
    solver = planar_solver()
    made = make_map(solver, SETTINGS, workers=1)
    bits, rng = made.bits.copy(), np.random.default_rng(0)
    bits[rng.random(bits.shape) < share] = 0
    missed = missed_share(BlockSolver(solver, SETTINGS), bits, made.searched)
    assert missed['share'] == pytest.approx(share, abs=0.1)
    assert missed['share'] <= missed['share_below']
