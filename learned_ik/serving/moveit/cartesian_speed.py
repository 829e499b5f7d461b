# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A timed path, slowed down so that a link does not move faster than it may."""

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import InvalidInputError
from learned_ik.rotations import inverse_transform
from learned_ik.serving.moveit.asked_link import link_to_solver
from learned_ik.serving.path_serving import LONGEST_TRAJECTORY
from learned_ik.serving.served_robot import ServedRobot
from learned_ik.trajectories.timing import PathTiming


def slowed_down(
    timing: PathTiming, path: Array, robot: ServedRobot, link: str, speed: float
) -> PathTiming:
    """Return a timing, all of it slowed down alike where a link would be too fast.

    Args:
        timing: of the path.
        path: (n, joints) [rad or m].
        robot: whose joints move.
        link: one that is tied to the tip; empty: the tip.
        speed: [m/s], above 0, between the points as at them.

    Raises:
        InvalidInputError: the path would last longer than a message can say.

    """
    T_end_link = inverse_transform(link_to_solver(robot, link))
    places = robot.solver.chain.with_tool(T_end_link).forward(path)[0]
    means = np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(timing.times)  # [m/s]
    # Between two points the rate of the path changes evenly, from that at one to the other's.
    rates = np.abs(timing.velocities).max(axis=1, initial=0.0)
    sums = rates[1:] + rates[:-1]
    over_mean = 2 * np.maximum(rates[1:], rates[:-1]) / np.where(sums > 0, sums, 1.0)
    fastest = float((means * np.where(sums > 0, over_mean, 2.0)).max(initial=0.0))
    if fastest <= speed:
        return timing
    factor = fastest / speed
    times = factor * timing.times
    if not times[-1] <= LONGEST_TRAJECTORY:
        raise InvalidInputError(
            f'at max_cartesian_speed {speed:g} m/s the path takes {times[-1]:.3g} s; expected at '
            f'most {LONGEST_TRAJECTORY:g} s'
        )
    return PathTiming(times, timing.velocities / factor)
