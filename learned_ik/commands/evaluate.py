# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`evaluate`: how good a model is, the network alone and with refinement."""

import dataclasses
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result, error_lines, statistics
from learned_ik.commands.training_files import written_report
from learned_ik.errors import InvalidInputError
from learned_ik.learning.training_config import HELD_OUT_SEED, TrainingConfig
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import quaternion_from_matrix, rotation_angle

LIMIT_SLACK = 1e-5  # [rad or m], what rounding to float32 may add to a joint at its limit


@dataclasses.dataclass(frozen=True)
class Evaluate:
    """Evaluate a model on reachable poses: the network alone, and with refinement.

    The poses are those of joint positions drawn uniformly within the limits. A network that takes
    a seed gets these joint positions, as far off as in its training.
    """

    model: Path = positional('model file')
    poses: int = option('how many', 10_000)
    seed: int = option('of the poses; by default those on which training judged it', HELD_OUT_SEED)
    position_tolerance: float = option('[m], within which a refined pose counts as solved', 1e-5)
    orientation_tolerance: float = option('[rad], likewise', 1e-4)
    report: Path | None = option('folder of a report to write; needs torch and matplotlib', None)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Solve all poses, and recompute every error by forward kinematics."""
        if self.poses < 1:
            raise InvalidInputError(f'poses is {self.poses}; expected 1 or more')
        if self.seed < 0:
            raise InvalidInputError(f'seed is {self.seed}; expected 0 or more')
        model = IkModel.load(self.model)
        content, lines = self._solved(model)
        content = {'model': str(self.model), 'seed': self.seed, 'report': None, **content}
        if self.report is not None:
            page = written_report(model, self.report)
            content['report'] = str(page)
            lines.append(f'report: {page}')
        return Result(content, '\n'.join(lines))

    def _solved(self, model: IkModel) -> tuple[dict[str, Any], list[str]]:
        """Return what the solver makes of the poses, with and without refinement."""
        from learned_ik.solving.solver import IkSolver

        solver = IkSolver(model)
        solver.warm_up()
        chain = solver.chain
        rng = np.random.default_rng(self.seed)
        q = chain.sample(rng, self.poses)
        rotations, positions = chain.forward_matrix(q)
        orientations = quaternion_from_matrix(rotations)
        spread = _seed_spread(model) if solver.takes_seed else None
        seeds = None if spread is None else _near(q, spread, rng, chain)
        solver.predict(positions[:1], orientations[:1])  # compiles what `warm_up` leaves out

        began = time.perf_counter()
        guesses = solver.predict(positions, orientations, seeds)
        network_time = time.perf_counter() - began
        began = time.perf_counter()
        solved = solver.solve_batch(
            positions,
            orientations,
            seeds,
            position_tolerance=self.position_tolerance,
            orientation_tolerance=self.orientation_tolerance,
        )
        refined_time = time.perf_counter() - began

        network = _errors(chain, guesses, positions, rotations)
        refined = _errors(chain, solved.joint_positions, positions, rotations)
        content = {
            'seed_spread': spread,
            'threads': len(os.sched_getaffinity(0)),
            'network': {**network, 'time_per_pose': network_time / self.poses},
            'refined': {
                **refined,
                'solved': float(np.mean(solved.success)),
                'position_tolerance': self.position_tolerance,
                'orientation_tolerance': self.orientation_tolerance,
                'time_per_pose': refined_time / self.poses,
            },
            'units': {'position': 'm', 'orientation': 'rad', 'time': 's'},
        }
        lines = [
            f'network alone, {1e6 * network_time / self.poses:.2f} µs a pose in a batch',
            *error_lines(network),
            f'refined, {1e6 * refined_time / self.poses:.2f} µs a pose in a batch',
            *error_lines(refined),
            f'solved to {self.position_tolerance:g} m and {self.orientation_tolerance:g} rad: '
            f'{100 * np.mean(solved.success):.2f} %',
        ]
        if seeds is not None:
            lines.insert(0, f"seeds {spread:g} rad or m from the poses' own joint positions")
        return content, lines


def _seed_spread(model: IkModel) -> float:
    """Return how far seeds were from the poses' own joints in training [rad or m]."""
    saved = model.training.get('configuration', {})
    return float(saved.get('seed_spread', TrainingConfig.seed_spread))


def _near(q: Array, spread: float, rng: np.random.Generator, chain: KinematicChain) -> Array:
    """Return seeds within the limits, near joint positions q (n, joints) [rad or m]."""
    return np.clip(q + rng.normal(0, spread, q.shape), chain.lower, chain.upper)


def _errors(chain: KinematicChain, q: Array, positions: Array, rotations: Array) -> dict[str, Any]:
    """Return how far joint positions q (n, joints) are from poses (n, 3) [m] and (n, 3, 3)."""
    R, p = chain.forward_matrix(q)
    outside = (q < chain.lower - LIMIT_SLACK) | (q > chain.upper + LIMIT_SLACK)
    return {
        'poses': len(q),
        'position': statistics(np.linalg.norm(p - positions, axis=-1)),
        'orientation': statistics(rotation_angle(R, rotations)),
        'limits_broken': float(outside.any(axis=-1).mean()),
    }
