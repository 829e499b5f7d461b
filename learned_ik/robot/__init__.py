# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The robot as its URDF describes it: links, joints, limits."""
