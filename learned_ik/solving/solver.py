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
)
from learned_ik.solving.paths.follow import JUMP, follow
from learned_ik.solving.paths.follow import TIMEOUT as PATH_TIMEOUT
from learned_ik.solving.paths.path_solution import PathSolution
from learned_ik.solving.preferences import Prefer
from learned_ik.solving.request import checked_start
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
        joint_weights: PerJoint | None = None,
        body: Body | None = None,
        tool: ToolPose | None = None,
        robot: KinematicChain | None = None,
        calibration: float = CALIBRATION,
        limits: tuple[PerJoint, PerJoint] | None = None,
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
            limits: lower and upper, each (joints,) [rad or m], narrower than the chain's: soft
                limits, or a planner's. What lies beyond the chain's is clipped to them, infinite
                is no limit, and an endless joint stays one where both are. All answers keep them;
                the network, trained within wider ones, still says where to begin.

        Raises:
            InvalidInputError: the weights, the tool or the limits are not as said.
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

        Every pose is solved all the same: what a trained network adds is speed. The body that
        obstacles are kept clear of is made of segments between the joints, unless `body` is given.

        Args:
            urdf: the text of the URDF, or its file.
            base_link: where the arm begins; default: the root of the tree.
            tip_link: where it ends; default: the only leaf.
            soft_limits: take the limits of `safety_controller` where a joint has one.
            options: as for `IkSolver`.

        Raises:
            UrdfError: or one of its subclasses, as `KinematicChain.from_urdf`.

        """
        chain = KinematicChain.from_urdf(urdf, base_link, tip_link, soft_limits=soft_limits)
        return cls(chain, **options)

    @property
    def engine(self) -> Engine:
        """What answers, for what is built on it: trackers."""
        return self._engine

    def warm_up(self) -> None:
        """Compile now, or load from disk what was compiled before, so that no request waits."""
        if not is_native() and not just_in_time().is_compiled():
            log.info('compiling the solver for this machine, once; this can take a minute')
        for group in ENTRIES:
            make_ready(group)
        self._engine.memory()

    @property
    def chain(self) -> KinematicChain:
        """The arm that is solved for: with its tool, as calibrated, within its limits."""
        return self._engine.chain

    @property
    def takes_seed(self) -> bool:
        """Whether the network is shown the seed: trained with `seed_input`."""
        return self._engine.takes_seed

    @property
    def obstacles(self) -> Array:
        """(n, 4), the spheres to keep clear of: x y z radius [m], in the base link's frame."""
        return self._engine.known_spheres.T.copy()

    @property
    def body(self) -> Body:
        """The arm's capsules: as given, else the model's, else segments between its joints."""
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
        """Return the geometric Jacobian (6, joints) of the same pose in the base link's frame.

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
        """Keep clear of spheres from the next request on; they replace those from before.

        Only what of the arm moves is kept clear. May be called while other threads solve: each
        request has the obstacles of when it began.

        Args:
            spheres: (n, 4), x y z radius [m], in the base link's frame; empty: no obstacles.

        Raises:
            ObstacleError: there are too many, one is malformed or swallows the arm's base; the
                obstacles from before remain.

        """
        self._engine.set_spheres(spheres)

    def prepare_to_avoid(self) -> None:
        """Make ready what obstacles need, so that the first of them makes no one wait."""
        self._engine.prepare_to_avoid()

    def with_network(self, model: IkModel) -> IkSolver:
        """Return a solver for another network of the same arm, which keeps clear of the same.

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

        Args and raises as for `IkSolver`; obstacles remain, and what is not given is none.
        """
        return self._like_this(
            self.model or self._trained,
            tool=tool, robot=robot, calibration=calibration, limits=limits,
        )  # fmt: skip

    def with_body(self, body: Body) -> IkSolver:
        """Return a solver for the same arm that keeps other capsules clear; obstacles remain."""
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
        orientation: Orientation,
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
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise; scaled to unit length.
            seed: (joints,) [rad or m], the present joint positions; the search begins there. One
                beyond the limits is moved to them; where a joint is at most 0.05 beyond, as real
                ones are measured, and no answer within the limits is as near, they are widened to
                it for this request, and the message says so.
            prefer: which of many solutions is wanted. `'nearest'` to the seed, the default with
                one. `'first'`, the default without: the first that is found, from the seed, or
                else from the network; the quickest.
                `'middle'`: far from the joint limits. Or (joints,) [rad or m], a posture to be
                near to, NaN for joints that do not matter; `PreferredPosture` has weights too.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,), one for turns about each axis.
                `math.inf` frees an axis, three of them the orientation. Or (3, 2), from least, 0
                or below, to most, 0 or above, for each axis; `(-inf, inf)` is free, infinite on
                one side alone is refused. With a = 0.26, `((-a, a), (-a, a), (-inf, inf))` is a
                cone of 15 degrees about z. The turns about several axes, all together, keep
                within the ellipsoid that touches those bounds. Of intervals with another middle
                than 0, the middles are one turn from the orientation to what is aimed at, and the
                half widths count from there.
            tolerance_axes: about whose axes: `'target'`, those of the pose's own frame, or
                `'base'`, those of the base link's.
            max_joint_change: [rad or m], how far any joint may go from the seed.
            timeout: [s], above 0; as long as that, the search goes on where nothing is found and
                nothing proves that it cannot be. Infinite: for some hundred restarts, as a batch.
            avoid_collisions: whether only what keeps clear of obstacles and of the arm itself is
                a success; default: as soon as there are obstacles.
            min_clearance: [m], 0 or more, the clearance that counts as clear.

        Returns:
            A `Solution`, also for a pose that cannot be reached. Its orientation error is the
            angle to the orientation, or to the middle of intervals, about the axes that are not
            free.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range:
                positions within 1e6 m, seeds within 1e6 rad or m.

        """
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
        orientation: Orientation,
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

        An arm without redundancy has a handful; one with redundancy has no end of them, and the
        answer is a selection from all over its self-motion. No two differ by less than 0.05 rad
        or m in every joint.

        Args:
            position: (3,) [m], of the tip link in the base link's frame.
            orientation: (4,) quaternion x y z w, likewise.
            limit: 1 up to 4096: so many are returned at most.
            seed: (joints,) [rad or m]; what is nearest to it comes first. Without one: what lies
                far from limits and singularities, by limit margin times manipulability.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
            timeout: [s], above 0, for all of them: then there are those that were found.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Returns:
            Solutions, best first; an empty list for a pose that cannot be reached: `solve` says
            why.

        Raises:
            InvalidInputError: as `solve`, or for a limit that is no whole number in its range.

        """
        return variety.solve_all(
            self._engine, position, orientation, limit, seed,
            position_tolerance=position_tolerance,
            freedom=read_freedom(orientation_tolerance, tolerance_axes),
            timeout=timeout, scene=self._engine.scene(avoid_collisions, min_clearance),
        )  # fmt: skip

    def solve_batch(
        self,
        positions: Positions,
        orientations: Orientations,
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
            positions: (n, 3) [m].
            orientations: (n, 4) quaternions x y z w.
            seeds: (n, joints) or (joints,) [rad or m], optional.
            prefer: as for `solve`.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
            max_joint_change: [rad or m], as for `solve`.
            threads: how many to use, 1 up to 1024; default: one for each core that this process
                may use.
            timeout: [s], above 0, for all poses; those for which there is no time are TIMED_OUT.
                Default: bounded work for each pose, however long that takes.
            starts: from how many starts each pose is tried at most, 1 up to 1024: the seed, then
                the network's heads, then restarts. Default: some hundred, so that what is not
                found can hardly be reached. A few are much quicker where many poses cannot be.
            avoid_collisions: as for `solve`.
            min_clearance: [m], as for `solve`.

        Raises:
            InvalidInputError: a value has the wrong shape, is not finite, or out of its range.

        """
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
        orientations: Orientations,
        seeds: Postures | None = None,
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
        return batch.predict(self._engine, positions, orientations, seeds)

    def follow(
        self,
        positions: Positions,
        orientations: Orientations,
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
        """Find one joint path through poses, without jumps where there is one.

        Args:
            positions: (n, 3) [m], close enough together to be followed one by one.
            orientations: (n, 4) quaternions x y z w.
            start: (joints,) [rad or m], the present joint positions, from which the path shall
                begin; default: wherever it can be followed.
            position_tolerance: [m], 0 or more.
            orientation_tolerance: [rad], 0 or more; or (3,) or (3, 2), as for `solve`.
            tolerance_axes: as for `solve`.
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
        return follow(
            self._engine, positions, orientations, start,
            position_tolerance=position_tolerance,
            freedom=read_freedom(orientation_tolerance, tolerance_axes),
            jump=jump, timeout=timeout, scene=self._engine.scene(avoid_collisions, min_clearance),
        )  # fmt: skip

    def __copy__(self) -> IkSolver:
        return self.fitted_to(**self._fit)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a solver be pickled and copied: made anew from what it was made of."""
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
