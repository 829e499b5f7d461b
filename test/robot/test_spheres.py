# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from learned_ik.errors import ConfigurationError, ObstacleError
from learned_ik.robot.spheres import (
    MOST_SPHERES,
    check_base_is_free,
    checked_spheres,
    spheres_from_texts,
    spheres_from_yaml,
)


def test_good_spheres_pass_and_none_are_none():
    np.testing.assert_array_equal(checked_spheres([[1, 2, 3, 0.5]]), [[1, 2, 3, 0.5]])
    assert checked_spheres([]).shape == (0, 4)


@pytest.mark.parametrize(
    ('spheres', 'says'),
    [
        ([[0, 0, 1, 0.0]], 'sphere 0 has radius 0 m; expected above 0, at most 10 m'),
        ([[0, 0, 1, -0.1]], 'radius -0.1'),
        ([[0, 0, 1, math.nan]], 'radius nan'),
        ([[0, 0, 1, 1e9]], 'radius 1e'),
        ([[0, 0, 1, 0.1], [0, math.inf, 1, 0.1]], r'sphere 1 has its centre at \(0, inf, 1\)'),
        ([[0, 0, 1]], r'shape \(1, 3\); expected \(n, 4\)'),
        ([[0, 0, 1, 0.1], [0]], 'expected rows of x, y, z, radius'),
        ('abc', 'expected rows of x, y, z, radius'),
        ([[5, 0, 1, 0.1]] * 10_000, f'10000 spheres; expected {MOST_SPHERES} at most'),
    ],
)
def test_bad_spheres_are_refused_with_a_reason(spheres, says):
    with pytest.raises(ObstacleError, match=says):
        checked_spheres(spheres)


def test_a_sphere_that_swallows_the_base_is_refused(tiago):
    with pytest.raises(ObstacleError, match='swallows the base of the arm'):
        check_base_is_free(tiago, checked_spheres([[0, 0, 0, 0.5]]))
    check_base_is_free(tiago, checked_spheres([[1, 0, 0, 0.5]]))


def test_spheres_are_read_from_text_and_yaml(tmp_path):
    spheres = ((0.1, -0.2, 0.3, 0.05), (1.0, 0.0, 0.0, 0.1))
    assert spheres_from_texts(['0.1,-0.2,0.3,0.05', '1,0,0,.1']) == spheres
    assert spheres_from_texts(['0.1,-0.2,0.3,0.05 1,0,0,.1']) == spheres
    path = tmp_path / 'scene.yaml'
    path.write_text('- [0.1, -0.2, 0.3, 0.05]\n- {center: [1, 0, 0], radius: 0.1}\n')
    assert spheres_from_yaml(path) == spheres
    path.write_text('obstacles:\n- [0.1, -0.2, 0.3, 0.05]\n')
    assert spheres_from_yaml(path) == spheres[:1]


@pytest.mark.parametrize(
    ('content', 'error', 'says'),
    [
        ('hello', ConfigurationError, 'expected a list'),
        ('- [1, 2, 3]', ObstacleError, r'entry 0 is \[1, 2, 3\]'),
        ('- {centre: [1, 2, 3], radius: 1}', ObstacleError, 'expected center and radius'),
        ('- [1, 2, 3, x]', ObstacleError, 'expected rows'),
        ('- [', ConfigurationError, 'cannot be read as YAML'),
    ],
)
def test_a_bad_yaml_list_is_refused(tmp_path, content, error, says):
    path = tmp_path / 'scene.yaml'
    path.write_text(content)
    with pytest.raises(error, match=says):
        spheres_from_yaml(path)


def test_text_that_is_no_sphere_is_refused():
    with pytest.raises(ObstacleError, match=r"'1,2,3'; expected x,y,z,radius"):
        spheres_from_texts(['1,2,3'])
