# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver`: poses in, joint positions out, exact, and honest when there are none."""

import copy
import logging
import math
import os
import threading
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError, RobotMismatchError
from learned_ik.kernels.compilation import is_compiled
from learned_ik.kernels.packing import Memory, pack_model
from learned_ik.kernels.path.tracking import Demand
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving import avoidance_paths, avoidance_requests, batch, one_pose, paths, variety
from learned_ik.solving.avoidance_solver import NO_SPHERES, Avoidance, Scene, checked_clearance
from learned_ik.solving.fitting import CALIBRATION, checked_tool, fitted
from learned_ik.solving.path_solution import PathSolution
from learned_ik.solving.preferences import Prefer, Preferences
from learned_ik.solving.requests import checked_tolerance, request_options
from learned_ik.solving.solution import Solution, SolutionBatch

log = logging.getLogger(__name__)


POSITION_TOLERANCE = 1e-6  # [m]
ORIENTATION_TOLERANCE = 1e-6  # [rad]
TIMEOUT = 0.05  # [s]


class IkSolver:
    """Inverse kinematics of one arm.

    The network proposes joint positions, damped least squares makes them exact, and where that
    fails, deterministic restarts look elsewhere. The same request always gets the same answer.
    Safe to use from several threads.
    """

    def __init__(
        self,
        model: IkModel | KinematicChain,
        *,
        joint_weights: npt.ArrayLike | None = None,
        body: Body | None = None,
        tool: npt.ArrayLike | None = None,
        robot: KinematicChain | None = None,
        calibration: float = CALIBRATION,
    ) -> None:
        """Prepare to solve for a model; for a bare chain, without a network.

        Compiles nothing yet: see `warm_up`.

        Args:
            model: what was trained, or only the arm.
            joint_weights: (joints,), above 0, how much each joint's way counts where the nearest
                of several solutions is chosen; default: one each.
            body: the arm's capsules; default: the model's, else segments between its joints.
            tool: (7,), x y z [m] and quaternion x y z w: where a tool is in the tip link's frame.
                All poses are the tool's then; the network needs no new training.
            robot: the chain of the very robot, calibrated, where it differs from the model's.
                What is solved is this one; the network still says where to begin.
            calibration: [m], how far apart the two tips may be in any posture.

        Raises:
            InvalidInputError: the weights or the tool are not as said.
            RobotMismatchError: `robot` is another arm than the model's.

        """
        self.model = model if isinstance(model, IkModel) else None
        self.tool = None if tool is None else checked_tool(tool)  # (7,)
        self.robot = robot
        self._calibration = calibration
        self._trained = model.chain if isinstance(model, IkModel) else model
        network = self.model.network if self.model else None
        self.chain, self._network = fitted(
            self._trained, network, self.tool, self.robot, calibration
        )
        self._packed = pack_model(self.chain, self._network and self._network.in_the_open())
        self._heads = network.heads if network else 0
        self._preferences = Preferences(self.chain, joint_weights)
        self._memories = threading.local()
        self._body = body
        self._avoidance: Avoidance | None = None  # made when it is first needed
        self._spheres: Array | None = None  # (4, n) [m], one or more
        self._plain = self  # the solver that knows of no obstacles

    @classmethod
    def load(cls, path: str | os.PathLike[str], **options: Any) -> 'IkSolver':
        """Return a solver for a model file; options as for `IkSolver`.

        Raises:
            ModelFileError: the file cannot be read; see `IkModel.load`.

        """
        return cls(IkModel.load(path), **options)

    def warm_up(self) -> None:
        """Compile now, or load from disk what was compiled before, so that no request waits."""
        if not is_compiled():
            log.info('compiling the solver for this machine, once; this can take half a minute')
        position, orientation = self.chain.forward(self.chain.middle)
        self.solve(position, orientation, prefer='middle')

    @property
    def takes_seed(self) -> bool:
        """Whether the network is shown the seed: trained with `seed_input`."""
        return self._network is not None and self._network.seed_joints > 0

    @property
    def obstacles(self) -> Array:
        """(n, 4), the spheres to keep clear of: x y z radius [m], in the base link's frame."""
        return np.empty((0, 4)) if self._spheres is None else self._spheres.T.copy()

    @property
    def body(self) -> Body:
        """The arm's capsules: as given, else the model's, else segments between its joints."""
        if self._body is None:
            body = self.model.body if self.model is not None else None
            self._body = body if body is not None else Body.from_chain(self.chain)
        return self._body

    def set_obstacles(self, spheres: npt.ArrayLike) -> None:
        """Keep clear of spheres from the next request on; they replace those from before.

        Only what of the arm moves is kept clear. May be called while other threads solve: each
        request has the obstacles of when it began.

        Args:
            spheres: (n, 4), x y z radius [m], in the base link's frame; empty: no obstacles.

        Raises:
            ObstacleError: there are too many, one is malformed or swallows the arm's base; the
                obstacles from before remain.

        """
        checked = self._keep_clear().checked(spheres)
        if checked.size:
            self.prepare_to_avoid()
        self._spheres = checked if checked.size else None

    def prepare_to_avoid(self) -> None:
        """Compile what obstacles need, or load it, so that the first of them makes no one wait."""
        self._keep_clear().prepare(self._memory())

    def with_network(self, model: IkModel) -> 'IkSolver':
        """Return a solver for another network of the same arm, which keeps clear of the same.

        Raises:
            RobotMismatchError: the model is another arm's.

        """
        if model.chain.fingerprint != self._trained.fingerprint:
            raise RobotMismatchError(
                f"model '{model.name}' has the fingerprint {model.chain.fingerprint}; expected "
                f'{self._trained.fingerprint}'
            )
        solver = self._like_this(model, self.tool, self.robot, self._calibration)
        solver._keep_clear().share_store(self._keep_clear())
        return solver

    def fitted_to(
        self,
        *,
        tool: npt.ArrayLike | None = None,
        robot: KinematicChain | None = None,
        calibration: float = CALIBRATION,
    ) -> 'IkSolver':
        """Return a solver with the same network on another tool, or on the very robot.

        Args and raises as for `IkSolver`; obstacles remain, and what is not given is none.
        """
        return self._like_this(self.model or self._trained, tool, robot, calibration)

    def _like_this(
        self,
        model: IkModel | KinematicChain,
        tool: npt.ArrayLike | None,
        robot: KinematicChain | None,
        calibration: float,
    ) -> 'IkSolver':
        solver = IkSolver(
            model,
            joint_weights=self._preferences.joint_weights,
            body=self.body,
            tool=tool,
            robot=robot,
            calibration=calibration,
        )
        solver._spheres = self._spheres
        return solver

    def solve(
        self,
        position: npt.ArrayLike,
        orientation: npt.ArrayLike,
        seed: npt.ArrayLike | None = None,
        *,
        prefer: Prefer = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
        max_joint_change: float = math.inf,
        timeout: float = TIMEOUT,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> Solution:
        """Find joint positions that bring the tip to a pose.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise; scaled to unit length.
            seed: (joints,) [rad or m], the present joint positions; the search begins there. One
                beyond the limits is moved to them.
            prefer: which of many solutions is wanted. `'nearest'` to the seed, the default with
                one. `'first'`, the default without: the first that is found, from the seed, or
                else from the network, whose choice is smooth over the workspace; the quickest.
                `'middle'`: far from the joint limits. Or (joints,) [rad or m], a posture to be
                near to, NaN for joints that do not matter.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), one for turns about each axis of the
                target's own frame. `math.inf` frees an axis, three of them the orientation.
            max_joint_change: [rad or m], how far any joint may go from the seed.
            timeout: [s], above 0; looked at now and then while the search is in vain.
            avoid_collisions: whether only what keeps clear of obstacles and of the arm itself is
                a success; default: as soon as there are obstacles.
            min_clearance: [m], 0 or more, the clearance that counts as clear.

        Returns:
            A `Solution`, also for a pose that cannot be reached.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        if avoid_collisions or self._spheres is not None:
            plain, scene, avoid = self._scene(avoid_collisions, min_clearance)
            return avoidance_requests.solve(
                plain, self._keep_clear(), scene, avoid, position, orientation, seed,
                prefer=prefer, position_tolerance=position_tolerance,
                orientation_tolerance=orientation_tolerance, max_joint_change=max_joint_change,
                timeout=timeout,
            )  # fmt: skip
        return one_pose.solve(
            self, position, orientation, seed, prefer, position_tolerance, orientation_tolerance,
            max_joint_change, timeout,
        )  # fmt: skip

    def solve_all(
        self,
        position: npt.ArrayLike,
        orientation: npt.ArrayLike,
        limit: int = 16,
        *,
        seed: npt.ArrayLike | None = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> list[Solution]:
        """Find several solutions of one pose, as different as possible.

        An arm without redundancy has a handful; one with redundancy has no end of them, and the
        answer is a selection from all over its self-motion. No two differ by less than 0.05 rad
        or m in every joint.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise.
            limit: 1 or more: so many are returned at most.
            seed: (joints,) [rad or m]; what is nearest to it comes first. Without one: what lies
                far from limits and singularities, by limit margin times manipulability.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), as for `solve`.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Returns:
            Solutions, best first; an empty list for a pose that cannot be reached: `solve` says
            why.

        Raises:
            InvalidInputError: as `solve`, or for a limit that is not a whole number above 0.

        """
        if not isinstance(limit, int | np.integer) or limit < 1:
            raise InvalidInputError(f'limit is {limit!r}; expected a whole number, 1 or more')
        tolerances = {
            'position_tolerance': position_tolerance,
            'orientation_tolerance': orientation_tolerance,
        }
        if avoid_collisions or self._spheres is not None:
            plain, scene, avoid = self._scene(avoid_collisions, min_clearance)
            if avoid:
                return avoidance_requests.solve_all(
                    plain, self._keep_clear(), scene, position, orientation, int(limit), seed,
                    tolerances, TIMEOUT,
                )  # fmt: skip
            solutions = plain.solve_all(position, orientation, limit, seed=seed, **tolerances)
            return [
                avoidance_requests.measured(
                    each, self._keep_clear(), self._memory(), scene, perf_counter()
                )
                for each in solutions
            ]
        return variety.solve_all(self, position, orientation, int(limit), seed, **tolerances)

    def solve_batch(
        self,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        seeds: npt.ArrayLike | None = None,
        *,
        prefer: Prefer = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
        max_joint_change: float = math.inf,
        threads: int | None = None,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> SolutionBatch:
        """Solve many poses, each by itself, over all cores; the answers are those of `solve`.

        Args:
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.
            seeds: (n, joints) or (joints,) [rad or m], optional.
            prefer: as for `solve`.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), as for `solve`.
            max_joint_change: [rad or m], as for `solve`.
            threads: how many to use; default: one for each core that this process may use.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        return batch.solve_batch(
            self, positions, orientations, seeds, prefer=prefer,
            position_tolerance=position_tolerance, orientation_tolerance=orientation_tolerance,
            max_joint_change=max_joint_change, threads=threads,
            avoid_collisions=avoid_collisions, min_clearance=min_clearance,
        )  # fmt: skip

    def predict(
        self,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        seeds: npt.ArrayLike | None = None,
    ) -> Array:
        """Return the network's own answers, unrefined: for each pose that of its best head.

        A network that takes the scene is told of the obstacles, and clearance counts as well.

        Args:
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.
            seeds: (n, joints) or (joints,) [rad or m], near which answers are wanted; only for a
                network that takes a seed. Without them it is shown the middle of the joint ranges.

        Returns:
            (n, joints) [rad or m].

        Raises:
            InvalidInputError: as `solve_batch`; or the solver was made without a network, or the
                network takes no seed.

        """
        return batch.predict(self, positions, orientations, seeds)

    def follow(
        self,
        positions: npt.ArrayLike,
        orientations: npt.ArrayLike,
        start: npt.ArrayLike | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: float | Sequence[float] = ORIENTATION_TOLERANCE,
        jump: float = paths.JUMP,
        timeout: float = paths.TIMEOUT,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> PathSolution:
        """Find one joint path through poses, without jumps where there is one.

        Args:
            positions: (n, 3) [m], close enough together to be followed one by one.
            orientations: (n, 4) quaternions x y z w.
            start: (joints,) [rad or m], the present joint positions, from which the path shall
                begin; default: wherever it can be followed.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), as for `solve`.
            jump: [rad or m], above 0: a larger step of one joint from pose to pose is a jump.
            timeout: [s], above 0, for the whole path.
            avoid_collisions: whether to keep clear where that is possible, as for `solve`; the
                poses where it is not are the answer's `collisions`.
            min_clearance: [m], as for `solve`.

        Returns:
            A `PathSolution`, also where poses cannot be reached or a jump cannot be avoided.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        if avoid_collisions or self._spheres is not None:
            plain, scene, avoid = self._scene(avoid_collisions, min_clearance)
            options = {
                'position_tolerance': position_tolerance,
                'orientation_tolerance': orientation_tolerance,
                'jump': jump,
                'timeout': timeout,
            }
            return avoidance_paths.follow(
                plain, self._keep_clear(), scene, avoid, positions, orientations, start, options
            )
        tools = self.path_tools()
        strictest, options = request_options(orientation_tolerance, math.inf, False)
        position_tolerance = checked_tolerance(position_tolerance)
        demand = Demand(position_tolerance, strictest, float(jump), options[:3])
        return paths.follow_path(tools, positions, orientations, start, demand, timeout)

    def path_tools(self) -> paths.Tools:
        """Return what following a path works with."""
        return paths.Tools(self.chain, self._packed, self._memory(), self._heads, self.solve)

    def _keep_clear(self) -> Avoidance:
        """Return what keeps answers clear, made at the first call."""
        if self._avoidance is None:
            plain = copy.copy(self)
            plain._spheres = None
            self._plain = plain
            self._avoidance = Avoidance(self.chain, self._packed, self.body, self._network)
        return self._avoidance

    def _scene(
        self, avoid_collisions: bool | None, min_clearance: float
    ) -> tuple['IkSolver', Scene, bool]:
        """Return the solver that knows of no obstacles, what to keep clear of, and whether to."""
        self._keep_clear()
        spheres = self._spheres
        avoid = spheres is not None if avoid_collisions is None else bool(avoid_collisions)
        wanted = checked_clearance(min_clearance)
        return self._plain, Scene(NO_SPHERES if spheres is None else spheres, avoid, wanted), avoid

    def _memory(self) -> Memory:
        """Return this thread's memory."""
        try:
            return self._memories.memory
        except AttributeError:
            self._memories.memory = Memory(self._packed)
            return self._memories.memory
