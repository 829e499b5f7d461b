# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How often two poses close together get answers far apart: the network's choice and others.

    python -m lab.measurements.smoothness [MODEL] [--poses 20000] [--json]

Each pose has a neighbour, reached from the same joint positions by a small step in a random
direction. Every pose is solved by itself, without knowing of the other.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from learned_ik import IkModel, IkSolver, resources

STEPS = (0.005, 0.02, 0.05)  # [rad], length of the step in joint space
JUMP = 0.2  # [rad or m], of one joint from an answer to its neighbour's


def main() -> None:
    """Print a line for each step and way to choose."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('model', nargs='?', type=Path, help='default: the model that ships')
    parser.add_argument('--poses', type=int, default=20_000)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    file = options.model or resources.shipped_file('models/tiago_arm.safetensors')
    model = IkModel.load(file)
    chain, solver, bare = model.chain, IkSolver(model), IkSolver(model.chain)
    ways = {
        'the network first': lambda *pose: solver.solve_batch(*pose),
        'mid-range, then the network': lambda *pose: solver.solve_batch(
            *pose, chain.middle, prefer='first'
        ),
        'without the network': lambda *pose: bare.solve_batch(*pose),
        'far from the limits': lambda *pose: solver.solve_batch(*pose, prefer='middle'),
    }
    rng = np.random.default_rng(options.seed)
    q = chain.sample(rng, options.poses)
    directions = rng.normal(size=q.shape)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rows = []
    for step in STEPS:
        neighbours = np.clip(q + step * directions, chain.lower, chain.upper)
        for way, solve in ways.items():
            of_pose, of_neighbour = solve(*chain.forward(q)), solve(*chain.forward(neighbours))
            change = np.abs(of_pose.joint_positions - of_neighbour.joint_positions)
            apart = change.max(axis=1)
            both = of_pose.success & of_neighbour.success
            share = float(np.mean(apart[both] > JUMP))
            rows.append({'step': step, 'way': way, 'apart': share})
            if not options.json:
                print(f'step {step} rad  {way:<30}{100 * share:6.2f} % jump', flush=True)
    if options.json:
        print(json.dumps({'smoothness': rows}))


if __name__ == '__main__':
    main()
