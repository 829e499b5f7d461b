# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Our kinematics plugin inside a real move_group, beside others."""
