# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every engine makes the same map; what is unknown or not installed is told before any work."""

import importlib.util

import numpy as np
import pytest
from reachability_arms import planar_solver

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.map_engines import check_engine
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings


@pytest.mark.parametrize(
    ('engine', 'package'), [('loky', 'joblib'), ('dask', 'distributed'), ('ray', 'ray')]
)
def test_an_engine_of_joblib_s_makes_the_same_map(engine, package):
    pytest.importorskip(package)
    settings = MapSettings(grid=0.2, directions=20)
    one = make_map(planar_solver(), settings, workers=1)
    other = make_map(planar_solver(), settings, engine=engine, workers=2)
    for name in ('bits', 'searched', 'manipulability', 'limit_margin', 'clearance'):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_an_unknown_engine_is_refused():
    with pytest.raises(ConfigurationError, match="engine is 'spark'; expected one of local, loky"):
        check_engine('spark', None)


@pytest.mark.parametrize(
    ('engine', 'package', 'said'),
    [
        ('loky', 'joblib', 'pip install joblib'),
        ('dask', 'distributed', r"pip install joblib 'dask\[distributed\]'"),
        ('ray', 'ray', 'pip install joblib ray'),
    ],
)
def test_an_engine_that_is_not_installed_says_what_to_install(monkeypatch, engine, package, said):
    monkeypatch.setattr(
        importlib.util, 'find_spec', lambda name: None if name == package else object()
    )
    with pytest.raises(ConfigurationError, match=f'needs {package}, .*{said}'):
        check_engine(engine, 2)


def test_workers_are_one_for_each_core_or_as_many_as_said():
    assert check_engine('local', None) >= 1
    assert check_engine('local', 3) == 3
    with pytest.raises(ConfigurationError, match='workers is 0; expected 1 or more'):
        check_engine('local', 0)
