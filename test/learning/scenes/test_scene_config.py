# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math

import pytest

from learned_ik.errors import ConfigurationError, ObstacleError
from learned_ik.learning.scenes.scene_config import SceneConfig


@pytest.mark.parametrize(
    ('fields', 'error', 'says'),
    [
        ({'obstacles': ((0, 0, 1, 0),)}, ObstacleError, 'radius 0 m; expected above 0'),
        ({'obstacles': ((0, 0, 1, math.nan),)}, ObstacleError, 'radius nan'),
        ({'obstacle_weight': -1.0}, ConfigurationError, 'obstacle_weight is -1.0'),
        ({'obstacle_margin': math.inf}, ConfigurationError, 'obstacle_margin is inf'),
        ({'keep_clear': 'all'}, ConfigurationError, "keep_clear is 'all'"),
    ],
)
def test_a_scene_out_of_range_is_refused(fields, error, says):
    with pytest.raises(error, match=says):
        SceneConfig(**fields)
