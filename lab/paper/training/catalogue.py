# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Which networks experiments ask for, by names that are the same wherever one is shown."""

import dataclasses

from lab.paper.training.budgets import Budget
from lab.paper.training.shelf import artificial_arm, tiago_arm
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.robot.chain import KinematicChain

ENCODINGS = ('linear', 'biternion')
FULL = '_full'  # behind the name of a network that was trained longer than its budget says
TRAININGS = {  # as table I tells them apart
    'supervised': {'method': 'supervised'},
    'position': {'targets': 'position'},
    'pose': {},
}
SAMPLING = {'hard_share': 0.25, 'density_power': 0.5}  # what the paper proposes in section III-E


def arm(robot: str, limits: float = 1.0) -> KinematicChain:
    """Return 'tiago', or 'artificialN' with N joints of a share of their full ranges."""
    if robot == 'tiago':
        return tiago_arm()
    return artificial_arm(int(robot.removeprefix('artificial')), limits)


def paper_network(
    budget: Budget,
    robot: str,
    training: str = 'pose',
    encoding: str = 'linear',
    limits: float = 1.0,
    seed: int = 0,
) -> Trial:
    """Return the training of a network by the paper's recipe."""
    config = budget.paper(encoding=encoding, seed=seed, **TRAININGS[training])
    marks = [f'limits{limits:g}'] * (limits != 1) + [f'seed{seed}'] * (seed != 0)
    name = '_'.join([robot, training, encoding, *marks])
    return Trial(name, arm(robot, limits), config)


def our_network(budget: Budget, robot: str, training: str = 'pose', limits: float = 1.0) -> Trial:
    """Return the training of a network by this package's default recipe."""
    config = budget.ours(**TRAININGS[training])
    marks = [f'limits{limits:g}'] * (limits != 1)
    return Trial('_'.join([robot, training, 'ours', *marks]), arm(robot, limits), config)


def sampled(trial: Trial) -> Trial:
    """Return the same training, on samples that are spread more evenly over the workspace."""
    config = dataclasses.replace(trial.config, **SAMPLING)
    return Trial(f'{trial.name}_sampled', trial.chain, config)


def keeping_clear(trial: Trial, scene: SceneConfig) -> Trial:
    """Return the same training, with a scene to keep clear of."""
    return Trial(f'{trial.name}_clear', trial.chain, trial.config, scene)
