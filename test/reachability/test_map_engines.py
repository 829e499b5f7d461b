# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Engines that are unknown or not installed are told before any work begins."""

import importlib.util

import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.map_engines import check_engine


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
