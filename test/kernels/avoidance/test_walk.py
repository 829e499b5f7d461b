# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The walk out of collision: exact, within the limits, never for the worse, and honest."""

import math

import numpy as np
import pytest
from compiled_arm import numeric_jacobian

from learned_ik.kernels.avoidance import walk as module
from learned_ik.kernels.avoidance.clearance import CONTACT
from learned_ik.kernels.avoidance.walk import BEYOND
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.rotations import rotation_angle
from learned_ik.solving.packing import SPHERES_OF_HULL

walk = callable_kernel(module.walk)

TOLERANCE = 1e-6  # [m] and [rad]
NONE = np.empty((0, 4))


def walked(walker, q, spheres, *, itself=True, wanted=0.0, **goal):
    """Return where a walk from q ends, and what it tells: errors, clearance, exact."""
    end = np.array(q)
    told = walk(
        walker.arm.arrays, walker.obstacles(spheres, itself, wanted),
        walker.arm.goal(q, TOLERANCE, TOLERANCE, **goal), end, walker.arm.work, walker.memory,
    )  # fmt: skip
    return end, told


def errors_of(chain, end, q):
    """Return position [m] and orientation error [rad] by numpy."""
    (R, p), (R0, p0) = chain.forward_matrix(end), chain.forward_matrix(q)
    return np.linalg.norm(p - p0), rotation_angle(R, R0)


@pytest.mark.parametrize('itself', [True, False])
@pytest.mark.parametrize('wanted', [0.0, 0.02])
def test_it_stays_exact_within_limits_and_honest_and_never_makes_it_worse(
    walker, clearance_of, spheres_at, itself, wanted
):
    chain, rng = walker.arm.chain, np.random.default_rng(0)
    better = 0
    for q in chain.with_scaled_limits(0.98).sample(rng, 150):
        spheres = spheres_at(walker, q, rng, int(rng.integers(0, 5)))
        before = clearance_of(walker, q, spheres, itself)
        end, told = walked(walker, q, spheres, itself=itself, wanted=wanted)
        position_error, orientation_error = errors_of(chain, end, q)
        assert told.exact
        assert position_error <= TOLERANCE + 1e-12
        assert orientation_error <= TOLERANCE + 1e-9
        assert told.position_error == pytest.approx(position_error, abs=1e-12)
        assert told.orientation_error == pytest.approx(orientation_error, abs=1e-9)
        after = clearance_of(walker, end, spheres, itself)
        assert after >= before - 1e-9
        if after < wanted or math.isfinite(told.clearance):
            # Where it is not clear, what is farther than what it aims at is not looked at.
            assert told.clearance == pytest.approx(min(after, told.clearance), abs=1e-9)
            assert told.clearance == pytest.approx(after, abs=1e-9) or after > wanted + BEYOND
        assert (told.clearance >= wanted) == (after >= wanted)
        bounded = np.isfinite(walker.arm.arrays.bound_low)
        assert (end >= chain.lower)[bounded].all()
        assert (end <= chain.upper)[bounded].all()
        better += after > before + 1e-3
    if chain.joint_count > 6:
        assert better > 1  # or the rest would prove little


def test_a_start_that_is_clear_stays_where_it_is(walker, clearance_of):
    chain, rng, clear = walker.arm.chain, np.random.default_rng(1), 0
    for q in chain.sample(rng, 40):
        if clearance_of(walker, q, NONE, True) < 0:
            continue
        end, told = walked(walker, q, NONE)
        np.testing.assert_array_equal(end, q)
        assert told.clearance == pytest.approx(clearance_of(walker, q, NONE, True), abs=1e-9)
        clear += 1
    assert clear > 10


def test_with_nothing_to_keep_clear_of_the_clearance_is_infinite(walker):
    q = walker.arm.chain.middle + 0.1
    end, told = walked(walker, q, NONE, itself=False)
    assert told.clearance == math.inf
    np.testing.assert_array_equal(end, q)


