# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The search of the ablations finds what is served, and each ingredient that it lacks matters."""

import dataclasses

import numpy as np
import pytest

from lab.ablations.ablated_search import (
    ALL_GROUPS,
    HEADS,
    HEADS_FIRST,
    MIDDLE,
    RESTARTS,
    STORE,
    UNRANKED,
)
from lab.ablations.ablated_solver import AblatedEngine, AblatedSolver, Choices
from lab.ablations.clutter_scenes import kinds, scene_of
from learned_ik import IkModel, IkSolver, resources
from learned_ik.kernels.layout import ANSWER, ATTEMPTS, CLEARANCE, CODE, FOUND, SEED
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.solving.engine import Engine
from learned_ik.solving.request import NO_OPTIONS, Request

TOLERANCES = (1e-4, 1e-3)  # [m], [rad]
FEW = 64  # restarts
SCENES = 24


@pytest.fixture(scope='module')
def blind():
    return IkModel.load(resources.shipped_file('models/tiago_arm.safetensors'))


@pytest.fixture(scope='module')
def seeing(blind):
    """Return the same network, shown the scene, which it has not learned to make use of."""
    points = BasisPoints.for_chain(blind.chain)
    first, *others = blind.network.weights
    more = np.random.default_rng(1).normal(0, 0.1, (len(first), len(points)))
    weights = (np.hstack([first, more.astype(np.float32)]), *others)
    network = dataclasses.replace(blind.network, weights=weights, scene=points)
    return dataclasses.replace(blind, network=network)


@pytest.fixture(scope='module')
def scenes(blind):
    rng = np.random.default_rng(3)
    mixed, near, tunnel = kinds([32])
    return [
        scene_of(kind, blind.chain, blind.body, rng)
        for kind in (mixed, near, tunnel)
        for _ in range(SCENES // 3)
    ]


@pytest.fixture(scope='module')
def answered(scenes):
    """Return a function from an engine to its answers (SCENES, ANSWER + joints)."""

    def answer(engine, seeded, wanted=0.0, goes_on=False):
        answers = np.empty((len(scenes), ANSWER + engine.chain.joint_count))
        seeds = engine.chain.sample(np.random.default_rng(0), len(scenes))
        engine.prepare_to_avoid()
        for row, seed, scene in zip(answers, seeds, scenes, strict=True):
            engine.set_spheres(scene.spheres)
            asked = np.concatenate([scene.position, scene.orientation, NO_OPTIONS, seed])
            request = Request(
                asked[None], row[None], seeded, TOLERANCES, scene=engine.scene(True, wanted)
            )
            assert len(asked) == SEED + len(seed)
            first = engine.attempts(True, 0) if goes_on else 0  # restarts alone, or all of them
            engine.search(engine.memory(), request, first, engine.attempts(True, FEW))
        return answers

    return answer


@pytest.mark.parametrize('network', ['blind', 'seeing'])
@pytest.mark.parametrize('seeded', [False, True])
@pytest.mark.parametrize('wanted', [0.0, 0.1])  # [m]; the second lets no attempt out
def test_with_all_ingredients_it_finds_what_is_served(network, seeded, wanted, answered, request):
    model = request.getfixturevalue(network)
    served = answered(Engine(model.chain, model.network, body=model.body), seeded, wanted)
    found = answered(AblatedEngine(model, model.body), seeded, wanted)
    assert (found[:, [CODE, ATTEMPTS]] == served[:, [CODE, ATTEMPTS]]).all()
    np.testing.assert_allclose(found[:, ANSWER:], served[:, ANSWER:], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found[:, CLEARANCE], served[:, CLEARANCE], rtol=0, atol=1e-9)
    if wanted > 0:
        assert served[:, ATTEMPTS].max() >= 1 + model.network.heads + FEW


def test_the_restarts_are_those_that_are_served(blind, answered):
    served = answered(Engine(blind.chain, blind.network, body=blind.body), False, goes_on=True)
    found = answered(AblatedEngine(blind, blind.body), False, goes_on=True)
    # Each was compiled by itself, to other last bits, and the way from a restart is long: of a
    # hundred, one ends at another solution.
    same = (found[:, [CODE, ATTEMPTS]] == served[:, [CODE, ATTEMPTS]]).all(axis=1)
    same &= np.abs(found[:, ANSWER:] - served[:, ANSWER:]).max(axis=1) <= 1e-9
    assert same.mean() >= 0.9


def test_without_a_network_too(blind, answered):
    chain, body = blind.chain, blind.body
    served = answered(Engine(chain, None, body=body), False)
    found = answered(AblatedEngine(chain, body), False)
    np.testing.assert_allclose(found[:, ANSWER:], served[:, ANSWER:], rtol=0, atol=1e-9)


def test_the_solver_answers_as_the_one_that_is_served(blind, scenes):
    served, solver = IkSolver(blind), AblatedSolver(blind, blind.body)
    options = {'position_tolerance': 1e-4, 'orientation_tolerance': 1e-3, 'timeout': 10.0}
    for scene in scenes:
        served.set_obstacles(scene.spheres)
        solver.set_obstacles(scene.spheres)
        expected = served.solve(scene.position, scene.orientation, **options)
        found = solver.solve(scene.position, scene.orientation, **options)
        assert found.status == expected.status
        np.testing.assert_allclose(
            found.joint_positions, expected.joint_positions, rtol=0, atol=1e-9
        )


@pytest.mark.parametrize(
    ('groups', 'walks'),
    [
        (ALL_GROUPS & ~MIDDLE, True),
        (ALL_GROUPS & ~STORE, True),
        (ALL_GROUPS & ~STORE & ~MIDDLE & ~HEADS, True),
        (RESTARTS, False),
        (ALL_GROUPS & ~MIDDLE | HEADS_FIRST, True),
        (HEADS | RESTARTS | UNRANKED, True),
    ],
)
def test_each_ingredient_matters(groups, walks, seeing, answered):
    # what is ranked by pose alone differs from the ranking by clearance among heads alone
    others = Choices(HEADS | RESTARTS) if groups & UNRANKED else Choices()
    found = answered(AblatedEngine(seeing, seeing.body, Choices(groups, walks)), False)
    expected = answered(AblatedEngine(seeing, seeing.body, others), False)
    assert np.abs(found[:, ANSWER:] - expected[:, ANSWER:]).max() > 1e-3


def test_heads_are_left_out(seeing, answered):
    without = answered(AblatedEngine(seeing, seeing.body, Choices(RESTARTS)), False)
    bare = answered(AblatedEngine(seeing.chain, seeing.body, Choices(RESTARTS)), False)
    np.testing.assert_array_equal(without[:, ANSWER:], bare[:, ANSWER:])


def test_what_is_not_walked_is_clear_where_it_claims_to_be(blind, scenes, answered):
    engine = AblatedEngine(blind, blind.body, Choices(RESTARTS, walks=False))
    answers = answered(engine, False)
    assert (answers[:, CODE] == FOUND).any()
    for answer, scene in zip(answers, scenes, strict=True):
        engine.set_spheres(scene.spheres)
        measured = engine.avoidance.clearance(
            engine.memory(), engine.scene(True, 0.0), answer[None, ANSWER:]
        )
        if answer[CODE] == FOUND:
            assert answer[CLEARANCE] >= 0.0
            np.testing.assert_allclose(measured, answer[CLEARANCE], atol=1e-9)
