# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The numpy arrays of the package by their element type; shapes and units stand in docstrings."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
