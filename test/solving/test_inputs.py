# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Pose and seed as users have them: lists, views, other types. All are taken at the first call."""

import numpy as np
import pytest

from learned_ik import IkSolver
from learned_ik.errors import InvalidInputError
from learned_ik.kernels.compilation import bound
from learned_ik.solving import packing


def read_only(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values.flags.writeable = False
    return values


def unaligned(values: np.ndarray) -> np.ndarray:
    memory = np.zeros(values.nbytes + 1, np.uint8)
    view = np.ndarray(values.shape, np.float64, memory.data, offset=1)
    view[...] = values
    return view


FORMS = {
    'lists': lambda values: values.tolist(),
    'tuples': lambda values: tuple(values.tolist()),
    'strided': lambda values: np.repeat(values, 3)[::3],
    'backwards': lambda values: values[::-1].copy()[::-1],
    'column': lambda values: np.stack([values, values], axis=1)[:, 0],
    'read-only': read_only,
    'unaligned': unaligned,
    'other byte order': lambda values: values.astype('>f8'),
    'long double': lambda values: values.astype(np.longdouble),
    'objects': lambda values: values.astype(object),
}


@pytest.fixture
def calls(monkeypatch) -> list:
    """Return what is to hold a note of each call of compiled code, and whether it was refused."""
    notes = []

    def noted_bound(entry, *first):
        search = bound(entry, *first)

        def noted(*arguments):
            notes.append('refused')
            search(*arguments)
            notes[-1] = 'taken'

        return noted

    monkeypatch.setattr(packing, 'bound', noted_bound)
    return notes


@pytest.mark.parametrize('form', FORMS.values(), ids=FORMS)
@pytest.mark.parametrize('seeded', [True, False], ids=['seeded', 'unseeded'])
def test_every_form_gets_the_same_answer_without_being_refused(tiago, calls, form, seeded):
    solver, rng = IkSolver(tiago), np.random.default_rng(0)
    for q in tiago.sample(rng, 10):
        position, orientation = tiago.forward(q)
        seed = np.clip(q + 0.05, tiago.lower, tiago.upper)
        plain = solver.solve(position, orientation, seed if seeded else None)
        calls.clear()
        given = form(position), form(orientation), form(seed) if seeded else None
        solution = solver.solve(*given)
        assert calls == ['taken']
        np.testing.assert_array_equal(solution.joint_positions, plain.joint_positions)
        solver.set_obstacles([[2.0, 2.0, 2.0, 0.1]])
        in_scene = solver.solve(*given)
        assert in_scene
        assert np.abs(tiago.forward(in_scene.joint_positions)[0] - position).max() < 1e-6
        solver.set_obstacles([])


def test_single_precision_is_taken_for_what_it_is(tiago, calls):
    solver = IkSolver(tiago)
    position, orientation = (each.astype(np.float32) for each in tiago.forward(tiago.middle))
    solution = solver.solve(position, orientation, tiago.middle.astype(np.float32))
    assert calls == ['taken']
    assert solution
    reached, _ = tiago.forward(solution.joint_positions)
    assert np.abs(reached - position.astype(np.float64)).max() < 1e-6


def test_views_of_a_transform_are_taken(tiago, calls):
    T = np.eye(4)
    T[:3, 3] = tiago.forward(tiago.middle)[0]
    assert IkSolver(tiago).solve(T[:3, 3], tiago.forward(tiago.middle)[1])
    assert calls == ['taken']


@pytest.mark.parametrize(
    ('position', 'complaint'),
    [
        (np.zeros((1, 3)), r'position has shape \(1, 3\)'),
        ([[0.5, 0.0, 0.2]], r'position has shape \(1, 3\)'),
        (np.float64(0.5), r'position has shape \(\)'),
        (np.array(0.5), r'position has shape \(\)'),
        (['a', 'b', 'c'], 'expected numbers'),
        (None, r'position has shape \(\)|expected numbers|not finite'),
        (object(), 'expected numbers'),
        ({'x': 0.5}, 'expected numbers'),
        ([0.5, 0.0], r'position has shape \(2,\)'),
    ],
)
@pytest.mark.parametrize('obstacles', [False, True], ids=['free', 'scene'])
def test_what_is_no_row_of_numbers_is_named(tiago, position, complaint, obstacles):
    solver = IkSolver(tiago)
    if obstacles:
        solver.set_obstacles([[2.0, 2.0, 2.0, 0.1]])
    with pytest.raises(InvalidInputError, match=complaint):
        solver.solve(position, [0, 0, 0, 1])
    with pytest.raises(InvalidInputError, match=complaint):
        solver.solve(position, np.array([0, 0, 0, 1.0]), tiago.middle)
    assert solver.solve(*tiago.forward(tiago.middle))  # and the next request is answered


@pytest.mark.parametrize('wrong', [['0.1', '0.2', '0.3'], ('0', '0', '0'), [True, False, True]])
def test_texts_and_truths_in_lists_are_no_numbers(tiago, wrong):
    solver = IkSolver(tiago)
    with pytest.raises(InvalidInputError, match=r'position is .*; expected numbers'):
        solver.solve(wrong, [0, 0, 0, 1])
    with pytest.raises(InvalidInputError, match=r'positions is .*; expected numbers'):
        solver.solve_batch([wrong], [[0, 0, 0, 1]])
