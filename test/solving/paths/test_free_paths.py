# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Paths of a tool whose yaw is free: the free angle is chosen for all poses together."""

import numpy as np
import pytest

from lab.measurements.tool_paths.drawing import (
    CONE,
    FREEDOMS,
    JUMP,
    TOOL,
    aimed,
    drawn,
    is_led,
)
from lab.measurements.tool_paths.judge import Judge
from learned_ik import IkSolver
from learned_ik.resources import shipped_files


@pytest.fixture(scope='module')
def ur10() -> IkSolver:
    shipped = {path.stem: path for path in shipped_files('models', '.safetensors')}
    return IkSolver.load(shipped['ur10'], tool=TOOL)


@pytest.mark.parametrize('backwards', [False, True])
@pytest.mark.parametrize('freedom', list(FREEDOMS))
def test_a_tool_with_a_free_yaw_goes_around_the_base(ur10, freedom, backwards):
    """Once and three quarters: the shoulder has to begin near one of its limits."""
    angle = np.linspace(0, 2 * np.pi * 1.75, 1000) * (-1 if backwards else 1)
    positions = np.stack([0.7 * np.cos(angle), 0.7 * np.sin(angle), 0 * angle + 0.2], axis=1)
    down = np.tile([0.0, 0.0, -1.0], (1000, 1))
    orientations = aimed(down, np.random.default_rng(0))
    path = ur10.follow(
        positions, orientations, orientation_tolerance=FREEDOMS[freedom], jump=JUMP, timeout=60.0
    )
    assert path, path.message
    assert is_led(ur10, path.joint_positions, positions, orientations, freedom)


@pytest.mark.parametrize('kind', ['circle', 'raster', 'around', 'reach'])
def test_what_brute_force_leads_is_led(ur10, kind):
    rng = np.random.default_rng(3)
    judge, feasible = Judge(ur10.chain, TOOL, lean=0.0), 0
    for _ in range(3):
        positions, orientations = drawn(kind, 200, rng)
        path = ur10.follow(
            positions, orientations, orientation_tolerance=FREEDOMS['yaw'], jump=JUMP, timeout=60.0
        )
        led = is_led(ur10, path.joint_positions, positions, orientations, 'yaw')
        assert bool(path) == led
        can_be_led = judge.can_be_led(positions, orientations, JUMP)
        feasible += can_be_led
        assert led or not can_be_led, path.message
    assert feasible > 0


def test_the_judge_knows_every_solution_of_the_arm(ur10):
    chain = ur10.chain
    for lean in (0.0, CONE):
        judge = Judge(chain, TOOL, lean)
        for q in chain.sample(np.random.default_rng(1), 10):
            R, p = chain.forward_matrix(q)
            found = judge.solutions(p, R)
            known = found[~np.isnan(found).any(axis=-1)]
            _, reached = chain.forward_matrix(known)
            np.testing.assert_allclose(reached, np.tile(p, (len(known), 1)), atol=1e-9)
            apart = np.abs((found[0] - q + np.pi) % (2 * np.pi) - np.pi).max(axis=-1)
            assert np.nanmin(apart) < 1e-6
