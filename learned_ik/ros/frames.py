# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Poses in any frame that is rigidly tied to the chain's base by the URDF.

Frames that move against the base (the gripper, a map) need somebody who knows how they stand
now. Nobody here does: they are refused.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from learned_ik.errors import UnknownFrameError
from learned_ik.rotations import (
    matrix_from_quaternion,
    normalized_quaternion,
    quaternion_from_matrix,
)

Array = npt.NDArray[np.float64]


def pose_in_base(
    base_link: str,
    base_frames: Mapping[str, Array],
    frame: str,
    position: Array,
    orientation: Array,
) -> tuple[Array, Array]:
    """Return a pose, or many, given in `frame`, in the frame of the base link.

    Args:
        base_link: the link in whose frame the solver wants its poses.
        base_frames: T_base_frame (4, 4) of each link rigidly tied to the base.
        frame: a name out of `base_frames`; empty means the base link.
        position: (..., 3) [m].
        orientation: (..., 4) quaternion x y z w.

    Raises:
        UnknownFrameError: the frame is not tied to the base; the error lists those that are.
        InvalidInputError: the orientation is no quaternion.

    """
    if frame in ('', base_link):
        return position, orientation
    if frame not in base_frames:
        raise UnknownFrameError(
            f"frame '{frame}' is not rigidly tied to '{base_link}' by the robot description; "
            f'expected one of: {", ".join(sorted({base_link, *base_frames}))}, or an empty name '
            f"for '{base_link}'"
        )
    T_base_frame = base_frames[frame]
    R_frame_target = matrix_from_quaternion(normalized_quaternion(orientation))
    return (
        T_base_frame[:3, 3] + position @ T_base_frame[:3, :3].T,
        quaternion_from_matrix(np.asarray(T_base_frame[:3, :3] @ R_frame_target)),
    )
