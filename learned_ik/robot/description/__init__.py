# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a URDF says, element by element: names, numbers, limits, meshes, what is suspicious."""
