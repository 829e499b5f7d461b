# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver`: poses in, joint positions out, exact, and honest when there are none."""

import copy
import functools
import logging
import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import is_compiled
from learned_ik.errors import InvalidInputError, RobotMismatchError
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving import avoidance_paths, avoidance_requests, paths
from learned_ik.solving.avoidance_solver import (
    NO_SPHERES,
    Avoidance,
    Scene,
    checked_clearance,
)
from learned_ik.solving.choice import NEAR, choose
from learned_ik.solving.fitting import CALIBRATION, checked_tool, fitted
from learned_ik.solving.packing import Memory, pack_model
from learned_ik.solving.path_solution import PathSolution
from learned_ik.solving.preferences import Prefer, Preferences
from learned_ik.solving.requests import (
    NO_OPTIONS,
    as_vectors,
    checked_poses,
    checked_seeds,
    checked_start,
    checked_tolerance,
    explain_request,
    request_options,
)
from learned_ik.solving.search import (
    FOUND,
    MALFORMED,
    NOT_FOUND,
    NOT_GIVEN,
    NOTHING,
    OUTCOME,
    predict_many,
    search,
)
from learned_ik.solving.solution import Solution, SolutionBatch, Status, told_of_seed
from learned_ik.solving.tracking import Demand
from learned_ik.solving.vain import MOST_RESTARTS, RESTARTS_PER_LOOK, reason, search_on
from learned_ik.solving.variety import distinct_solutions

log = logging.getLogger(__name__)

Array = npt.NDArray[np.float64]

POSITION_TOLERANCE = 1e-6  # [m]
ORIENTATION_TOLERANCE = 1e-6  # [rad]
TIMEOUT = 0.05  # [s]
SMALLEST_BLOCK = 64  # poses of a batch that one thread takes at once, at the least
BLOCKS_PER_THREAD = 8  # so that no thread waits long for the slowest

POSE_AND_SEED = slice(8, 11)  # of the arguments of `search`

