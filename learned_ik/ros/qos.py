# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service: what is kept for whom, of the topics and services of both nodes."""

from rclpy.qos import DurabilityPolicy, QoSProfile

LATEST = QoSProfile(depth=1)  # of targets, only the newest is worth an answer
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# A publisher of the last set is heard by a node that starts later; updates must not get lost.
ALL_KEPT = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
# Requests that may wait at each service, and answers that may travel; they take memory once there.
SERVICES = QoSProfile(depth=10_000)
