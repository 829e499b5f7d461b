# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One joint path through many poses: what `IkSolver.follow` does."""
