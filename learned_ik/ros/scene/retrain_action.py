# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`RetrainAction`: the action `~/retrain`, and the retraining that follows new obstacles.

All that takes time is done by `_drive`, ten times a second and beside the messages; what messages
bring is only noted for it.
"""

import math
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.action import ActionServer, CancelResponse

from learned_ik import resources
from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, TrainingError
from learned_ik.model import IkModel
from learned_ik.ros import parameters
from learned_ik.ros.endpoints import Asked
from learned_ik.ros.qos import SERVICES
from learned_ik.ros.running import create_timer
from learned_ik.serving.beside.worker_process import TrainingProgress
from learned_ik.serving.described.kept_models import kept_path
from learned_ik.serving.retraining_process import (
    RetrainingEnd,
    RetrainingProcess,
    retrained_path,
)
from learned_ik.serving.status.wording import one_line
from learned_ik_interfaces.action import Retrain

POLL_PERIOD = 0.1  # [s], between two looks at a retraining
SETTLING = 1.0  # [s], without a change of the obstacles before a retraining for them begins
LONGEST_TRAINING = 86400.0  # [s]
NO_NETWORK = (
    'the arm is served without a network, so there is none to retrain; give a model, or set the '
    'parameter train'
)

# Swaps the network that is served: from the model it was before, to the one it is to be. Raises a
# `LearnedIkError` where that is not possible, or where another model was set meanwhile.
UseNetwork = Callable[[IkModel, IkModel], Awaitable[None]]


class RetrainAction:
    """One retraining at a time, for whoever asks or because obstacles have changed."""

    def __init__(
        self, asked: Asked, spheres: Callable[[], Array], use_network: UseNetwork
    ) -> None:
        """Open the action; `spheres` returns the obstacles (n, 4) [m] as they are now."""
        self._node, self._serving, self._health = asked.node, asked.serving, asked.health
        self._log, self._background = asked.log, asked.background
        self._spheres, self._use_network = spheres, use_network
        self._retraining = RetrainingProcess()
        self._trained: IkModel | None = None  # the model whose retraining is under way
        self._in_vain = False  # whether the one under way is for what is no more
        self._due: float | None = None  # when one is to begin, on the steady clock [s]
        self._goal: Any = None  # the action's goal that waits for it
        self._server = ActionServer(
            self._node,
            Retrain,
            '~/retrain',
            # A goal is executed when it ends: a coroutine that waits would keep the executor busy.
            execute_callback=lambda goal: Retrain.Result(),
            handle_accepted_callback=self._on_goal,
            cancel_callback=lambda goal: CancelResponse.ACCEPT,
            goal_service_qos_profile=SERVICES,
            result_service_qos_profile=SERVICES,
            cancel_service_qos_profile=SERVICES,
        )
        self._timer = create_timer(self._node, POLL_PERIOD, self._poll)
        self._note('idle')

    def end(self) -> None:
        """End the retraining under way, for good."""
        self._retraining.close()

    def close(self) -> None:
        """Withdraw the action; a retraining under way ends without a result."""
        self._end_goal(RetrainingEnd('the node is shut down'), cancelled=True)
        self.end()
        self._node.destroy_timer(self._timer)
        self._server.destroy()

    def obstacles_changed(self) -> None:
        """Begin anew for other obstacles, where a retraining is wanted."""
        if self._goal is None and not parameters.RETRAIN.of(self._node):
            return
        self._in_vain = True
        if len(self._spheres()) == 0:
            self._due, why = None, 'there are no obstacles any more'
            self._end_goal(RetrainingEnd(why))
            self._note(f'idle: {why}')
            return
        if self._retraining.running:
            self._log.info('obstacles have changed: retraining begins anew')
        self._due = time.monotonic() + SETTLING
        self._note('about to begin')

    def model_was_set(self) -> None:
        """Drop the retraining of the model before, if there is one: the new one is to stay."""
        if self._retraining.running or self._due is not None or self._goal is not None:
            why = 'another model was set meanwhile, and stays'
            self._log.warning(f'the retraining is dropped: {why}')
            self._in_vain = True
            self._end_goal(RetrainingEnd(why), failed=True)
            self._note(why)
        wanted = parameters.RETRAIN.of(self._node) and len(self._spheres())
        self._due = time.monotonic() + SETTLING if wanted else None

    def _on_goal(self, goal: Any) -> None:
        """Take a goal, or end it at once with the reason: a refused one could carry no text."""
        if why := self._refusal(goal.request.seconds):
            self._log.error(f'retraining refused: {why}')
            self._answer(goal, RetrainingEnd(f'retraining refused: {why}'), failed=True)
            return
        self._goal = goal
        if not self._retraining.running:
            self._due = time.monotonic()

    def _refusal(self, seconds: float) -> str | None:
        """Return why a goal is not taken; None: it is."""
        if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_TRAINING):
            return f'seconds is {seconds:g}; expected 0 to {LONGEST_TRAINING:g}'
        if self._goal is not None:
            return 'another goal is under way'
        if len(self._spheres()) == 0:
            return 'there are no obstacles to train for'
        if self._serving.model is None:
            return NO_NETWORK
        return None

    async def _poll(self) -> None:
        try:
            await self._drive()
        except Exception as error:
            self._health.note_fault()
            self._log.fault('the retraining failed', error)

    async def _drive(self) -> None:
        """End, begin, and take over retrainings."""
        beside = self._background.changes.do
        if self._goal is not None and self._goal.is_cancel_requested:
            self._due = None
            await beside(self._retraining.cancel)
            self._note('cancelled')
            self._log.info('retraining is cancelled; the old network stays')
            self._end_goal(RetrainingEnd('cancelled; the old network stays'), cancelled=True)
            return
        if self._in_vain:
            self._in_vain = False
            await beside(self._retraining.cancel)
        if self._due is not None and time.monotonic() >= self._due:
            await self._begin(0.0 if self._goal is None else self._goal.request.seconds)
        if self._in_vain:  # something has changed while we waited
            return
        ended = self._retraining.ended()
        if ended is not None:
            await self._take_over(await beside(ended))
        elif self._retraining.running and self._retraining.progress is not None:
            self._tell_progress(self._retraining.progress)

    async def _begin(self, seconds: float) -> None:
        self._due = None
        self._trained = model = self._serving.model
        try:
            if model is None:
                raise TrainingError(f'retraining refused: {NO_NETWORK}')
            start = partial(
                self._retraining.start,
                model,
                self._spheres(),
                seconds or parameters.RETRAIN_SECONDS.of(self._node),
                retrained_path(self._model_path(model)),
            )
            await self._background.changes.do(start)
        except LearnedIkError as error:
            self._log.error(str(error))
            self._note(str(error))
            self._end_goal(RetrainingEnd(str(error)), failed=True)
            return
        self._log.info(f'retraining for {self._retraining.spheres} obstacles')

    def _model_path(self, model: IkModel) -> Path:
        """Return the file of a model: as given, else of the package, else in the user's folder."""
        if given := parameters.MODEL.of(self._node):
            return Path(given)
        kept = kept_path(model.chain)
        if kept.is_file():
            return kept
        return resources.shipped_file(f'models/{model.name}.safetensors')

    def _tell_progress(self, progress: TrainingProgress) -> None:
        self._note(f'{100 * progress.fraction:.0f} %')
        if self._goal is not None:
            self._goal.publish_feedback(
                Retrain.Feedback(
                    fraction=float(progress.fraction),
                    seconds_left=float(progress.seconds_left),
                    position_error=float(progress.position_error),
                    orientation_error=float(progress.orientation_error),
                    obstacles=self._retraining.spheres,
                )
            )

    async def _take_over(self, end: RetrainingEnd) -> None:
        """Swap in what is better, between two requests."""
        if self._in_vain:  # its scene, or its model, is that of a moment ago
            return
        if end.model is not None and self._trained is not None:
            try:
                await self._use_network(self._trained, end.model)
            except LearnedIkError as error:
                end = RetrainingEnd(f'the old network stays: {error}')
        if end.model is not None:
            self._log.info(end.message)
        else:
            self._log.warning(end.message)
        self._note(end.message)
        self._end_goal(end, failed=math.isnan(end.new_score))

    def _end_goal(self, end: RetrainingEnd, failed: bool = False, cancelled: bool = False) -> None:
        """Answer the action's goal, if there is one."""
        if self._goal is not None:
            goal, self._goal = self._goal, None
            self._answer(goal, end, failed, cancelled)

    def _answer(
        self, goal: Any, end: RetrainingEnd, failed: bool = False, cancelled: bool = False
    ) -> None:
        def result(goal: Any) -> Retrain.Result:
            if goal.is_cancel_requested:
                goal.canceled()
            elif failed or cancelled:
                goal.abort()
            else:
                goal.succeed()
            return Retrain.Result(
                swapped=end.model is not None,
                message=one_line(end.message),
                model='' if end.path is None else str(end.path),
                old_score=end.old_score,
                new_score=end.new_score,
                old_colliding=end.old_colliding,
                new_colliding=end.new_colliding,
            )

        goal.execute(result)

    def _note(self, what: str) -> None:
        self._health.notes['retraining'] = what
