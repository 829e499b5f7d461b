# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels that evaluate the network, and rank what its heads answer."""
