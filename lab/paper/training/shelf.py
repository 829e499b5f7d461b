# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that experiments ask for: each is trained once, and kept in a folder.

Several experiments show the same network: what it is called says what it is, and the name of its
file also says of which robot and with which choices. Networks of the paper's recipe and of one
shape are trained together; the trainer's sweep does the rest.
"""

import dataclasses
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lab.paper.training.together.group import groups_of
from lab.paper.training.together.group_training import train_group
from learned_ik.errors import TrainingError
from learned_ik.learning.execution.trials import Outcome, Trial, run_trials
from learned_ik.model import IkModel
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig

NETWORKS = 'networks'  # the folder of them, beside the results

log = logging.getLogger(__name__)


def artificial_arm(joints: int, limits: float = 1.0) -> KinematicChain:
    """Return the paper's arm with so many joints, of a share of their full ranges."""
    return KinematicChain.from_urdf(artificial_arm_urdf(joints, limits))


def tiago_arm() -> KinematicChain:
    """Return the arm of TIAGo, seven joints."""
    return RobotConfig.named('tiago_arm').chain()


class Shelf:
    """A folder of trained networks."""

    def __init__(self, folder: Path, jobs: int = 1) -> None:
        """Train into `folder`, so many networks at the same time."""
        self.folder = folder
        self._jobs = jobs

    def models(self, trials: Iterable[Trial]) -> dict[str, IkModel]:
        """Return the models of all trials by name; those that are not there yet are trained.

        Raises:
            ConfigurationError: two trials have the same name.
            ModelFileError: a file cannot be read, or not be written.
            TrainingError: a training was interrupted; those before it are kept.

        """
        trials = list(trials)
        missing = [trial for trial in trials if not self.path(trial).exists()]
        groups = groups_of(missing)
        for group in groups:
            checkpoint = self._checkpoint(group)
            for outcome in train_group(group, checkpoint):
                self._keep(outcome)
            checkpoint.unlink(missing_ok=True)
        together = {trial.name for group in groups for trial in group}
        alone = [trial for trial in missing if trial.name not in together]
        for outcome in run_trials(alone, self._jobs):
            if outcome.model.training['ended_early']:
                raise TrainingError(
                    f'{outcome.trial.name}: interrupted; the same command goes on from there'
                )
            self._keep(outcome)
        return {trial.name: IkModel.load(self.path(trial)) for trial in trials}

    def _keep(self, outcome: Outcome) -> None:
        seconds = round(outcome.processor_seconds, 3)
        training = {**outcome.model.training, 'processor_seconds': seconds}
        self.folder.mkdir(parents=True, exist_ok=True)
        dataclasses.replace(outcome.model, training=training).save(self.path(outcome.trial))
        log.info(
            '%s: %.1f mm, %.0f s',
            outcome.trial.name,
            1e3 * outcome.model.held_out['position']['mean'],
            seconds,
        )

    def _checkpoint(self, group: Iterable[Trial]) -> Path:
        """Return the file of a group that is being trained, another one for other networks."""
        names = '\n'.join(self.path(trial).name for trial in group)
        return self.folder / f'group_{hashlib.sha256(names.encode()).hexdigest()[:10]}.checkpoint'

    def path(self, trial: Trial) -> Path:
        """Return the file of a trial's network."""
        # What trains it makes no other network of it, nor does what is off: options that come
        # later are off in those that are there.
        config = dataclasses.replace(trial.config, device='cpu', threads=1).to_dict()
        if config['hard_share'] == 0:
            config = {**config, 'hard_end': None}
        choices = {
            'robot': trial.chain.fingerprint,
            'configuration': _switched_on(config),
            'scene': None if trial.scene is None else _switched_on(trial.scene.to_dict()),
        }
        digest = hashlib.sha256(json.dumps(choices, sort_keys=True).encode()).hexdigest()
        return self.folder / f'{trial.name}_{digest[:10]}.safetensors'


def _switched_on(choices: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in choices.items() if value not in (None, False, 0)}