def test_what_a_self_motion_clears_is_cleared(walker, clearance_of):
    """A sphere touches the arm at one point of its self-motion, and is clear of others near by."""
    chain, rng = walker.arm.chain, np.random.default_rng(2)
    if chain.joint_count < 7:
        pytest.skip('an arm without redundancy has no self-motion')
    tried = cleared = 0
    while tried < 30:
        q = chain.with_scaled_limits(0.8).sample(rng, 1)[0]
        if clearance_of(walker, q, NONE, True) < 0.02:
            continue
        # A sphere that reaches a centimetre into the capsule that a self-motion moves most.
        null = np.linalg.svd(walker.arm.jacobian(q))[2][-1]
        body = walker.body
        ends, moved = (body.placed(chain, each) for each in (q, q + 1e-4 * null))
        speeds = np.linalg.norm(moved - ends, axis=-1) * 1e4  # (capsules, 2) [m/rad]
        c, e = np.unravel_index(np.argmax(np.where(body.moving[:, None], speeds, 0)), speeds.shape)
        way = (moved - ends)[c, e]
        if speeds[c, e] < 0.05:
            continue
        centre = ends[c, e] + way / np.linalg.norm(way) * (body.radii[c] + 0.03 - 0.01)
        spheres = np.array([[*centre, 0.03]])
        apart = clearance_of(walker, walked_along(chain, q, null, -0.5), spheres, True)
        if apart < 0.01:  # not known to be clearable
            continue
        tried += 1
        end, told = walked(walker, q, spheres)
        cleared += clearance_of(walker, end, spheres, True) >= 0 and told.exact
    assert cleared >= 0.9 * tried


def walked_along(chain, q, direction, length):
    """Return q after a piece of its self-motion [rad], by numpy: the pose is kept to 1e-9."""
    q, before, steps = q.copy(), direction, 40
    R0, p0 = chain.forward_matrix(q)
    for _ in range(steps):
        J = numeric_jacobian(chain, q)
        null = np.linalg.svd(J)[2][6:]
        along = null.T @ (null @ before)
        before = along / np.linalg.norm(along)
        q = q + length / steps * before
        for _ in range(2):
            R, p = chain.forward_matrix(q)
            turn = R0 @ R.T
            skew = 0.5 * np.array(
                [turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]
            )
            q = q + np.linalg.pinv(J) @ np.concatenate([p0 - p, skew])
    inside = (q >= chain.lower).all() and (q <= chain.upper).all()
    return q if inside else np.full_like(q, np.nan)


@pytest.mark.parametrize('count', [0, 2])
def test_it_makes_a_start_near_the_target_exact_or_says_that_it_did_not(walker, spheres_at, count):
    chain, rng = walker.arm.chain, np.random.default_rng(3)
    exact = 0
    for q in chain.with_scaled_limits(0.9).sample(rng, 40):
        end = q + rng.normal(0, 1e-3, len(q))
        told = walk(
            walker.arm.arrays, walker.obstacles(spheres_at(walker, q, rng, count), False, 0.0),
            walker.arm.goal(q, TOLERANCE, TOLERANCE), end, walker.arm.work, walker.memory,
        )  # fmt: skip
        position_error, orientation_error = errors_of(chain, end, q)
        assert told.position_error == pytest.approx(position_error, abs=1e-12)
        assert told.orientation_error == pytest.approx(orientation_error, abs=1e-9)
        assert told.exact == (max(told.position_error, told.orientation_error) <= TOLERANCE)
        exact += told.exact
    if count == 0:
        assert exact >= 36


def test_a_free_axis_is_a_way_out_and_the_others_are_kept(walker, clearance_of, spheres_at):
    chain, rng = walker.arm.chain, np.random.default_rng(4)
    cleared = dict.fromkeys(((0.0, 0.0, 0.0), (0.0, 0.0, 1.0)), 0)
    for q in chain.with_scaled_limits(0.9).sample(rng, 60):
        spheres = spheres_at(walker, q, rng, 1)
        R0, p0 = chain.forward_matrix(q)
        for axes in cleared:
            end, told = walked(walker, q, spheres, itself=False, free_axes=axes)
            R, p = chain.forward_matrix(end)
            assert np.linalg.norm(p - p0) <= TOLERANCE + 1e-12
            # The angle between both z axes, by its sine.
            assert np.linalg.norm(np.cross(R[:, 2], R0[:, 2])) <= TOLERANCE + 1e-9
            assert told.clearance >= clearance_of(walker, q, spheres, False) - 1e-9
            cleared[axes] += clearance_of(walker, end, spheres, False) >= 0
    bound, free = cleared.values()
    assert free >= bound
    assert free > bound or chain.joint_count > 7


def test_memory_holds_what_every_contact_needs(walker):
    hulls = walker.arrays.hulls
    rows = SPHERES_OF_HULL * len(hulls.frames) + len(hulls.pairs)
    assert walker.memory.contacts.shape == (rows, CONTACT)
    assert walker.memory.slopes.shape == (rows, walker.arm.chain.joint_count)
