# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Shipped bodies hold the real robots: coal asks the meshes of example-robot-data."""

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver, resources
from learned_ik.robot.capsules import point_segment_distance

pytest.importorskip('coal')
pytest.importorskip('pinocchio')
pytest.importorskip('cmeel')

from lab.measurements.mesh_judge import REAL, MeshJudge
from lab.measurements.real_meshes import measured, scenes


@pytest.fixture(scope='module', params=REAL)
def real(request) -> tuple[MeshJudge, IkModel]:
    path = resources.shipped_file(f'models/{REAL[request.param].model}.safetensors')
    model = IkModel.load(path)
    return MeshJudge(REAL[request.param].urdf, model.chain), model


def test_capsules_hold_every_corner_of_the_real_meshes(real):
    judge, model = real
    for q in model.chain.sample(np.random.default_rng(0), 3):
        ends = model.body.placed(model.chain, q)[model.body.moving]
        radii = model.body.radii[model.body.moving]
        corners = judge.corners(q)
        assert len(corners) > 100
        distance = point_segment_distance(corners[:, None], ends[:, 0], ends[:, 1]) - radii
        assert distance.min(axis=1).max() < 1e-9


def test_no_answer_touches_and_few_are_refused(real):
    judge, model = real
    solver = IkSolver(model)
    row = measured(judge, solver, scenes(judge, solver, 30, seed=1))
    assert row['touching'] == row['touching_itself'] == 0
    assert row['refused'] <= 6
