# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Obstacles in training: what is wanted, what it costs, random scenes, and how well it went."""
