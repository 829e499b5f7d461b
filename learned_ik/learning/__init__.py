# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Training: encodings, network, losses, sampling, the one loop. Needs torch, never numba."""
