# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of right types and wrong numbers, from a seeded generator: the same ones each time."""

from typing import Any, NamedTuple

import numpy as np

from lab.fuzzing.hostile_values import hostile_number
from lab.robots import Robot

KNOWN_POSES = 512  # of a robot, from which requests are made
SHARES = {'solve': 0.78, 'solve_batch': 0.08, 'follow': 0.06, 'solve_all': 0.04, 'predict': 0.04}
MOST_ROWS = 6  # of a batch or path
TIMEOUT = 0.02  # [s], where the generator has no worse idea


class HostileRequest(NamedTuple):
    """One call of a solver."""

    method: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    spheres: np.ndarray | None = None  # obstacles to be set before; None: those from before


class RequestMaker:
    """Makes requests of one robot."""

    def __init__(self, robot: Robot, seed: int) -> None:
        """Draw the poses that can be reached, from which the others are made."""
        self._robot, self._rng = robot, np.random.default_rng(seed)
        self._q = robot.chain.sample(self._rng, KNOWN_POSES)
        self._poses = robot.chain.forward(self._q)

    def next(self) -> HostileRequest:
        """Return another request."""
        rng = self._rng
        method = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        spheres = self._spheres() if rng.random() < 0.02 else None
        if method in ('solve', 'solve_all'):
            position, orientation, q = self._pose()
            arguments: tuple[Any, ...] = (position, orientation)
        else:
            rows = [self._pose() for _ in range(rng.integers(0, MOST_ROWS + 1))]
            position = np.reshape([row[0] for row in rows], (-1, 3))
            orientation = np.reshape([row[1] for row in rows], (-1, 4))
            q = rows[0][2] if rows else self._q[0]
            arguments = (position, orientation)
        return HostileRequest(method, arguments, self._options(method, q), spheres)

    def _pose(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return a pose, good or bad, and joint positions that reached it when it was good."""
        rng = self._rng
        k = rng.integers(KNOWN_POSES)
        position, orientation = self._poses[0][k].copy(), self._poses[1][k].copy()
        choice = rng.integers(10)
        if choice == 0:
            position[rng.integers(3)] = hostile_number(rng)
        elif choice == 1:
            position *= hostile_number(rng)
        elif choice == 2:
            orientation *= hostile_number(rng)
        elif choice == 3:
            orientation[rng.integers(4)] = hostile_number(rng)
        elif choice == 4:
            position = rng.normal(0, self._robot.chain.reach, 3)
        elif choice == 5:  # twice as long, half a turn, a denormal part
            orientation = rng.choice([-2.0, 1e-5, 1e150]) * orientation
        return position, orientation, self._q[k]

    def _posture(self, q: np.ndarray) -> np.ndarray:
        """Return a seed: near q, anywhere, far off, or nonsense."""
        rng, joints = self._rng, self._robot.chain.joint_count
        choice = rng.integers(8)
        if choice <= 2:
            return q + rng.normal(0, 10.0 ** rng.uniform(-9, 0), joints)
        if choice == 3:
            return q
        if choice == 4:
            return self._q[rng.integers(KNOWN_POSES)]
        if choice == 5:
            return rng.choice([self._robot.chain.lower, self._robot.chain.upper])
        if choice == 6:
            return q * 10.0 ** rng.uniform(0, 7)
        seed = q.copy()
        seed[rng.integers(joints)] = hostile_number(rng)
        return seed

    def _options(self, method: str, q: np.ndarray) -> dict[str, Any]:
        rng = self._rng
        options: dict[str, Any] = {}
        if method == 'predict':
            return options
        if method in ('solve', 'follow'):
            options['timeout'] = TIMEOUT
            if rng.random() < 0.1:
                options['timeout'] = float(
                    rng.choice([1e-9, 1e-4, 1e-3, 5e-324, 0.0, -1.0, np.nan])
                )
        if rng.random() < 0.6:
            name = {'solve_batch': 'seeds', 'follow': 'start'}.get(method, 'seed')
            options[name] = self._posture(q)
        if rng.random() < 0.15:
            options['position_tolerance'] = self._tolerance()
        if rng.random() < 0.15:
            options['orientation_tolerance'] = self._orientation_tolerance()
        if method in ('solve', 'solve_batch'):
            if rng.random() < 0.3:
                options['prefer'] = self._preference(q)
            if rng.random() < 0.1:
                options['max_joint_change'] = abs(hostile_number(rng))
        if rng.random() < 0.03:
            options['min_clearance'] = hostile_number(rng) if rng.random() < 0.5 else 0.01
        if rng.random() < 0.05:
            options['avoid_collisions'] = bool(rng.random() < 0.5)
        return options

    def _tolerance(self) -> float:
        rng = self._rng
        if rng.random() < 0.5:
            return hostile_number(rng)
        return 10.0 ** rng.uniform(-10, -2) * self._robot.chain.reach

    def _orientation_tolerance(self) -> Any:
        rng, choice = self._rng, self._rng.integers(4)
        if choice == 0:
            return hostile_number(rng)
        if choice == 1:
            return 10.0 ** rng.uniform(-10, 0)
        tolerances = 10.0 ** rng.uniform(-7, -1, 3)
        if choice == 2:
            tolerances[rng.integers(3)] = np.inf
            return tolerances
        tolerances[rng.integers(3)] = abs(hostile_number(rng))
        return tolerances.tolist()

    def _preference(self, q: np.ndarray) -> Any:
        choice = self._rng.integers(4)
        if choice < 3:
            return ('first', 'nearest', 'middle')[choice]
        posture = self._posture(q).copy()
        if self._rng.random() < 0.3:
            posture[self._rng.integers(len(posture))] = np.nan
        return posture

    def _spheres(self) -> np.ndarray:
        """Return obstacles about the arm; most often none."""
        rng, reach = self._rng, self._robot.chain.reach
        if rng.random() < 0.7:
            return np.empty((0, 4))
        spheres = rng.normal(0, reach, (rng.integers(1, 5), 4))
        spheres[:, 3] = np.abs(0.1 * spheres[:, 3])
        if rng.random() < 0.3:
            spheres[0, rng.integers(4)] = hostile_number(rng)
        return spheres
