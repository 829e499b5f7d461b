# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrainingBeside`: where the parameter `train` asks for it, a network for an arm without one."""

from collections.abc import Awaitable, Callable

from learned_ik.errors import LearnedIkError
from learned_ik.model import IkModel
from learned_ik.robot.description.names import shown
from learned_ik.robot.parsing import parse_urdf
from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked
from learned_ik.ros.running import create_timer
from learned_ik.serving.beside.first_training_process import (
    FirstTrainingEnd,
    FirstTrainingProcess,
)
from learned_ik.serving.served_robot import ServedRobot

POLL_PERIOD = 0.5  # [s], between two looks at a training


class TrainingBeside:
    """One training at a time, for the arm that is served; from `__init__` to `close`."""

    def __init__(
        self, asked: Asked, use_network: Callable[[None, IkModel], Awaitable[None]]
    ) -> None:
        """Look now and then whether there is an arm to train for.

        Args:
            asked: whom, and what works beside.
            use_network: lets a network be served, where none was.

        """
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._log, self._background = asked.log, asked.background
        self._use_network = use_network
        self._training = FirstTrainingProcess()
        self._trained: IkModel | None = None  # what a training has led to
        self._done: set[str] = set()  # fingerprints of arms for which it is not tried again
        self._timer = create_timer(self._node, POLL_PERIOD, self._poll)

    def end(self) -> None:
        """End the training under way, for good."""
        self._training.close()

    def close(self) -> None:
        """End the training under way; begin no other one."""
        self.end()
        self._node.destroy_timer(self._timer)
        self._health.notes.pop('training', None)

    async def _poll(self) -> None:
        try:
            await self._drive()
        except Exception as error:
            self._health.note_fault()
            self._log.fault('the training failed', error)

    async def _drive(self) -> None:
        """Begin, end, and take over trainings."""
        beside, training, robot = self._background.changes.do, self._training, self._serving.robot
        wanted = parameters.TRAIN.of(self._node)
        if training.running and (not wanted or not self._is_for(robot)):
            await beside(training.cancel)
            self._log.info('training is ended: it is not wanted any more, or the arm is another')
        if not wanted:
            self._health.notes.pop('training', None)
            return
        if robot.model is not None:
            if robot.model is not self._trained:
                self._note('not needed: there is a network')
        elif robot.refused:
            self._note('waits for an arm that is served')
        elif training.running:
            ended = training.ended()
            if ended is not None:
                await self._take_over(await beside(ended))
            elif training.progress is not None:
                done, left = training.progress.fraction, training.progress.seconds_left
                self._note(f'{100 * done:.0f} %, {left:.0f} s left')
        elif robot.chain.fingerprint not in self._done:
            await self._begin(robot)

    def _is_for(self, robot: ServedRobot) -> bool:
        chain = self._training.chain
        return chain is not None and chain.fingerprint == robot.chain.fingerprint

    async def _begin(self, robot: ServedRobot) -> None:
        self._done.add(robot.chain.fingerprint)
        seconds = parameters.TRAIN_SECONDS.of(self._node)
        name = shown(parse_urdf(robot.description).name) if robot.description else 'arm'
        try:
            await self._background.changes.do(
                lambda: self._training.start(robot.solver, name, seconds)
            )
        except LearnedIkError as error:
            self._log.warning(str(error))
            self._note(str(error))
            return
        self._note('about to begin')
        self._log.info(f'training a network beside for {seconds:g} s')

    async def _take_over(self, end: FirstTrainingEnd) -> None:
        """Serve what is better, from the next request on."""
        if end.model is not None:
            try:
                await self._use_network(None, end.model)
            except LearnedIkError as error:
                end = FirstTrainingEnd(f'the new network is not served: {error}')
        self._trained = end.model
        if end.model is not None:
            self._log.info(end.message)
        else:
            self._log.warning(f'{end.message}; serving goes on without a network')
        self._note(end.message)

    def _note(self, what: str) -> None:
        self._health.notes['training'] = what
