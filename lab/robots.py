# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The arms that are measured: five real ones and the paper's artificial arm in four lengths."""

import dataclasses
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from lab.pinocchio_judge import Judge
from learned_ik.errors import BenchmarkError, ConfigurationError
from learned_ik.model import IkModel
from learned_ik.resources import shipped_file
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.chain import KinematicChain

DATA = 'example-robot-data'
REAL_ROBOTS = {  # name: URDF file, base link, tip link; TIAGo's comes with the package
    'tiago': ('config/tiago_arm.urdf', 'torso_lift_link', 'arm_tool_link'),
    'panda': ('panda_description/urdf/panda.urdf', 'panda_link0', 'panda_hand'),
    'ur10': ('ur_description/urdf/ur10_robot.urdf', 'base_link', 'ee_link'),
    'xarm7': ('xarm_description/urdf/xarm7.urdf', 'link_base', 'link7'),
    'pr2': ('pr2_description/urdf/pr2.urdf', 'torso_lift_link', 'l_gripper_tool_frame'),
}
ARTIFICIAL_ARMS = {f'artificial{joints}': joints for joints in (7, 10, 14, 20)}
ROBOTS = (*REAL_ROBOTS, *ARTIFICIAL_ARMS)


@dataclasses.dataclass(frozen=True)
class Robot:
    """One arm, ready to be measured."""

    name: str
    chain: KinematicChain
    judge: Judge
    model: IkModel | None  # the network that was trained for it, where there is one
    model_file: str | None  # its name


def robot_named(name: str, models: Iterable[Path] = ()) -> Robot:
    """Return a robot of the benchmark.

    Args:
        name: one of `ROBOTS`.
        models: files among which to look for its network.

    Raises:
        ConfigurationError: there is no robot of this name.
        BenchmarkError: its description is not installed.

    """
    if name in ARTIFICIAL_ARMS:
        return artificial_robot(ARTIFICIAL_ARMS[name], models)
    if name not in REAL_ROBOTS:
        raise ConfigurationError(f"no robot '{name}' to measure; there are: {', '.join(ROBOTS)}")
    file, base_link, tip_link = REAL_ROBOTS[name]
    path = shipped_file(file) if file.startswith('config/') else described(file)
    urdf = path.read_text(encoding='utf-8')
    return _robot(name, urdf, KinematicChain.from_urdf(urdf, base_link, tip_link), models)


def artificial_robot(joints: int, models: Iterable[Path] = ()) -> Robot:
    """Return the paper's artificial arm with so many joints."""
    urdf = artificial_arm_urdf(joints)
    return _robot(f'artificial{joints}', urdf, KinematicChain.from_urdf(urdf), models)


def _robot(name: str, urdf: str, chain: KinematicChain, models: Iterable[Path]) -> Robot:
    judge = Judge(urdf, chain.base_link, chain.tip_link, chain.joint_names)
    for path in models:
        model = IkModel.load(path)
        if model.chain.difference_from(chain) is None:
            return Robot(name, chain, judge, model, path.name)
    return Robot(name, chain, judge, None, None)


def described(file: str) -> Path:
    """Return the path of a URDF of example-robot-data."""
    for folder in _data_folders():
        if (folder / 'robots' / file).is_file():
            return folder / 'robots' / file
    raise BenchmarkError(
        f"'{file}' of {DATA} is not installed: pip install 'learned_ik[benchmark]', or "
        f'pip install {DATA}'
    )


def _data_folders() -> Iterator[Path]:
    """Yield where example-robot-data may be: its wheel's own prefix, this one, ROS's."""
    cmeel = importlib.util.find_spec('cmeel')  # what makes prefixes inside site-packages
    for folder in cmeel.submodule_search_locations or () if cmeel else ():
        yield Path(folder).parent / 'cmeel.prefix' / 'share' / DATA
    prefixes = [sys.prefix, *os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)]
    for prefix in filter(None, prefixes):
        yield Path(prefix) / 'share' / DATA
