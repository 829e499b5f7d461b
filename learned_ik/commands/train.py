# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`train`: from a URDF to a model file."""

import dataclasses
import itertools
import logging
import math
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from tyro.conf import Suppress, UseAppendAction, arg

from learned_ik.commands.result import Result, error_lines
from learned_ik.commands.training_files import (
    check_writable,
    checkpoint_path,
    save_or_rescue,
    written_report,
)
from learned_ik.errors import (
    ConfigurationError,
    RobotMismatchError,
    TrainingError,
)
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import TrainingConfig, preset
from learned_ik.model import IkModel
from learned_ik.robot.body import LINK_RADIUS, Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig, body_from_file, chain_from_file, text_of
from learned_ik.robot.parsing import parse_urdf
from learned_ik.robot.spheres import (
    Sphere,
    check_base_is_free,
    checked_spheres,
    spheres_from_options,
)

if TYPE_CHECKING:
    from learned_ik.learning.checkpoint import Checkpoint

Preset = Literal['default', 'quick', 'paper', 'paper-supervised', 'paper-position']

ONE_ROBOT = 'name the robot with one of --urdf FILE, --topic NAME and --robot NAME'
QUICK_MINUTES = 0.5  # budgets up to which the preset `quick` is the better one
# What says that somebody has a network or steps of their own in mind.
SHAPING = ('--hidden', '--heads', '--batch', '--learning-rate', '--optimizer', '--encoding')
NOT_REACHED = 3  # exit status of a training that ends above --until-error
logger = logging.getLogger('learned_ik.training')


@dataclasses.dataclass(frozen=True)
class SceneOptions(SceneConfig):
    """Options of a scene; its obstacles have options of their own."""

    obstacles: Suppress[tuple[Sphere, ...]] = ()


