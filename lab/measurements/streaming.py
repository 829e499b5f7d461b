# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a hand makes of an arm: jumps, frames without a command, and how near the tip stays.

    python -m lab.measurements.streaming [--models NAME ...] [--runs 100] [--seconds 30] [--json]

A simulated hand, three slow sines an axis, ±12 cm, 72 Hz, orientation kept, leads the tip from a
random posture. `solve`: each answer is the seed of the next. `Tracker`: joints at 2 rad/s or m/s.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from learned_ik import IkSolver, Tracker, resources
from learned_ik.arrays import Array

RATE = 72.0  # [1/s]
REACH_OF_HAND = 0.12  # [m]
SPEED = 2.0  # [rad/s or m/s]
FLIP = 0.2  # [rad or m], of a joint in one frame
NEAR = 1e-3  # [m]
MODELS = ('tiago_arm', 'panda', 'ur10')

Command = Callable[[Array, Array], tuple[Array | None, float]]


def main() -> None:
    """Print a line for each model and way to follow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=MODELS, choices=sorted(shipped))
    parser.add_argument('--runs', type=int, default=100)
    parser.add_argument('--seconds', type=float, default=30.0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        solver.warm_up()
        for way, follower in (('solve', by_solving), ('Tracker', by_tracking)):
            row = {'model': name, 'way': way, 'runs': options.runs}
            rows.append(row | measure(solver, follower, options.runs, options.seconds))
            if not options.json:
                print(line(rows[-1]), flush=True)
    if options.json:
        print(json.dumps({'streaming': rows}))


def by_solving(solver: IkSolver, start: Array) -> Command:
    """Take each answer as the next seed, and command nothing where there is none."""
    last = start

    def command(position: Array, orientation: Array) -> tuple[Array | None, float]:
        nonlocal last
        solution = solver.solve(position, orientation, last)
        if not solution:
            return None, solution.position_error
        last = solution.joint_positions
        return last, solution.position_error

    return command


def by_tracking(solver: IkSolver, start: Array) -> Command:
    """Follow with a tracker."""
    tracker = Tracker(solver, SPEED)
    tracker.reset(start)

    def command(position: Array, orientation: Array) -> tuple[Array | None, float]:
        step = tracker.update(position, orientation, 1 / RATE)
        return step.joint_positions, step.position_error

    return command


def hand(solver: IkSolver, start: Array, seconds: float, rng: np.random.Generator) -> Iterator:
    """Yield position [m] and orientation of each frame."""
    position, orientation = solver.forward(start)
    size, phase = rng.uniform(0.3, 1.0, (3, 3)), rng.uniform(0, 2 * np.pi, (3, 3))
    rate = rng.uniform(0.05, 0.5, (3, 3))  # [1/s]
    for frame in range(int(seconds * RATE)):
        waves = size * (np.sin(2 * np.pi * rate * frame / RATE + phase) - np.sin(phase))
        yield position + REACH_OF_HAND / 3 * waves.sum(axis=1), orientation


def measure(
    solver: IkSolver, follower: Callable[[IkSolver, Array], Command], runs: int, seconds: float
) -> dict[str, float]:
    """Return what came of some runs."""
    chain, times = solver.chain, []
    flipped = frames = silent = near = 0
    for run in range(runs):
        rng = np.random.default_rng(run)
        start = chain.middle + 0.6 * (chain.sample(rng, 1)[0] - chain.middle)
        command, last, flips = follower(solver, start), start, 0
        for position, orientation in hand(solver, start, seconds, rng):
            began = perf_counter()
            q, error = command(position, orientation)
            times.append(perf_counter() - began)
            frames += 1
            if q is None:
                silent += 1
                continue
            near += error < NEAR
            flips += np.abs(q - last).max() > FLIP
            last = q
        flipped += flips > 0
    median, slowest = 1e6 * np.quantile(times, [0.5, 0.99])
    return {
        'runs with a flip': flipped,
        'silent frames': silent / frames,
        'within 1 mm': near / frames,
        'median us': float(median),
        'p99 us': float(slowest),
    }


def line(row: dict) -> str:
    """Return one line of the table."""
    return (
        f'{row["model"]:<12}{row["way"]:<9}{row["runs with a flip"]} of {row["runs"]} runs flip, '
        f'{row["silent frames"]:.1%} of the frames silent, {row["within 1 mm"]:.1%} within 1 mm; '
        f'{row["median us"]:.1f} us, p99 {row["p99 us"]:.1f}'
    )


if __name__ == '__main__':
    main()
