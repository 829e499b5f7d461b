# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What answers requests, without ROS: no message, no rclpy. `ros/` asks it."""
