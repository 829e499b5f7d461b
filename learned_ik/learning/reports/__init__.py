# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How good a network is: errors, checks, progress, and the report."""
