# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik import KinematicChain
from learned_ik.kernels import refinement
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.refinement import PATIENCE
from learned_ik.rotations import rotation_angle

refine = callable_kernel(refinement.refine)


class Refinement:
    def __init__(self, chain: KinematicChain) -> None:
        self.chain, self.arm = chain, CompiledArm(chain)

    def __call__(self, target_q, start, steps=30, tolerance=1e-8):
        q, goal = np.array(start), self.arm.goal(target_q, tolerance, tolerance)
        return q, refine(self.arm.arrays, goal, q, steps, PATIENCE, self.arm.work)


def test_it_converges_from_nearby(real_robot):
    _, chain = real_robot
    refinement = Refinement(chain)
    rng = np.random.default_rng(0)
    reached = []
    for target_q in chain.sample(rng, 200):
        start = np.clip(target_q + rng.normal(0, 0.02, len(target_q)), chain.lower, chain.upper)
        q, (position_error, orientation_error) = refinement(target_q, start)
        reached.append(max(position_error, orientation_error) <= 1e-8)
        # The errors that it reports are those of forward kinematics.
        (R, p), (R0, p0) = chain.forward_matrix(q), chain.forward_matrix(target_q)
        assert np.linalg.norm(p - p0) == pytest.approx(position_error, abs=1e-12)
        assert rotation_angle(R, R0) == pytest.approx(orientation_error, abs=1e-12)
    assert np.mean(reached) >= 0.98


def test_it_never_leaves_the_limits(tiago):
    refinement = Refinement(tiago)
    rng = np.random.default_rng(1)
    at_limits = 0
    for target_q, start in zip(tiago.sample(rng, 300), tiago.sample(rng, 300), strict=True):
        q, _ = refinement(target_q, start)
        assert (q >= tiago.lower).all()
        assert (q <= tiago.upper).all()
        at_limits += ((q == tiago.lower) | (q == tiago.upper)).any()
    assert at_limits > 0  # or the test would prove nothing


def test_it_never_makes_a_start_worse(tiago):
    refinement = Refinement(tiago)
    rng = np.random.default_rng(2)
    for target_q, start in zip(tiago.sample(rng, 200), tiago.sample(rng, 200), strict=True):
        _, before = refinement(target_q, start, steps=0)
        _, after = refinement(target_q, start)
        squared = [p**2 + (ANGULAR_WEIGHT * o) ** 2 for p, o in (before, after)]
        assert squared[1] <= squared[0]


def test_a_start_that_is_the_answer_takes_no_step(tiago):
    refinement = Refinement(tiago)
    refinement.arm.work.step[:] = np.nan
    q, _ = refinement(tiago.middle, tiago.middle)
    assert np.isnan(refinement.arm.work.step).all()  # it was not even thought of
    np.testing.assert_array_equal(q, tiago.middle)
