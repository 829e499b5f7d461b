# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Changes`: another model, tool, network or robot while the node serves.

Each is prepared beside, by another thread, and takes effect as a whole between two messages. They
take turns, in the order in which they came.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from learned_ik.arrays import Array
from learned_ik.errors import ObstacleError, RobotMismatchError
from learned_ik.model import IkModel
from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked, tell_robot
from learned_ik.serving.described.arm_choice import chosen_robot
from learned_ik.serving.described.placeholder import placeholder
from learned_ik.serving.described.wanted_arm import WantedArm
from learned_ik.serving.limits.wanted_limits import WantedLimits, wanted_limits
from learned_ik.serving.loading import description_of, load_solver
from learned_ik.serving.served_robot import ServedRobot, served_robot
from learned_ik.solving.solver import IkSolver

Take = Callable[[], None]  # lets a change take effect; takes no time

# Parameters whose new value takes long to be prepared.
HEAVY = frozenset(
    parameter.name
    for parameter in (
        parameters.MODEL,
        parameters.TOOL,
        parameters.CALIBRATION_TOLERANCE,
        parameters.SOFT_LIMITS,
        parameters.JOINT_LIMITS,
        parameters.ROBOT_DESCRIPTION,
        parameters.BASE_LINK,
        parameters.TIP_LINK,
        parameters.GROUP,
    )
)


