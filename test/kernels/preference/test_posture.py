# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Drawing a solution to a posture keeps pose and limits, and gets near what scipy finds."""

import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik import KinematicChain
from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.preference import posture as module
from learned_ik.kernels.preference.posture import Posture
from learned_ik.rotations import rotation_angle

draw_to_posture = callable_kernel(module.draw_to_posture)

TOLERANCE = 1e-6  # [m] and [rad]


@pytest.fixture(scope='module', params=['tiago', 'ur10', 'pr2', 'artificial7', 'artificial10'])
def arm(request, artificial, real_urdf) -> CompiledArm:
    """Arms without redundancy, with it, and with joints that turn without end."""
    if request.param == 'tiago':
        return CompiledArm(request.getfixturevalue('tiago'))
    if request.param == 'ur10':
        text = real_urdf('ur_description/urdf/ur10_robot.urdf')
        return CompiledArm(KinematicChain.from_urdf(text, 'base_link', 'ee_link'))
    if request.param == 'pr2':
        text = real_urdf('pr2_description/urdf/pr2.urdf')
        return CompiledArm(
            KinematicChain.from_urdf(text, 'torso_lift_link', 'l_gripper_tool_frame')
        )
    return CompiledArm(artificial(int(request.param.removeprefix('artificial'))))


def drawn(arm, q, posture, weights=None, **goal) -> tuple[np.ndarray, float]:
    """Return where a solution q is drawn to, and the distance that is told."""
    end, weights = np.array(q), np.ones(len(q)) if weights is None else np.array(weights, float)
    wanted = Posture(np.array(posture, float), weights, np.zeros(len(q)), np.zeros(len(q)))
    told = draw_to_posture(
        arm.arrays, arm.goal(q, TOLERANCE, TOLERANCE, **goal), end, wanted, arm.work
    )
    return end, told


def squared(q, posture, weights=1.0) -> float:
    return float(np.nansum(weights * (q - posture) ** 2))


def assert_solves(arm, end, q):
    (R, p), (R0, p0) = arm.chain.forward_matrix(end), arm.chain.forward_matrix(q)
    assert np.linalg.norm(p - p0) <= TOLERANCE + 1e-12
    assert rotation_angle(R, R0) <= TOLERANCE + 1e-9
    assert (end >= arm.arrays.bound_low).all()
    assert (end <= arm.arrays.bound_high).all()


def test_pose_and_limits_are_kept_and_the_distance_never_grows(arm):
    rng, nearer, at_limits = np.random.default_rng(0), 0, 0
    for q, posture in zip(arm.chain.sample(rng, 150), arm.chain.sample(rng, 150), strict=True):
        weights = rng.uniform(0.1, 10, len(q))
        end, told = drawn(arm, q, posture, weights)
        assert_solves(arm, end, q)
        assert told == pytest.approx(squared(end, posture, weights), rel=1e-12)
        assert told <= squared(q, posture, weights) * (1 + 1e-12)
        nearer += told < 0.99 * squared(q, posture, weights)
        at_limits += ((end == arm.arrays.bound_low) | (end == arm.arrays.bound_high)).any()
    if arm.chain.joint_count > 6:
        assert nearer > 75
        assert at_limits > 0


def test_a_solution_that_is_the_posture_stays(arm):
    for q in arm.chain.sample(np.random.default_rng(1), 10):
        end, told = drawn(arm, q, q)
        np.testing.assert_array_equal(end, q)
        assert told == 0.0


