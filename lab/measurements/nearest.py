# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How often an answer is farther from its seed than a solution that is known to be there.

    python -m lab.measurements.nearest [--models NAME ...] [--trials 1000000] [--json]

The known solution is drawn, its pose is asked for, and the seed is the known solution plus noise
in every joint. Half of the known solutions have one joint at, or all but at, a place where
branches meet: zero, ±1e-4 to ±0.1 rad. An answer misses the known solution if it is farther from
the seed by more than one percent.
"""

import argparse
import json
from time import perf_counter

import numpy as np

from learned_ik import IkSolver, KinematicChain, resources
from learned_ik.arrays import Array

NOISE = (0.01, 0.03, 0.1, 0.3)  # [rad or m], of every joint
STRAIGHT = (0.0, 1e-4, 1e-3, 1e-2, 0.1)  # [rad], how far a joint is from where branches meet
MORE = 1.01  # times as far counts as a miss
BLOCK = 10_000  # trials at once


def main() -> None:
    """Print a line for each model, kind of pose and noise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=sorted(shipped), choices=sorted(shipped))
    parser.add_argument('--trials', type=int, default=1_000_000, help='all together')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    share = -(-options.trials // (2 * len(NOISE) * len(options.models)))
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        solver.warm_up()
        for straight in (False, True):
            for noise in NOISE:
                rng = np.random.default_rng(options.seed)
                row = {'model': name, 'poses': 'straight' if straight else 'any', 'noise': noise}
                rows.append(row | measure(solver, rng, share, noise, straight))
                if not options.json:
                    print(line(rows[-1]), flush=True)
    missed, trials = (sum(row[what] for row in rows) for what in ('missed', 'trials'))
    if options.json:
        print(json.dumps({'nearest': rows, 'missed': missed, 'trials': trials}))
    else:
        print(f'\n{missed} of {trials} answers miss a known solution that is nearer.')


def measure(
    solver: IkSolver, rng: np.random.Generator, trials: int, noise: float, straight: bool
) -> dict[str, float]:
    """Return counts, and the time of an answer beside that of the first one found."""
    chain, counts, times = solver.chain, np.zeros(3, np.int64), np.zeros(2)
    for begin in range(0, trials, BLOCK):
        known = chain.sample(rng, min(BLOCK, trials - begin))
        if straight:
            straighten(chain, known, rng)
        seeds = np.clip(known + rng.normal(0, noise, known.shape), chain.lower, chain.upper)
        poses = chain.forward(known)
        for k, prefer in enumerate(('first', 'nearest')):
            began = perf_counter()
            batch = solver.solve_batch(*poses, seeds, prefer=prefer, threads=1)
            times[k] += perf_counter() - began
        away = np.linalg.norm(known - seeds, axis=1)
        own = np.linalg.norm(batch.joint_positions - seeds, axis=1)
        failed = ~batch.success
        counts += failed.sum(), (failed | (own > MORE * away)).sum(), (own > away + 0.5).sum()
    return {
        'trials': trials,
        'failed': int(counts[0]),
        'missed': int(counts[1]),
        'by half a radian': int(counts[2]),
        'microseconds': 1e6 * times[1] / trials,
        'microseconds of the first': 1e6 * times[0] / trials,
    }


def straighten(chain: KinematicChain, q: Array, rng: np.random.Generator) -> None:
    """Put one joint of each posture (n, joints), any of them, all but at zero."""
    rows, joints = np.arange(len(q)), rng.integers(0, chain.joint_count, len(q))
    at = rng.choice(STRAIGHT, len(q)) * rng.choice([-1, 1], len(q))
    q[rows, joints] = np.clip(at, chain.lower[joints], chain.upper[joints])


def line(row: dict) -> str:
    """Return one line of the table."""
    return (
        f'{row["model"]:<18}{row["poses"]:<10}{row["noise"]:<6}missed {row["missed"]} of '
        f'{row["trials"]}, {row["by half a radian"]} by half a radian; '
        f'{row["microseconds"]:.2f} us, the first {row["microseconds of the first"]:.2f}'
    )


if __name__ == '__main__':
    main()
