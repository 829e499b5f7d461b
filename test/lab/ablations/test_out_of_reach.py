# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Targets out of reach: how they are trained, and that the ways to answer them are compared."""

import dataclasses

import numpy as np
import pytest
import torch

from lab.ablations.out_of_reach import (
    best_of_random,
    kinds,
    predicted,
    table_beyond,
    table_within,
    targets_beyond,
    weighted_errors,
)
from lab.ablations.training_beyond import ObjectiveBeyond, train_beyond
from learned_ik import IkModel, TrainingConfig
from learned_ik.kernels.layout import BEYOND_REACH
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning import training
from learned_ik.learning.objective import Examples, Objective
from learned_ik.learning.sampling import BEYOND, Sampler
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.resources import shipped_file
from learned_ik.solving.engine import Engine

CONFIG = TrainingConfig(samples=60_000, hidden=(32, 32), batch=200, held_out=100)
COUNT = 60  # targets out of reach in a batch
SHARE = COUNT / CONFIG.batch


@pytest.fixture(scope='module')
def chain():
    return IkModel.load(shipped_file('models/tiago_arm.safetensors')).chain


@pytest.fixture(scope='module')
def engines(chain):
    """Return two networks that have seen a little, one of them targets out of reach."""
    return {
        f'{100 * share:g} %': Engine(chain, train_beyond(chain, CONFIG, share).network)
        for share in (0.0, SHARE)
    }


@pytest.fixture
def sampler(chain):
    config = dataclasses.replace(CONFIG, beyond_share=SHARE)
    return Sampler(BatchedKinematics(chain), config, torch.Generator().manual_seed(0))


def test_the_last_targets_of_a_batch_are_pushed_out(chain, sampler):
    kinematics = BatchedKinematics(chain)
    q = torch.as_tensor(chain.sample(np.random.default_rng(0), 200), dtype=torch.float32)
    reached, _ = kinematics.forward(q)
    position = sampler.push_out(reached)
    assert torch.equal(position[:-COUNT], reached[:-COUNT])
    first = torch.as_tensor(chain.transforms[0][:3, 3], dtype=torch.float32)
    before, after = reached[-COUNT:] - first, position[-COUNT:] - first
    beyond = after.norm(dim=1) - (chain.reach - first.norm())
    assert 0 <= beyond.min() < beyond.max() <= BEYOND[1] + 1e-6
    assert torch.cosine_similarity(before, after).min() > 1 - 1e-5


def test_their_loss_is_the_error_as_the_solver_weighs_it(chain, sampler):
    kinematics, network = BatchedKinematics(chain), PoseNetwork(chain, CONFIG, 'cpu').eval()
    parts = kinematics, network.decoder, CONFIG
    objective = Objective(*parts)
    q = torch.as_tensor(chain.sample(np.random.default_rng(0), 200), dtype=torch.float32)
    reached, rotation = kinematics.forward(q)
    examples = Examples(q, sampler.push_out(reached), rotation)
    with torch.no_grad():
        y = network(examples.inputs)
        loss = ObjectiveBeyond(COUNT, *parts)(y, examples)
        assert torch.equal(loss[:-COUNT], objective(y, examples)[:-COUNT])
        answers = network.decoder(y)[-COUNT:, 0].double().numpy()
    R, p = chain.forward_matrix(answers)
    cosine = (np.einsum('nij,nij->n', R, examples.rotation[-COUNT:].numpy()) - 1) / 2
    angle = np.arccos(np.clip(cosine, -1, 1))
    away = np.linalg.norm(p - examples.position[-COUNT:].numpy(), axis=1)
    expected = np.hypot(away, Engine(chain, None).angular_weight * angle)
    near = angle < 3.1  # at half a turn the slope of the loss is bounded, and so is the loss
    np.testing.assert_allclose(loss[-COUNT:, 0].numpy()[near], expected[near], atol=1e-3)


def test_none_of_them_is_a_hard_example(sampler):
    q = sampler.draw()
    loss = torch.arange(len(q), dtype=torch.float32)
    sampler.keep_hardest(q, loss)
    kept = {tuple(row) for row in sampler.hard.tolist()}
    within = q[:-COUNT][-len(sampler.hard) :]
    assert kept == {tuple(row) for row in within.tolist()}


def test_what_has_seen_them_answers_them_better_even_after_seconds(chain, engines):
    assert training.Objective is Objective  # training is as it was
    targets = targets_beyond(chain, np.random.default_rng(1), 200, BEYOND)
    best = best_of_random(Engine(chain, None), targets, 8, np.random.default_rng(0))
    least = weighted_errors(chain, best, targets)
    above = [
        (weighted_errors(chain, predicted(engine, targets), targets) - least).mean()
        for engine in engines.values()
    ]
    assert above[1] < 0.9 * above[0]


def test_targets_are_out_of_reach_and_more_starts_are_no_worse(chain):
    targets = targets_beyond(chain, np.random.default_rng(1), 50, BEYOND)
    rng = [np.random.default_rng(0) for _ in range(2)]
    few, many = (
        best_of_random(Engine(chain, None), targets, starts, r)
        for starts, r in zip((1, 4), rng, strict=True)
    )
    assert (few[:, BEYOND_REACH] > 0).all()
    few, many = (weighted_errors(chain, answers, targets) for answers in (few, many))
    assert (many <= few + 1e-9).all()
    assert many.mean() < few.mean()


def test_each_kind_lies_where_it_says(chain):
    within, farther, ball = kinds(chain, 100).values()
    first = chain.transforms[0][:3, 3]
    length = chain.reach - np.linalg.norm(first)
    beyond = [np.linalg.norm(t[:, :3] - first, axis=1) - length for t in (within, farther)]
    assert beyond[0].max() <= BEYOND[1] <= beyond[1].min()
    distance = np.linalg.norm(ball[:, :3], axis=1)
    assert distance.max() <= chain.reach
    assert np.median(distance) == pytest.approx(chain.reach * 0.5 ** (1 / 3), abs=0.1)
    np.testing.assert_allclose(np.linalg.norm(ball[:, 3:], axis=1), 1)


def test_tables_have_a_line_for_each_way(chain, engines, monkeypatch):
    monkeypatch.setattr('lab.ablations.out_of_reach.STARTS', (2, 8))
    targets = targets_beyond(chain, np.random.default_rng(1), 20, BEYOND)
    lines = list(table_beyond(chain, engines, targets))
    assert len(lines) == 2 + 3 * len(engines) + 1 + 2
    assert {line.count('|') for line in lines} == {6}
    lines = list(table_within(chain, engines, 50))
    assert [line.split(' | ')[0] for line in lines[2:]] == ['| 0 %', '| 30 %']
