# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How much an experiment may cost: `quick` to see that it runs, `standard`, and `full`."""

import dataclasses

from lab.paper import printed_values
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.training_config import PAPER, TrainingConfig


@dataclasses.dataclass(frozen=True)
class Budget:
    """What grows with the time that there is. All networks see equally many samples."""

    name: str
    samples: int  # of each training
    poses: int  # of the test set (section II-B)
    joints: tuple[int, ...]  # lengths of the artificial arm (figures 4 and 5)
    limits: tuple[float, ...]  # shares of the full joint ranges (figure 3)
    spiral_joints: tuple[int, ...]  # arms that follow a spiral (table II)
    spiral_poses: int  # along each spiral
    slice_samples: int  # for the density and the errors of figure 2
    committee: int  # networks of a committee [6]
    seeds: int = (
        1  # trainings of the rows of table I that decide most: TIAGo, position and rotation
    )
    device: str = 'cpu'  # that trains

    def paper(self, **choices: object) -> TrainingConfig:
        """Return the paper's recipe (sections II-C to II-E), with other choices where given."""
        return dataclasses.replace(PAPER, **self._given, **choices)

    def ours(self, **choices: object) -> TrainingConfig:
        """Return this package's default recipe, with other choices where given."""
        return TrainingConfig(**self._given, **choices)

    def given_to(self, trial: Trial) -> Trial:
        """Return the same training with the samples and the test set of this budget."""
        config = dataclasses.replace(trial.config, samples=self.samples, held_out=self.poses)
        return dataclasses.replace(trial, config=config)

    @property
    def _given(self) -> dict[str, object]:
        return {'samples': self.samples, 'held_out': self.poses, 'device': self.device}


BUDGETS = {
    # about a minute in all: shows that everything runs, and nothing else
    'quick': Budget(
        'quick',
        samples=10_000,
        poses=2_000,
        joints=(3, 7),
        limits=(0.2, 1.0),
        spiral_joints=(7,),
        spiral_poses=40,
        slice_samples=50_000,
        committee=2,
    ),
    # within an hour on two cores: 1/160 of the paper's training
    'standard': Budget(
        'standard',
        samples=1_000_000,
        poses=20_000,
        joints=(3, 4, 5, 6, 7, 8, 10, 20),
        limits=(0.2, 0.4, 0.6, 0.8, 1.0),
        spiral_joints=(7, 10, 20),
        spiral_poses=200,
        slice_samples=1_000_000,
        committee=4,
        seeds=3,
    ),
    # what the paper did: table I takes about two hours on one idle core, all of it days, or a GPU
    'full': Budget(
        'full',
        samples=printed_values.STEPS * PAPER.batch,
        poses=printed_values.TEST_POSES,
        joints=tuple(range(3, 21)),
        limits=(0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
        spiral_joints=(7, 10, 20),
        spiral_poses=1_000,
        slice_samples=1_000_000,
        committee=10,
        seeds=3,
    ),
}
