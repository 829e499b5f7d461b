# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How long reachability maps take, and how much of them is missed."""
