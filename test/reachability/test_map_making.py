# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the map says is so; and it is the same after an interruption, and on any engine."""

from pathlib import Path

import numpy as np
import pytest
from pinocchio_oracle import Oracle
from reachability_arms import FIRST, SECOND, planar_solver

from learned_ik import IkSolver
from learned_ik.errors import ConfigurationError
from learned_ik.reachability import map_making
from learned_ik.reachability.map_making import make_map
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.reachability_map import ReachabilityMap
from learned_ik.rotations import matrix_from_quaternion

PLANAR = MapSettings(grid=0.05, directions=0)
SMALL = MapSettings(grid=0.2, directions=30)
ARRAYS = ('bits', 'searched', 'manipulability', 'limit_margin', 'clearance')


def assert_same(one: ReachabilityMap, other: ReachabilityMap) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def poses_of(made: ReachabilityMap) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of a map's poses the positions (n, 3), orientations (n, 4), and what is reached."""
    reached = np.stack([made.reached_orientations(x) for x in range(made.grid.shape[0])])
    axes = np.meshgrid(*(made.grid.axis(k) for k in range(3)), indexing='ij')
    centres = np.stack(axes, axis=-1)[..., None, :]
    positions = np.broadcast_to(centres, (*reached.shape, 3)).reshape(-1, 3)
    quaternions = np.broadcast_to(made.orientations.quaternions, (*reached.shape, 4))
    return positions, quaternions.reshape(-1, 4), reached.ravel()


@pytest.fixture(scope='module')
def tiago(tiago_solver):
    """Return the map of a real arm, made on one process."""
    return make_map(tiago_solver, SMALL, workers=1)


@pytest.fixture(scope='module')
def tiago_solver():
    return IkSolver.load('tiago_arm')


def test_a_planar_arm_reaches_its_ring_and_nothing_else():
    made = make_map(planar_solver(), PLANAR, workers=1)
    x, y, z = np.meshgrid(*(made.grid.axis(k) for k in range(3)), indexing='ij')
    distance = np.hypot(x, y)
    ring = (np.abs(z) < 1e-9) & (distance > FIRST - SECOND) & (distance < FIRST + SECOND)
    edge = np.minimum(abs(distance - FIRST + SECOND), abs(distance - FIRST - SECOND)) < 1e-3
    np.testing.assert_array_equal((made.share == 1)[~edge], ring[~edge])
    assert ring.sum() > 100
    assert np.isnan(made.manipulability[~ring & ~edge]).all()
    assert (made.limit_margin[ring & ~edge] >= 0).all()


def test_what_is_reached_pinocchio_confirms(tiago, tiago_solver):
    chain = tiago_solver.chain
    positions, orientations, reached = poses_of(tiago)
    chosen = np.random.default_rng(0).choice(np.nonzero(reached)[0], 150, replace=False)
    batch = tiago_solver.solve_batch(
        positions[chosen], orientations[chosen], orientation_tolerance=(1e-6, 1e-6, np.inf)
    )
    assert batch.success.all()
    urdf = Path(__file__).parents[2] / 'config' / 'tiago_arm.urdf'
    oracle = Oracle(urdf.read_text(encoding='utf-8'), chain)
    for q, position, orientation in zip(
        batch.joint_positions, positions[chosen], orientations[chosen], strict=True
    ):
        R, p = oracle.forward(q)
        np.testing.assert_allclose(p, position, atol=2e-6)
        assert R[:, 2] @ matrix_from_quaternion(orientation)[:, 2] > 1 - 1e-10


def test_what_is_not_reached_seldom_is_with_all_effort(tiago, tiago_solver):
    positions, orientations, reached = poses_of(tiago)
    left = np.nonzero(~reached)[0]
    chosen = np.random.default_rng(1).choice(left, 2000, replace=False)
    batch = tiago_solver.solve_batch(
        positions[chosen], orientations[chosen], orientation_tolerance=(1e-6, 1e-6, np.inf)
    )
    missed = batch.success.mean() * len(left)
    assert missed < 0.03 * (missed + reached.sum())
    assert tiago.figures['missed']['share'] < 0.03


def test_an_interrupted_map_goes_on_and_is_the_same(tmp_path, monkeypatch, caplog):
    settings = MapSettings(grid=0.01, directions=0, box=(-0.8, -0.8, 0.0, 0.8, 0.8, 0.0))
    solver = planar_solver()
    whole = make_map(solver, settings, workers=1)
    answered = map_making.answered

    def interrupted(*arguments):
        for count, each in enumerate(answered(*arguments)):
            if count == 3:
                raise KeyboardInterrupt
            yield each

    monkeypatch.setattr(map_making, 'answered', interrupted)
    with caplog.at_level('INFO'), pytest.raises(KeyboardInterrupt):
        make_map(solver, settings, tmp_path, workers=1)
    assert '3 of' in caplog.text
    assert 'goes on from there' in caplog.text
    solved = []

    def counted(*arguments):
        for index, answer in answered(*arguments):
            solved.append(index)
            yield index, answer

    monkeypatch.setattr(map_making, 'answered', counted)
    kept = sorted((tmp_path / 'blocks').glob('*.npz'))
    assert len(kept) == 3
    kept[0].write_bytes(kept[0].read_bytes()[:50])  # a broken one is made again
    resumed = make_map(solver, settings, tmp_path, workers=1)
    assert int(kept[0].stem) in solved
    assert not {int(p.stem) for p in kept[1:]} & set(solved)
    assert_same(whole, resumed)
    assert not (tmp_path / 'blocks').exists()
    assert_same(whole, make_map(solver, settings, tmp_path, workers=1))  # it is there already


@pytest.mark.parametrize(
    ('settings', 'said'),
    [
        (MapSettings(grid=0.1, directions=0), r'grid 0\.05 \(now 0\.1\)'),
        (MapSettings(grid=0.05, directions=7), r'directions 0 \(now 7\)'),
    ],
)
def test_other_settings_in_the_same_folder_are_refused_by_name(tmp_path, settings, said):
    make_map(planar_solver(), PLANAR, tmp_path, workers=1)
    with pytest.raises(ConfigurationError, match=said):
        make_map(planar_solver(), settings, tmp_path, workers=1)


def test_another_robot_in_the_same_folder_is_refused(tmp_path):
    make_map(planar_solver(), PLANAR, tmp_path, workers=1)
    with pytest.raises(ConfigurationError, match='robot'):
        make_map(planar_solver(limit=1.0), PLANAR, tmp_path, workers=1)


def test_two_processes_make_the_same_map(tiago, tiago_solver):
    assert_same(tiago, make_map(tiago_solver, SMALL, workers=2))


def test_obstacles_take_cells_away(tiago_solver):
    box = (0.2, -0.4, -0.4, 0.6, 0.4, 0.4)
    free = make_map(tiago_solver, MapSettings(grid=0.2, directions=6, box=box), workers=1)
    solver = IkSolver.load('tiago_arm')
    solver.set_obstacles([[0.4, 0.0, 0.0, 0.15]])
    settings = MapSettings(grid=0.2, directions=6, box=box, avoid_collisions=True)
    clear = make_map(solver, settings, workers=1)
    assert clear.reached.sum() < free.reached.sum()
    at, _ = clear.cells_of(np.array([0.4, 0.0, 0.0]))
    assert clear.reached[at] == 0  # in the middle of the obstacle
    assert (clear.clearance[clear.reached > 0] >= 0).all()
