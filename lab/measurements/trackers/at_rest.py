# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Targets out of reach: how much farther than the closest pose a tracker comes to rest.

    python -m lab.measurements.trackers.at_rest [--models NAME ...] [--targets 100] [--json]

The position of a reachable pose is moved straight out, 5 to 50 cm beyond the arm's length; the
tracker has ten seconds. Its error, the root of the squares as the solver weighs them, in metres,
less the least error of descents from 256 random postures. Below zero it found what they did not.
"""

import argparse
import json

import numpy as np

from learned_ik import IkSolver, Tracker, resources

MODELS = ('tiago_arm', 'panda', 'ur10')
BEYOND = (0.05, 0.5)  # [m], behind the end of the stretched arm
DESCENTS = 256
SPEED, RATE, SECONDS = 2.0, 72.0, 10.0  # [rad/s or m/s], [1/s], [s]
CLOSE = 1e-3  # [m]


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=MODELS, choices=sorted(shipped))
    parser.add_argument('--targets', type=int, default=100)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        excess = [excess_at_rest(solver, seed) for seed in range(options.targets)]
        median, p90, largest = np.quantile(excess, [0.5, 0.9, 1.0]).tolist()
        close = float(np.mean(np.array(excess) < CLOSE))
        rows.append({'model': name, 'targets': options.targets, 'within 1 mm': close})
        rows[-1] |= {'median m': median, 'p90 m': p90, 'max m': largest}
        if not options.json:
            print(
                f'{name:<12}{close:.1%} of {options.targets} within 1 mm of the best of '
                f'{DESCENTS}; excess: median {1e3 * median:.2f} mm, p90 {1e3 * p90:.1f} mm, '
                f'max {1e3 * largest:.0f} mm',
                flush=True,
            )
    if options.json:
        print(json.dumps({'at_rest': rows}))


def excess_at_rest(solver: IkSolver, seed: int) -> float:
    """Return how much worse than the best of many descents a tracker ends [m]."""
    chain, rng, weight = solver.chain, np.random.default_rng(seed), solver.engine.angular_weight
    start = chain.middle + 0.6 * (chain.sample(rng, 1)[0] - chain.middle)
    position, orientation = solver.forward(chain.sample(rng, 1)[0])
    first = chain.transforms[0][:3, 3]  # [m], of the first joint
    length = chain.reach - np.linalg.norm(first) + rng.uniform(*BEYOND)
    position = first + length * (position - first) / np.linalg.norm(position - first)

    tracker = Tracker(solver, SPEED)
    tracker.reset(start)
    for _ in range(int(SECONDS * RATE)):
        step = tracker.update(position, orientation, 1 / RATE)
    ended = np.hypot(step.position_error, weight * step.orientation_error)

    many = (DESCENTS, 1)
    batch = solver.solve_batch(
        np.tile(position, many), np.tile(orientation, many), chain.sample(rng, DESCENTS)
    )
    return float(ended - np.hypot(batch.position_error, weight * batch.orientation_error).min())


if __name__ == '__main__':
    main()
