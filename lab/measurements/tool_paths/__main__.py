# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How often `follow` leads a tool with a free angle where it can be led, and how long it takes.

    python -m lab.measurements.tool_paths [--paths 20] [--poses 1000] [--kinds ...] [--json]

A UR10 carries a bent torch. Its yaw about its own axis is free, or the axis may also lean by up
to 15 degrees. Circles, lines and rasters are drawn, some all around the base and some near the
reach. Which of them can be led is decided without this package's solver: by every solution that
the closed form of the arm has at each point of a lattice over the free angles, within the joint
limits, every turn of every joint, and a search over the whole path for steps without a jump. A
path counts as led where each pose is reached, by forward kinematics in numpy, without a jump.
"""

import argparse
import json
from time import perf_counter

import numpy as np

from lab.measurements.tool_paths.drawing import (
    CONE,
    FREEDOMS,
    JUMP,
    KINDS,
    TOOL,
    drawn,
    is_led,
)
from lab.measurements.tool_paths.judge import Judge
from learned_ik import IkSolver, resources


def main() -> None:
    """Print a line for each freedom and kind of path."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--paths', type=int, default=20, help='of each kind')
    parser.add_argument('--poses', type=int, default=1000, help='of each path')
    parser.add_argument('--kinds', nargs='+', default=KINDS, choices=KINDS)
    parser.add_argument('--freedoms', nargs='+', default=list(FREEDOMS), choices=list(FREEDOMS))
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--verbose', action='store_true', help='tell of each path that is missed')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    solver = IkSolver.load(shipped['ur10'], tool=TOOL)
    solver.warm_up()
    solver.follow(*solver.forward(solver.chain.middle[None]))
    rows = []
    for freedom in options.freedoms:
        for kind in options.kinds:
            rows.append(
                {'freedom': freedom, 'kind': kind} | measure(solver, freedom, kind, options)
            )
            if not options.json:
                print(line(rows[-1]), flush=True)
    feasible, led = (sum(row[what] for row in rows) for what in ('feasible', 'led of those'))
    if options.json:
        print(json.dumps({'tool paths': rows, 'feasible': feasible, 'led of those': led}))
    else:
        print(f'\n{led} of {feasible} paths that can be led are.')


def measure(
    solver: IkSolver, freedom: str, kind: str, options: argparse.Namespace
) -> dict[str, float]:
    """Return how many paths of a kind can be led, how many are, and how long those take."""
    rng, times = np.random.default_rng([options.seed, KINDS.index(kind)]), []
    judge = Judge(solver.chain, TOOL, lean=0.0 if freedom == 'yaw' else CONE)
    counts = dict.fromkeys(('feasible', 'led', 'led of those'), 0)
    for number in range(options.paths):
        positions, orientations = drawn(kind, options.poses, rng)
        began = perf_counter()
        path = solver.follow(
            positions, orientations, orientation_tolerance=FREEDOMS[freedom], jump=JUMP
        )
        took = 1e3 * (perf_counter() - began)
        led = is_led(solver, path.joint_positions, positions, orientations, freedom)
        feasible = judge.can_be_led(positions, orientations, JUMP)
        if feasible:
            times.append(took)
        counts['feasible'] += feasible
        counts['led'] += led
        counts['led of those'] += led and feasible
        if options.verbose and (feasible != led or took > 50):
            print(f'{freedom} {kind} {number}: feasible {feasible}, led {led}, {took:.0f} ms '
                  f'{path.message}')  # fmt: skip
    return counts | {
        'paths': options.paths,
        'median ms': float(np.median(times)) if times else 0.0,
        'p99 ms': float(np.quantile(times, 0.99)) if times else 0.0,
    }


def line(row: dict) -> str:
    """Return one line of the table."""
    return (
        f'{row["freedom"]:<6}{row["kind"]:<8}{row["led of those"]:>4} of {row["feasible"]:>3} '
        f'that can be led, {row["led"]} of all {row["paths"]}; median {row["median ms"]:.1f} ms, '
        f'p99 {row["p99 ms"]:.1f} ms'
    )


if __name__ == '__main__':
    main()
