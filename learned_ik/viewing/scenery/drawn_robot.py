# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The robot on the page: as its URDF shows it, else as a line through its joints."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.description.names import shown
from learned_ik.robot.skeleton import joint_origins
from learned_ik.rotations import quaternion_from_matrix

logger = logging.getLogger(__name__)


BLUE = (0, 114, 178)
BASE = '/base'  # all that is given in the base link's frame is below this one


class NoShapesError(Exception):
    """A URDF shows nothing of its robot."""


class DrawnRobot:
    """The whole robot, with the chain's joints where they are told to be, all others at rest."""

    def __init__(self, server: Any, chain: KinematicChain, urdf: Path) -> None:
        """Load the URDF with its shapes; what cannot be loaded is left out and logged.

        Raises:
            NoShapesError: there is nothing to be seen.

        """
        import yourdfpy
        from viser.extras import ViserUrdf

        handler = partial(yourdfpy.filename_handler_magic, dir=urdf.parent)
        self._urdf = yourdfpy.URDF.load(urdf, filename_handler=handler)
        names = self._urdf.actuated_joint_names
        self._columns = [names.index(name) for name in chain.joint_names]
        self._positions = np.array([_rest(joint) for joint in self._urdf.actuated_joints])
        shapes = self._urdf.scene.bounds
        if shapes is None:
            raise NoShapesError
        self._root = server.scene.add_frame('/robot', show_axes=False)
        self._drawn = ViserUrdf(server, self._urdf, root_node_name='/robot')
        self._base_link = chain.base_link
        self._base = server.scene.add_frame(BASE, show_axes=False)
        self.show(chain.middle)
        self.lowest = float(self._urdf.scene.bounds[0, 2])  # [m], where the floor is

    @property
    def origin(self) -> Array:
        """(3,) [m], where the base link is."""
        return np.asarray(self._base.position)

    def set_visible(self, visible: bool) -> None:
        """Show the robot, or hide it."""
        self._root.visible = visible

    def show(self, q: Array) -> None:
        """Move the chain's joints to q (joints,) [rad or m]."""
        self._positions[self._columns] = q
        self._drawn.update_cfg(self._positions)
        T_root_base = self._urdf.get_transform(self._base_link)
        self._base.position = T_root_base[:3, 3]
        self._base.wxyz = wxyz(quaternion_from_matrix(T_root_base[:3, :3]))


class DrawnLine:
    """An arm of which nothing but the chain is known."""

    def __init__(self, server: Any, chain: KinematicChain) -> None:
        """Draw it in the middle of its joint ranges."""
        self._chain = chain
        self.lowest = 0.0  # [m], where the floor is
        self.origin = np.zeros(3)  # [m], where the base link is
        scene, thick = server.scene, 0.03 * chain.reach
        scene.add_frame(BASE, show_axes=False)
        origins = joint_origins(chain, chain.middle)
        self._line = scene.add_line_segments(
            f'{BASE}/arm', _segments(origins), BLUE, thickness=thick
        )
        self._joints = [
            scene.add_icosphere(f'{BASE}/joint_{i}', 0.6 * thick, BLUE, position=origin)
            for i, origin in enumerate(origins)
        ]

    def set_visible(self, visible: bool) -> None:
        """Show the arm, or hide it."""
        for part in (self._line, *self._joints):
            part.visible = visible

    def show(self, q: Array) -> None:
        """Draw the arm at q (joints,) [rad or m]."""
        origins = joint_origins(self._chain, q)
        self._line.points = _segments(origins).astype(np.float32)
        for joint, origin in zip(self._joints, origins, strict=True):
            joint.position = origin


def drawn(server: Any, chain: KinematicChain, urdf: Path | None) -> DrawnRobot | DrawnLine:
    """Draw the robot as its URDF shows it; a line where there is none, or it cannot be drawn."""
    if urdf is not None:
        try:
            return DrawnRobot(server, chain, urdf)
        except NoShapesError:
            return DrawnLine(server, chain)
        except Exception as error:  # yourdfpy wants more of a URDF than the chain needs
            logger.warning("the robot of '%s' cannot be drawn: %s", shown(urdf), shown(error))
    return DrawnLine(server, chain)


def _segments(origins: Array) -> Array:
    return np.stack([origins[:-1], origins[1:]], axis=1)


def wxyz(orientation: npt.ArrayLike) -> tuple[float, float, float, float]:
    """Return a quaternion w x y z, as viser has it, for one x y z w."""
    x, y, z, w = np.asarray(orientation).tolist()
    return w, x, y, z


def xyzw(orientation: npt.ArrayLike) -> Array:
    """Return a quaternion x y z w for one w x y z."""
    return np.roll(np.asarray(orientation, np.float64), -1)


def _rest(joint: Any) -> float:
    """Return 0, or the limit nearest to it."""
    if joint.type == 'continuous' or joint.limit is None:
        return 0.0
    return float(np.clip(0.0, joint.limit.lower, joint.limit.upper))
