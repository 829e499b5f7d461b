# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From the poses of a path to its answer, in free space or in a scene: `IkSolver.follow`."""

from time import perf_counter

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Posture
from learned_ik.kernels.entries import make_ready
from learned_ik.kernels.layout import ORIENTATION
from learned_ik.solving.avoidance import Scene
from learned_ik.solving.engine import Engine
from learned_ik.solving.freedom import Freedom
from learned_ik.solving.paths.clear_path import keep_clear
from learned_ik.solving.paths.follower import PathFollower
from learned_ik.solving.paths.path_solution import PathSolution, path_solution
from learned_ik.solving.request import (
    before_the_end,
    checked_jump,
    checked_path,
    checked_position_tolerance,
    checked_start,
    checked_timeout,
)

JUMP = 0.2  # [rad or m], of one joint from pose to pose: more is no motion but a change of branch
TIMEOUT = 1.0  # [s], of a whole path


def follow(
    engine: Engine,
    positions: npt.ArrayLike,
    orientations: npt.ArrayLike,
    start: Posture | None,
    *,
    position_tolerance: float,
    freedom: Freedom,
    jump: float,
    timeout: float,
    scene: Scene | None,
) -> PathSolution:
    """Return one joint path through poses; see `IkSolver.follow`."""
    make_ready('paths')  # before the clock: no timeout pays for compiling
    engine.memory()
    began = perf_counter()
    position_tolerance = checked_position_tolerance(position_tolerance)
    jump, timeout = checked_jump(jump), checked_timeout(timeout)
    demand = np.array([position_tolerance, freedom.strictest, jump, *freedom.free_axes])
    poses = checked_path(positions, orientations)
    if len(poses):
        poses[:, ORIENTATION:] = freedom.aimed(poses[:, ORIENTATION:])
    q_start = None if start is None else checked_start(engine.chain, start)
    follower = PathFollower(engine, poses, demand)
    deadline = before_the_end(began, timeout)
    follower.run(q_start, deadline)
    if freedom.some_are_free:
        follower.measure_angles()
    path = path_solution(
        engine, follower.path, follower.errors, follower.status, follower.reasons,
        start=q_start, jump=jump, timed_out=follower.timed_out,
    )  # fmt: skip
    if scene is not None and len(path):
        path = keep_clear(engine, path, poses, demand, scene, deadline, q_start)
    path.solve_time = perf_counter() - began
    return path
