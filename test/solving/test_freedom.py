# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How far the tip may be turned: about whose axes, from where to where; judged by scipy."""

import math

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from learned_ik import IkModel, IkSolver
from learned_ik.errors import InvalidInputError
from learned_ik.resources import shipped_files
from learned_ik.solving.freedom import read_freedom

CONE = math.radians(15.0)
FREE = (-math.inf, math.inf)
EXACT = 1e-6


@pytest.fixture(scope='module')
def ur10() -> IkSolver:
    shipped = {path.stem: path for path in shipped_files('models', '.safetensors')}
    return IkSolver(IkModel.load(shipped['ur10']))


def asked(solver: IkSolver, count: int, turned: float = 0.0, seed: int = 0):
    """Return poses whose orientation is turned from a reachable one by up to an angle."""
    rng = np.random.default_rng(seed)
    positions, orientations = solver.forward(solver.chain.sample(rng, count))
    turns = Rotation.from_rotvec(turned * rng.uniform(-1, 1, (count, 3)) / math.sqrt(3))
    return positions, (Rotation.from_quat(orientations) * turns).as_quat()


def left(solver: IkSolver, q: np.ndarray, orientations: np.ndarray, axes: str) -> np.ndarray:
    """Return rotation vectors from wanted to reached orientations, about the axes that count."""
    reached = Rotation.from_quat(solver.forward(q)[1])
    wanted = Rotation.from_quat(orientations)
    if axes == 'base':
        return (reached * wanted.inv()).as_rotvec()
    return (wanted.inv() * reached).as_rotvec()


@pytest.mark.parametrize('axes', ['target', 'base'])
@pytest.mark.parametrize('axis', [0, 1, 2])
def test_with_one_axis_free_only_turns_about_it_are_left(ur10, axes, axis):
    positions, orientations = asked(ur10, 200, 2.0)
    tolerance = np.full(3, EXACT)
    tolerance[axis] = np.inf
    batch = ur10.solve_batch(
        positions, orientations, orientation_tolerance=tolerance, tolerance_axes=axes
    )
    assert batch.success.mean() > 0.8
    turns = left(ur10, batch.joint_positions, orientations, axes)[batch.success]
    # Which turn it is: sine and cosine hide nothing, where the vector does at half a turn.
    others = np.delete(turns / np.maximum(np.linalg.norm(turns, axis=1), 1e-9)[:, None], axis, 1)
    assert (np.abs(others) * np.abs(np.sin(np.linalg.norm(turns, axis=1) / 2))[:, None]).max() < (
        2 * EXACT
    )
    assert np.abs(turns[:, axis]).max() > 0.5


@pytest.mark.parametrize('axes', ['target', 'base'])
def test_an_interval_about_one_axis_is_kept_to_its_ends(ur10, axes):
    rng = np.random.default_rng(1)
    positions, orientations = asked(ur10, 150, 3.0)
    used = []
    for k in range(len(positions)):
        axis, (least, most) = rng.integers(3), rng.uniform(0, [0.5, 1.0]) * [-1, 1]
        tolerance = np.tile([-EXACT, EXACT], (3, 1))
        tolerance[axis] = least, most
        solution = ur10.solve(
            positions[k], orientations[k], orientation_tolerance=tolerance, tolerance_axes=axes
        )
        if not solution:
            continue
        turn = left(ur10, solution.joint_positions, orientations[k], axes)
        assert np.abs(np.delete(turn, axis)).max() < 2 * EXACT
        assert least - EXACT <= turn[axis] <= most + EXACT
        used.append((turn[axis] - least) / (most - least))
        assert solution.orientation_error == pytest.approx(
            abs(turn[axis] - 0.5 * (least + most)), abs=3 * EXACT
        )
    assert len(used) > 80
    assert min(used) < 0.25
    assert max(used) > 0.75


