# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A group of networks gets the weights that each of them gets alone."""

import dataclasses
import itertools

import pytest
import torch

from lab.paper.training.catalogue import keeping_clear, our_network, paper_network, sampled
from lab.paper.training.together.group import Group, groups_of, shape_of
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.objective import Objective
from learned_ik.learning.optimizers import optimizers_for
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.step import TrainingStep
from learned_ik.learning.training_network import PoseNetwork

SEVERAL = 5  # steps


def rates(trial):
    return [trial.config.learning_rate * (i + 1) / SEVERAL for i in range(SEVERAL)]


def trained_alone(trial):
    """Return a network after several steps of the package's own trainer, in float64."""
    network = PoseNetwork(trial.chain, trial.config).double()
    network.decoder.to(torch.float64)
    kinematics = BatchedKinematics(trial.chain, dtype=torch.float64)
    generator = torch.Generator().manual_seed(trial.config.seed)
    sampler = Sampler(kinematics, trial.config, generator)
    objective = Objective(kinematics, network.decoder, trial.config)
    step = TrainingStep(network, network, kinematics, objective, sampler, trial.config, generator)
    optimizers = optimizers_for(network, trial.config)
    for rate in rates(trial):
        for optimizer in optimizers:
            optimizer.param_groups[0]['lr'] = rate
        step(optimizers, 0.0)
    return network


def trained_together(trials):
    group = Group(trials, torch.float64)
    group.train(rates(trials[0]))
    return group.unstack()


def difference(a, b):
    mine, theirs = a.state_dict(), b.state_dict()
    return max(
        float((mine[name] - theirs[name]).abs().max())
        for name in mine
        if 'num_batches' not in name
    )


@pytest.fixture(scope='module')
def every_kind(tiny):
    """Every training and encoding of table I; another arm with narrower limits, another seed."""
    settings = itertools.product(('supervised', 'position', 'pose'), ('linear', 'biternion'))
    trials = [paper_network(tiny, 'tiago', *setting) for setting in settings]
    trials.append(paper_network(tiny, 'artificial7', limits=0.8))
    trials.append(paper_network(tiny, 'tiago', encoding='biternion', seed=3))
    (group,) = groups_of(trials)
    assert len(group) == len(trials)
    return group


def test_each_network_gets_the_weights_that_it_gets_alone(every_kind):
    begun = Group(every_kind, torch.float64).unstack()
    for trial, start, network in zip(every_kind, begun, trained_together(every_kind), strict=True):
        alone = trained_alone(trial)
        assert difference(alone, network) < 1e-9, trial.name
        assert difference(alone, start) > 1e-4, trial.name


def test_poses_of_a_network_count_as_much_as_alone(tiny):
    plain = paper_network(tiny, 'artificial3')
    weighed = dataclasses.replace(
        plain, name='weighed', config=dataclasses.replace(plain.config, density_power=0.5)
    )
    networks = trained_together([plain, weighed])
    assert difference(*networks) > 1e-6
    for trial, network in zip((plain, weighed), networks, strict=True):
        assert difference(trained_alone(trial), network) < 1e-9


@pytest.mark.parametrize('encoding', ['linear', 'biternion'])
def test_a_group_may_have_one_encoding(tiny, encoding):
    trials = [
        paper_network(tiny, 'artificial3', training, encoding)
        for training in ('supervised', 'pose')
    ]
    (group,) = groups_of(trials)
    for trial, network in zip(group, trained_together(group), strict=True):
        assert difference(trained_alone(trial), network) < 1e-9


def test_networks_of_one_shape_are_a_group_and_others_are_alone(tiny):
    linear, biternion = (
        paper_network(tiny, 'artificial3', encoding=encoding)
        for encoding in ('linear', 'biternion')
    )
    apart = [paper_network(tiny, 'artificial7'), our_network(tiny, 'artificial3'), sampled(linear)]
    assert groups_of([biternion, *apart, linear]) == [[linear, biternion]]
    assert shape_of(apart[1]) is None
    assert shape_of(apart[2]) is None
    assert shape_of(keeping_clear(linear, SceneConfig(((0.0, 0.0, 1.0, 0.1),)))) is None
