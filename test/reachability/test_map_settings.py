# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Settings out of range are refused by name."""

import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.map_settings import MapSettings


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        ({'grid': 0.0}, 'grid is 0.0; expected metres'),
        ({'grid': float('nan')}, 'grid is nan'),
        ({'directions': -1}, 'directions is -1'),
        ({'rolls': 1.5}, 'rolls is 1.5'),
        ({'directions': 0, 'rolls': 3}, 'with no directions'),
        ({'directions': 10_000, 'rolls': 100}, 'directions times rolls is 1000000'),
        ({'box': (0.0, 1.0)}, 'expected six numbers'),
        ({'min_clearance': -0.1}, 'min_clearance is -0.1'),
        ({'starts': 0}, 'starts is 0'),
    ],
)
def test_a_value_out_of_range_is_refused(given, said):
    with pytest.raises(ConfigurationError, match=said):
        MapSettings(**given)