@pytest.mark.parametrize('axes', ['target', 'base'])
def test_turns_about_several_axes_keep_within_the_ellipsoid_about_the_middle(ur10, axes):
    rng = np.random.default_rng(2)
    positions, orientations = asked(ur10, 150, 1.0)
    count = 0
    for k in range(len(positions)):
        intervals = rng.uniform(0.02, 0.6, (3, 2)) * [-1, 1]
        solution = ur10.solve(
            positions[k], orientations[k], orientation_tolerance=intervals, tolerance_axes=axes
        )
        if not solution:
            continue
        count += 1
        middle = Rotation.from_rotvec(intervals.mean(axis=1))
        wanted = Rotation.from_quat(orientations[k])
        aimed = middle * wanted if axes == 'base' else wanted * middle
        turn = left(ur10, solution.joint_positions, aimed.as_quat(), axes)
        half = 0.5 * np.diff(intervals, axis=1)[:, 0]
        assert np.linalg.norm(turn / half) <= 1.0
        assert solution.orientation_error == pytest.approx(np.linalg.norm(turn), abs=1e-9)
    assert count > 100


def test_room_beside_exact_axes_is_kept_too(ur10):
    positions, orientations = asked(ur10, 300, 1.0)
    batch = ur10.solve_batch(positions, orientations, orientation_tolerance=[1e-3, 0.26, 0.1])
    turns = left(ur10, batch.joint_positions, orientations, 'target')[batch.success]
    assert batch.success.mean() > 0.6
    assert np.linalg.norm(turns / [1e-3, 0.26, 0.1], axis=1).max() <= 1.0


def leaning(solver: IkSolver, q: np.ndarray, orientations: np.ndarray) -> np.ndarray:
    """Return by how much z axes lean from the wanted ones [rad]."""
    reached = Rotation.from_quat(solver.forward(q)[1]).as_matrix()[:, :, 2]
    wanted = Rotation.from_quat(orientations).as_matrix()[:, :, 2]
    return np.arccos(np.clip((reached * wanted).sum(axis=1), -1, 1))


def test_a_cone_is_round_and_all_of_it_is_used(ur10):
    """Whatever a pose within the cone reaches, the cone does: it is no penalty to lean."""
    positions, _ = asked(ur10, 1000)
    positions *= 1.34 / np.linalg.norm(positions, axis=1)[:, None]  # near the reach
    _, orientations = asked(ur10, 1000, seed=5)
    cone = [(-CONE, CONE), (-CONE, CONE), FREE]
    batch = ur10.solve_batch(positions, orientations, orientation_tolerance=cone)
    lean = leaning(ur10, batch.joint_positions, orientations)
    assert lean[batch.success].max() <= CONE + 1e-9
    assert lean[batch.success].max() > 0.9 * CONE
    possible = np.zeros(1000, bool)
    for angle in np.arange(8) * math.pi / 4:  # without room: what leans by 13 degrees, exactly
        tilt = Rotation.from_rotvec(
            13 / 15 * CONE * np.array([math.cos(angle), math.sin(angle), 0])
        )
        tilted = (Rotation.from_quat(orientations) * tilt).as_quat()
        found = ur10.solve_batch(positions, tilted, orientation_tolerance=[EXACT, EXACT, math.inf])
        possible |= found.success
    exact = ur10.solve_batch(
        positions, orientations, orientation_tolerance=[EXACT, EXACT, math.inf]
    )
    assert (possible & ~exact.success).sum() > 5  # else this would show nothing
    assert (possible & ~batch.success).sum() <= 1


def test_cones_of_nothing_and_of_everything(ur10):
    positions, orientations = asked(ur10, 100)
    _, others = asked(ur10, 100, seed=9)
    nothing = ur10.solve_batch(
        positions, orientations, orientation_tolerance=[(0, 0), (0, 0), FREE]
    )
    assert nothing.success.mean() > 0.95
    assert nothing.orientation_error[nothing.success].max() <= 1e-12
    for width in (math.pi, 4.0):
        everything = [(-width, width), (-width, width), FREE]
        batch = ur10.solve_batch(positions, others, orientation_tolerance=everything)
        assert batch.success.all()
        only = ur10.solve_batch(positions, others, orientation_tolerance=[math.inf] * 3)
        np.testing.assert_array_equal(batch.joint_positions, only.joint_positions)


