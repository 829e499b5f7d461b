# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The node where no model is given: it serves the robot that is described."""
