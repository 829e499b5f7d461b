# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a hand makes of an arm: jumps, frames without a command, and how near the tip stays.

    python -m lab.measurements.streaming [--models NAME ...] [--ways NAME ...] [--runs 100]
        [--seconds 30] [--recording hand.csv] [--json]

A simulated hand, three slow sines an axis, ±12 cm, 72 Hz, orientation kept, leads the tip from a
random posture; a recorded one, from as many places in the file, at 0.1 to 0.5 of its size, turns
it too. `solve`: each answer is the seed of the next. `tracker`: joints at 2 rad/s or m/s.
`chosen`: from the posture that it chooses for the first pose. `switching`: and it goes to another
branch after a tenth of a second at a dead end. `reachable`: what a solver finds joint positions
for, whatever the way there; no way to follow can be better.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from lab.protocols.streaming.sways import RATE, sway
from learned_ik import IkSolver, Status, Tracker, TrackingStatus, resources
from learned_ik.arrays import Array
from learned_ik.trajectories.hand_motion import HandMotion
from learned_ik.trajectories.hand_recording import read_recording

SPEED = 2.0  # [rad/s or m/s]
FLIP = 0.2  # [rad or m], of a joint in one frame
NEAR = 1e-3  # [m]
MODELS = ('tiago_arm', 'panda', 'ur10')

DEAD_END = 7  # frames, as near as a branch allows, before another one is taken
TURNED = np.radians(1.0)  # [rad]
Command = Callable[[Array, Array], tuple[Array | None, float, float]]  # posture, [m], [rad]


