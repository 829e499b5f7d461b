# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numpy arrays of the package by their element type; shapes and units stand in docstrings.

Also short names for what users may give in place of an array: lists, tuples, arrays of any number
type. A type checker takes all of these for `ArrayLike`; to a reader they say what is meant.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

# A pose or an orientation may also be an object of another library: see `notation/pose_forms.py`.
Position = npt.ArrayLike | Any  # (3,) [m]; or a transform (4, 4), without an orientation
Positions = npt.ArrayLike | Any  # (n, 3) [m]; or transforms (n, 4, 4), likewise
Orientation = npt.ArrayLike | Any  # (4,), quaternion x y z w; or a rotation (3, 3)
Orientations = npt.ArrayLike | Any  # (n, 4), quaternions x y z w; or rotations (n, 3, 3)
Posture = npt.ArrayLike | Mapping[str, float]  # (joints,) [rad or m], in order or by name
Postures = npt.ArrayLike | Mapping[str, float]  # (n, joints) or (..., joints) [rad or m]
PerJoint = npt.ArrayLike  # (joints,), of a unit that the docstring says
Spheres = npt.ArrayLike  # (n, 4), x y z radius [m]
# (7,), x y z [m] and quaternion x y z w, in the tip link's frame; or a transform (4, 4)
ToolPose = npt.ArrayLike | Any
Transform = npt.ArrayLike  # (4, 4)
