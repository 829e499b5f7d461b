# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""An `ik_node` asked from other people's nodes: arrays in, arrays out."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from learned_ik.ros.client.ik_client import IkClient
    from learned_ik.ros.client.replies import BatchReply, PathReply, PoseReply, SolutionsReply

_REPLIES = 'learned_ik.ros.client.replies'
_HOMES = {
    'BatchReply': _REPLIES,
    'IkClient': 'learned_ik.ros.client.ik_client',
    'PathReply': _REPLIES,
    'PoseReply': _REPLIES,
    'SolutionsReply': _REPLIES,
}

__all__ = ['BatchReply', 'IkClient', 'PathReply', 'PoseReply', 'SolutionsReply']


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: what converts messages needs no ROS."""
    if name not in _HOMES:
        raise AttributeError(f"module 'learned_ik.ros.client' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)
