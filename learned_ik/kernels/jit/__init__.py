# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels compiled by numba while they are used: where no library was built, and for tests."""