class Changes:
    """Replaces what serves."""

    def __init__(
        self,
        asked: Asked,
        spheres: Callable[[], Array],
        replaced: Callable[[bool], None],
        semantic: str = '',
    ) -> None:
        """Begin with nothing to change.

        Args:
            asked: whom, and what works beside.
            spheres: returns the obstacles (n, 4) [m], as they are now.
            replaced: called when another solver serves; True: another model, or arm, than before.
            semantic: the text of MoveIt's SRDF, as far as it is known.

        """
        self._node, self._serving = asked.node, asked.serving
        self._log, self._background = asked.log, asked.background
        self._spheres, self._replaced = spheres, replaced
        self.semantic = semantic
        self._prepared: Take | Exception | None = None  # of the parameters about to be set
        self._open = True

    def close(self) -> None:
        """Let nothing take effect any more."""
        self._open = False

    async def take_description(self, description: str) -> None:
        """Serve the robot described from now on, or refuse where a given model does not fit it."""
        await self._follow(lambda: self._change({}, description))

    async def take_semantic(self, semantic: str) -> None:
        """Heed MoveIt's SRDF, where no model says which arm is served."""
        await self._follow(lambda: self._change({}, semantic=semantic))

    async def _follow(self, change: Callable[[], Take]) -> None:
        async with self._background.turns:
            take = await self._background.changes.do(change)
            if self._open:
                take()

    async def use_network(self, before: IkModel | None, model: IkModel) -> None:
        """Serve another network of the same arm.

        Raises:
            RobotMismatchError: another model, or arm, than before is served by now, and goes on.

        """
        async with self._background.turns:
            if self._serving.model is not before:
                raise RobotMismatchError('another model was set meanwhile, and stays')

            def job() -> ServedRobot:
                solver = self._serving.solver.with_network(model)
                solver.warm_up()
                return self._ready(self._serving.successor(solver))

            robot = await self._background.changes.do(job)
            if self._open:
                self._use(robot, is_another=False)

    async def prepare(self, values: Mapping[str, Any]) -> None:
        """Do beside what new values of parameters ask for; `set` is called next."""
        self._prepared = None
        if not HEAVY & values.keys():
            return
        async with self._background.turns:
            try:
                job = partial(self._change, values)
                self._prepared = await self._background.changes.do(job)
            except Exception as error:
                self._prepared = error

    def set(self, values: Mapping[str, Any]) -> None:
        """Let new values of parameters take effect: as prepared, or else at once.

        Raises:
            LearnedIkError: that is not possible; nothing has changed.

        """
        prepared, self._prepared = self._prepared, None
        if isinstance(prepared, Exception):
            raise prepared
        (prepared or self._change(values))()

    def _change(
        self,
        values: Mapping[str, Any],
        description: str | None = None,
        semantic: str | None = None,
    ) -> Take:
        """Prepare what new values ask for, or a new description; on any thread."""
        serving = self._serving
        before = serving.robot.description, serving.calibration, serving.wanted
        arm_before = parameters.wanted_arm(self._node, {}, self.semantic)
        if description is None:  # the empty parameter is none, the empty message a wrong one
            description = values.get(parameters.ROBOT_DESCRIPTION.name, before[0])
            if parameters.ROBOT_DESCRIPTION.name in values:
                description = description or None
        calibration = values.get(parameters.CALIBRATION_TOLERANCE.name, before[1])
        wanted = self._changed_limits(values)
        solver = self._changed_solver(values)
        now = description, calibration, wanted
        srdf = self.semantic if semantic is None else semantic
        arm = parameters.wanted_arm(self._node, values, srdf)
        if solver is None and now == before and arm == arm_before:
            return partial(self._note, arm)
        robot = self._robot(values, solver, arm, now)
        narrowed = wanted != before[2] or (arm != arm_before and semantic is None)
        is_set = solver is not None or (narrowed and serving.mismatch is None)
        if is_set and robot.mismatch is not None and not robot.awaited:
            raise RobotMismatchError(robot.mismatch)
        try:
            self._ready(robot)
        except ObstacleError:  # another robot has come; `tell_again` tells it, and serves
            if is_set:
                raise

        def take() -> None:
            self._note(arm)
            was = serving.robot
            serving.calibration, serving.wanted = calibration, wanted
            is_another = robot.chain is not was.chain or robot.model is not was.model
            if solver is not None or is_another:
                self._use(robot, is_another or parameters.MODEL.name in values)
            else:
                serving.adopt(robot)
            if now != before or robot.mismatch != was.mismatch:
                tell_robot(serving, self._log)

        return take

    def _note(self, arm: WantedArm) -> None:
        self.semantic = arm.semantic

    def _robot(
        self,
        values: Mapping[str, Any],
        solver: IkSolver | None,
        arm: WantedArm,
        now: tuple[str | None, float, WantedLimits],
    ) -> ServedRobot:
        """Return what is to serve: a given model, or else the arm of the robot described."""
        serving, (description, calibration, wanted) = self._serving, now
        if values.get(parameters.MODEL.name, parameters.MODEL.of(self._node)):
            return served_robot(solver or serving.solver, *now)
        is_unknown = serving.robot.placeholder and parameters.MODEL.name not in values
        if description is None and (arm.is_named or is_unknown):
            return placeholder(arm, (solver or serving.solver).tool)
        if description is None:
            return served_robot(solver or serving.solver, *now)
        served_now = serving.robot if solver is None else served_robot(solver)
        return chosen_robot(description, arm, served_now, calibration, wanted, self._log.info)

    def _changed_limits(self, values: Mapping[str, Any]) -> WantedLimits:
        """Return what narrows the joints after a change; a file is read again where it is set.

        Raises:
            ConfigurationError: the file is none.

        """
        soft, path = parameters.SOFT_LIMITS.name, parameters.JOINT_LIMITS.name
        before = self._serving.wanted
        if path in values:
            return wanted_limits(values.get(soft, before.soft), values[path])
        return dataclasses.replace(before, soft=values.get(soft, before.soft))

    def _changed_solver(self, values: Mapping[str, Any]) -> IkSolver | None:
        """Return a solver for another model or tool; None where both stay.

        The model is read again; where only the tool is another, the network that serves is kept.
        """
        model, tool = parameters.MODEL.name, parameters.TOOL
        if model not in values and tool.name not in values:
            return None
        given = parameters.given_tool(values.get(tool.name, tool.of(self._node)))
        if model in values:
            return load_solver(values[model], self._log.info, given)
        solver = self._serving.solver.fitted_to(tool=given, limits=self._serving.solver.limits)
        solver.prepare_to_avoid()
        return solver

    def _ready(self, robot: ServedRobot) -> ServedRobot:
        """Tell its solver the obstacles, so that one that cannot have them is refused in time."""
        if robot.mismatch is None:
            robot.solver.set_obstacles(self._spheres())
        return robot

    def _use(self, robot: ServedRobot, is_another: bool) -> None:
        self._serving.adopt(robot)
        self._replaced(is_another)
        if robot.mismatch is None:
            self._log.info(f'now serving {description_of(robot.solver)}')
