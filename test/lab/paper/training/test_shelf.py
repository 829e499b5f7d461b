# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from lab.paper.training import shelf
from lab.paper.training.catalogue import our_network, paper_network
from lab.paper.training.shelf import Shelf
from learned_ik.errors import TrainingError
from learned_ik.learning.execution.trials import run_trials


@pytest.fixture
def trials(tiny):
    tiny = dataclasses.replace(tiny, samples=200)
    return [
        paper_network(tiny, 'artificial3'),
        our_network(tiny, 'artificial3'),
        paper_network(tiny, 'artificial3', encoding='biternion'),
    ]


def test_networks_of_one_shape_are_trained_together_and_others_alone(
    trials, tmp_path, monkeypatch
):
    alone = []

    def note(todo, jobs):
        alone.extend(trial.name for trial in todo)
        return run_trials(todo, jobs)

    monkeypatch.setattr(shelf, 'run_trials', note)
    models = Shelf(tmp_path).models(trials)
    assert list(models) == [trial.name for trial in trials]
    assert alone == [trials[1].name]
    assert [model.training.get('together') for model in models.values()] == [2, None, 2]
    assert all(model.training['processor_seconds'] > 0 for model in models.values())
    assert len(list(tmp_path.iterdir())) == len(trials)  # and no checkpoint is left


def test_an_interrupted_group_leaves_a_checkpoint_of_its_own(trials, tmp_path, monkeypatch):
    asked = []

    def interrupted(group, checkpoint):
        asked.append(checkpoint)
        raise TrainingError('interrupted')

    monkeypatch.setattr(shelf, 'train_group', interrupted)
    other = [
        dataclasses.replace(trial, config=dataclasses.replace(trial.config, seed=1))
        for trial in trials
    ]
    for each in (trials, trials, other):
        with pytest.raises(TrainingError, match='interrupted'):
            Shelf(tmp_path).models(each)
    assert asked[0] == asked[1] != asked[2]
    assert {path.parent for path in asked} == {tmp_path}
