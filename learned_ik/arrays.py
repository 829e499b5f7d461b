# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numpy arrays of the package by their element type; shapes and units stand in docstrings.

Also short names for what users may give in place of an array: lists, tuples, arrays of any number
type. A type checker takes all of these for `ArrayLike`; to a reader they say what is meant.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

Position = npt.ArrayLike  # (3,) [m]
Positions = npt.ArrayLike  # (n, 3) [m]
Orientation = npt.ArrayLike  # (4,), quaternion x y z w
Orientations = npt.ArrayLike  # (n, 4), quaternions x y z w
Posture = npt.ArrayLike  # (joints,) [rad or m]
Postures = npt.ArrayLike  # (n, joints) or (..., joints) [rad or m]
PerJoint = npt.ArrayLike  # (joints,), of a unit that the docstring says
Spheres = npt.ArrayLike  # (n, 4), x y z radius [m]
ToolPose = npt.ArrayLike  # (7,), x y z [m] and quaternion x y z w, in the tip link's frame
Transform = npt.ArrayLike  # (4, 4)
