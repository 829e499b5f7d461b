# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The commands of `python -m learned_ik` that need the lab: `experiment` and `benchmark`."""
