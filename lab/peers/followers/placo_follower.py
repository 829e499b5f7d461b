# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""placo: whole-body inverse kinematics as a quadratic program, in C++."""

from typing import Any

from lab.peers.contract import homogeneous
from lab.peers.followers.follower import Pace
from lab.peers.stripped_urdf import stripped_urdf
from learned_ik.arrays import Array

REGULARISATION = 1e-5  # as in its examples


class PlacoFollower:
    """One quadratic program a frame, with limits of position and velocity."""

    package = 'placo'
    label = 'placo'
    setting = f'frame task 1, 1; regularisation {REGULARISATION:g}'

    def __init__(self, pace: Pace) -> None:
        """Read a URDF of the chain alone, and bound the speed of its joints."""
        import placo

        chain = pace.chain
        urdf = stripped_urdf(chain, bounded=True)
        self._arm = placo.RobotWrapper('', placo.Flags.ignore_collisions, urdf)
        self._names = chain.joint_names
        self._arm.set_velocity_limits(pace.speed)
        self._solver = placo.KinematicsSolver(self._arm)
        self._solver.mask_fbase(True)
        self._solver.dt = pace.period
        self._solver.enable_joint_limits(True)
        self._solver.enable_velocity_limits(True)
        pose = self._arm.get_T_world_frame(chain.tip_link)
        self._hand = self._solver.add_frame_task(chain.tip_link, pose)
        self._hand.configure('hand', 'soft', 1.0, 1.0)
        self._solver.add_regularization_task(REGULARISATION)

    def target(self, position: Array, rotation: Array) -> Array:
        """Return the pose as a matrix: the base link is its world."""
        return homogeneous(position, rotation)

    def start(self, q: Array, target: Any) -> Array:
        """Begin at q."""
        for name, value in zip(self._names, q, strict=True):
            self._arm.set_joint(name, value)
        self._arm.update_kinematics()
        return q

    def command(self, target: Array) -> Array | None:
        """Solve, and move the joints; hold where the program has no solution."""
        self._hand.T_world_frame = target
        try:
            self._solver.solve(True)
        except RuntimeError:
            return None
        self._arm.update_kinematics()
        return self._arm.state.q[7:].copy()  # behind the floating base, which is masked
