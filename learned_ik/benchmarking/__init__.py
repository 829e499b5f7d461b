# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Peers in one run: the same poses for every solver that is installed, one judge, one table.

For measuring, not for solving: nothing that serves imports from here. What each protocol asks
and what is fair in it stands in `benchmark/README.md`.
"""
