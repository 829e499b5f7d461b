# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes' processes and a client for these tests: see `ros_nodes.py`."""

from ros_nodes import chain, client, start_node, tiago_urdf  # noqa: F401  # fixtures
