# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`train`: from a URDF to a model file."""

import dataclasses
import itertools
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import UseAppendAction, arg

from learned_ik.commands.result import Result, error_lines
from learned_ik.errors import ConfigurationError, TrainingError
from learned_ik.learning.configuration import TrainingConfig, preset
from learned_ik.learning.scene import SceneConfig
from learned_ik.model import IkModel
from learned_ik.robot.body import LINK_RADIUS, Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig, body_from_file, chain_from_file
from learned_ik.robot.obstacles import (
    check_base_is_free,
    checked_spheres,
    spheres_from_texts,
    spheres_from_yaml,
)

logger = logging.getLogger('learned_ik.training')


@dataclasses.dataclass(frozen=True)
class Train:
    """Train a network for one robot arm, from nothing but its URDF.

    Name the arm with --urdf, --base and --tip, or with --robot. Ctrl-C ends training early and
    writes the best network so far.
    """

    urdf: Path | None = None  # URDF file of the robot
    robot: str | None = None  # name of a robot that comes with the package, instead of a URDF
    base: str | None = None  # link at which the arm begins; default: the URDF's root
    tip: str | None = None  # link at which the arm ends; default: the URDF's only leaf
    soft_limits: bool = False  # keep to the limits of the URDF's safety_controller
    out: Path | None = None  # model file to write; default: NAME.safetensors in this folder
    name: str | None = None  # of the model; default: that of the robot or of the URDF file
    preset: Literal['default', 'paper'] = 'default'  # where the defaults of what follows come from
    srdf: Path | None = None  # SRDF file whose disable_collisions are heeded
    link_radius: float = LINK_RADIUS  # of links without collision geometry [m]
    obstacle: UseAppendAction[tuple[str, ...]] = ()  # x,y,z,radius [m]: keep clear; repeatable
    obstacles: Path | None = None  # YAML list of the same: [x, y, z, radius], ...
    json: bool = False  # print one JSON object, and nothing else, on standard output
    quiet: bool = False  # show no progress
    training: Annotated[TrainingConfig, arg(name='')] = dataclasses.field(
        default_factory=TrainingConfig
    )
    scene: Annotated[SceneConfig, arg(name='')] = dataclasses.field(default_factory=SceneConfig)

    @classmethod
    def defaults_for(cls, arguments: Sequence[str]) -> 'Train':
        """Return the defaults of the preset that the arguments name."""
        name = 'default'
        for given, following in itertools.pairwise([*arguments, '']):
            if given == '--preset':
                name = following
            elif given.startswith('--preset='):
                name = given.partition('=')[2]
        return cls(training=preset(name))

    def run(self, command: str) -> Result:
        """Train, write the model file, and tell how good it is.

        Args:
            command: what to write into the model file as the way to make it again.

        """
        chain, name = self._robot()
        out = self.out if self.out is not None else Path(f'{name}.safetensors')
        check_writable(out)
        scene, body = self._scene(chain), self._body(chain)
        train = _imported_train()
        logger.info(
            'training %s: %d joints, %s to %s',
            name,
            chain.joint_count,
            chain.base_link,
            chain.tip_link,
        )
        model = train(chain, self.training, scene=scene, body=body, show_progress=not self.quiet)
        model = dataclasses.replace(
            model, name=name, training={**model.training, 'command': command}
        )
        model.save(out)
        return Result(_description(model, out), '\n'.join(_lines(model, out)))

    def _scene(self, chain: KinematicChain) -> SceneConfig:
        """Return what to keep clear of, all obstacles that were named included."""
        spheres = spheres_from_texts(self.obstacle)
        if self.obstacles is not None:
            spheres += spheres_from_yaml(self.obstacles)
        check_base_is_free(chain, checked_spheres(spheres))
        return dataclasses.replace(self.scene, obstacles=spheres)

    def _body(self, chain: KinematicChain) -> Body:
        """Return the arm's capsules."""
        path = self.urdf if self.urdf is not None else RobotConfig.named(self.robot).urdf
        return body_from_file(path, chain, self.srdf, self.link_radius)

    def _robot(self) -> tuple[KinematicChain, str]:
        """Return the chain to train for, and the model's name."""
        if (self.urdf is None) == (self.robot is None):
            raise ConfigurationError('name the robot with either --urdf FILE or --robot NAME')
        if self.urdf is not None:
            chain = chain_from_file(self.urdf, self.base, self.tip, soft_limits=self.soft_limits)
            return chain, self.name or self.urdf.stem
        robot = RobotConfig.named(self.robot)
        robot = dataclasses.replace(
            robot,
            base_link=self.base or robot.base_link,
            tip_link=self.tip or robot.tip_link,
            soft_limits=self.soft_limits or robot.soft_limits,
        )
        return robot.chain(), self.name or robot.name


def check_writable(path: Path) -> None:
    """Raise `ConfigurationError` unless a file can be written there: before hours of training."""
    try:
        if path.is_dir():
            raise IsADirectoryError('it is a folder')
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ConfigurationError(f"--out '{path}' cannot be written: {error}") from error


def _imported_train() -> Any:
    # Threads that spin while they wait for each other get nothing done on a busy machine: beside
    # two other processes on two cores, training was 30 times slower. OpenMP reads this once.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    try:
        from learned_ik.learning.training import train
    except ModuleNotFoundError as error:
        if error.name not in ('torch', 'rich'):
            raise
        raise TrainingError(
            f'training needs {error.name}, which is not installed: '
            "pip install 'learned_ik[train]', or pip install torch rich"
        ) from error
    return train


def _description(model: IkModel, path: Path) -> dict[str, Any]:
    return {
        'model': str(path),
        'name': model.name,
        'fingerprint': model.chain.fingerprint,
        'parameters': model.network.parameter_count,
        'training': dict(model.training),
        'held_out': dict(model.held_out),
    }


def _lines(model: IkModel, path: Path) -> list[str]:
    training = model.training
    early = ', ended early' if training['ended_early'] else ''
    return [
        f'{path}: {model.network.parameter_count} parameters, '
        f'{1e-6 * training["samples"]:.1f} million samples in {training["seconds"]:.0f} s{early}',
        *error_lines(model.held_out),
    ]
