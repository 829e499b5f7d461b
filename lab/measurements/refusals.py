# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How many reachable poses are refused: with the network, from mid-range, and without it.

    python -m lab.measurements.refusals [--robots tiago panda] [--models FILE ...] [--poses 100000]

Poses are those of uniformly drawn joint positions, so each has a solution.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from lab.robots import ROBOTS, robot_named
from learned_ik import IkSolver, resources

POSITION_TOLERANCE, ORIENTATION_TOLERANCE = 1e-5, 1e-4  # [m], [rad]


def main() -> None:
    """Print a line for each robot and way to begin."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', default=ROBOTS, choices=ROBOTS, metavar='NAME')
    parser.add_argument('--models', nargs='*', type=Path, default=[], help='further model files')
    parser.add_argument('--poses', type=int, default=100_000)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    models = (*options.models, *resources.shipped_files('models', '.safetensors'))
    rows = []
    for name in options.robots:
        robot = robot_named(name, models)
        q = robot.chain.sample(np.random.default_rng(options.seed), options.poses)
        positions, orientations = robot.chain.forward(q)
        ways = {'without the network': (IkSolver(robot.chain), None)}
        if robot.model is not None:
            solver = IkSolver(robot.model)
            ways = {'network': (solver, None), 'mid-range': (solver, robot.chain.middle)} | ways
        for way, (solver, seed) in ways.items():
            batch = solver.solve_batch(
                positions, orientations, seed, prefer='first',
                position_tolerance=POSITION_TOLERANCE,
                orientation_tolerance=ORIENTATION_TOLERANCE,
            )  # fmt: skip
            refused = int((~batch.success).sum())
            rows.append({'robot': name, 'way': way, 'poses': options.poses, 'refused': refused})
            if not options.json:
                print(f'{name:<14}{way:<22}{refused} of {options.poses} refused', flush=True)
    if options.json:
        print(json.dumps({'refusals': rows}))


if __name__ == '__main__':
    main()
