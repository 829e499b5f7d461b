# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics, Jacobian, clearance: batched in torch, compiled in numba."""
