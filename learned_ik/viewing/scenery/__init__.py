# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What stands in the page's scene: the robot, its ghosts, its capsules, spheres, a path."""
