# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Paths of poses to follow, and when to be where on a joint path."""
