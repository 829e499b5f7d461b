# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TargetHistory`: what there is to draw of the node's work. No message, no rclpy.

Taking a note costs a request next to nothing; forward kinematics waits until somebody looks.
"""

import collections
import dataclasses
import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import UnknownFrameError
from learned_ik.robot.skeleton import joint_origins
from learned_ik.serving.ik_serving import IkServing
from learned_ik.serving.requests_and_answers import IkAnswer, IkRequest, PathAnswer, PathRequest

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])
TRAIL = 1000  # targets that are remembered


@dataclasses.dataclass(frozen=True)
class RvizPicture:
    """What to draw, all in the frame of the base link [m]."""

    frame: str  # the base link
    wanted: Array  # (n, 3), the path of the targets
    reached: Array  # (n, 3), where the tip stands for each of them
    arm: Array | None  # (points, 3), from base to tip; None while no posture is known
    text: str  # the last error, or why there is no answer


class TargetHistory:
    """Remembers the last targets, or the last path, and what was reached of them."""

    def __init__(self) -> None:
        self._wanted: collections.deque[tuple[str, Array, int]] = collections.deque(maxlen=TRAIL)
        self._found: collections.deque[Array] = collections.deque(maxlen=TRAIL)
        self._path_shown = False
        self._text = 'no target yet'

    def note_target(self, request: IkRequest, answer: IkAnswer) -> None:
        """Add one target and its answer; after a path, a new trail begins."""
        if self._path_shown:
            self.clear()
        if not answer.solved or answer.joint_positions is None:
            self._text = f'not reached: {answer.message}'
            return
        self._wanted.append((request.frame, request.position, request.stamp))
        self._found.append(answer.joint_positions)
        self._text = _errors(answer.position_error, answer.orientation_error, answer.solve_time)

    def note_path(self, request: PathRequest, answer: PathAnswer) -> None:
        """Show a path and its answer in place of what was shown before."""
        self.clear()
        self._path_shown = True
        if answer.message:
            self._text = answer.message
        if answer.joint_positions is None:
            return
        stride = -(-len(answer.joint_positions) // TRAIL)
        self._wanted.extend((request.frame, p, request.stamp) for p in request.positions[::stride])
        self._found.extend(answer.joint_positions[::stride])
        if answer.solved:
            self._text = f'{len(request.positions)} poses, at most ' + _errors(
                answer.max_position_error, answer.max_orientation_error, answer.solve_time
            )

    def copy(self) -> 'TargetHistory':
        """Return what is remembered now, for another thread to draw."""
        copied = TargetHistory()
        copied._wanted, copied._found = self._wanted.copy(), self._found.copy()
        copied._text = self._text
        return copied

    def clear(self) -> None:
        """Forget everything: the next target begins a new trail."""
        self._wanted.clear()
        self._found.clear()
        self._path_shown = False
        self._text = 'no target yet'

    def picture(self, serving: IkServing) -> RvizPicture:
        """Return what to draw now: the arm where its joints are, else as last answered."""
        chain = serving.solver.chain
        wanted = [_known_position(serving, *pose) for pose in self._wanted]
        found = np.reshape(list(self._found), (-1, chain.joint_count))
        q = serving.joint_positions
        if q is None and len(found):
            q = found[-1]
        return RvizPicture(
            frame=chain.base_link,
            wanted=np.reshape(wanted, (-1, 3)),
            reached=chain.forward_matrix(found)[1],
            arm=None if q is None else joint_origins(chain, q),
            text=self._text,
        )


def _known_position(serving: IkServing, frame: str, position: Array, stamp: int) -> Array:
    """Return a position in the base link's frame [m]; NaN where it is not known any more."""
    try:
        return serving.in_base(frame, position, UPRIGHT, stamp)[0]
    except UnknownFrameError:
        return np.full(3, np.nan)


def _errors(position: float, orientation: float, solve_time: float) -> str:
    return f'{1e6 * position:.2g} µm, {math.degrees(orientation):.2g}°, {1e6 * solve_time:.0f} µs'
