# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The way out of contacts: in the null space of the pose, and away from what is near."""

import math

import numpy as np
import pytest
from compiled_arm import columns_of, contacts, numeric_jacobian, place

from learned_ik.kernels.avoidance import walk as module
from learned_ik.kernels.avoidance.clearance import DISTANCE
from learned_ik.kernels.avoidance.walk import LONGEST, PROJECTION_DAMPING
from learned_ik.kernels.forward_kinematics import jacobian_columns
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT

way_out, columns_at = callable_kernel(module.way_out), callable_kernel(jacobian_columns)

NONE = np.empty((0, 4))
MARGIN = 0.03  # [m]


def way_at(walker, q, spheres, itself=True):
    """Return the way (joints,), how far to go [rad or m], and the distances on the way."""
    arm, body = walker.arm, walker
    place(arm.arrays, body.arrays, q, arm.work.frames, body.memory.placement)
    count, _ = contacts(
        body.arrays, body.memory.placement, columns_of(spheres), MARGIN, MARGIN,
        itself, body.memory.contacts,
    )  # fmt: skip
    columns_at(arm.arrays, arm.work.frames, ANGULAR_WEIGHT, arm.work.columns)
    length = way_out(arm.arrays, body.arrays, q, count, MARGIN, arm.work, body.memory)
    return body.memory.way.copy(), length, count


def lacking(walker, q, spheres, known):
    """Return half the sum of what those contacts lack, squared [m²]; by their distances."""
    of_spheres, of_pairs = walker.distances(q, spheres)
    return 0.5 * np.sum((MARGIN - np.concatenate([of_spheres, of_pairs])[known]) ** 2)


def test_it_is_a_unit_vector_of_the_null_space_that_leads_away(walker, spheres_at):
    arm, rng = walker.arm, np.random.default_rng(5)
    step, ways = 1e-5, 0
    for q in arm.chain.with_scaled_limits(0.9).sample(rng, 80):
        spheres = spheres_at(walker, q, rng, 3)
        way, length, count = way_at(walker, q, spheres)
        assert 0 <= length <= LONGEST
        if np.linalg.norm(way) < 1e-9:
            assert length == 0.0
            continue
        assert np.linalg.norm(way) == pytest.approx(1.0, abs=1e-12)
        J = numeric_jacobian(arm.chain, q) * np.repeat([1, ANGULAR_WEIGHT], 3)[:, None]
        _, singular_values, rows = np.linalg.svd(J)
        push = walker.memory.push.copy()
        wanted = rows[6:].T @ (rows[6:] @ push)
        if np.linalg.norm(wanted) < 0.05 * np.linalg.norm(push) or singular_values[-1] < 0.02:
            continue  # no room for a way, or a singularity: the damping shows
        assert np.linalg.norm(J @ way) < 1e-3
        np.testing.assert_allclose(way, wanted / np.linalg.norm(wanted), atol=1e-3)
        distances = np.concatenate(walker.distances(q, spheres))
        known = distances < MARGIN
        assert known.sum() == count
        ahead, behind = (
            lacking(walker, q + sign * step * way, spheres, known) for sign in (1, -1)
        )
        assert ahead < behind  # together, the contacts come to lack less
        ways += 1
    assert ways > 20 if arm.chain.joint_count > 6 else ways == 0


def test_it_never_moves_the_tip_by_more_than_the_damping_explains(walker, spheres_at):
    """Before it is made a unit vector: |J v| <= sqrt(damping) / 2 |push|, room or not."""
    arm, rng, ways = walker.arm, np.random.default_rng(8), 0
    for q in arm.chain.with_scaled_limits(0.9).sample(rng, 60):
        way, _, _ = way_at(walker, q, spheres_at(walker, q, rng, 3))
        push = walker.memory.push.copy()
        J = numeric_jacobian(arm.chain, q) * np.repeat([1, ANGULAR_WEIGHT], 3)[:, None]
        damped = np.linalg.solve(J @ J.T + PROJECTION_DAMPING * np.eye(6), J @ push)
        projected = push - J.T @ damped
        bound = 0.5 * math.sqrt(PROJECTION_DAMPING) * np.linalg.norm(push)
        assert np.linalg.norm(J @ way) * np.linalg.norm(projected) <= 1.05 * bound + 1e-12
        ways += way.any()
    assert ways > 20


def test_without_contacts_there_is_none(walker):
    way, length, count = way_at(walker, walker.arm.chain.middle + 0.1, NONE, itself=False)
    assert count == 0
    assert length == 0.0
    assert not way.any()


def test_one_contacts_distance_grows_by_as_much_as_it_lacks(walker):
    """To first order: the length makes up for what one contact lacks."""
    arm, rng, checked = walker.arm, np.random.default_rng(6), 0
    if arm.chain.joint_count < 7:
        pytest.skip('an arm without redundancy has no way out')
    for q in arm.chain.with_scaled_limits(0.9).sample(rng, 2000):
        ends = walker.body.placed(arm.chain, q)
        c = rng.choice(np.nonzero(walker.body.moving)[0])
        along = ends[c, 1] - ends[c, 0]
        direction = np.cross(along, rng.normal(size=3))
        if not direction.any():
            continue
        away = walker.body.radii[c] + 0.05 + MARGIN - 1e-3  # lacks a millimetre
        centre = ends[c].mean(0) + away * direction / np.linalg.norm(direction)
        spheres = np.array([[*centre, 0.05]])
        way, length, count = way_at(walker, q, spheres, itself=False)
        if count != 1 or not 1e-6 < length < 0.05:
            continue
        lack = MARGIN - walker.memory.contacts[0, DISTANCE]
        (of_spheres, _), (moved, _) = (
            walker.distances(each, spheres) for each in (q, q + length * way)
        )
        k = int(np.argmin(of_spheres))
        assert moved[k] - of_spheres[k] == pytest.approx(lack, rel=0.5)
        checked += 1
    assert checked > 5


def test_joints_at_their_limits_are_not_pushed_beyond(walker, spheres_at):
    arm, rng, held = walker.arm, np.random.default_rng(7), 0
    bound_low, bound_high = arm.arrays.bound_low, arm.arrays.bound_high
    for q in arm.chain.sample(rng, 80):
        j = int(rng.integers(len(q)))
        if not np.isfinite(bound_low[j]):
            continue
        q[j] = bound_low[j] if rng.uniform() < 0.5 else bound_high[j]
        way, _, count = way_at(walker, q, spheres_at(walker, q, rng, 3))
        push = walker.memory.push
        outwards = push[j] < 0 if q[j] == bound_low[j] else push[j] > 0
        if count and outwards:
            assert way[j] == 0.0
            held += 1
    assert held > 10
