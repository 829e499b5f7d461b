# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The node `trajectory_node`: a robot without motors and its user, who follows paths with it."""