@dataclasses.dataclass(frozen=True)
class Train:
    """Train a network for one robot arm, from nothing but its URDF.

    Name the arm with --urdf or --topic, --base and --tip, or with --robot. Ctrl-C ends training
    early and writes the best network so far; --resume goes on from there, also after the end.
    """

    urdf: Path | None = None  # URDF file of the robot
    topic: str | None = None  # ROS topic that carries the URDF, such as /robot_description
    robot: str | None = None  # name of a robot of the package, or a YAML file like theirs
    base: str | None = None  # link at which the arm begins; default: the URDF's root
    tip: str | None = None  # link at which the arm ends; default: the URDF's only leaf
    soft_limits: bool = False  # keep to the limits of the URDF's safety_controller
    out: Path | None = None  # model file to write; default: NAME.safetensors in this folder
    name: str | None = None  # of the model; default: that of the robot or of the URDF file
    resume: Path | None = None  # checkpoint to go on from, with its robot and its choices
    discard_checkpoint: bool = False  # keep no checkpoint of a training that has ended
    start_from: Path | None = None  # model of this robot whose weights training begins with
    report: Path | None = None  # folder of the report; default: NAME_report beside the model
    without_report: bool = False  # write no report
    tensorboard: Path | None = None  # folder for TensorBoard's log
    preset: Preset = 'default'  # of the options below; for half a minute or less: quick
    srdf: Path | None = None  # SRDF file; pairs of its disable_collisions may touch
    link_radius: float = LINK_RADIUS  # of links without collision geometry [m]
    obstacle: UseAppendAction[tuple[str, ...]] = ()  # x,y,z,radius [m]: keep clear; repeatable
    obstacles: Path | None = None  # YAML list of the same: [x, y, z, radius], ...
    json: bool = False  # print one JSON object, and nothing else, on standard output
    quiet: bool = False  # show no progress
    training: Annotated[TrainingConfig, arg(name='')] = dataclasses.field(
        default_factory=TrainingConfig
    )
    scene: Annotated[SceneOptions, arg(name='')] = dataclasses.field(default_factory=SceneOptions)

    @classmethod
    def defaults_for(cls, arguments: Sequence[str]) -> 'Train':
        """Return the defaults of the checkpoint or the preset that the arguments name."""
        resume = _value_of('--resume', arguments)
        if resume is not None:
            return cls(training=_checkpoint(Path(resume)).config)
        name = _value_of('--preset', arguments) or _preset_for(arguments)
        return cls(preset=cast(Preset, name), training=preset(name))

    def run(self, command: str) -> Result:
        """Train, write the model file and the report, and tell how good the network is.

        Args:
            command: what to write into the model file as the way to make it again.

        """
        checkpoint = None if self.resume is None else _checkpoint(self.resume)
        chain, body, name = self._robot(checkpoint)
        out = self.out if self.out is not None else Path(f'{name}.safetensors')
        check_writable(out)
        scene = self._scene(chain, checkpoint)
        start = self._start(chain)
        folder = self._report_folder(out)
        train, tensorboard = _imported()
        logger.info(
            'training %s: %d joints, %s to %s',
            name,
            chain.joint_count,
            chain.base_link,
            chain.tip_link,
        )
        interrupted = checkpoint_path(out)
        with tensorboard(self.tensorboard) as listener:
            model = train(
                chain,
                self.training,
                start_from=start,
                scene=scene,
                body=body,
                resume_from=checkpoint,
                checkpoint_to=interrupted,
                show_progress=not self.quiet,
                on_progress=listener,
            )
        model = dataclasses.replace(
            model, name=name, training={**model.training, 'command': command}
        )
        content = {**_description(model, out), 'report': None}
        lines = _lines(model, out)
        if not _is_first_process():
            return Result(content, '', shown=False)
        save_or_rescue(model, out)
        reached = bool(model.training.get('error_reached', True))
        if not reached:
            lines.append(f'not reached: --until-error {self.training.until_error}')
        if checkpoint is not None and checkpoint.samples == model.training['samples']:
            lines.append(
                'the budget was used up before: --minutes or --samples gives a larger one'
            )
        if self.discard_checkpoint and not model.training['ended_early']:
            interrupted.unlink(missing_ok=True)
        elif interrupted.is_file():
            lines.append(f'go on with: --resume {interrupted}')
            content['checkpoint'] = str(interrupted)
        if folder is not None:
            if not self.quiet:
                logger.info('drawing the report')
            page = written_report(model, folder)
            content['report'] = str(page)
            lines.append(f'report: {page}')
        return Result(content, '\n'.join(lines), success=reached, failure=NOT_REACHED)

    def _scene(self, chain: KinematicChain, checkpoint: 'Checkpoint | None') -> SceneConfig:
        """Return what to keep clear of, all obstacles that were named included."""
        spheres = spheres_from_options(self.obstacle, self.obstacles)
        check_base_is_free(chain, checked_spheres(spheres))
        scene = SceneConfig(**{**vars(self.scene), 'obstacles': spheres})
        if checkpoint is not None and scene == SceneConfig():
            return checkpoint.scene or scene
        return scene

    def _start(self, chain: KinematicChain) -> IkModel | None:
        """Return the model to begin with."""
        if self.start_from is None:
            return None
        if self.resume is not None:
            raise ConfigurationError('--start-from and --resume; expected one of them')
        model = IkModel.load(self.start_from)
        if model.chain.fingerprint != chain.fingerprint:
            names = ('the robot', 'the model')
            difference = chain.difference_from(model.chain, names=names)
            raise RobotMismatchError(
                f"--start-from '{self.start_from}': {difference or 'other joint limits'}"
            )
        return model

    def _report_folder(self, out: Path) -> Path | None:
        """Return where the report goes, after making sure that it can be written."""
        if self.without_report:
            return None
        folder = self.report or out.with_name(f'{out.stem}_report')
        check_writable(folder / 'report.html', option='--report')
        return folder

    def _robot(self, checkpoint: 'Checkpoint | None') -> tuple[KinematicChain, Body | None, str]:
        """Return the chain to train for, the arm's capsules, and the model's name."""
        given = [way for way in (self.urdf, self.topic, self.robot) if way is not None]
        if checkpoint is not None and self.resume is not None and not given:
            name = self.name or self.resume.name.split('.')[0]
            return checkpoint.chain, checkpoint.body, name
        if len(given) > 1:
            raise ConfigurationError(ONE_ROBOT)
        if self.topic is not None:
            urdf = _described_by(self.topic)
            chain = KinematicChain.from_urdf(
                urdf, self.base, self.tip, soft_limits=self.soft_limits
            )
            srdf = None if self.srdf is None else text_of(self.srdf, 'SRDF')
            body = Body.from_urdf(urdf, chain, srdf=srdf, link_radius=self.link_radius)
            return chain, body, self.name or file_name(parse_urdf(urdf).name) or chain.tip_link
        if self.urdf is not None:
            path, name = self.urdf, self.urdf.stem
            chain = chain_from_file(path, self.base, self.tip, soft_limits=self.soft_limits)
        elif self.robot is not None:
            robot = RobotConfig.named(self.robot)
            robot = dataclasses.replace(
                robot,
                base_link=self.base or robot.base_link,
                tip_link=self.tip or robot.tip_link,
                soft_limits=self.soft_limits or robot.soft_limits,
            )
            chain, path, name = robot.chain(), robot.urdf, robot.name
        else:
            raise ConfigurationError(ONE_ROBOT)
        return chain, body_from_file(path, chain, self.srdf, self.link_radius), self.name or name


