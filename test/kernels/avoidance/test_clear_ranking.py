# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Heads are ranked by what they lack in clearance, and clearances are told as they are."""

import numpy as np
import pytest
from compiled_arm import CompiledArm, CompiledBody, columns_of

from learned_ik.kernels.avoidance import clear_ranking as module
from learned_ik.kernels.avoidance.clear_ranking import CLEARANCE_WEIGHT, measure_clearance
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.jit.just_in_time import callable_kernel

rank_by_clearance = callable_kernel(module.rank_by_clearance)

HEADS = 11  # no multiple of the lanes


@pytest.fixture(scope='module')
def answering(walker, untrained) -> CompiledBody:
    """Return an arm with a network of several heads, and its body."""
    network = untrained(walker.arm.chain, heads=HEADS).network
    return CompiledBody(CompiledArm(walker.arm.chain, network), walker.body)


def ranked(answering, spheres, wanted, itself=False):
    """Return the heads' answers (heads, joints) [rad or m], scores before and after (lanes,)."""
    arm, rng = answering.arm, np.random.default_rng(0)
    lanes = arm.network.lanes
    arm.heads.answers[:] = arm.chain.sample(rng, lanes).T
    arm.heads.scores[:] = rng.uniform(0, 0.1, lanes)
    before = arm.heads.scores.copy()
    rank_by_clearance(
        arm.arrays, arm.network, answering.obstacles(spheres, itself, wanted), arm.heads,
        np.zeros(arm.chain.joint_count), arm.work, answering.memory,
    )  # fmt: skip
    answers = arm.heads.answers.T[:HEADS].astype(float)
    return np.clip(answers, arm.chain.lower, arm.chain.upper), before, arm.heads.scores.copy()


@pytest.mark.parametrize('wanted', [0.0, 0.05, 0.3])
@pytest.mark.parametrize('itself', [True, False])
def test_scores_rise_by_the_squared_clearance_that_is_lacking(
    answering, clearance_of, wanted, itself
):
    rng, raised = np.random.default_rng(1), 0
    reach = answering.arm.chain.reach
    for _ in range(10):
        spheres = np.column_stack(
            [rng.uniform(-0.5, 0.5, (6, 3)) * reach, rng.uniform(0.02, 0.2, 6)]
        )
        q, before, after = ranked(answering, spheres, wanted, itself)
        # Only spheres count, also where the body is to be kept clear of itself.
        clear = np.array([clearance_of(answering, each, spheres, False) for each in q])
        expected = CLEARANCE_WEIGHT * np.maximum(wanted - clear, 0) ** 2
        rise = after.astype(float) - before
        np.testing.assert_allclose(rise[:HEADS], expected, rtol=1e-4, atol=1e-7)
        assert (rise[:HEADS][clear >= wanted] == 0).all()
        assert (rise[HEADS:] == 0).all()  # heads that are padding
        raised += (expected > 1e-5).sum()
    assert raised > 3


@pytest.mark.parametrize('wanted', [0.0, 0.3])
def test_in_free_space_nothing_changes(answering, wanted):
    far = np.array([[50.0, 0.0, 0.0, 1.0]])
    for spheres in (np.empty((0, 4)), far):
        _, before, after = ranked(answering, spheres, wanted)
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize('itself', [True, False])
def test_the_clearance_and_what_is_nearest(walker, clearance_of, spheres_at, itself):
    make_ready('obstacles')
    arm, rng = walker.arm, np.random.default_rng(2)
    q = arm.chain.sample(rng, 30)
    spheres = np.vstack([spheres_at(walker, each, rng, 1) for each in q])
    clearances, nearest = np.zeros(30), np.zeros((30, 2))
    measure_clearance(
        *arm.packed, arm.memory.numbers, *walker.packed, walker.walk_numbers,
        columns_of(spheres), itself, q, clearances, nearest,
    )  # fmt: skip
    of_spheres_told = 0
    for each, told, (capsule, other) in zip(q, clearances, nearest.astype(int), strict=True):
        assert told == pytest.approx(clearance_of(walker, each, spheres, itself), abs=1e-9)
        assert 0 <= capsule < len(walker.body)
        if other < 0:
            alone = spheres[[-1 - other]]
            of_spheres, _ = walker.distances(each, alone)
            assert of_spheres[walker.body.hull_numbers[capsule]] == pytest.approx(told, abs=1e-8)
            of_spheres_told += 1
        else:
            assert [capsule, other] in walker.body.pairs.tolist()
            _, of_pairs = walker.distances(each, spheres)
            assert of_pairs.min() == pytest.approx(told, abs=1e-8)
    assert of_spheres_told > 0


def test_where_nothing_is_near_nothing_is_named(walker):
    make_ready('obstacles')
    clearances, nearest = np.zeros(1), np.zeros((1, 2))
    measure_clearance(
        *walker.arm.packed, walker.arm.memory.numbers, *walker.packed, walker.walk_numbers,
        np.zeros((4, 0)), False, walker.arm.chain.middle[None].copy(), clearances, nearest,
    )  # fmt: skip
    assert clearances[0] == np.inf
    assert np.isnan(nearest).all()
