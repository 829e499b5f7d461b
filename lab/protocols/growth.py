# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How time and success change as the paper's artificial arm gets more joints."""

import logging
from typing import Any

import numpy as np

from lab.peers import assemble
from lab.peers.contract import Task
from lab.protocols.benchmark_settings import Settings
from lab.protocols.reachable import measured
from lab.robots import artificial_robot

log = logging.getLogger(__name__)

JOINTS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25, 30)
PART = 0.1  # of the budget, for each length


def growth(settings: Settings) -> dict[str, Any]:
    """Ask each length of the arm for reachable poses, peers beginning at mid-range."""
    sections = {}
    for joints in JOINTS:
        robot = artificial_robot(joints, settings.models)
        task = Task(robot.chain)
        field = assemble(task, robot.model, settings.peers)
        q = robot.chain.sample(np.random.default_rng(settings.seed), settings.few)
        poses = robot.judge.poses(q)
        budget = PART * settings.budget
        sections[robot.name] = {
            'joints': joints,
            **measured(robot, field, task, poses, None, budget),
        }
        log.info('growth: %d joints done', joints)
    return sections
