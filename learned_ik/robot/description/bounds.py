# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How large things in a robot description may be, and from where on they are questioned."""

import math

# Beyond these a description is refused: no robot needs them, and arithmetic suffers.
LARGEST_TEXT = 10_000_000  # characters of a URDF
MOST_MOTIONS = 1_000  # joints of one chain that move; a description may have any number
LONGEST_NAME = 1_000  # characters, of a link or joint
LARGEST_LENGTH = 1e6  # [m], any length or position, as far as the solver takes a request
LARGEST_ANGLE = 1e6  # [rad], any angle: beyond, its sine is no longer known to 1e-10
LARGEST_FACTOR = 1e6  # of mimic joints, and of the scale of a mesh
LARGEST_SPEED = 1e9  # [rad/s or m/s]: beyond, a velocity limit is none

MOST_SHAPES = 3_000  # collision shapes, each of which is fitted with capsules

# A mesh beyond these is left out of the arm's body.
LARGEST_MESH = 50_000_000  # bytes of its file
MOST_POINTS = 1_000_000  # corners of its triangles, all copies together

# From here on something is said, or taken for what was meant.
MANY_TURNS = 4 * math.pi  # [rad], of a limit: perhaps in degrees
NO_LIMIT = 1_000.0  # [rad], both ways: how converters write that a joint turns without end
LONG_REACH = 100.0  # [m]: perhaps in millimetres
