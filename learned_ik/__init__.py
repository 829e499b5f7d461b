# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Learned inverse kinematics: exact answers at once, from nothing but a robot's URDF.

Importing this package imports neither torch nor numba nor rclpy: each name below brings its own.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = '0.1.0'

_HOMES = {
    'KinematicChain': 'learned_ik.robot.chain',
    'IkModel': 'learned_ik.model',
    'IkSolver': 'learned_ik.solving.solver',
    'PreferredPosture': 'learned_ik.solving.preferences',
    'PathSolution': 'learned_ik.solving.paths.path_solution',
    'Solution': 'learned_ik.solving.solution',
    'Status': 'learned_ik.solving.solution',
    'Tracker': 'learned_ik.tracking.tracker',
    'TrackingStatus': 'learned_ik.tracking.tracking_step',
    'TrackingStep': 'learned_ik.tracking.tracking_step',
    'TrainingConfig': 'learned_ik.learning.training_config',
    'train': 'learned_ik.learning.training',
}

__all__ = [*sorted(_HOMES), '__version__']

if TYPE_CHECKING:
    from learned_ik.learning.training import train
    from learned_ik.learning.training_config import TrainingConfig
    from learned_ik.model import IkModel
    from learned_ik.robot.chain import KinematicChain
    from learned_ik.solving.paths.path_solution import PathSolution
    from learned_ik.solving.preferences import PreferredPosture
    from learned_ik.solving.solution import Solution, Status
    from learned_ik.solving.solver import IkSolver
    from learned_ik.tracking.tracker import Tracker
    from learned_ik.tracking.tracking_step import TrackingStatus, TrackingStep


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'learned_ik' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
