# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Trainings in processes of their own, beside the one that serves."""
