# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A training that was interrupted, as a file: who goes on from it gets the same weights.

The file is read with torch's `weights_only`: nothing in it is ever executed.
"""

import dataclasses
import io
import json
import logging
import math
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from learned_ik.errors import ConfigurationError, ModelFileError, RobotMismatchError
from learned_ik.files import write_atomically
from learned_ik.learning.execution.processes import Processes
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

logger = logging.getLogger('learned_ik.training')

FORMAT = 'learned_ik checkpoint 1'
INTERVAL = 60.0  # [s] between two of them

# What a training may go on with differently: none of it changes what a step does.
FREE = {'minutes', 'samples', 'until_error', 'device', 'threads', 'held_out'}


@dataclasses.dataclass(frozen=True, eq=False)
class Checkpoint:
    """All that a training needs to go on."""

    chain: KinematicChain
    config: TrainingConfig
    state: Mapping[str, Any]  # of everything that changes from step to step
    scene: SceneConfig | None = None  # what it keeps clear of
    body: Body | None = None  # the arm's capsules

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to one file; a crash half-way leaves the one before.

        Raises:
            ModelFileError: the file cannot be written there.

        """
        content = io.BytesIO()
        about = {
            'chain': self.chain.to_dict(),
            'configuration': self.config.to_dict(),
            'scene': None if self.scene is None else dataclasses.asdict(self.scene),
            'body': None if self.body is None else self.body.to_dict(),
        }
        torch.save({'format': FORMAT, 'about': json.dumps(about), 'state': self.state}, content)
        write_atomically(Path(path), content.getvalue(), what='checkpoint')

    def try_to_save(self, path: str | os.PathLike[str]) -> None:
        """Write it if that is possible; a training does not die of a full disk."""
        try:
            self.save(path)
        except ModelFileError as error:
            logger.warning('training goes on, but cannot be resumed from here: %s', error)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'Checkpoint':
        """Read a checkpoint.

        Raises:
            ModelFileError: the file is missing, broken, or no checkpoint.

        """
        try:
            file = io.BytesIO(Path(path).read_bytes())
            content = torch.load(file, map_location='cpu', weights_only=True)
            if content['format'] != FORMAT:
                raise ModelFileError(
                    f"checkpoint '{path}' has format {content['format']!r}; expected {FORMAT!r}"
                )
            about = json.loads(content['about'])
            chain = KinematicChain.from_dict(about['chain'])
            scene, body = about['scene'], about['body']
            return cls(
                chain,
                TrainingConfig(**about['configuration']),
                content['state'],
                None if scene is None else SceneConfig(**scene),
                None if body is None else Body.from_dict(body, chain),
            )
        except OSError as error:
            raise ModelFileError(f"checkpoint '{path}' cannot be read: {error}") from error
        except (
            pickle.UnpicklingError,
            RuntimeError,
            EOFError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            if isinstance(error, ModelFileError):
                raise
            reason = str(error).partition('\n')[0]
            raise ModelFileError(f"'{path}' is not a readable checkpoint: {reason}") from error

    def check(
        self, chain: KinematicChain, config: TrainingConfig, scene: SceneConfig | None = None
    ) -> None:
        """Make sure that training can go on for this robot, in this way.

        Raises:
            RobotMismatchError: it was made for another robot.
            ConfigurationError: it was made with other choices.

        """
        if self.chain.fingerprint != chain.fingerprint:
            names = ('the checkpoint', 'the robot')
            difference = self.chain.difference_from(chain, names=names)
            raise RobotMismatchError(
                'the checkpoint is of a training for another robot: '
                f'{difference or "other joint limits"}'
            )
        theirs, mine = self.config.to_dict(), config.to_dict()
        for field, value in theirs.items():
            if field not in FREE and mine[field] != value:
                raise ConfigurationError(
                    f'{field} is {mine[field]!r}; the checkpoint was made with {value!r}, '
                    'and training can only go on with that'
                )
        if (self.scene or SceneConfig()) != (scene or SceneConfig()):
            raise ConfigurationError(
                f'the scene is {scene}; the checkpoint was made with {self.scene}, and training '
                'can only go on with that'
            )


@dataclasses.dataclass
class Tally:
    """What changes from step to step, beside the network, the optimisers and the sampler."""

    peak_rate: float  # of the learning rate
    best_weights: dict[str, torch.Tensor]  # of the lowest score in a check
    best_score: float = math.inf
    seconds: float = 0.0
    steps: int = 0
    checks: int = 0
    rollbacks: int = 0
    curve: list[dict[str, float]] = dataclasses.field(default_factory=list)  # a row a check


def saved_state(
    tally: Tally,
    network: PoseNetwork,
    optimizers: list[torch.optim.Optimizer],
    sampler: Sampler,
    generator: torch.Generator,
    team: Processes,
) -> dict[str, Any]:
    """Return the state of a training, for its checkpoint."""
    return {
        'tally': dataclasses.asdict(tally),
        'network': network.state_dict(),
        'optimizers': [optimizer.state_dict() for optimizer in optimizers],
        'samples': team.gather({'hard': sampler.hard, 'generator': generator.get_state()}),
    }


def restored_tally(
    state: Mapping[str, Any],
    network: PoseNetwork,
    optimizers: list[torch.optim.Optimizer],
    sampler: Sampler,
    generator: torch.Generator,
    team: Processes,
) -> Tally:
    """Go back to a state that `saved_state` returned."""
    network.load_state_dict(state['network'])
    for optimizer, saved in zip(optimizers, state['optimizers'], strict=True):
        optimizer.load_state_dict(saved)
    if len(state['samples']) == team.count:  # else each process draws new samples
        mine = state['samples'][team.rank]
        sampler.hard.copy_(mine['hard'])
        generator.set_state(mine['generator'])
    return Tally(**state['tally'])
