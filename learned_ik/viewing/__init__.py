# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A page in the browser: the robot, a target to drag, and what the solver says of it."""
