# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that the experiments show: how much training, which ones, and where they lie."""