def test_a_redundant_arm_gets_near_what_scipy_finds(arm):
    optimize = pytest.importorskip('scipy.optimize')
    chain, rng = arm.chain, np.random.default_rng(2)
    if chain.joint_count < 7:
        pytest.skip('an arm without redundancy has no choice')
    gains = []
    for q in chain.with_scaled_limits(0.8).sample(rng, 25):
        posture = np.clip(q + rng.normal(0, 0.3, len(q)), chain.lower, chain.upper)
        R0, p0 = chain.forward_matrix(q)

        def off(x, R0=R0, p0=p0):
            R, p = chain.forward_matrix(x)
            turn = R0.T @ R
            skew = [turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]
            return np.concatenate([p - p0, 0.5 * np.array(skew)])

        best = optimize.minimize(
            squared, q, args=(posture,), method='SLSQP', jac=lambda x, a: 2 * (x - a),
            bounds=list(zip(arm.arrays.bound_low, arm.arrays.bound_high, strict=True)),
            constraints={'type': 'eq', 'fun': off}, options={'maxiter': 200, 'ftol': 1e-10},
        )  # fmt: skip
        R, p = chain.forward_matrix(best.x)
        if not best.success or np.linalg.norm(p - p0) > 1e-5 or rotation_angle(R, R0) > 1e-5:
            continue
        before, (_, ours) = squared(q, posture), drawn(arm, q, posture)
        if before - best.fun > 0.01:
            gains.append((before - ours) / (before - best.fun))
    assert len(gains) > 8
    assert np.mean(np.array(gains) > 0.98) >= 0.85
    assert np.mean(gains) > 0.95


def test_a_joint_without_a_wish_does_not_count(arm):
    rng, told_less = np.random.default_rng(3), 0
    for q, posture in zip(arm.chain.sample(rng, 40), arm.chain.sample(rng, 40), strict=True):
        some = posture.copy()
        some[::2] = np.nan
        end, told = drawn(arm, q, some)
        assert_solves(arm, end, q)
        assert np.isfinite(end).all()
        assert told == pytest.approx(squared(end[1::2], posture[1::2]), rel=1e-12)
        # Joints that may be anywhere leave the others room.
        whole, _ = drawn(arm, q, posture)
        told_less += told < squared(whole[1::2], posture[1::2]) - 1e-6
    if arm.chain.joint_count > 6:
        assert told_less > 10
    end, told = drawn(arm, q, np.full_like(q, np.nan))
    np.testing.assert_array_equal(end, q)
    assert told == 0.0


def test_a_heavy_joint_gets_nearer_to_its_wish(arm):
    chain, rng = arm.chain, np.random.default_rng(4)
    if chain.joint_count < 7:
        pytest.skip('an arm without redundancy has no choice')
    light = heavy = 0.0
    for q in chain.with_scaled_limits(0.8).sample(rng, 60):
        posture = np.clip(q + rng.normal(0, 0.3, len(q)), chain.lower, chain.upper)
        weights = np.ones(len(q))
        weights[2] = 100.0
        light += abs(drawn(arm, q, posture)[0][2] - posture[2])
        heavy += abs(drawn(arm, q, posture, weights)[0][2] - posture[2])
    assert heavy < 0.8 * light


def test_equal_weights_of_any_size_choose_the_same(arm):
    rng = np.random.default_rng(5)
    for q, posture in zip(arm.chain.sample(rng, 20), arm.chain.sample(rng, 20), strict=True):
        one, told = drawn(arm, q, posture)
        four, told_four = drawn(arm, q, posture, np.full(len(q), 4.0))
        assert told_four == pytest.approx(4 * told, rel=1e-3)
        np.testing.assert_allclose(four, one, atol=1e-2)


def test_a_free_axis_is_room_too_and_the_rest_of_the_pose_is_kept(arm):
    rng, gained = np.random.default_rng(6), 0
    for q, posture in zip(arm.chain.sample(rng, 60), arm.chain.sample(rng, 60), strict=True):
        end, told = drawn(arm, q, posture, free_axes=(0.0, 0.0, 1.0))
        (R, p), (R0, p0) = arm.chain.forward_matrix(end), arm.chain.forward_matrix(q)
        assert np.linalg.norm(p - p0) <= TOLERANCE + 1e-12
        assert np.linalg.norm(np.cross(R[:, 2], R0[:, 2])) <= TOLERANCE + 1e-9
        assert R[:, 2] @ R0[:, 2] > 0
        gained += told < drawn(arm, q, posture)[1] - 1e-6
    assert gained > 30
