# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Many trainings, of many arms or with many settings, in parallel: joblib runs them."""

import dataclasses
import time
from collections.abc import Iterator, Sequence

from learned_ik.errors import ConfigurationError
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """One training of a sweep."""

    name: str  # of its own among the trials
    chain: KinematicChain
    config: TrainingConfig
    scene: SceneConfig | None = None  # to keep clear of


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a trial."""

    trial: Trial
    model: IkModel
    processor_seconds: float  # [s] of all threads: what the training takes on an idle machine


def run_trials(trials: Sequence[Trial], jobs: int = 1) -> Iterator[Outcome]:
    """Train for every trial and yield the outcomes as they come.

    Ctrl-C and SIGTERM, which end a training early, end the sweep too: that training's network is
    the last one.

    Args:
        trials: what to train; each uses the threads of its configuration.
        jobs: how many at the same time, each in a process of its own; -1: one for each core.

    Raises:
        ConfigurationError: two trials have the same name, no jobs, or joblib is not installed.

    """
    names = [trial.name for trial in trials]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(
                f"two trials are called '{name}'; expected names of their own"
            )
    if jobs == 0 or jobs < -1:
        raise ConfigurationError(f'jobs is {jobs}; expected 1 or more, or -1: one for each core')
    if jobs == 1:
        for outcome in map(run_trial, trials):
            yield outcome
            if outcome.model.training['ended_early']:
                return
        return
    try:
        import joblib
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            'several jobs need joblib, which is not installed: pip install joblib'
        ) from error
    pool = joblib.Parallel(n_jobs=jobs, return_as='generator_unordered')
    yield from pool(joblib.delayed(run_trial)(trial) for trial in trials)


def run_trial(trial: Trial) -> Outcome:
    """Train for one trial, quietly."""
    from learned_ik.learning.training import train

    began = time.process_time()
    model = train(trial.chain, trial.config, scene=trial.scene, show_progress=False)
    seconds = time.process_time() - began
    return Outcome(trial, dataclasses.replace(model, name=trial.name), seconds)