SUCCESS = Status.SUCCESS  # looking up a member of an enumeration takes longer than one would think


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
        began = perf_counter()
        if not timeout > 0:
            raise InvalidInputError(f'timeout is {timeout}; expected seconds, above 0')
        memory = self._memory()
        seeded = seed is not None
        if prefer is None:
            preference = self._preferences.nearest if seeded else None
        else:
            preference = self._preferences.read(prefer, seeded)
        plain = (
            max_joint_change == math.inf
            and type(position_tolerance) is float
            and type(orientation_tolerance) is float
            and orientation_tolerance < math.inf
        )
        try:
            if not plain:
                orientation_tolerance, options = request_options(
                    orientation_tolerance, max_joint_change, seeded
                )
                position_tolerance = checked_tolerance(position_tolerance)
                memory.options[...] = options
            given = position, orientation, seed if seeded else NOTHING
            for vectors in (given, None):
                try:
                    search_given(
                        *self._packed, memory.numbers, memory.activations, memory.request,
                        memory.answer, True, *(vectors or as_vectors(*given)), seeded,
                        position_tolerance, orientation_tolerance,
                        0, 1 + self._heads + RESTARTS_PER_LOOK,
                    )  # fmt: skip
                    break
                except TypeError:  # lists, integers, whatever is no array as the kernel takes it
                    memory.outcome[0] = MALFORMED
            outcome = memory.outcome.tolist()
            code = outcome[0]
            if code == MALFORMED:
                explain_request(
                    self.chain, position, orientation, seed,
                    position_tolerance, orientation_tolerance,
                )  # fmt: skip
            status, message = SUCCESS, ''
            if code == NOT_FOUND:
                tolerances = position_tolerance, orientation_tolerance
                status, outcome = search_on(
                    self._packed, memory, seeded, tolerances, outcome, began + timeout
                )
            if status is not SUCCESS:
                message = reason(
                    self.chain, self._packed, memory, position_tolerance, status, outcome
                )
            elif preference is not None and not (preference.to_seed and outcome[3] <= NEAR):
                memory.outcome[...] = outcome
                choose(
                    *self._packed, memory.numbers, memory.activations, memory.request,
                    memory.answer, seeded, position_tolerance, orientation_tolerance, *preference,
                )  # fmt: skip
                outcome = memory.outcome.tolist()
        finally:
            if not plain:
                memory.options[...] = NO_OPTIONS
        _, position_error, orientation_error, seed_distance, limit_margin, _, attempts, beyond = (
            outcome
        )
        if beyond > 0:
            message = told_of_seed(self.chain, seed, message)
        return Solution(
            status,
            memory.solution.copy(),
            position_error,
            orientation_error,
            seed_distance,
            limit_margin,
            math.inf,
            perf_counter() - began,
            int(attempts),
            message,
        )

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
            return [
                avoidance_requests.measured(
                    each, self._keep_clear(), self._memory(), scene, perf_counter()
                )
                for each in plain.solve_all(position, orientation, limit, seed=seed, **tolerances)
            ]
        if not self.solve(position, orientation, seed, prefer='first', **tolerances).success:
            return []
        began = perf_counter()
        pose = np.concatenate([position, orientation], dtype=np.float64)
        about = None if seed is None else checked_start(self.chain, seed)
        strictest, options = request_options(orientation_tolerance, math.inf, False)
        demand = Demand(float(position_tolerance), strictest, math.inf, options[:3])
        found = distinct_solutions(self._packed, self._memory(), pose, about, demand, int(limit))
        solutions = [
            self.solve(position, orientation, q, prefer='first', **tolerances) for q in found
        ]
        for solution in solutions:
            solution.seed_distance = (
                math.nan
                if about is None
                else float(np.linalg.norm(solution.joint_positions - about))
            )
            solution.solve_time = perf_counter() - began
        return solutions

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
        began = perf_counter()
        poses = checked_poses(positions, orientations)
        seeded = seeds is not None
        preference = self._preferences.read(prefer, seeded)
        orientation_tolerances = orientation_tolerance
        orientation_tolerance, options = request_options(
            orientation_tolerance, max_joint_change, seeded
        )
        options = np.tile(options, (len(poses), 1))
        starts = checked_seeds(self.chain, seeds, len(poses))
        requests = np.concatenate([poses, options, starts], axis=1)
        position_tolerance = checked_tolerance(position_tolerance)
        if avoid_collisions or self._spheres is not None:
            plain, scene, avoid = self._scene(avoid_collisions, min_clearance)
            tolerances = position_tolerance, orientation_tolerance

            def solve_plain() -> SolutionBatch:
                return plain.solve_batch(
                    positions, orientations, seeds, prefer=prefer, threads=threads,
                    position_tolerance=position_tolerance, max_joint_change=max_joint_change,
                    orientation_tolerance=orientation_tolerances,
                )  # fmt: skip

            return avoidance_requests.solve_batch(
                solve_plain, self._keep_clear(), scene, avoid, preference is not None, requests,
                seeded, tolerances, self._memory, functools.partial(_in_blocks, threads=threads),
                began,
            )  # fmt: skip
        answers = np.zeros((len(poses), OUTCOME + self.chain.joint_count))

        def run(block: slice) -> None:
            memory = self._memory()
            search(
                *self._packed, memory.numbers, memory.activations, requests[block], answers[block],
                *NOT_GIVEN, seeded, position_tolerance, orientation_tolerance,
                0, 1 + self._heads + MOST_RESTARTS,
            )  # fmt: skip
            if preference is not None:
                choose(
                    *self._packed, memory.numbers, memory.activations, requests[block],
                    answers[block], seeded, position_tolerance, orientation_tolerance, *preference,
                )  # fmt: skip

        _in_blocks(run, len(poses), threads)
        code, position_error, orientation_error, seed_distance, limit_margin, _, attempts, _ = (
            np.ascontiguousarray(answers[:, :OUTCOME].T)
        )
        return SolutionBatch(
            status=np.where(code == FOUND, Status.SUCCESS, Status.NO_SOLUTION),
            joint_positions=answers[:, OUTCOME:].copy(),
            position_error=position_error,
            orientation_error=orientation_error,
            seed_distance=seed_distance,
            limit_margin=limit_margin,
            clearance=np.full(len(poses), np.inf),
            attempts=attempts.astype(np.int64),
            solve_time=perf_counter() - began,
        )

    def predict(self, positions: npt.ArrayLike, orientations: npt.ArrayLike) -> Array:
        """Return the network's own answers, unrefined: for each pose that of its best head.

        A network that takes the scene is told of the obstacles, and clearance counts as well.

        Args:
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.

        Returns:
            (n, joints) [rad or m].

        Raises:
            InvalidInputError: as `solve_batch`, or the solver was made without a network.

        """
        if self._heads == 0:
            raise InvalidInputError('this solver was made for a bare chain: it has no network')
        requests = checked_poses(positions, orientations)
        answers = np.zeros((len(requests), OUTCOME + self.chain.joint_count))

        avoidance = self._keep_clear() if self._spheres is not None else None
        scene = self._scene(None, 0.0)[1] if avoidance is not None and avoidance.sees else None

        def run(block: slice) -> None:
            memory = self._memory()
            if scene is not None:
                avoidance.predict(memory, scene, requests[block], answers[block])
                return
            predict_many(
                *self._packed, memory.numbers, memory.activations, requests[block], answers[block]
            )

        _in_blocks(run, len(requests), None)
        return answers[:, OUTCOME:].copy()

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


def first_search(*arguments: Any) -> None:
    """Call `search` for the first time in this process, with arrays as they should be.

    For those it is compiled; with any others it raises `TypeError` ever after.
    """
    global search_given
    for vector in arguments[POSE_AND_SEED]:
        if type(vector) is not np.ndarray or vector.ndim != 1 or vector.dtype != np.float64:
            raise TypeError
        if not vector.flags.carray:
            raise TypeError
    search(*arguments)
    search.disable_compile()
    search_given = search


search_given: Callable[..., None] = first_search  # what `IkSolver.solve` calls


def _in_blocks(run: Callable[[slice], None], count: int, threads: int | None) -> None:
    """Call `run` for blocks of 0 to count, on several threads."""
    threads = threads or len(os.sched_getaffinity(0))
    size = max(SMALLEST_BLOCK, -(-count // (BLOCKS_PER_THREAD * threads)))
    blocks = [slice(begin, begin + size) for begin in range(0, count, size)]
    if threads == 1 or len(blocks) < 2:
        for block in blocks:
            run(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, blocks))
