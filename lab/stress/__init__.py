# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes and trainings under more than they will meet: floods of messages, and sudden ends."""
