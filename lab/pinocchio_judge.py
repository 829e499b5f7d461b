# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The one judge of every answer: Pinocchio's forward kinematics of the robot's own URDF.

Nothing of ours stands between an answer and its verdict: not our reading of the URDF, not our
chain, not our kernels. Pinocchio also makes the poses that are asked for.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Booleans
from learned_ik.errors import BenchmarkError
from learned_ik.rotations import quaternion_from_matrix, rotation_angle

LIMIT_SLACK = 1e-6  # [rad or m], what rounding may add to a joint at its limit


@dataclasses.dataclass(frozen=True)
class Poses:
    """Poses of the tip in the base link's frame."""

    positions: Array  # (n, 3) [m]
    rotations: Array  # (n, 3, 3)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, which: Any) -> 'Poses':
        return Poses(self.positions[which], self.rotations[which])

    @property
    def quaternions(self) -> Array:
        """(n, 4) unit quaternions x y z w."""
        return quaternion_from_matrix(self.rotations)


class Judge:
    """Forward kinematics and limits of one arm, from its URDF, by Pinocchio."""

    def __init__(
        self, urdf: str, base_link: str, tip_link: str, joint_names: Sequence[str]
    ) -> None:
        """Read the URDF.

        Args:
            urdf: its text, the robot's own.
            base_link: in whose frame poses are.
            tip_link: whose poses they are.
            joint_names: in the order in which answers have them.

        Raises:
            BenchmarkError: Pinocchio is not installed.

        """
        self._pin = imported_pinocchio()
        self._model = self._pin.buildModelFromXML(urdf)
        self._data = self._model.createData()
        self._base = self._model.getFrameId(base_link)
        self._tip = self._model.getFrameId(tip_link)
        joints = [self._model.joints[self._model.getJointId(name)] for name in joint_names]
        self._first = np.array([joint.idx_q for joint in joints])
        self._circular = np.array([joint.nq == 2 for joint in joints])  # cosine and sine
        self.lower = np.where(self._circular, -np.inf, self._model.lowerPositionLimit[self._first])
        self.upper = np.where(self._circular, np.inf, self._model.upperPositionLimit[self._first])

    def poses(self, q: Array) -> Poses:
        """Return the poses of the tip for joint positions q (n, joints) [rad or m]."""
        pin, model, data = self._pin, self._model, self._data
        configuration = pin.neutral(model)
        positions, rotations = np.empty((len(q), 3)), np.empty((len(q), 3, 3))
        values = np.where(self._circular, np.cos(q), q)
        sines = np.sin(q[:, self._circular])
        after = self._first[self._circular] + 1
        for k in range(len(q)):
            configuration[self._first] = values[k]
            configuration[after] = sines[k]
            pin.forwardKinematics(model, data, configuration)
            pin.updateFramePlacement(model, data, self._base)
            pin.updateFramePlacement(model, data, self._tip)
            T_base_tip = data.oMf[self._base].actInv(data.oMf[self._tip])
            positions[k], rotations[k] = T_base_tip.translation, T_base_tip.rotation
        return Poses(positions, rotations)

    def within_limits(self, q: Array) -> Booleans:
        """Return (n,), whether joint positions (n, joints) [rad or m] are within the limits."""
        within = (q >= self.lower - LIMIT_SLACK) & (q <= self.upper + LIMIT_SLACK)
        return within.all(axis=-1)

    def errors(self, q: Array, wanted: Poses) -> tuple[Array, Array]:
        """Return how far answers are from their poses.

        Args:
            q: (n, joints) [rad or m]; a row with NaN is no answer.
            wanted: n of them.

        Returns:
            position errors (n,) [m] and orientation errors (n,) [rad]; both infinite where there
            is no answer or where it breaks a joint limit.

        """
        position, orientation = np.full(len(q), np.inf), np.full(len(q), np.inf)
        fair = self.within_limits(q) & np.isfinite(q).all(axis=-1)
        reached, wanted = self.poses(q[fair]), wanted[fair]
        position[fair] = np.linalg.norm(reached.positions - wanted.positions, axis=-1)
        orientation[fair] = rotation_angle(reached.rotations, wanted.rotations)
        return position, orientation


def imported_pinocchio() -> Any:
    """Return the module, or raise `BenchmarkError`."""
    try:
        import pinocchio
    except ModuleNotFoundError as error:
        raise BenchmarkError(
            'every answer is judged by Pinocchio, which is not installed: '
            "pip install 'learned_ik[benchmark]', or pip install pin"
        ) from error
    return pinocchio