def main() -> None:
    """Print a line for each model and way to follow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    parser.add_argument('--models', nargs='+', default=MODELS, choices=sorted(shipped))
    parser.add_argument('--runs', type=int, default=100)
    parser.add_argument('--seconds', type=float, default=30.0)
    parser.add_argument('--ways', nargs='+', default=list(WAYS), choices=WAYS)
    parser.add_argument('--recording', type=Path, help='CSV file: x,y,z,qx,qy,qz,qw')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for name in options.models:
        solver = IkSolver.load(shipped[name])
        solver.warm_up()
        hands = [
            hand_of_run(solver, run, options.runs, options.seconds, options.recording)
            for run in range(options.runs)
        ]
        if not options.json:
            share = np.mean([reachable(solver, *poses) for _, *poses in hands])
            print(f'{name:<12}reachable {share:.1%}', flush=True)
        for way in options.ways:
            row = {'model': name, 'way': way, 'runs': options.runs}
            rows.append(row | measure(solver, WAYS[way], hands))
            if not options.json:
                print(line(rows[-1]), flush=True)
    if options.json:
        print(json.dumps({'streaming': rows}))


def by_solving(solver: IkSolver, start: Array, _: Array, __: Array) -> Command:
    """Take each answer as the next seed, and command nothing where there is none."""
    last = start

    def command(position: Array, orientation: Array) -> tuple[Array | None, float, float]:
        nonlocal last
        solution = solver.solve(position, orientation, last)
        errors = solution.position_error, solution.orientation_error
        if not solution:
            return None, *errors
        last = solution.joint_positions
        return last, *errors

    return command


def by_tracking(solver: IkSolver, start: Array, _: Array, __: Array) -> Command:
    """Follow with a tracker."""
    tracker = Tracker(solver, SPEED)
    tracker.reset(start)
    return commands_of(tracker, switches=False)


def from_a_chosen_posture(
    solver: IkSolver, start: Array, position: Array, orientation: Array
) -> Command:
    """Follow with a tracker that chooses where to begin."""
    tracker = Tracker(solver, SPEED)
    tracker.reset(tracker.choose_posture(position, orientation))
    return commands_of(tracker, switches=False)


def by_switching(solver: IkSolver, start: Array, position: Array, orientation: Array) -> Command:
    """Follow with a tracker that leaves dead ends too."""
    tracker = Tracker(solver, SPEED)
    tracker.reset(tracker.choose_posture(position, orientation))
    return commands_of(tracker, switches=True)


def commands_of(tracker: Tracker, switches: bool) -> Command:
    """Return what a tracker commands; it leaves dead ends if it `switches`."""
    stuck = 0

    def command(position: Array, orientation: Array) -> tuple[Array | None, float, float]:
        nonlocal stuck
        step = tracker.update(position, orientation, 1 / RATE)
        stuck = stuck + 1 if step.status is TrackingStatus.CLOSEST else 0
        if switches and stuck and stuck % DEAD_END == 0:
            tracker.switch(position, orientation, 1 / RATE)
        return step.joint_positions, step.position_error, step.orientation_error

    return command


WAYS: dict[str, Callable[[IkSolver, Array, Array, Array], Command]] = {
    'solve': by_solving,
    'tracker': by_tracking,
    'chosen': from_a_chosen_posture,
    'switching': by_switching,
}


def hand_of_run(
    solver: IkSolver, run: int, runs: int, seconds: float, recording: Path | None
) -> tuple[Array, Array, Array]:
    """Return where a run begins (joints,), and its poses (frames, 3) [m] and (frames, 4)."""
    chain, rng = solver.chain, np.random.default_rng(run)
    start = chain.middle + 0.6 * (chain.sample(rng, 1)[0] - chain.middle)
    if recording is None:
        poses = list(hand(solver, start, seconds, rng))
        return start, np.array([p for p, _ in poses]), np.array([o for _, o in poses])
    motion, frames = read_recording(recording, RATE), int(seconds * RATE)
    first = run * max(len(motion) - frames, 0) // max(runs - 1, 1)
    part = slice(first, first + frames)
    piece = HandMotion(motion.times[part], motion.positions[part], motion.orientations[part])
    scale = 0.1 + 0.4 * run / max(runs - 1, 1)
    path = piece.clutched(*solver.forward(start), scale)
    return start, path.positions, path.orientations


def reachable(solver: IkSolver, positions: Array, orientations: Array) -> float:
    """Return the share of poses that some joint positions reach."""
    batch = solver.solve_batch(
        positions, orientations, position_tolerance=NEAR, orientation_tolerance=TURNED
    )
    return float(np.mean(np.asarray(batch.status) == Status.SUCCESS))


def hand(solver: IkSolver, start: Array, seconds: float, rng: np.random.Generator) -> Iterator:
    """Yield position [m] and orientation of each frame."""
    position, orientation = solver.forward(start)
    for offset in sway(rng, seconds):
        yield position + offset, orientation


def measure(
    solver: IkSolver,
    follower: Callable[[IkSolver, Array, Array, Array], Command],
    hands: list[tuple[Array, Array, Array]],
) -> dict[str, float]:
    """Return what came of some runs."""
    times = []
    flipped = frames = silent = near = 0
    for start, positions, orientations in hands:
        command, last, flips = follower(solver, start, positions[0], orientations[0]), None, 0
        for position, orientation in zip(positions, orientations, strict=True):
            began = perf_counter()
            q, away, turned = command(position, orientation)
            times.append(perf_counter() - began)
            frames += 1
            if q is None:
                silent += 1
                continue
            near += bool(away < NEAR and turned < TURNED)
            flips += last is not None and bool(np.abs(q - last).max() > FLIP)
            last = q
        flipped += flips > 0
    median, slowest = 1e6 * np.quantile(times, [0.5, 0.99])
    return {
        'runs with a flip': flipped,
        'silent frames': silent / frames,
        'within 1 mm, 1 deg': near / frames,
        'median us': float(median),
        'p99 us': float(slowest),
    }


def line(row: dict) -> str:
    """Return one line of the table."""
    return (
        f'{row["model"]:<12}{row["way"]:<10}{row["runs with a flip"]} of {row["runs"]} runs flip, '
        f'{row["silent frames"]:.1%} of the frames silent, '
        f'{row["within 1 mm, 1 deg"]:.1%} within 1 mm and 1 deg; '
        f'{row["median us"]:.1f} us, p99 {row["p99 us"]:.1f}'
    )


if __name__ == '__main__':
    main()
