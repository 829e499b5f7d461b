# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A target that goes straight through a sphere and back: what becomes of clearance and target.

    python -m lab.measurements.trackers.through_a_sphere [--models NAME ...] [--runs 50]
        [--clearance 0.005] [--json]

The sphere lies in the middle of the target's way, a line of 40 cm that the tip could follow if it
were not there; the way there and back takes ten seconds. `clear`: the least clearance of any
command. `free`: of the frames whose target a solver reaches clear of everything, how many the tip
is on. `back`: runs at whose end the tip is on its target, which is where it began.
"""

import argparse
import json

import numpy as np

from learned_ik import IkSolver, Tracker, TrackingStatus, resources
from learned_ik.arrays import Array

MODELS = ('tiago_arm', 'panda', 'ur10')
WANTED = 0.005  # [m]
SPEED, ACCELERATION = 2.0, 10.0  # [rad/s or m/s], [rad/s² or m/s²]
RATE, SECONDS, WAITING = 72.0, 10.0, 3.0  # [1/s], [s], [s] for the target's end
LENGTH = 0.4  # [m]
RADII = (0.04, 0.08)  # [m]
INNER = 0.5  # share of the joint ranges, about their middle, in which arms begin
TRIES = 2000  # to find a way that leads through a sphere, from a start that is clear
MARGIN = 2e-3  # [m], more than wanted, at the start
EVERY = 8  # frames, of which one is solved, to see whether it could be reached


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=MODELS, choices=sorted(shipped))
    parser.add_argument('--runs', type=int, default=50, help='of each model')
    parser.add_argument('--clearance', type=float, default=WANTED, help='that is wanted [m]')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        runs = [run(solver, seed, options.clearance) for seed in range(options.runs)]
        least, free, reached, back = map(np.array, zip(*runs, strict=True))
        row = {'model': name, 'runs': len(runs), 'clear m': float(least.min())}
        row |= {'free': float(reached.sum() / free.sum()), 'back': int(back.sum())}
        rows.append(row)
        if not options.json:
            print(
                f'{name:<12}clearance {1e3 * row["clear m"]:.1f} mm at the least, '
                f'{options.clearance * 1e3:g} mm wanted; on the target in {row["free"]:.1%} of '
                f'the frames that can be reached; back at the end in {row["back"]} of {len(runs)}',
                flush=True,
            )
    if options.json:
        print(json.dumps({'through_a_sphere': rows}))


def run(solver: IkSolver, seed: int, wanted: float) -> tuple[float, int, int, bool]:
    """Return the least clearance [m], frames that can be reached, those reached, if it is back."""
    start, end = ways_end(solver, np.random.default_rng(seed), wanted)
    position, orientation = solver.forward(start)
    tracker = Tracker(solver, SPEED, ACCELERATION, avoid_collisions=True, min_clearance=wanted)
    tracker.reset(start)
    shares = 0.5 - 0.5 * np.cos(np.linspace(0, 2 * np.pi, int(SECONDS * RATE)))
    least, free, reached = np.inf, 0, 0
    for frame, share in enumerate([*shares, *np.zeros(int(WAITING * RATE))]):
        target = position + share * (end - position)
        step = tracker.update(target, orientation, 1 / RATE)
        least = min(least, step.clearance)
        if frame % EVERY == 0 and solver.solve(
            target, orientation, step.joint_positions, position_tolerance=1e-3,
            avoid_collisions=True, min_clearance=wanted, timeout=0.02,
        ):  # fmt: skip
            free += 1
            reached += step.status is TrackingStatus.ON_TARGET
    return least, free, reached, step.status is TrackingStatus.ON_TARGET


def ways_end(solver: IkSolver, rng: np.random.Generator, wanted: float) -> tuple[Array, Array]:
    """Put a sphere into a way that the tip could go; return its start (joints,) and end (3,) [m].

    Raises:
        RuntimeError: none is found.

    """
    chain = solver.chain
    for _ in range(TRIES):
        start = chain.middle + INNER * (chain.sample(rng, 1)[0] - chain.middle)
        position, orientation = solver.forward(start)
        direction = rng.normal(size=3)
        end = position + LENGTH * direction / np.linalg.norm(direction)
        shares = np.linspace(0, 1, 40)[:, None]
        solver.set_obstacles([])
        way = solver.follow(
            position + shares * (end - position), np.tile(orientation, (40, 1)), start=start
        )
        if not way.success:
            continue
        solver.set_obstacles([[*(position + end) / 2, rng.uniform(*RADII)]])
        first = solver.solve(position, orientation, start, min_clearance=wanted + MARGIN)
        if first and np.abs(first.joint_positions - start).max() < 1e-3:
            return start, end
    raise RuntimeError('no way leads through a sphere')


if __name__ == '__main__':
    main()
