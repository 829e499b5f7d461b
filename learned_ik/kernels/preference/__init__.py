# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels that choose among many answers: the nearest to the seed, or to a posture."""
