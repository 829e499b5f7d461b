# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Spheres that move slowly about an arm that tracks: how often its clearance is lost.

    python -m lab.measurements.trackers.clear_streaming [--models NAME ...] [--updates 100000]
        [--spheres 16] [--clearance 0.005] [--json]

Targets are reachable poses, another one every two seconds; a run of 800 updates has spheres of its
own. Clearance is measured after the fact, by the body and the spheres of each frame. It is lost
where it falls below what is wanted: `moved`, when the command itself brings the arm too near;
`caught`, when a sphere comes too near to an arm that moves. What `ran into` an arm at rest is
counted apart: nothing can be expected of one that is cornered. The capsules of Panda and UR10 are
never farther than 16 mm from each other: more than that cannot be wanted of them.
"""

import argparse
import json
from collections import Counter

import numpy as np

from learned_ik import IkSolver, Tracker, resources
from learned_ik.arrays import Array

MODELS = ('tiago_arm', 'panda', 'ur10')
WANTED = 0.005  # [m]
SPEED, ACCELERATION = 2.0, 10.0  # [rad/s or m/s], [rad/s² or m/s²]
RATE = 72.0  # [1/s]
UPDATES_A_RUN, UPDATES_A_TARGET = 800, 144
RADII = (0.03, 0.08)  # [m]
SPHERE_SPEEDS = (0.05, 0.2)  # [m/s]
SHELL = (0.4, 1.1)  # shares of the reach, between which spheres stay
ATTEMPTS = 1000  # to find a start that is clear
RESTING = 1e-6  # [rad/s or m/s]
ROUNDING = 1e-9  # [m]


def main() -> None:
    """Print a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=MODELS, choices=sorted(shipped))
    parser.add_argument('--updates', type=int, default=100_000, help='of each model')
    parser.add_argument('--spheres', type=int, default=16)
    parser.add_argument('--clearance', type=float, default=WANTED, help='that is wanted [m]')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        counts: Counter[str] = Counter()
        for seed in range(max(1, options.updates // UPDATES_A_RUN)):
            counts += run(solver, seed, options.spheres, options.clearance)
        row = {key: counts[key] for key in ('updates', 'moved', 'caught', 'ran into', 'no start')}
        rows.append({'model': name, 'clearance': options.clearance} | row)
        if not options.json:
            print(line(rows[-1]), flush=True)
    if options.json:
        print(json.dumps({'clear_streaming': rows}))


def line(row: dict) -> str:
    """Return one line of the table."""
    starts = f'{row["no start"]} runs without a clear start'
    if not row['updates']:
        return f'{row["model"]:<12}nothing to tell: {starts}'
    lost = row['moved'] + row['caught']
    return (
        f'{row["model"]:<12}clearance lost {1e6 * lost / row["updates"]:.0f} times a million: '
        f'{row["moved"]} moved, {row["caught"]} caught of {row["updates"]} updates; '
        f'{row["ran into"]} ran into an arm at rest; {starts}'
    )


def run(solver: IkSolver, seed: int, spheres: int, wanted: float) -> Counter[str]:
    """Return what happened to the clearance in one run."""
    rng = np.random.default_rng(seed)
    tracker = Tracker(solver, SPEED, ACCELERATION, avoid_collisions=True, min_clearance=wanted)
    crowd = Crowd(solver, rng, spheres)
    solver.set_obstacles(crowd.spheres)
    kept = clear_start(solver, tracker, rng, wanted)
    if not kept:
        return Counter({'no start': 1})
    counts, moving = Counter({'updates': UPDATES_A_RUN}), False
    for frame in range(UPDATES_A_RUN):
        if frame % UPDATES_A_TARGET == 0:
            target = solver.forward(solver.chain.sample(rng, 1)[0])
        crowd.move(1 / RATE)
        solver.set_obstacles(crowd.spheres)
        waited = clearance(solver, tracker.joint_positions) >= wanted - ROUNDING
        step = tracker.update(*target, 1 / RATE)
        clear = clearance(solver, step.joint_positions) >= wanted - ROUNDING
        if kept and not clear:
            counts['moved' if waited else 'caught' if moving else 'ran into'] += 1
        kept = clear
        moving = bool(np.abs(step.joint_velocities).max() > RESTING)
    return counts


class Crowd:
    """Spheres that go straight on, and turn back where the workspace or the base is."""

    def __init__(self, solver: IkSolver, rng: np.random.Generator, count: int) -> None:
        """Put them anywhere between the base and the end of the reach."""
        self._near, self._far = np.array(SHELL) * solver.chain.reach
        directions = rng.normal(size=(2, count, 3))
        directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
        centres = directions[0] * rng.uniform(self._near, self._far, (count, 1))
        self.spheres = np.column_stack([centres, rng.uniform(*RADII, count)])
        self._velocities = directions[1] * rng.uniform(*SPHERE_SPEEDS, (count, 1))  # [m/s]

    def move(self, period: float) -> None:
        """Go on for a time [s]."""
        spheres = self.spheres.copy()
        spheres[:, :3] += period * self._velocities
        distances = np.linalg.norm(spheres[:, :3], axis=1)
        outwards = (spheres[:, :3] * self._velocities).sum(axis=1) > 0
        back = np.where(outwards, distances > self._far, distances < self._near)
        self._velocities = np.where(back[:, None], -self._velocities, self._velocities)
        self.spheres = spheres


def clear_start(
    solver: IkSolver, tracker: Tracker, rng: np.random.Generator, wanted: float
) -> bool:
    """Let the tracker begin in a posture that is clear; False where none is found."""
    for q in solver.chain.sample(rng, ATTEMPTS):
        if clearance(solver, q) >= wanted:
            tracker.reset(q)
            return True
    return False


def clearance(solver: IkSolver, q: Array) -> float:
    """Return how far the arm is from itself and from the spheres that there are now [m]."""
    engine = solver.engine
    return float(engine.avoidance.clearance(engine.memory(), engine.scene(True, 0.0), q[None])[0])


if __name__ == '__main__':
    main()
