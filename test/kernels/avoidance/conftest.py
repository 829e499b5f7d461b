# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Arms among spheres, and numpy's own measure of how clear a posture is."""

from collections.abc import Callable

import numpy as np
import numpy_clearance
import pytest
from compiled_arm import CompiledArm, CompiledBody

from learned_ik import KinematicChain
from learned_ik.robot.body import Body


@pytest.fixture(scope='session', params=['tiago', 'ur10', 'artificial7', 'artificial12'])
def walker(request, artificial, real_urdf) -> CompiledBody:
    """Each of some arms with its body: without redundancy, with one dimension of it, with six."""
    if request.param == 'tiago':
        chain = request.getfixturevalue('tiago')
        return CompiledBody(CompiledArm(chain), request.getfixturevalue('tiago_body'))
    if request.param == 'ur10':
        text = real_urdf('ur_description/urdf/ur10_robot.urdf')
        chain = KinematicChain.from_urdf(text, 'base_link', 'ee_link')
        return CompiledBody(CompiledArm(chain), Body.from_urdf(text, chain))
    chain = artificial(int(request.param.removeprefix('artificial')))
    return CompiledBody(CompiledArm(chain), Body.from_chain(chain, 0.02))


@pytest.fixture(scope='session')
def clearance_of() -> Callable[[CompiledBody, np.ndarray, np.ndarray, bool], float]:
    """Return a function to the clearance [m] of a posture, by numpy alone."""

    def clearance(walker: CompiledBody, q, spheres, itself: bool) -> float:
        return numpy_clearance.clearance_of(
            walker.arm.chain, walker.body, q, np.asarray(spheres), itself
        )

    return clearance


@pytest.fixture(scope='session')
def spheres_at() -> Callable[[CompiledBody, np.ndarray, np.random.Generator, int], np.ndarray]:
    """Return a function to spheres (count, 4) that touch the arm, or nearly do."""

    def spheres(walker: CompiledBody, q, rng: np.random.Generator, count: int) -> np.ndarray:
        body, ends = walker.body, walker.body.placed(walker.arm.chain, q)
        moving = np.nonzero(body.moving)[0]
        rows = []
        for _ in range(count):
            c = rng.choice(moving[len(moving) // 4 :])
            point = ends[c, 0] + rng.uniform() * (ends[c, 1] - ends[c, 0])
            radius, direction = rng.uniform(0.02, 0.08), rng.normal(size=3)
            away = body.radii[c] + radius + rng.uniform(-0.02, 0.03)
            rows.append([*(point + away * direction / np.linalg.norm(direction)), radius])
        return np.array(rows).reshape(-1, 4)

    return spheres
