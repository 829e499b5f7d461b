# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""An `ik_node` asked from other people's nodes: arrays in, arrays out."""

from learned_ik.ros.client.ik_client import IkClient
from learned_ik.ros.client.replies import BatchReply, PathReply, PoseReply, SolutionsReply

__all__ = ['BatchReply', 'IkClient', 'PathReply', 'PoseReply', 'SolutionsReply']
