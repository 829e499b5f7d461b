# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From triangles to a few capsules that hold them and fit."""
