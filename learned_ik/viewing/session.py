# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Session`: what the page shows and what its controls do, without the page."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.robot.capsules import point_segment_distance
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.solving.solution import Solution
from learned_ik.solving.solver import IkSolver
from learned_ik.trajectories.pose_paths import PosePath, spiral
from learned_ik.viewing.heads import head_answers
from learned_ik.viewing.redundancy import SelfMotion

TRACKING = 'where the arm is'
NETWORK = 'network, best head'
MIDDLE = 'middle of the joint ranges'
WANTED_CLEARANCE = 0.01  # [m], from spheres, where there are any
SPIRAL_POSES = 300
BEGIN = 0.62  # share of each joint's range; in the very middle, many arms have a straight wrist


@dataclasses.dataclass
class Session:
    """One solver, one target, one posture."""

    solver: IkSolver

    def __post_init__(self) -> None:
        """Begin near the middle of the joint ranges, with the target where the tip is."""
        chain = self.solver.chain
        self.start = TRACKING
        self.begin = chain.lower + BEGIN * (chain.upper - chain.lower)
        self.q = self.begin.copy()
        self.target = chain.forward(self.q)  # position (3,) [m], orientation (4,) x y z w
        self._motion = SelfMotion(self.solver, self.q)
        self.slid = np.zeros(self._motion.count)  # (directions,) [rad or m], as the sliders stand
        self.solution = self.solve()

    @property
    def starts(self) -> list[str]:
        """Where the search may begin."""
        heads = self.solver.model.network.heads if self.solver.model else 0
        network = [NETWORK, *(f'network, head {i + 1}' for i in range(heads))] if heads else []
        return [TRACKING, *network, MIDDLE]

    @property
    def directions(self) -> int:
        """How many sliders move the arm while its tool stands still."""
        return self._motion.count

    @property
    def spheres(self) -> Array:
        """(n, 4), x y z radius [m], what the arm keeps clear of."""
        return self.solver.obstacles

    def place_spheres(self, spheres: npt.ArrayLike) -> None:
        """Keep clear of spheres (n, 4), x y z radius [m], from the next answer on.

        Raises:
            ObstacleError: one of them is malformed, or swallows the arm's base; the old ones stay.

        """
        if not np.array_equal(spheres, self.spheres):
            self.solver.set_obstacles(spheres)

    def move_target(self, position: npt.ArrayLike, orientation: npt.ArrayLike) -> Solution:
        """Solve for another target: (3,) [m], (4,) quaternion x y z w."""
        self.target = np.asarray(position, np.float64), np.asarray(orientation, np.float64)
        return self.solve()

    def solve(self) -> Solution:
        """Solve for the target as the controls stand, and take over the posture.

        From a posture that reaches the target, sliding begins anew: all of `slid` is 0 again.
        """
        self.solution = self._found()
        self.q = self.solution.joint_positions
        if self.solution.success:
            self._motion = SelfMotion(self.solver, self.q)
            self.slid[:] = 0.0
        return self.solution

    def _found(self) -> Solution:
        seed = None if self.start == NETWORK else self._seed()
        return self.solver.solve(
            *self.target, seed=seed, prefer='first', min_clearance=WANTED_CLEARANCE
        )

    def _seed(self) -> Array:
        """Return where the search begins, (joints,) [rad or m]."""
        if self.start == TRACKING:
            return self.q
        if self.start == MIDDLE:
            return self.solver.chain.middle
        model = self.solver.model
        if model is None or self.start not in self.starts:
            raise InvalidInputError(
                f"no start '{self.start}'; expected one of: {', '.join(self.starts)}"
            )
        head = self.starts.index(self.start) - self.starts.index(NETWORK) - 1
        return head_answers(model, *self.target, self.solver.obstacles, self.q)[head]

    def clearance_of(self, sphere: npt.ArrayLike) -> float:
        """Return how far the moving body is from a sphere, x y z radius [m]; negative inside."""
        body = self.solver.body
        ends = body.placed(self.solver.chain, self.q)[body.moving]  # (moving, 2, 3) [m]
        x, y, z, radius = np.asarray(sphere, np.float64)
        distance = point_segment_distance(np.array([x, y, z]), ends[:, 0], ends[:, 1])
        return float(np.min(distance - body.radii[body.moving] - radius, initial=math.inf))

    def slide(self, direction: int, value: float) -> Solution:
        """Move the arm while its tool stands still, until a slider stands at a value.

        It ends early where the arm would touch a sphere, or a joint comes to its limit.
        """
        if self.solution.success:
            way = value - self.slid[direction]
            q = self._motion.move(self.q, direction, way)
            self.solution = self.solver.solve(*self.target, seed=q, prefer='first')
            self.q = self.solution.joint_positions
        self.slid[direction] = value
        return self.solution

    def spiral(self) -> tuple[PosePath, PathSolution]:
        """Follow a spiral that begins at the target, sized by the arm; the paper's figure 1."""
        position, orientation = self.target
        outwards = np.array([position[0], position[1], 0.0])
        if np.linalg.norm(outwards) < 1e-6:
            outwards = np.array([1.0, 0.0, 0.0])
        path = spiral(
            SPIRAL_POSES,
            centre=(0.0, 0.0, 0.0),
            radius=0.1 * self.solver.chain.reach,
            height=0.1 * self.solver.chain.reach,
            turns=3.0,
            axis=outwards,
            orientation=orientation,
        )
        path = PosePath(path.positions + position - path.positions[0], path.orientations)
        return path, self.solver.follow(*path, start=self.q)
