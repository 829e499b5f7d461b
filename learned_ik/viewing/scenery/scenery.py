# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Scenery`: all that stands in the scene for one robot."""

from functools import cached_property
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.robot.skeleton import joint_origins
from learned_ik.trajectories.pose_paths import PosePath
from learned_ik.viewing.controls.asked import Asked
from learned_ik.viewing.controls.joint_states import Hold, joint_states
from learned_ik.viewing.controls.scene_controls import SceneControls
from learned_ik.viewing.scenery.arm_copies import ArmCopies
from learned_ik.viewing.scenery.drawn_robot import BASE, drawn, wxyz, xyzw
from learned_ik.viewing.scenery.link_shapes import capsules, hulls, slim
from learned_ik.viewing.scenery.placed_spheres import PlacedSpheres
from learned_ik.viewing.session import MOST_OTHERS, NetworkAnswer, OtherSolutions, Session
from learned_ik.viewing.viewed_robot import ViewedRobot

ORANGE, BLUE, GREEN, RED = (230, 159, 0), (0, 114, 178), (0, 158, 115), (204, 0, 0)
VIEW = np.array([0.85, -0.95, 0.42])  # [1], of the arm's reach, to the camera
PORTRAIT = 0.7  # [1], width by height of a scene that is a phone's
PHONE = 1.7  # [1], how much farther away it is on a phone
SKY, AMBER = (30, 140, 220), (235, 110, 0)  # paler in the scene's light
PALE, DARKER = (225, 228, 232), (205, 209, 214)
FOG = 2.5, 8.0  # [1], of the arm's reach from the camera, where the floor fades
GHOST, NETWORK, CAPSULE, LIMIT = 0.6, 0.25, 0.5, 0.6  # opacities
SLIM = 0.028  # [1], of the arm's reach, how thick other solutions are drawn
HANDLE = 0.12  # [1], of the arm's reach


class Scenery:
    """The robot, its target to drag, ghosts, capsules, spheres, and a path."""

    def __init__(self, server: Any, robot: ViewedRobot, session: Session, asked: Asked) -> None:
        """Draw them where the session has them."""
        self._server, self._session = server, session
        chain, body = robot.solver.chain, robot.solver.body
        self.handle_size = HANDLE * chain.reach  # [m]
        self._robot = drawn(server, chain, robot.urdf)
        points = joint_origins(chain, session.q) + self._robot.origin
        floor = min(self._robot.lowest, points[:, 2].min() - self.handle_size)  # [m]
        server.scene.add_grid(
            '/floor', cell_size=0.25, cell_color=PALE, section_color=DARKER,
            position=(0.0, 0.0, floor),
        )  # fmt: skip
        server.scene.configure_fog(FOG[0] * chain.reach, FOG[1] * chain.reach)
        centre = 0.5 * (points.min(axis=0) + points.max(axis=0))
        self._view = centre, VIEW * chain.reach  # [m], the middle, and from there to a camera
        fine = 0.004 * chain.reach
        rods = slim(chain, SLIM * chain.reach)
        self._others = self._copies('others', rods, SKY, GHOST, MOST_OTHERS)
        # A little within the robot, where it is the same; a little around the robot.
        self._network = self._copies('network', hulls(body, 2 * fine), AMBER, NETWORK)
        self._held = self._copies('limits', hulls(body, fine), RED, LIMIT)
        position, orientation = session.target
        self._target = server.scene.add_transform_controls(
            f'{BASE}/target',
            1.5 * self.handle_size,
            depth_test=False,  # the gripper must not hide it
            position=position,
            wxyz=wxyz(orientation),
        )
        self._target.on_update(lambda _: asked.ask('target'))
        self.spheres = PlacedSpheres(server, self.handle_size, lambda: asked.ask('spheres'))

    @property
    def target(self) -> tuple[Array, Array]:
        """Where the handle is: position (3,) [m], orientation (4,) x y z w."""
        return np.array(self._target.position), xyzw(self._target.wxyz)

    def move_target(self, position: Array, orientation: Array) -> None:
        """Put the handle at a pose: (3,) [m], (4,) x y z w."""
        self._target.position, self._target.wxyz = position, wxyz(orientation)

    def show_posture(self, q: Array) -> None:
        """Show the robot alone at q (joints,) [rad or m]."""
        self._robot.show(q)

    def show_ghosts(self, network: NetworkAnswer | None, others: OtherSolutions | None) -> None:
        """Show what the network says, and other solutions; None hides them."""
        self._network.show([] if network is None else [network.joint_positions])
        self._others.show([] if others is None else others.postures)

    def show_arm(self, shown: SceneControls) -> None:
        """Show the arm as the session has it, what holds it, and as the boxes are ticked."""
        session, chain = self._session, self._session.solver.chain
        self._robot.set_visible(shown.robot)
        self._robot.show(session.q)
        if shown.capsules or 'capsules' in self.__dict__:
            self.capsules.show([session.q] if shown.capsules else [])
        held = [each.hold is Hold.LIMIT for each in joint_states(session)]
        motions = np.flatnonzero(np.asarray(held)[chain.source]) + 1
        self._held.show([session.q], self._shells(motions.tolist()))
        self.spheres.colour(session.clearance_of)

    @cached_property
    def capsules(self) -> ArmCopies:
        """Hundreds of them: made when somebody wants to see them."""
        return self._copies('capsules', capsules(self._session.solver.body), GREEN, CAPSULE)

    def show_path(self, path: PosePath, reached: Array) -> None:
        """Show a path that is wanted, and the tip's (n, 3) [m]."""
        for name, points, color, width in (
            ('wanted', path.positions, ORANGE, 0.008),
            ('reached', reached, BLUE, 0.004),
        ):
            segments = np.stack([points[:-1], points[1:]], axis=1)
            self._server.scene.add_line_segments(
                f'{BASE}/{name}', segments, color, thickness=width * self.handle_size / 0.12
            )

    def clear_path(self) -> None:
        """Take the path away."""
        for line in ('wanted', 'reached'):
            self._server.scene.remove_by_name(f'{BASE}/{line}')

    def _copies(
        self, name: str, meshes: Any, colour: tuple[int, int, int], opacity: float, most: int = 1
    ) -> ArmCopies:
        return ArmCopies(
            self._server, f'{BASE}/{name}', self._session.solver.chain, meshes,
            colour=colour, opacity=opacity, most=most,
        )  # fmt: skip

    def _shells(self, frames: list[int]) -> set[int]:
        """Return the frames with a shape that stand for these: theirs, or the next one's."""
        there = self._held.frames
        return {min((each for each in there if each >= k), default=there[-1]) for k in frames}

    def look(self, camera: Any, aspect: float = 2.0) -> None:
        """Let a camera look at the arm.

        Args:
            camera: a browser's, or what all of them begin with.
            aspect: width by height of its picture; on a phone, the panel covers the lower half.

        """
        centre, away = self._view
        if aspect < PORTRAIT:
            centre, away = centre - [0.0, 0.0, 0.4 * PHONE * np.linalg.norm(away)], PHONE * away
        camera.position, camera.look_at = centre + away, centre
