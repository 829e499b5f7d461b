# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Hostile requests by the million, every success judged by Pinocchio: `lab/README.md`."""
