# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Robots that have a name: what a YAML file says about an arm and where its files are."""

import dataclasses
from pathlib import Path

from learned_ik.checks import text
from learned_ik.errors import ConfigurationError
from learned_ik.resources import shipped_file, shipped_files
from learned_ik.robot.body import LINK_RADIUS, Body
from learned_ik.robot.capsules import BULGE
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.expansion import expanded
from learned_ik.robot.description.names import shown
from learned_ik.robot.parsing import text_of_file
from learned_ik.yaml_config import load_yaml


@dataclasses.dataclass(frozen=True)
class RobotConfig:
    """An arm of a robot, and the model that was trained for it."""

    name: str  # the YAML file has the same, for robots of the package
    urdf: Path  # relative to the YAML file
    base_link: str  # link at which the arm begins
    tip_link: str  # link at which it ends
    soft_limits: bool = False  # use the limits of `safety_controller`, where a joint has one
    model: Path | None = None  # relative to the YAML file; none: no network

    @classmethod
    def named(cls, name: str) -> 'RobotConfig':
        """Return the robot of this name, its paths made absolute.

        Args:
            name: of a robot that comes with the package, `config/NAME.yaml`; or the path of a
                YAML file like these.

        Raises:
            ConfigurationError: there is no such robot, or its YAML file is wrong.

        """
        if text(name, 'the name of a robot', ConfigurationError).endswith('.yaml'):
            return cls._read(Path(name).resolve())
        names = [path.stem for path in shipped_files('config', '.yaml')]
        if name not in names:
            raise ConfigurationError(
                f"no robot '{name}'; there are: {', '.join(names) or 'none'}. For another robot, "
                'give its URDF, or a YAML file like theirs'
            )
        return cls._read(shipped_file(f'config/{name}.yaml'))

    @classmethod
    def _read(cls, path: Path) -> 'RobotConfig':
        config, folder = load_yaml(cls, path), path.parent
        model = None if config.model is None else (folder / config.model).resolve()
        return dataclasses.replace(config, urdf=(folder / config.urdf).resolve(), model=model)

    def chain(self) -> KinematicChain:
        """Return the robot's chain.

        Raises:
            UrdfError: the URDF does not describe this chain.
            ConfigurationError: the URDF cannot be read.

        """
        return chain_from_file(
            self.urdf, self.base_link, self.tip_link, soft_limits=self.soft_limits
        )


def chain_from_file(
    path: str | Path,
    base_link: str | None = None,
    tip_link: str | None = None,
    *,
    soft_limits: bool = False,
) -> KinematicChain:
    """Return the chain of a URDF file; see `KinematicChain.from_urdf`.

    Raises:
        UrdfError: or one of its subclasses: the URDF does not describe such a chain.
        ConfigurationError: the file cannot be read.

    """
    urdf = text_of(path, 'URDF')
    return KinematicChain.from_urdf(urdf, base_link, tip_link, soft_limits=soft_limits)


def body_from_file(
    path: str | Path,
    chain: KinematicChain,
    srdf: str | Path | None = None,
    link_radius: float = LINK_RADIUS,
    bulge: float = BULGE,
) -> Body:
    """Return the body of a URDF file's robot; see `Body.from_urdf`.

    Packages of meshes are looked for about the file as well.

    Raises:
        UrdfError: or one of its subclasses: what is wrong with URDF or SRDF.
        ConfigurationError: a file cannot be read.

    """
    return Body.from_urdf(
        text_of(path, 'URDF'),
        chain,
        srdf=None if srdf is None else text_of(srdf, 'SRDF'),
        link_radius=link_radius,
        bulge=bulge,
        folders=[Path(path).resolve().parent],
    )


def text_of(path: str | Path, kind: str) -> str:
    """Return what a file holds; `kind` says in the error what it should be.

    A URDF file of xacro is expanded where xacro is installed.

    Raises:
        ConfigurationError: the file cannot be read.

    """
    try:
        content = text_of_file(Path(path))
    except (OSError, ValueError) as error:  # ValueError: its encoding, its size, no path at all
        raise ConfigurationError(
            f"{kind} file '{shown(path)}' cannot be read: {shown(error)}"
        ) from error
    return expanded(content, Path(path)) if kind == 'URDF' else content
