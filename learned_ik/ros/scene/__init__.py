# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Obstacles that the node is told of, and the network that is trained anew for them."""
