# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which obstacles are known after what was told, without any node."""

import math

import numpy as np
import pytest

from learned_ik.errors import ObstacleError
from learned_ik.serving.known_spheres import Action, KnownSpheres, spheres_of

A, B, C = (np.array([[x, 0.0, 0.5, 0.1]]) for x in (1.0, 2.0, 3.0))


@pytest.fixture
def known():
    accepted = []
    known = KnownSpheres(accepted.append)
    known.accepted = accepted
    return known


def known_at(known) -> list[float]:
    return sorted(known.spheres[:, 0].tolist())


def test_topic_and_parameter_make_a_union(known):
    known.set_given([1.0, 0, 0.5, 0.1])
    known.update(Action.ADD, B, ['b'])
    assert known_at(known) == [1, 2]
    np.testing.assert_array_equal(known.accepted[-1], known.spheres)
    known.update(Action.CLEAR, np.empty((0, 4)), [])
    assert known_at(known) == [1]
    known.set_given([])
    assert known_at(known) == []


def test_adding_a_known_id_moves_it(known):
    known.update(Action.ADD, A, ['a'])
    known.update(Action.ADD, B, ['a'])
    assert known_at(known) == [2]


def test_replace_forgets_all_that_was_told_on_the_topic(known):
    known.update(Action.ADD, np.concatenate([A, B]), ['a', 'b'])
    known.update(Action.ADD, C, [])
    known.update(Action.REPLACE, B, [])
    assert known_at(known) == [2]


def test_clear_forgets_by_id_or_everything(known):
    known.update(Action.ADD, np.concatenate([A, B]), ['a', 'b'])
    known.update(Action.ADD, C, [])
    known.update(Action.CLEAR, np.empty((0, 4)), ['a', 'unknown'])
    assert known_at(known) == [2, 3]
    known.update(Action.CLEAR, np.empty((0, 4)), [])
    assert known_at(known) == []


@pytest.mark.parametrize(
    ('action', 'spheres', 'names', 'says'),
    [
        (7, A, [], r'action 7; expected 0 \(ADD\), 1 \(REPLACE\), 2 \(CLEAR\)'),
        (Action.ADD, A, ['a', 'b'], '2 ids, but 1 centres'),
        (Action.ADD, np.concatenate([A, B]), ['a', 'a'], "id 'a' is given twice"),
        (Action.CLEAR, A, [], 'CLEAR with 1 spheres'),
        (Action.ADD, [[0, 0, 1, 0.0]], [], 'radius 0 m'),
        (Action.ADD, [[0, 0, 1, math.nan]], [], 'radius nan m'),
        (Action.REPLACE, np.repeat(A, 10_000, axis=0), [], '10000 spheres; expected 1024 at most'),
    ],
)
def test_a_wrong_message_changes_nothing(known, action, spheres, names, says):
    known.update(Action.ADD, C, ['c'])
    with pytest.raises(ObstacleError, match=says):
        known.update(action, np.asarray(spheres, dtype=float), names)
    assert known_at(known) == [3]
    assert len(known.accepted) == 1


def test_what_the_solver_refuses_is_not_written_down():
    def refuse(spheres):
        if len(spheres):
            raise ObstacleError('it swallows the base')

    known = KnownSpheres(refuse)
    with pytest.raises(ObstacleError, match='swallows'):
        known.update(Action.ADD, A, [])
    with pytest.raises(ObstacleError, match='swallows'):
        known.set_given([1.0, 0, 0.5, 0.1])
    assert len(known.spheres) == 0


def test_too_many_together_are_refused(known):
    known.set_given(np.repeat(A, 1000, axis=0).ravel())
    with pytest.raises(ObstacleError, match='1030 spheres; expected 1024 at most'):
        known.update(Action.ADD, np.repeat(B, 30, axis=0), [])
    assert len(known.spheres) == 1000


@pytest.mark.parametrize('numbers', [[1.0], 'abc', [0.5, 0.1, 0.2, 0.1, 1.0], [True, 'x'], 3.0])
def test_a_parameter_that_is_no_list_of_spheres_is_refused(numbers):
    with pytest.raises(ObstacleError, match='x y z radius'):
        spheres_of(numbers)
