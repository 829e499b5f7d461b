# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkSolver`: poses in, joint positions out, exact, and honest when there are none."""

from __future__ import annotations

import logging
import math
import os
from typing import Any

from learned_ik.arrays import (
    Array,
    Orientation,
    Orientations,
    PerJoint,
    Position,
    Positions,
    Posture,
    Postures,
    Spheres,
    ToolPose,
)
from learned_ik.checks import instance, number, shortened
from learned_ik.errors import InvalidInputError, RobotMismatchError
from learned_ik.kernels.compilation import is_native, just_in_time
from learned_ik.kernels.entries import ENTRIES, make_ready
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving import batch, one_pose, variety
from learned_ik.solving.engine import Engine
from learned_ik.solving.fitting import CALIBRATION, checked_limits, checked_tool, fitted
from learned_ik.solving.freedom import (
    TARGET_AXES,
    Freedom,
    OrientationTolerance,
    ToleranceAxes,
    read_freedom,
    read_targets,
)
from learned_ik.solving.paths.follow import JUMP, follow
from learned_ik.solving.paths.follow import TIMEOUT as PATH_TIMEOUT
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.request import checked_start
from learned_ik.solving.solution import Solution, SolutionBatch
from learned_ik.trajectories.timing import ACCELERATION, JointTrajectory, time_path

log = logging.getLogger(__name__)

POSITION_TOLERANCE = 1e-6  # [m]
ORIENTATION_TOLERANCE = 1e-6  # [rad]
TIMEOUT = 0.05  # [s]
MANY = 'positions', 'orientations'


