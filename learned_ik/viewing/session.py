# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Session`: what the page shows and what its controls do, without the page."""

import dataclasses
import math
import time

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.robot.capsules import point_segment_distance
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.solving.solution import Solution
from learned_ik.solving.solver import IkSolver
from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep
from learned_ik.trajectories.pose_paths import PosePath, spiral
from learned_ik.viewing.heads import head_answers
from learned_ik.viewing.pursuit import WANTED_CLEARANCE, Pursuit
from learned_ik.viewing.redundancy import SelfMotion
from learned_ik.viewing.solve_times import SolveTimes
from learned_ik.viewing.usual_motion import beginning

TRACKING = 'where the arm is'
NETWORK = 'network, best head'
MIDDLE = 'middle of the joint ranges'
SPIRAL_POSES = 300
SPEED = 0.5  # [1], of the joints' speeds, at first
MOST_OTHERS = 6
OTHERS_TIMEOUT = 0.02  # [s]
SAME = 0.05  # [rad or m], by which a joint of another posture differs at least


@dataclasses.dataclass(frozen=True)
class NetworkAnswer:
    """What the network says, and how far from the target that is."""

    joint_positions: Array  # (joints,) [rad or m]
    position_error: float  # [m]
    orientation_error: float  # [rad]


@dataclasses.dataclass(frozen=True)
class OtherSolutions:
    """Other postures that reach the target."""

    postures: Array  # (n, joints) [rad or m]
    time: float  # [s], that finding them took


@dataclasses.dataclass
class Session:
    """One solver, one target, one posture.

    The arm comes to a target in one of two ways. `move_target` searches, and the arm is there at
    once. After `aim`, each `follow` is one step of a tracker, at a share of the joints' speeds.
    """

    solver: IkSolver

    def __post_init__(self) -> None:
        """Begin near the middle of the joint ranges, with the target where the tip is."""
        chain = self.solver.chain
        self.start = TRACKING
        self.speed = SPEED  # [1], share of the joints' speeds that the arm follows with
        self.moving = False  # whether `follow` has a way to go
        self.step: TrackingStep | None = None  # the last one; None: `solution` tells of q
        self.clock = 0.0  # [s], that the page was looked at, for `times`
        self.times = SolveTimes()
        self._pursuit = Pursuit(self.solver)
        self.begin = beginning(chain)
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

    def jump(self, position: npt.ArrayLike, orientation: npt.ArrayLike) -> Solution:
        """Solve for a target that has nothing to do with where the arm is; as `move_target`.

        The search begins where the network says, else where the solver begins without a seed.
        """
        self.target = np.asarray(position, np.float64), np.asarray(orientation, np.float64)
        return self._take_over(self._found(None))

    def aim(
        self, position: npt.ArrayLike, orientation: npt.ArrayLike, begin: Array | None = None
    ) -> None:
        """Set out for another target, by `follow`.

        Args:
            position: (3,) [m].
            orientation: (4,) quaternion x y z w.
            begin: (joints,) [rad or m], where the arm sets out; default: where it is.

        """
        if begin is not None:
            self.q = begin
        self.target = np.asarray(position, np.float64), np.asarray(orientation, np.float64)
        if not self.moving:
            self._pursuit.begin(self.q, self.speed)
        self.moving = True
        self.slid[:] = 0.0

    def follow(self, period: float) -> None:
        """Take one step of a period [s] towards the target, where there is a way to go.

        At rest on the target, it is solved once more from there: exactly, and with the wanted
        clearance.
        """
        if not self.moving:
            return
        self._pursuit.change_speed(self.speed)
        began = time.perf_counter()
        self.step = self._pursuit.advance(*self.target, period)
        self.times.note(time.perf_counter() - began, self.clock)
        self.q = self.step.joint_positions
        if self._pursuit.is_over(self.step):
            self.moving = False
            if self.step.status is TrackingStatus.ON_TARGET:
                self._take_over(self._found(self.q))

    @property
    def speed_shares(self) -> Array:
        """(joints,) [1], of its largest speed that each joint has while it follows."""
        return self._pursuit.speed_shares

    def solve(self) -> Solution:
        """Solve for the target as the controls stand, and take over the posture.

        From a posture that reaches the target, sliding begins anew: all of `slid` is 0 again.
        """
        return self._take_over(self._found(None if self.start == NETWORK else self._seed()))

    def _found(self, seed: Array | None) -> Solution:
        found = self.solver.solve(
            *self.target, seed=seed, prefer='first', min_clearance=WANTED_CLEARANCE
        )
        self.times.note(found.solve_time, self.clock)
        return found

    def _take_over(self, solution: Solution) -> Solution:
        self.solution, self.q = solution, solution.joint_positions
        self.moving, self.step = False, None
        if solution.success:
            self._motion = SelfMotion(self.solver, self.q)
            self.slid[:] = 0.0
        return solution

    def move_joints(self, q: npt.ArrayLike) -> Solution:
        """Move the arm to joint positions (joints,) [rad or m], and the target with it.

        They are clipped to the limits, and kept where they touch something too.
        """
        chain = self.solver.chain
        q = np.clip(chain.checked_joints(q), chain.lower, chain.upper)
        self.target = chain.forward(q)
        solution = self.solver.solve(*self.target, seed=q, prefer='first', avoid_collisions=False)
        self.times.note(solution.solve_time, self.clock)
        self._take_over(solution)
        self.q = q
        return solution

    def random_target(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return a pose within reach: position (3,) [m], orientation (4,) x y z w."""
        chain = self.solver.chain
        position, orientation = chain.forward(chain.sample(rng, 1)[0])
        return position, orientation

    def other_solutions(self) -> OtherSolutions:
        """Return other postures that reach the target, best first."""
        began = time.perf_counter()
        found = self.solver.solve_all(*self.target, MOST_OTHERS + 1, timeout=OTHERS_TIMEOUT)
        took = time.perf_counter() - began
        postures = np.reshape([each.joint_positions for each in found], (-1, len(self.q)))
        apart = np.abs(postures - self.q).max(axis=1) > SAME
        return OtherSolutions(postures[apart][:MOST_OTHERS], took)

    def network_answer(self) -> NetworkAnswer | None:
        """Return what the network says of the target before it is refined, if there is one."""
        model = self.solver.model
        if model is None:
            return None
        seed = self.q if self.solver.takes_seed else None
        if self.start in self.starts[2:-1]:
            q = self._seed()  # the head that is chosen
        else:
            position, orientation = self.target
            q = self.solver.predict(position[None], orientation[None], seed)[0]
        rotation, tip = self.solver.chain.forward_matrix(q)
        return NetworkAnswer(
            q,
            float(np.linalg.norm(tip - self.target[0])),
            float(rotation_angle(rotation, matrix_from_quaternion(self.target[1]))),
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

        It ends early where the arm would touch a sphere, or a joint comes to its limit. An arm
        that is on its way, or cannot come to its target, stays as it is.
        """
        if self.solution.success and self.step is None and not self.moving:
            way = value - self.slid[direction]
            q = self._motion.move(self.q, direction, way)
            self.solution = self.solver.solve(*self.target, seed=q, prefer='first')
            self.times.note(self.solution.solve_time, self.clock)
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