def _preset_for(arguments: Sequence[str]) -> str:
    """Return the preset that is better for the budget, where nothing else is chosen."""
    chosen = any(_value_of(option, arguments) is not None for option in SHAPING)
    try:
        minutes = float(_value_of('--minutes', arguments) or math.inf)
    except ValueError:  # whoever parses it says so
        minutes = math.inf
    return 'quick' if minutes <= QUICK_MINUTES and not chosen else 'default'


def file_name(name: str) -> str:
    """Return a robot's name as that of a file: it may hold anything."""
    return re.sub(r'[^\w.-]+', '_', name, flags=re.ASCII).strip('._')


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """Return what the arguments give for an option, before they are parsed."""
    value = None
    for given, following in itertools.pairwise([*arguments, '']):
        if given == option:
            value = following
        elif given.startswith(f'{option}='):
            value = given.partition('=')[2]
    return value


def _checkpoint(path: Path) -> 'Checkpoint':
    _imported()
    from learned_ik.learning.checkpoint import Checkpoint

    return Checkpoint.load(path)


def _described_by(topic: str) -> str:
    try:
        from learned_ik.ros.description import robot_description
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f'--topic needs {error.name}: source a ROS 2 workspace'
        ) from error
    logger.info('waiting for the robot description on %s', topic)
    return robot_description(topic)


def _is_first_process() -> bool:
    """Say whether this process is the one that writes, among those that train together."""
    return os.environ.get('RANK', '0') == '0'


def _imported() -> tuple[Any, Any]:
    """Return `train` and `tensorboard`, or say what is not installed."""
    # Threads that spin while they wait for each other get nothing done on a busy machine: beside
    # two other processes on two cores, training was 30 times slower. OpenMP reads this once.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    try:
        from learned_ik.learning.reports.tensorboard_log import tensorboard
        from learned_ik.learning.training import train
    except ModuleNotFoundError as error:
        if error.name not in ('torch', 'rich'):
            raise
        raise TrainingError(
            f'training needs {error.name}, which is not installed: '
            "pip install 'learned_ik[train]', or pip install torch rich"
        ) from error
    return train, tensorboard


def _description(model: IkModel, path: Path) -> dict[str, Any]:
    return {
        'model': str(path),
        'name': model.name,
        'fingerprint': model.chain.fingerprint,
        'parameters': model.network.parameter_count,
        'training': {k: v for k, v in model.training.items() if k != 'curve'},
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
