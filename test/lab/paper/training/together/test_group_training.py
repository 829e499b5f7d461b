# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import threading

import numpy as np
import pytest

from lab.paper.training.catalogue import paper_network
from lab.paper.training.together import group_training
from lab.paper.training.together.group_training import train_group
from learned_ik.errors import ModelFileError, TrainingError
from learned_ik.learning.execution.trials import run_trial

SAMPLES = 20_000  # steps of 100: more than are drawn at once


@pytest.fixture(scope='module')
def trials(tiny):
    budget = dataclasses.replace(tiny, samples=SAMPLES)
    return [
        paper_network(budget, 'artificial3', encoding=encoding)
        for encoding in ('linear', 'biternion')
    ]


@pytest.fixture(scope='module')
def outcomes(trials, tmp_path_factory):
    return train_group(trials, tmp_path_factory.mktemp('group') / 'checkpoint')


def weights(outcome):
    return np.concatenate([weight.ravel() for weight in outcome.model.network.weights])


def test_a_group_comes_to_what_each_network_comes_to_alone(outcomes, trials):
    for outcome, trial in zip(outcomes, trials, strict=True):
        alone = run_trial(trial).model
        assert outcome.model.name == trial.name
        assert outcome.model.training['samples'] == alone.training['samples'] == SAMPLES
        for error in ('position', 'orientation'):
            mine, theirs = (model.held_out[error]['mean'] for model in (outcome.model, alone))
            assert mine == pytest.approx(theirs, rel=0.05)


def test_an_interrupted_group_goes_on_as_if_it_had_not_been(
    outcomes, trials, tmp_path, monkeypatch
):
    stop, path = threading.Event(), tmp_path / 'checkpoint'
    train = group_training.Group.train

    def train_and_stop(group, rates):
        train(group, rates)
        stop.set()

    monkeypatch.setattr(group_training.Group, 'train', train_and_stop)
    with pytest.raises(TrainingError, match='artificial3_pose_linear and 1 more: interrupted'):
        train_group(trials, path, stop)
    monkeypatch.undo()
    again = train_group(trials, path)
    for whole, resumed in zip(outcomes, again, strict=True):
        np.testing.assert_array_equal(weights(resumed), weights(whole))
        assert resumed.model.training['curve'] == whole.model.training['curve']


def test_the_checkpoint_of_other_networks_is_refused(trials, tmp_path):
    stop, path = threading.Event(), tmp_path / 'checkpoint'
    stop.set()
    with pytest.raises(TrainingError, match='interrupted'):
        train_group(trials, path, stop)
    others = [
        dataclasses.replace(trial, config=dataclasses.replace(trial.config, seed=7))
        for trial in trials
    ]
    with pytest.raises(ModelFileError, match='is the checkpoint of other networks'):
        train_group(others, path)
