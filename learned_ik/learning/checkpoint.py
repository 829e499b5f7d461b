# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A training that was interrupted, as a file: who goes on from it gets the same weights.

Tensors and JSON under a checksum, as a model file: nothing in it is ever executed.
"""

import dataclasses
import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from learned_ik import __version__
from learned_ik.checks import entries, mapping, shortened, shortened_reason
from learned_ik.errors import (
    ConfigurationError,
    InvalidInputError,
    ModelFileError,
    RobotMismatchError,
)
from learned_ik.files import shown_path, write_atomically
from learned_ik.learning.execution.processes import Processes
from learned_ik.learning.flat_state import flattened, restored
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.storage.sealed import sealed, unsealed

logger = logging.getLogger('learned_ik.training')

FORMAT_VERSION = 2  # 1 was PyTorch's own format, which is a pickle
METADATA_KEY = 'learned_ik checkpoint'
KEYS = ('format_version', 'package_version', 'chain', 'configuration', 'scene', 'body', 'state')
MOST_BYTES = 4 * 2**30  # of a file: twenty times the largest model
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

    @property
    def samples(self) -> int:
        """How many poses the training had seen."""
        return int(self.state['tally']['steps']) * self.config.batch

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to one file; a crash half-way leaves the one before.

        Raises:
            ModelFileError: the file cannot be written there.

        """
        tree, tensors = flattened(self.state)
        description = {
            'format_version': FORMAT_VERSION,
            'package_version': __version__,
            'chain': self.chain.to_dict(),
            'configuration': self.config.to_dict(),
            'scene': None if self.scene is None else dataclasses.asdict(self.scene),
            'body': None if self.body is None else self.body.to_dict(),
            'state': tree,
        }
        content = sealed(description, tensors, METADATA_KEY, MOST_BYTES)
        write_atomically(Path(path), content, what='checkpoint')

    def try_to_save(self, path: str | os.PathLike[str]) -> None:
        """Write it if that is possible; a training does not die of a full disk."""
        try:
            self.save(path)
        except (ModelFileError, InvalidInputError) as error:
            logger.warning('training goes on, but cannot be resumed from here: %s', error)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> 'Checkpoint':
        """Read a checkpoint.

        Raises:
            ModelFileError: the file is missing, broken, or no checkpoint.

        """
        description, tensors, was_sealed = unsealed(path, METADATA_KEY, 'checkpoint', MOST_BYTES)
        version = description.get('format_version')
        if version != FORMAT_VERSION:
            raise ModelFileError(
                f"checkpoint '{shown_path(path)}' has format version {shortened(version)}; "
                f'expected {FORMAT_VERSION}'
            )
        try:
            if not was_sealed:
                raise InvalidInputError('it has no checksum')
            given = entries(description, KEYS, 'the description')
            chain = KinematicChain.from_dict(given['chain'])
            scene, body = given['scene'], given['body']
            return cls(
                chain,
                TrainingConfig(**_known(TrainingConfig, given['configuration'])),
                restored(given['state'], tensors),
                None if scene is None else SceneConfig(**_known(SceneConfig, scene)),
                None if body is None else Body.from_dict(body, chain),
            )
        except (InvalidInputError, ConfigurationError, ModelFileError) as error:
            raise ModelFileError(
                f"'{shown_path(path)}' is a damaged checkpoint: {error}"
            ) from error

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


def _known(kind: Any, fields: Any) -> dict[str, Any]:
    """Return a mapping of a dataclass's fields, all of them known; else `ConfigurationError`."""
    names = [field.name for field in dataclasses.fields(kind)]
    given = mapping(fields, kind.__name__, ConfigurationError)
    for name in given:
        if name not in names:
            raise ConfigurationError(
                f'{kind.__name__} has {shortened(name)}; expected some of {", ".join(names)}'
            )
    return dict(given)


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
    """Go back to a state that `saved_state` returned.

    Raises:
        ModelFileError: it does not fit this training.

    """
    try:
        network.load_state_dict(state['network'])
        for optimizer, saved in zip(optimizers, state['optimizers'], strict=True):
            optimizer.load_state_dict(saved)
        if len(state['samples']) == team.count:  # else each process draws new samples
            mine = state['samples'][team.rank]
            sampler.hard.copy_(mine['hard'])
            generator.set_state(mine['generator'])
        return Tally(**state['tally'])
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise ModelFileError(
            f'the checkpoint does not fit this training: {shortened_reason(error)}'
        ) from error