class IkSolver:
    """Inverse kinematics of one arm.

    The search begins at the seed, the middle of the joint ranges, or the network's answers. Damped
    least squares makes them exact. If that fails, it goes on from other starts, in a fixed order.
    The same request always gets the same answer. Several threads may use one solver.
    """

    def __init__(
        self,
        model: IkModel | KinematicChain,
        *,
        joint_weights: PerJoint | None = None,
        body: Body | None = None,
        tool: ToolPose | None = None,
        robot: KinematicChain | None = None,
        calibration: float = CALIBRATION,
        limits: tuple[PerJoint, PerJoint] | None = None,
    ) -> None:
        """Prepare to solve for a model; for a bare chain, without a network.

        Nothing is compiled yet: see `warm_up`.

        Args:
            model: a trained model, or the chain of an arm.
            joint_weights: (joints,), above 0: how much the motion of each joint counts when the
                nearest of several solutions is chosen; default: 1 each.
            body: the arm's capsules; default: the model's, or segments between its joints.
            tool: (7,), x y z [m] and quaternion x y z w: the pose of a tool in the tip link's
                frame. All poses are then those of the tool. The network needs no new training.
            robot: the calibrated chain of the real robot, if it differs from the model's. The
                solver uses its dimensions; the network only says where to begin.
            calibration: [m], the largest distance between the two tips in any posture.
            limits: lower and upper, each (joints,) [rad or m], narrower than the chain's: soft
                limits, or those of a planner. All answers keep them. Values beyond the chain's
                limits are clipped to these; infinite means no limit.

        Raises:
            InvalidInputError: the weights, the tool or the limits have a wrong shape or value.
            JointLimitError: the limits leave nothing of the range of a joint.
            RobotMismatchError: `robot` is another arm than the model's.

        """
        if not isinstance(model, IkModel | KinematicChain):
            raise InvalidInputError(
                f'model is {shortened(model)}; expected an IkModel or a KinematicChain: '
                'IkSolver.load(path) reads a model file, KinematicChain.from_urdf(path) a robot '
                'description'
            )
        self.model = model if isinstance(model, IkModel) else None
        if body is not None:
            instance(body, Body, 'body')
        if robot is not None:
            instance(robot, KinematicChain, 'robot')
        calibration = number(calibration, 'calibration', 'metres, 0 or more', lambda c: c >= 0)
        self.tool = None if tool is None else checked_tool(tool)  # (7,)
        self.robot = robot
        self._calibration = calibration
        self._trained = model.chain if isinstance(model, IkModel) else model
        self.limits = None if limits is None else checked_limits(limits, self._trained)
        network = None if self.model is None else self.model.network
        chain, network = fitted(
            self._trained, network, self.tool, self.robot, calibration, self.limits
        )
        if body is None and self.model is not None:
            body = self.model.body
        self._engine = Engine(
            chain, network, joint_weights=joint_weights, body=body, trained=self._trained
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str], **options: Any) -> IkSolver:
        """Return a solver for a model file; options as for `IkSolver`.

        Args:
            path: of the file, or the name of a model that comes with the package: `'panda'`.
            options: as for `IkSolver`.

        Raises:
            ModelFileError: the file cannot be read; see `IkModel.load`.

        """
        return cls(IkModel.load(path), **options)

    @classmethod
    def from_urdf(
        cls,
        urdf: str | os.PathLike[str],
        base_link: str | None = None,
        tip_link: str | None = None,
        *,
        soft_limits: bool = False,
        **options: Any,
    ) -> IkSolver:
        """Return a solver for any arm at once, without a model and without training.

        A trained network adds speed; the answers are equally exact without it. Unless `body` is
        given, the arm's body is made of segments between the joints.

        Args:
            urdf: the text of the URDF, or its file.
            base_link: link at which the arm begins; default: the root of the tree.
            tip_link: link at which it ends; default: the only leaf.
            soft_limits: use the limits of `safety_controller`, where a joint has one.
            options: as for `IkSolver`.

        Raises:
            UrdfError: or one of its subclasses, as `KinematicChain.from_urdf`.

        """
        chain = KinematicChain.from_urdf(urdf, base_link, tip_link, soft_limits=soft_limits)
        return cls(chain, **options)

    @property
    def engine(self) -> Engine:
        """The internal engine, on which trackers are built."""
        return self._engine

    def warm_up(self) -> None:
        """Compile the solver now, or load it from disk, so that no request has to wait for it."""
        if not is_native() and not just_in_time().is_compiled():
            log.info('compiling the solver for this machine, once; this can take a minute')
        for group in ENTRIES:
            make_ready(group)
        self._engine.memory()

    @property
    def chain(self) -> KinematicChain:
        """The arm as it is solved: with its tool, its calibration, and its limits."""
        return self._engine.chain

    @property
    def trained_chain(self) -> KinematicChain:
        """The arm as it was trained, or described: another tool changes nothing here."""
        return self._trained

    @property
    def takes_seed(self) -> bool:
        """Whether the network takes the seed as an input (it was trained with `seed_input`)."""
        return self._engine.takes_seed

    @property
    def obstacles(self) -> Array:
        """(n, 4), the spheres to keep clear of: x y z radius [m], in the base link's frame."""
        return self._engine.known_spheres.T.copy()

    @property
    def body(self) -> Body:
        """The arm's capsules: the given ones, the model's, or segments between its joints."""
        return self._engine.body

    def forward(self, q: Postures) -> tuple[Array, Array]:
        """Return the pose of the tip, or of the tool, in the base link's frame.

        Args:
            q: (..., joints) [rad or m].

        Returns:
            position (..., 3) [m] and orientation (..., 4), a unit quaternion x y z w.

        Raises:
            InvalidInputError: wrong number of joints, or entries that are not finite.

        """
        return self.chain.forward(q)

    def jacobian(self, q: Posture) -> Array:
        """Return the geometric Jacobian (6, joints) of the tip in the base link's frame.

        Args:
            q: (joints,) [rad or m].

        Returns:
            Linear velocity [m/s per unit of each joint's] in the first three rows, angular in the
            last three.

        Raises:
            InvalidInputError: wrong number of joints, or entries that are not finite.

        """
        return self._engine.jacobian(checked_start(self.chain, q, 'q'))

    def set_obstacles(self, spheres: Spheres) -> None:
        """Keep clear of spheres from the next request on; they replace the old ones.

        Only moving links keep clear. Other threads may solve meanwhile: each request has the
        obstacles that were set when it began.

        Args:
            spheres: (n, 4), x y z radius [m], in the base link's frame; empty: no obstacles.

        Raises:
            ObstacleError: there are too many, one is malformed, or one contains the arm's base.
                The old obstacles then stay.

        """
        self._engine.set_spheres(spheres)

    def prepare_to_avoid(self) -> None:
        """Prepare the search among obstacles, so that the first request need not wait for it."""
        self._engine.prepare_to_avoid()

    def with_network(self, model: IkModel) -> IkSolver:
        """Return a solver with another network of the same arm, and the same obstacles.

        Raises:
            RobotMismatchError: the model is another arm's.

        """
        instance(model, IkModel, 'model')
        if model.chain.fingerprint != self._trained.fingerprint:
            raise RobotMismatchError(
                f"model '{model.name}' has the fingerprint {model.chain.fingerprint}; expected "
                f'{self._trained.fingerprint}'
            )
        solver = self._like_this(model, **self._fit)
        solver._engine.avoidance.share_store(self._engine.avoidance)
        return solver

    def fitted_to(
        self,
        *,
        tool: ToolPose | None = None,
        robot: KinematicChain | None = None,
        calibration: float = CALIBRATION,
        limits: tuple[PerJoint, PerJoint] | None = None,
    ) -> IkSolver:
        """Return a solver with the same network on another tool, robot, or within other limits.

        Arguments and errors are those of `IkSolver`; the obstacles stay.
        """
        return self._like_this(
            self.model or self._trained,
            tool=tool, robot=robot, calibration=calibration, limits=limits,
        )  # fmt: skip

    def with_body(self, body: Body) -> IkSolver:
        """Return a solver for the same arm with other capsules; the obstacles stay."""
        model = self.model or self._trained
        solver = self._like_this(model, body, **self._fit)
        solver._engine.avoidance.share_store(self._engine.avoidance)
        return solver

    @property
    def _fit(self) -> dict[str, Any]:
        """How the network was fitted to the arm as it stands there."""
        return {
            'tool': self.tool,
            'robot': self.robot,
            'calibration': self._calibration,
            'limits': self.limits,
        }

    def _like_this(
        self, model: IkModel | KinematicChain, body: Body | None = None, **fit: Any
    ) -> IkSolver:
        solver = IkSolver(
            model,
            joint_weights=self._engine.preferences.joint_weights,
            body=self.body if body is None else body,
            **fit,
        )
        solver._engine.spheres = self._engine.spheres
        return solver

    def solve(
        self,
        position: Position,
        orientation: Orientation | None = None,
        seed: Posture | None = None,
        *,
        prefer: Prefer = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: OrientationTolerance = ORIENTATION_TOLERANCE,
        tolerance_axes: ToleranceAxes = TARGET_AXES,
        max_joint_change: float = math.inf,
        timeout: float = TIMEOUT,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> Solution:
        """Find joint positions that bring the tip to a pose.

        Args:
            position: (3,) [m], of the tip link in the base link's frame. Or the whole pose, and no
                orientation: a transform (4, 4), or the `SE3` of Pinocchio or spatialmath.
            orientation: (4,) quaternion x y z w in the same frame; scaled to unit length. Or a
                rotation (3, 3), or SciPy's `Rotation`. None beside a position (3,): any.
            seed: (joints,) [rad or m], the present joint positions, in order or by name, as in
                `{'joint_1': 0.5, ...}`. The search begins there. A seed beyond the limits is moved
                to them. A real arm may stand up to 0.05 beyond; if no answer within the limits is
                as near, the limits are widened to it for this request, and the message says so.
            prefer: which of many solutions is wanted. `'nearest'` to the seed is the default with
                a seed. `'first'` is the default without one: the first that is found, which is
                quickest. `'middle'`: far from the joint limits. Or (joints,) [rad or m]: near this
                posture, NaN for joints that do not matter; `PreferredPosture` adds weights.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), one for turns about each axis.
                `math.inf` frees an axis; three of them free the orientation. Or (3, 2), an
                interval for each axis that holds 0; `(-inf, inf)` is free, an interval that is
                infinite on one side is refused. With a = 0.26, `((-a, a), (-a, a), (-inf, inf))`
                is a cone of 15 degrees about z. Turns about several axes stay within the ellipsoid
                that touches these bounds. If the middle of an interval is not 0, the middles
                together are a turn of the wanted orientation, and the half widths count from
                there.
            tolerance_axes: `'target'`: these axes are those of the pose; `'base'`: those of the
                base link.
            max_joint_change: [rad or m], how far each joint may be from the seed.
            timeout: [s], above 0: how long the search goes on if it finds nothing. It ends sooner
                if the pose cannot be reached. Infinite: some hundred restarts, as in a batch.
            avoid_collisions: an answer has to be clear of obstacles and of the arm itself to be a
                success; default: as soon as there are obstacles.
            min_clearance: [m], 0 or more: the smallest distance that counts as clear.

        Returns:
            A `Solution`, also for a pose that cannot be reached. Its orientation error is the
            angle to the wanted orientation, or to the middle of the intervals, about the axes that
            are not free.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range:
                positions within 1e6 m, seeds within 1e6 rad or m.

        """
        if orientation is None:
            position, orientation, orientation_tolerance = read_targets(
                position, None, orientation_tolerance
            )
        engine, scene = self._engine, None
        if (
            avoid_collisions is not None
            or engine.spheres is not None
            or type(min_clearance) is not float
            or min_clearance != 0.0
        ):
            scene = engine.scene(avoid_collisions, min_clearance)
        freedom: OrientationTolerance | Freedom = orientation_tolerance
        if tolerance_axes is not TARGET_AXES:
            freedom = read_freedom(orientation_tolerance, tolerance_axes)
        bounds = position_tolerance, freedom, max_joint_change, timeout
        return one_pose.solve(engine, position, orientation, seed, prefer, bounds, scene)

    def solve_all(
        self,
        position: Position,
        orientation: Orientation | None = None,
        limit: int = 16,
        *,
        seed: Posture | None = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: OrientationTolerance = ORIENTATION_TOLERANCE,
        tolerance_axes: ToleranceAxes = TARGET_AXES,
        timeout: float = TIMEOUT,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> list[Solution]:
        """Find several solutions of one pose, as different as possible.

        An arm without redundancy has a handful of solutions. A redundant arm has endlessly many;
        the answer is then a selection from its whole self-motion. Any two of them differ by at
        least 0.05 rad or m in some joint.

        Args:
            position: as for `solve`.
            orientation: as for `solve`.
            limit: the largest number of solutions, 1 up to 4096.
            seed: (joints,) [rad or m]; the nearest solution comes first. Without a seed: the one
                farthest from limits and singularities, by limit margin times manipulability.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
            timeout: [s], above 0, for all of them; those found until then are returned.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Returns:
            Solutions, best first. The list is empty for a pose that cannot be reached; `solve`
            says why.

        Raises:
            InvalidInputError: as `solve`, or for a limit that is no whole number in its range.

        """
        position, orientation, orientation_tolerance = read_targets(
            position, orientation, orientation_tolerance
        )
        return variety.solve_all(
            self._engine, position, orientation, limit, seed,
            position_tolerance=position_tolerance,
            freedom=read_freedom(orientation_tolerance, tolerance_axes),
            timeout=timeout, scene=self._engine.scene(avoid_collisions, min_clearance),
        )  # fmt: skip

    def solve_batch(
        self,
        positions: Positions,
        orientations: Orientations | None = None,
        seeds: Postures | None = None,
        *,
        prefer: Prefer = None,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: OrientationTolerance = ORIENTATION_TOLERANCE,
        tolerance_axes: ToleranceAxes = TARGET_AXES,
        max_joint_change: float = math.inf,
        threads: int | None = None,
        timeout: float = math.inf,
        starts: int | None = None,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> SolutionBatch:
        """Solve many poses, each by itself, over all cores; the answers are those of `solve`.

        Args:
            positions: (n, 3) [m]; or transforms (n, 4, 4) without orientations, as for `solve`.
            orientations: (n, 4) quaternions x y z w; or rotations (n, 3, 3).
            seeds: (n, joints) or (joints,) [rad or m], optional.
            prefer: as for `solve`.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
            max_joint_change: [rad or m], as for `solve`.
            threads: how many to use, 1 up to 1024; default: one for each core that this process
                may use.
            timeout: [s], above 0, for all poses; those that are not solved until then are
                TIMED_OUT. Default: a bounded number of attempts for each pose.
            starts: from how many starts each pose is tried at most, 1 up to 1024: the seed, then
                the network's heads, then restarts. Default: some hundred, so that what is not
                found can hardly be reached. A few are much quicker where many poses cannot be.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        positions, orientations, orientation_tolerance = read_targets(
            positions, orientations, orientation_tolerance, MANY
        )
        return batch.solve_batch(
            self._engine, positions, orientations, seeds, prefer=prefer,
            position_tolerance=position_tolerance,
            freedom=read_freedom(orientation_tolerance, tolerance_axes),
            max_joint_change=max_joint_change, threads=threads, timeout=timeout, starts=starts,
            scene=self._engine.scene(avoid_collisions, min_clearance),
        )  # fmt: skip

    def predict(
        self,
        positions: Positions,
        orientations: Orientations | None = None,
        seeds: Postures | None = None,
    ) -> Array:
        """Return the network's own answers, without refinement: for each pose its best head's.

        A network that sees obstacles is shown them, and clearance counts too.

        Args:
            positions: (n, 3) [m]; or transforms (n, 4, 4) without orientations, as for `solve`.
            orientations: (n, 4) quaternions x y z w; or rotations (n, 3, 3).
            seeds: (n, joints) or (joints,) [rad or m], near which the answers shall be; only for
                a network that takes a seed. Default: the middle of the joint ranges.

        Returns:
            (n, joints) [rad or m].

        Raises:
            InvalidInputError: as `solve_batch`; or the solver was made without a network, or the
                network takes no seed.

        """
        positions, orientations, _ = read_targets(positions, orientations, 0.0, MANY)
        return batch.predict(self._engine, positions, orientations, seeds)

    def follow(
        self,
        positions: Positions,
        orientations: Orientations | None = None,
        start: Posture | None = None,
        *,
        position_tolerance: float = POSITION_TOLERANCE,
        orientation_tolerance: OrientationTolerance = ORIENTATION_TOLERANCE,
        tolerance_axes: ToleranceAxes = TARGET_AXES,
        jump: float = JUMP,
        timeout: float = PATH_TIMEOUT,
        avoid_collisions: bool | None = None,
        min_clearance: float = 0.0,
    ) -> PathSolution:
        """Find one joint path through many poses, without jumps if there is such a path.

        Args:
            positions: (n, 3) [m], some 1 cm apart; or transforms (n, 4, 4) without orientations,
                as for `solve`.
            orientations: (n, 4) quaternions x y z w; or rotations (n, 3, 3).
            start: (joints,) [rad or m], the present joint positions, where the path shall begin;
                default: anywhere.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
            jump: [rad or m], above 0: a larger step of one joint from pose to pose is a jump.
            timeout: [s], above 0, for the whole path.
            avoid_collisions: keep clear wherever that is possible, as for `solve`. The answer's
                `collisions` are the poses where it is not.
            min_clearance: [m], as for `solve`.

        Returns:
            A `PathSolution`, even if poses cannot be reached or a jump cannot be avoided.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
        positions, orientations, orientation_tolerance = read_targets(
            positions, orientations, orientation_tolerance, MANY
        )
        return follow(
            self._engine, positions, orientations, start,
            position_tolerance=position_tolerance,
            freedom=read_freedom(orientation_tolerance, tolerance_axes),
            jump=jump, timeout=timeout, scene=self._engine.scene(avoid_collisions, min_clearance),
        )  # fmt: skip

    def time(
        self,
        path: PathSolution | Postures,
        velocity_limits: PerJoint | None = None,
        acceleration_limits: PerJoint = ACCELERATION,
        *,
        scaling: float = 1.0,
    ) -> JointTrajectory:
        """Put times on a joint path, from rest to rest, for a controller.

        Args:
            path: an answer of `follow`, or (n, joints) [rad or m].
            velocity_limits: (joints,) or one for all [rad/s or m/s], above 0; default: the URDF's,
                and 1 where it gives none.
            acceleration_limits: (joints,) or one for all [rad/s² or m/s²], above 0.
            scaling: share of the velocities that is used, 1e-6 up to 1.

        Returns:
            Names, times (n,) [s], positions and velocities (n, joints).

        Raises:
            InvalidInputError: a value is out of its range; or the answer of `follow` is not a
                success, so that the arm would jump or miss poses. To time it in spite of that,
                give `path.joint_positions`.

        """
        if isinstance(path, PathSolution):
            if not path:
                raise InvalidInputError(
                    f'path is not a success: {path.message}; expected one that is, or, to time it '
                    'in spite of that, its joint_positions'
                )
            path = path.joint_positions
        chain = self.chain
        q = chain.checked_joints(path, 'path')
        velocity = chain.velocity if velocity_limits is None else velocity_limits
        times, velocities = time_path(q, velocity, acceleration_limits, scaling)
        return JointTrajectory(chain.joint_names, times, q, velocities)

    def __copy__(self) -> IkSolver:
        return self.fitted_to(**self._fit)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a solver be pickled and copied: it is made again from the same arguments."""
        options = {
            'joint_weights': self._engine.preferences.joint_weights,
            'body': self._engine.given_body,
            **self._fit,
        }
        return _remade, (type(self), self.model or self._trained, options, self._engine.spheres)


def _remade(
    kind: type[IkSolver],
    model: IkModel | KinematicChain,
    options: dict[str, Any],
    spheres: Array | None,
) -> IkSolver:
    """Return the solver that was pickled."""
    solver = kind(model, **options)
    solver._engine.spheres = spheres
    return solver
