# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's own requests, offered where moveit_msgs is installed."""
