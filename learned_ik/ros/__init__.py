# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 face: parameters, messages, frames, services, topics. No mathematics."""
