# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from compiled_arm import CompiledArm

from learned_ik.kernels.jit.just_in_time import callable_kernel
from learned_ik.kernels.path import branches

volume = callable_kernel(branches.volume)


def test_manipulability_is_the_volume_of_the_jacobian(tiago):
    for q in tiago.sample(np.random.default_rng(0), 20):
        J = CompiledArm(tiago).jacobian(q)
        expected = np.sqrt(np.linalg.det(J @ J.T))
        assert volume(np.ascontiguousarray(J.T)) == pytest.approx(expected, rel=1e-6)


def test_a_singular_posture_has_none(tiago):
    q = tiago.middle.copy()
    q[4:] = 0.0  # the wrist's axes fall together
    J = CompiledArm(tiago).jacobian(q)
    assert volume(np.ascontiguousarray(np.zeros_like(J).T)) == 0.0
    assert volume(np.ascontiguousarray(J.T)) == pytest.approx(
        np.sqrt(max(np.linalg.det(J @ J.T), 0.0)), abs=1e-9
    )
