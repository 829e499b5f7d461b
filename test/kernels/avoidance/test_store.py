# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The store of postures gives the nearest of the cells about a target, in their order."""

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik import KinematicChain
from learned_ik.kernels.avoidance import store as module
from learned_ik.kernels.avoidance.store import CELLS, CORNER, EDGE, MORE_PROPOSALS, PROPOSALS
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.solving.avoidance import make_store

nearest_postures = callable_kernel(module.nearest_postures)


@pytest.fixture(scope='module', params=['tiago', 'ur10', 'artificial3', 'artificial12'])
def stored(request, artificial, real_urdf):
    """Return an arm and a store of its postures."""
    if request.param == 'tiago':
        chain = request.getfixturevalue('tiago')
    elif request.param == 'ur10':
        text = real_urdf('ur_description/urdf/ur10_robot.urdf')
        chain = KinematicChain.from_urdf(text, 'base_link', 'ee_link')
    else:
        chain = artificial(int(request.param.removeprefix('artificial')))
    return chain, make_store(chain, CompiledArm(chain).packed, 5000)


def nearest(store, target, most):
    """Return what the kernel finds: rows (count,) and squared errors (count,) [m²]."""
    rows, errors = np.full(most + 1, -7.0), np.full(most + 1, -7.0)
    count = nearest_postures(
        store.tips, store.begins, store.grid, target, ANGULAR_WEIGHT, rows[:most], errors[:most]
    )
    assert 0 <= count <= most
    assert rows[most] == errors[most] == -7.0  # it writes no farther than it may
    return rows[:count].astype(int), errors[:count]


def by_numpy(store, target):
    """Return (n,) [m²], each stored posture's squared error, and (n,) whether it is looked at."""
    turned = np.square(store.tips[:, :9] - target[:9]).sum(1)
    squared = np.square(store.tips[:, 9:] - target[9:]).sum(1) + 0.5 * ANGULAR_WEIGHT**2 * turned
    corner, edge = store.grid[CORNER:EDGE], store.grid[EDGE]
    cells = np.floor((store.tips[:, 9:] - corner) / edge)
    own = np.floor((target[9:] - corner) / edge)
    return squared, (np.abs(cells - own) <= 1).all(axis=1)


def targets_of(chain, rng, count: int = 40) -> np.ndarray:
    R, p = chain.forward_matrix(chain.sample(rng, count))
    return np.hstack([R.reshape(-1, 9), p])


@pytest.mark.parametrize('most', [1, PROPOSALS, MORE_PROPOSALS, 5001])
def test_it_is_what_looking_at_every_posture_finds(stored, most):
    chain, store = stored
    some = 0
    for target in targets_of(chain, np.random.default_rng(0)):
        rows, errors = nearest(store, target, most)
        squared, about = by_numpy(store, target)
        assert len(rows) == min(about.sum(), most)
        np.testing.assert_allclose(errors, squared[rows], rtol=1e-12)
        assert (np.diff(errors) >= 0).all()
        assert len(set(rows)) == len(rows)
        assert about[rows].all()
        np.testing.assert_allclose(errors, np.sort(squared[about])[:most], rtol=1e-12)
        some += len(rows)
    assert some > 0


@pytest.mark.parametrize('axis', range(3))
@pytest.mark.parametrize('side', [-1, 1])
@pytest.mark.parametrize('cells', [0.5, 1.5, 100.0])
def test_a_target_outside_of_the_grid_gets_what_is_next_to_it_or_nothing(
    stored, axis, side, cells
):
    chain, store = stored
    low, edge, shape = store.grid[CORNER:EDGE], store.grid[EDGE], store.grid[CELLS:]
    for target in targets_of(chain, np.random.default_rng(1), 10):
        target[9 + axis] = low[axis] + (shape[axis] + cells if side > 0 else -cells) * edge
        rows, errors = nearest(store, target, PROPOSALS)
        squared, about = by_numpy(store, target)
        assert len(rows) == min(about.sum(), PROPOSALS)
        np.testing.assert_allclose(errors, np.sort(squared[about])[:PROPOSALS], rtol=1e-12)
        if cells > 1:
            assert len(rows) == 0


def test_on_the_border_of_a_cell_and_at_a_stored_tip(stored):
    _, store = stored
    for row in range(0, 5000, 500):
        rows, errors = nearest(store, store.tips[row].copy(), 3)
        assert rows[0] == row or errors[0] == 0.0
        assert errors[0] == pytest.approx(0.0, abs=1e-24)
    corner = store.tips[0].copy()
    corner[9:] = store.grid[CORNER:EDGE] + store.grid[EDGE]  # where eight cells meet
    squared, about = by_numpy(store, corner)
    _, errors = nearest(store, corner, PROPOSALS)
    np.testing.assert_allclose(errors, np.sort(squared[about])[:PROPOSALS], rtol=1e-12)


def test_the_store_is_sorted_by_cells_that_hold_every_posture_once(stored):
    chain, store = stored
    cells = np.floor((store.tips[:, 9:] - store.grid[CORNER:EDGE]) / store.grid[EDGE]).astype(int)
    shape = store.grid[CELLS:].astype(int)
    number = (cells[:, 0] * shape[1] + cells[:, 1]) * shape[2] + cells[:, 2]
    assert len(store.begins) == shape.prod() + 1
    counted = np.bincount(number, minlength=shape.prod())
    np.testing.assert_array_equal(np.diff(store.begins), counted)
    assert store.begins[0] == 0
    assert store.begins[-1] == len(store.postures) == 5000
    assert (np.diff(number) >= 0).all()
    R, p = chain.forward_matrix(store.postures[::50])
    np.testing.assert_allclose(store.tips[::50], np.hstack([R.reshape(-1, 9), p]), atol=1e-9)
