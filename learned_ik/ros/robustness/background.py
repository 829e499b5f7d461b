# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Background`: who does what beside the messages of an `ik_node`."""

import os

from rclpy.node import Node

from learned_ik.ros.robustness.turns import Turns
from learned_ik.ros.robustness.workers import Workers


class Background:
    """Threads for what takes long, by kind: none keeps another kind waiting."""

    def __init__(self, node: Node) -> None:
        cores = len(os.sched_getaffinity(0))
        self.searches = Workers(node, 'searches', max(1, cores - 1))  # of poses hard to find
        self.paths = Workers(node, 'paths')
        self.batches = Workers(node, 'batches')  # of poses
        self.changes = Workers(node, 'changes')  # models, tools, robot descriptions, retrainings
        self.pictures = Workers(node, 'pictures')  # for RViz
        self.turns = Turns(node)  # of those who change what is served

    def close(self) -> None:
        """Let all threads end when they are done."""
        for workers in (
            self.searches, self.paths, self.batches, self.changes, self.pictures,
        ):  # fmt: skip
            workers.close()
