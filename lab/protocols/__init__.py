# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark: the same poses for every solver that is installed, one judge, one table.

A protocol says which poses are asked for and what is counted: `reachable.py` and its neighbours,
each named like its row in `lab/README.md`. `benchmark_run.py` is where to begin to read.
"""
