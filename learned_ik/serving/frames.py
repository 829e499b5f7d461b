# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses in other frames than the chain's base: rigidly tied to it by the URDF, or moving.

How a moving frame (the gripper, a map) stands at some moment, somebody else has to know: tf2,
where it is installed. Where nobody does, the frame is refused.
"""

from collections.abc import Callable, Mapping

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import UnknownFrameError
from learned_ik.robot.description.names import listed
from learned_ik.rotations import (
    matrix_from_quaternion,
    normalized_quaternion,
    quaternion_from_matrix,
)
from learned_ik.serving.status.wording import named

# From a frame and a stamp [ns], 0 for the latest, to T_base_frame (4, 4).
# Raises UnknownFrameError.
Lookup = Callable[[str, int], Array]


def pose_in_base(
    base_link: str,
    base_frames: Mapping[str, Array],
    frame: str,
    position: Array,
    orientation: Array,
    stamp: int = 0,
    lookup: Lookup | None = None,
    *,
    may_be_empty: bool = True,
) -> tuple[Array, Array]:
    """Return a pose, or many, given in `frame`, in the frame of the base link.

    Args:
        base_link: the link in whose frame the solver wants its poses.
        base_frames: T_base_frame (4, 4) of each link rigidly tied to the base.
        frame: a name out of `base_frames`, or one that `lookup` knows; empty means the base link.
        position: (..., 3) [m].
        orientation: (..., 4) quaternion x y z w.
        stamp: when the pose holds [ns]; 0: the latest that is known.
        lookup: who knows of moving frames; None: nobody.
        may_be_empty: whether whoever asks may name no frame for the base link.

    Raises:
        UnknownFrameError: the frame is not tied to the base, and the error lists those that are;
            or `lookup` does not know how it stood at that moment.
        InvalidInputError: the orientation is no quaternion.

    """
    if frame in ('', base_link):
        return position, orientation
    if frame in base_frames:
        T_base_frame = base_frames[frame]
    elif lookup is not None:
        T_base_frame = lookup(frame, stamp)
    else:
        raise UnknownFrameError(
            f"frame {named(frame)} is not rigidly tied to '{base_link}' by the robot description; "
            f'expected one of: {listed(sorted({base_link, *base_frames}))}'
            + (f", or an empty name for '{base_link}'" if may_be_empty else '')
        )
    R_frame_target = matrix_from_quaternion(normalized_quaternion(orientation))
    return (
        T_base_frame[:3, 3] + position @ T_base_frame[:3, :3].T,
        quaternion_from_matrix(np.asarray(T_base_frame[:3, :3] @ R_frame_target)),
    )
