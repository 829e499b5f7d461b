# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses

import pytest

from learned_ik import TrainingConfig
from learned_ik.errors import ConfigurationError

pytest.importorskip('torch')

from learned_ik.learning.execution import trials
from learned_ik.learning.execution.trials import Outcome, Trial, run_trials

TINY = TrainingConfig(samples=1000, batch=200, hidden=(8, 8), heads=2, held_out=100)


def test_trials_are_trained_one_by_one_or_together(artificial):
    both = [Trial(f'arm{joints}', artificial(joints), TINY) for joints in (2, 3)]
    alone = {outcome.trial.name: outcome.model for outcome in run_trials(both)}
    pytest.importorskip('joblib')
    together = {outcome.trial.name: outcome.model for outcome in run_trials(both, jobs=2)}
    assert alone.keys() == together.keys() == {'arm2', 'arm3'}
    for name, model in alone.items():
        assert model.name == name
        mean = model.held_out['position']['mean']
        assert together[name].held_out['position']['mean'] == pytest.approx(mean)


def test_names_and_jobs_must_make_sense(artificial):
    trial = Trial('same', artificial(2), TINY)
    with pytest.raises(ConfigurationError, match="two trials are called 'same'"):
        list(run_trials([trial, trial]))
    with pytest.raises(ConfigurationError, match='jobs is 0'):
        list(run_trials([trial], jobs=0))


def test_who_ends_a_training_ends_the_sweep(artificial, untrained, monkeypatch):
    def interrupted(trial: Trial) -> Outcome:
        model = untrained(trial.chain)
        return Outcome(trial, dataclasses.replace(model, training={'ended_early': True}), 1.0)

    monkeypatch.setattr(trials, 'run_trial', interrupted)
    both = [Trial(f'arm{joints}', artificial(joints), TINY) for joints in (2, 3)]
    (outcome,) = run_trials(both)
    assert outcome.trial.name == 'arm2'
