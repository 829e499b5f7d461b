# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics, Jacobian and clearance in torch: batched and differentiable."""
