# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Compiled by numba: everything that runs while a request is answered, and nothing else."""