def test_intervals_about_0_of_exact_axes_are_the_same_as_tolerances(ur10):
    positions, orientations = asked(ur10, 50)
    one = ur10.solve_batch(positions, orientations, orientation_tolerance=[1e-6, 1e-4, math.inf])
    same = [(-1e-6, 1e-6), (-1e-4, 1e-4), FREE]
    other = ur10.solve_batch(positions, orientations, orientation_tolerance=same)
    np.testing.assert_array_equal(one.joint_positions, other.joint_positions)


def test_a_batch_answers_as_single_requests_do(ur10):
    positions, orientations = asked(ur10, 60, 0.5)
    options = {
        'orientation_tolerance': [(0, 0.4), (-0.1, 0.2), FREE],
        'tolerance_axes': 'base',
        'timeout': math.inf,
    }
    batch = ur10.solve_batch(positions, orientations, **options)
    for k in range(60):
        solution = ur10.solve(positions[k], orientations[k], **options)
        np.testing.assert_array_equal(solution.joint_positions, batch.joint_positions[k])
        assert solution.status == batch.status[k]
    plain = ur10.solve(positions[0], orientations[0])
    again = ur10.solve(positions[0], orientations[0], tolerance_axes='base')
    np.testing.assert_array_equal(plain.joint_positions, again.joint_positions)


@pytest.mark.parametrize('axes', ['target', 'base'])
def test_several_solutions_and_paths_know_the_same_freedom(ur10, axes):
    positions, orientations = asked(ur10, 1)
    cone = [(-0.1, 0.3), (-0.2, 0.2), FREE]
    options = {'orientation_tolerance': cone, 'tolerance_axes': axes}
    middle = Rotation.from_rotvec([0.1, 0.0, 0.0])
    wanted = Rotation.from_quat(orientations[0])
    aimed = (middle * wanted if axes == 'base' else wanted * middle).as_matrix()
    found = ur10.solve_all(positions[0], orientations[0], 30, **options)
    path = ur10.follow(
        np.repeat(positions, 5, axis=0), np.repeat(orientations, 5, axis=0), **options
    )
    assert len(found) == 30
    assert path
    for q in (*[each.joint_positions for each in found], *path.joint_positions):
        position, reached = ur10.forward(q)
        np.testing.assert_allclose(position, positions[0], atol=2e-6)
        turn = Rotation.from_quat(reached).as_matrix()
        carried = turn[:, 2] if axes == 'target' else (turn @ aimed.T)[:, 2]
        axis = aimed[:, 2] if axes == 'target' else np.array([0.0, 0.0, 1.0])
        assert np.arccos(np.clip(carried @ axis, -1, 1)) <= 0.2 + 1e-9


@pytest.mark.parametrize(
    'tolerance',
    [
        [(-math.inf, 0), (0, 0), (0, 0)],
        [(-0.1, math.inf), (0, 0), (0, 0)],
        [(0.1, 0.2), (0, 0), (0, 0)],
        [(-0.2, -0.1), (0, 0), (0, 0)],
        [(0.1, -0.1), (0, 0), (0, 0)],
        [(math.nan, 0.1), (0, 0), (0, 0)],
        [(0, 0), (0, 0)],
        [-1.0, 1.0, 1.0],
        'wide',
    ],
)
def test_what_is_no_freedom_is_refused_by_name(ur10, tolerance):
    with pytest.raises(InvalidInputError, match=r'orientation_tolerance is .*expected'):
        ur10.solve([0.5, 0.2, 0.3], [0, 0, 0, 1], orientation_tolerance=tolerance)
    assert ur10.solve(*ur10.forward(ur10.chain.middle + 0.3))  # and leaves nothing behind


def test_other_axes_are_refused_by_name(ur10):
    with pytest.raises(
        InvalidInputError, match="tolerance_axes is 'tool'; expected one of target, base"
    ):
        ur10.solve([0.5, 0.2, 0.3], [0, 0, 0, 1], tolerance_axes='tool')
    with pytest.raises(InvalidInputError, match='orientation'):
        ur10.solve([0.5, 0.2, 0.3], [0, 0, 0, 0], orientation_tolerance=[(0, 1), (0, 0), (0, 0)])


def test_what_was_read_stays_as_it_is():
    freedom = read_freedom([(0, 0.2), (-0.1, 0.1), FREE], 'base')
    assert read_freedom(freedom, 'target') is freedom
