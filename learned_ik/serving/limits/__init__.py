# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Limits that are set beside the model's: soft ones, and those of a planner's file."""
