# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A network that takes the scene, served: what it is shown, and that its answers keep clear."""

import dataclasses

import numpy as np
import pytest

from learned_ik import IkModel, IkSolver
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.rotations import quaternion_from_matrix

TOLERANCES = {'position_tolerance': 1e-4, 'orientation_tolerance': 1e-3}


@pytest.fixture(scope='module', params=[18, 96])
def model(request, tiago, tiago_body, untrained) -> IkModel:
    """Return a model with a network that takes the scene, and answers by it."""
    width = request.param  # the smaller one has less room than there are points
    model, points = untrained(tiago, width=width), BasisPoints.for_chain(tiago)
    more = np.random.default_rng(1).normal(0, 0.5, (width, len(points))).astype(np.float32)
    weights = (np.hstack([model.network.weights[0], more]), *model.network.weights[1:])
    network = dataclasses.replace(model.network, weights=weights, scene=points)
    return dataclasses.replace(model, network=network, body=tiago_body)


def poses(chain, count: int):
    rotation, position = chain.forward_matrix(chain.sample(np.random.default_rng(0), count))
    return position, rotation, quaternion_from_matrix(rotation)


def spheres_about(count: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    centres = np.array([0.4, 0, 0]) + rng.uniform(-0.6, 0.6, (count, 3))
    return np.column_stack([centres, rng.uniform(0.03, 0.1, count)])


@pytest.fixture
def heads_in(evaluated):
    """Return a function to all heads' answers (n, heads, joints), all distances as inputs."""

    def heads(model: IkModel, position, rotation, spheres) -> np.ndarray:
        points, rows = model.network.scene, []
        for p, R in zip(position, rotation, strict=True):
            rows.append(np.concatenate([p, R.ravel(), points.distances(spheres, p, R)]))
        return evaluated(model.network, model.chain, np.array(rows))

    return heads


@pytest.mark.parametrize('count', [0, 1, 40])
def test_the_compiled_network_answers_by_what_it_sees(model, heads_in, count):
    position, rotation, orientation = poses(model.chain, 60)
    spheres = spheres_about(count)
    solver = IkSolver(model)
    solver.set_obstacles(spheres)
    found = solver.predict(position, orientation)
    heads = heads_in(model, position, rotation, spheres)
    apart = np.abs(heads - found[:, None]).max(axis=-1).min(axis=-1)
    assert apart.max() < 5e-5
    blind = heads_in(model, position, rotation, np.empty((0, 4)))
    apart = np.abs(blind - found[:, None]).max(axis=-1).min(axis=-1)
    assert (apart.max() > 1e-2) == (count > 0)


def test_without_obstacles_it_serves_as_any_other(model):
    position, _, orientation = poses(model.chain, 30)
    plain = dataclasses.replace(model, network=model.network.in_the_open())
    seeing, blind = IkSolver(model), IkSolver(plain)
    seeing.set_obstacles(spheres_about(3))
    seeing.set_obstacles([])
    for p, o in zip(position, orientation, strict=True):
        mine, other = seeing.solve(p, o, **TOLERANCES), blind.solve(p, o, **TOLERANCES)
        assert mine.status is other.status
        assert (mine.joint_positions == other.joint_positions).all()
    assert (seeing.predict(position, orientation) == blind.predict(position, orientation)).all()


def test_a_new_set_of_obstacles_is_seen_at_once(model, heads_in):
    position, rotation, orientation = poses(model.chain, 20)
    solver = IkSolver(model)
    for count in (3, 9, 1):
        spheres = spheres_about(count)
        solver.set_obstacles(spheres)
        solver.solve(position[0], orientation[0])
        heads = heads_in(model, position, rotation, spheres)
        apart = np.abs(heads - solver.predict(position, orientation)[:, None]).max(axis=-1)
        assert apart.min(axis=-1).max() < 5e-5
    other = solver.with_network(model)
    assert (other.predict(position, orientation) == solver.predict(position, orientation)).all()


def test_what_it_claims_to_be_clear_coal_finds_clear(model):
    coal = pytest.importorskip('coal')
    from learned_ik.rotations import rotation_to_axis

    chain, body = model.chain, model.body
    position, _, orientation = poses(chain, 60)
    solver, spheres = IkSolver(model), spheres_about(12)
    solver.set_obstacles(spheres)
    lengths = np.linalg.norm(body.ends[:, 1] - body.ends[:, 0], axis=1)
    claims = 0
    for p, o in zip(position, orientation, strict=True):
        solution = solver.solve(p, o, **TOLERANCES)
        if not solution.success:
            continue
        claims += 1
        there, _ = chain.forward(solution.joint_positions)
        assert np.linalg.norm(there - p) <= 1.0001e-4
        for c, (a, b) in enumerate(body.placed(chain, solution.joint_positions)):
            if not body.moving[c]:
                continue
            R = rotation_to_axis((b - a) / lengths[c]) if lengths[c] > 1e-12 else np.eye(3)
            capsule = coal.Capsule(float(body.radii[c]), float(lengths[c]))
            place = coal.Transform3s(R, 0.5 * (a + b))
            for x, y, z, r in spheres:
                ball = coal.Transform3s(np.eye(3), np.array([x, y, z]))
                distance = coal.distance(
                    capsule, place, coal.Sphere(r), ball, coal.DistanceRequest(),
                    coal.DistanceResult(),
                )  # fmt: skip
                assert distance >= -1e-6
    assert claims > 10
