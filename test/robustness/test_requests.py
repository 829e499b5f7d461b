# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Hostile requests: no false success, nothing that is not finite, no error but the package's own.

A small slice of `python -m learned_ik fuzz`, whose judge is Pinocchio.
"""

import math
import warnings
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.fuzzing import fuzz_run
from lab.fuzzing.fuzz_robots import NAMES, robot_to_fuzz
from lab.fuzzing.hostile_calls import calls_of, calls_of_data, places
from lab.fuzzing.hostile_requests import RequestMaker
from lab.fuzzing.hostile_values import zoo
from learned_ik import IkModel, IkSolver
from learned_ik.errors import InvalidInputError, LearnedIkError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield


@pytest.mark.parametrize('name', NAMES)
def test_no_request_of_wrong_numbers_gets_a_false_answer(name):
    robot = robot_to_fuzz(name)
    solver = IkSolver(robot.model if robot.model is not None else robot.chain)
    maker, tally = RequestMaker(robot, seed=1), fuzz_run.Tally()
    for _ in range(600):
        fuzz_run.ask(tally, robot, solver, maker.next())
    assert not tally.wrong, tally.examples
    assert not tally.foreign, tally.examples
    assert tally.refused > 50
    assert tally.successes > 50


@pytest.fixture(scope='module')
def small(artificial, untrained) -> IkModel:
    return untrained(artificial(3))


def test_whatever_is_passed_the_error_is_ours(small):
    """Each argument of each public call, replaced by each of a hundred hostile values."""
    urdf = (ROOT / 'config' / 'artificial7.urdf').read_text()
    calls = [*calls_of_data(small, urdf), *calls_of(IkSolver(small))]
    tally = fuzz_run.Tally()
    for call, argument in places(calls):
        for kind, value in zoo().items():
            fuzz_run.call_wrongly(tally, call, argument, kind, value)
    assert not tally.foreign, tally.examples
    assert tally.requests > 10_000


def test_the_right_values_are_taken(small):
    urdf = (ROOT / 'config' / 'artificial7.urdf').read_text()
    for call in [*calls_of_data(small, urdf), *calls_of(IkSolver(small))]:
        given = dict(call.arguments)
        if call.name.endswith(('.load', '.save', '.from_urdf')):
            continue  # of files that are not there
        call.function(**given)


@pytest.mark.parametrize(
    'refused',
    [
        {'position_tolerance': -1.0},
        {'position_tolerance': 'x'},
        {'max_joint_change': -1.0},
        {'timeout': None},
        {'prefer': 'best'},
        {'min_clearance': math.nan},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_refused_request_leaves_nothing_to_the_next(tiago, refused):
    """Free axes of a request that was refused are not those of the request after it."""
    solver, rng = IkSolver(tiago), np.random.default_rng(0)
    for q in tiago.sample(rng, 20):
        pose = tiago.forward(q)
        with pytest.raises(InvalidInputError):
            solver.solve(*pose, q, orientation_tolerance=[1e-3, 0.5, math.inf], **refused)
        solution = solver.solve(*pose)
        if solution:
            reached = tiago.forward(solution.joint_positions)[1]
            assert abs(abs(reached @ pose[1]) - 1) < 1e-12


def test_a_preferred_posture_beyond_the_range_is_refused(artificial):
    chain = artificial(3)
    solver, pose = IkSolver(chain), chain.forward(chain.middle)
    for far in (1.1e6, 1e159, -1e300):
        with pytest.raises(InvalidInputError, match=r'prefer is .* no more than 1e\+06'):
            solver.solve(*pose, chain.middle, prefer=[far, math.nan, 0.0])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'timeout': 'x'}, "timeout is 'x'; expected seconds, above 0"),
        ({'timeout': None}, 'timeout is None; expected seconds, above 0'),
        ({'timeout': 10**400}, 'timeout is a whole number of about 400 digits; expected seconds'),
        ({'timeout': True}, 'timeout is True; expected seconds, above 0'),
        ({'timeout': np.array([1.0, 2.0])}, r'timeout is .*, of shape \(2,\); expected seconds'),
        ({'seed': 'abcdefg'}, "seed is 'abcdefg'; expected numbers"),
        ({'avoid_collisions': 'no'}, "avoid_collisions is 'no'; expected True or False"),
        ({'min_clearance': 1j}, 'min_clearance is 1j; expected metres, 0 or more'),
        ({'prefer': b'first'}, "prefer is b'first'; expected numbers"),
        ({'max_joint_change': [1, 2]}, r'max_joint_change is \[1, 2\].*; expected 0 or more'),
    ],
)
def test_an_error_names_the_thing_the_value_and_what_is_accepted(artificial, options, message):
    chain = artificial(3)
    solver, pose = IkSolver(chain), chain.forward(chain.middle)
    with pytest.raises(InvalidInputError, match=message) as caught:
        solver.solve(*pose, **{'seed': chain.middle, **options})
    assert len(str(caught.value)) < 1000
    assert isinstance(caught.value, LearnedIkError)


@pytest.mark.parametrize('avoid', [None, False, True])
def test_what_one_solution_reaches_several_do(avoid):
    """Also on an arm so small that its candidates are hard to tell apart, in a scene."""
    robot = robot_to_fuzz('a millimetre')
    solver, rng = IkSolver(robot.chain), np.random.default_rng(0)
    solver.set_obstacles([[1.0, 0.0, 0.0, 0.1]])
    for q in robot.chain.sample(rng, 60):
        pose = robot.chain.forward(q)
        several = solver.solve_all(*pose, avoid_collisions=avoid)
        assert all(several)
        if avoid is False and solver.solve(*pose, prefer='first', avoid_collisions=False):
            assert several


def test_masked_entries_are_no_numbers(artificial):
    chain = artificial(3)
    solver = IkSolver(chain)
    position, orientation = chain.forward(chain.middle)
    masked = np.ma.masked_array(position[None], [[False, True, False]])
    with pytest.raises(InvalidInputError, match=r'positions is .*; expected numbers: entries are'):
        solver.solve_batch(masked, orientation[None])
    with pytest.raises(InvalidInputError, match=r'q is .*; expected numbers: entries are masked'):
        chain.forward(np.ma.masked_all(3))


@pytest.mark.parametrize(
    'given',
    [
        {'chain': None},
        {'config': {'samples': 10}},
        {'start_from': 'arm.safetensors'},
        {'scene': [[0.5, 0.0, 0.5, 0.1]]},
        {'body': 3},
        {'resume_from': 'arm.checkpoint'},
        {'checkpoint_to': 3},
        {'stop': True},
    ],
    ids=lambda given: next(iter(given)),
)
def test_training_refuses_what_it_cannot_use(artificial, given):
    pytest.importorskip('torch')
    from learned_ik import TrainingConfig, train

    name = next(iter(given))
    arguments = {'chain': artificial(3), 'config': TrainingConfig(samples=1000), **given}
    with pytest.raises(LearnedIkError, match=f'^{name} is'):
        train(**arguments)


def test_a_device_without_numbers_is_refused(artificial):
    pytest.importorskip('torch')
    from learned_ik import TrainingConfig, train

    for device in ('meta', 'nowhere', 'cuda:99', ''):
        with pytest.raises(LearnedIkError, match="device is '"):
            train(artificial(3), TrainingConfig(samples=1000, device=device))
