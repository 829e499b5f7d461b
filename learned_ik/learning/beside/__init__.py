# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Trainings that run as processes beside a node: what they are told, and what they tell."""
