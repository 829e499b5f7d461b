# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Answers at runtime: network, refinement, choice. Needs numba, never torch."""
