# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The network beside its honest rival, a store of postures: where does the first try lead?

    python -m lab.ablations.starts.stored_postures --out lab/ablations/stored_postures.md

A store needs no training: postures drawn within the limits, and the poses of their tips in a k-d
tree. Refinement begins at the nearest of them, which is also the best of several by forward
kinematics: the tree has the same distance. The other starts are the network's best head, and
mid-range. All are refined by the same solver, on the same reachable poses, to a micrometre.
"""

import argparse
import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.spatial import cKDTree

from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.arrays import Array
from learned_ik.files import write_atomically
from learned_ik.rotations import matrix_from_quaternion

ROBOTS = ('tiago_arm', 'panda', 'ur10', 'artificial7', 'artificial10')
SIZES = (10_000, 100_000, 1_000_000)
WEIGHT = 0.3 / np.sqrt(2)  # [m], of an entry of the rotation matrix: 0.3 m/rad, as training has it
TIMED = 2_000  # single calls
ABOUT = """\
`python -m lab.ablations.starts.stored_postures`: {count} reachable poses an arm, the same for all,
refined to a micrometre and a microradian on one core. *First try converges*: the start leads to a
solution, and no other start is needed. `solve` is a single call with its start, the network's
evaluation included; the lookup in the store (SciPy) is not counted and stands beside it. The
network is the one that comes with the package.

The network's first try converges more often than that of the nearest of a million postures, on
every arm, and the network is a few hundred times smaller. A store saves what the evaluation of the
network costs; with the lookup, the mean answer takes longer. Arms of ten joints need neither."""
HEADER = (
    '| start | first try converges | mean tries | `solve` mean | p99 | lookup | kept |\n'
    '|---|---:|---:|---:|---:|---:|---:|'
)


@dataclasses.dataclass(frozen=True)
class Store:
    """Postures, and a k-d tree of the poses of their tips."""

    chain: KinematicChain
    postures: Array  # (n, joints) [rad or m]
    tree: cKDTree  # of (n, 12): position [m] and weighted rotation matrix

    @classmethod
    def of(cls, chain: KinematicChain, size: int) -> 'Store':
        """Draw so many postures, uniformly within the limits."""
        postures = chain.sample(np.random.default_rng(1), size)
        return cls(chain, postures, cKDTree(_points(*chain.forward(postures))))

    @property
    def megabytes(self) -> float:
        """What of it has to be kept: postures and the points of the tree, without its nodes."""
        return 1e-6 * (self.postures.nbytes + self.tree.data.nbytes)

    def nearest(self, positions: Array, orientations: Array) -> Array:
        """Return the posture (n, joints) whose tip is nearest to each pose."""
        return self.postures[self.tree.query(_points(positions, orientations))[1]]


def _points(positions: Array, orientations: Array) -> Array:
    """Return (n, 12): poses as points, whose distance is that of positions and of rotations."""
    R = matrix_from_quaternion(orientations).reshape(len(positions), 9)
    return np.concatenate([positions, WEIGHT * R], axis=1)


def main() -> None:
    """Print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', default=ROBOTS, help='models of the package')
    parser.add_argument('--sizes', nargs='+', type=int, default=SIZES, help='of stores')
    parser.add_argument('--poses', type=int, default=20_000)
    parser.add_argument('--out', type=Path, help='page to write; default: print it')
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sections = [section(name, options.sizes, options.poses) for name in options.robots]
    page = '\n\n'.join(
        [
            '# The network beside a store of postures',
            ABOUT.format(count=options.poses),
            *sections,
        ]
    )
    if options.out is None:
        print(page)
    else:
        write_atomically(options.out, f'{page}\n'.encode(), 'page')


def section(name: str, sizes: Sequence[int], count: int) -> str:
    """Return the table of one arm."""
    model = IkModel.load(name)
    chain = model.chain
    poses = chain.forward(chain.sample(np.random.default_rng(2), count))
    with_network, without = IkSolver(model), IkSolver(chain)
    for solver in (with_network, without):
        solver.warm_up()
    weights = 1e-6 * sum(4 * layer.size for layer in model.network.weights)
    starts: dict[str, tuple[IkSolver, Array | None, str, str]] = {
        'network': (with_network, None, '–', f'{weights:.2g} MB'),
        'mid-range': (without, np.tile(chain.middle, (count, 1)), '–', '–'),
    }
    for size in sizes:
        store = Store.of(chain, size)
        began = perf_counter()
        found = store.nearest(poses[0], poses[1])
        took = f'{1e6 * (perf_counter() - began) / count:.0f} µs'
        starts[f'nearest of {size:,} postures'] = (
            without, found, took, f'{store.megabytes:.3g} MB',
        )  # fmt: skip
    times = timed({label: start[:2] for label, start in starts.items()}, poses)
    lines = [f'## {name}, {chain.joint_count} joints', HEADER]
    for label, (solver, seeds, lookup, kept) in starts.items():
        batch = solver.solve_batch(*poses, seeds, prefer='first')
        mean, p99 = times[label]
        lines.append(
            f'| {label} | {100 * np.mean(batch.attempts[batch.success] == 1):.2f} % '
            f'| {batch.attempts.mean():.2f} | {mean:.1f} µs | {p99:.1f} µs | {lookup} | {kept} |'
        )
    return '\n'.join([lines[0], '', *lines[1:]])


def timed(
    starts: dict[str, tuple[IkSolver, Array | None]], poses: tuple[Array, Array]
) -> dict[str, tuple[float, float]]:
    """Return mean and 99th percentile [µs] of single calls, in turns from pose to pose."""
    labels = list(starts)
    taken: dict[str, list[float]] = {label: [] for label in labels}
    for k in range(min(TIMED, len(poses[0]))):
        for i in range(len(starts)):  # each is the first in its turn
            label = labels[(k + i) % len(labels)]
            solver, seeds = starts[label]
            seed = None if seeds is None else seeds[k]
            began = perf_counter()
            solver.solve(poses[0][k], poses[1][k], seed, prefer='first')
            taken[label].append(1e6 * (perf_counter() - began))
    return {label: (float(np.mean(t)), float(np.quantile(t, 0.99))) for label, t in taken.items()}


if __name__ == '__main__':
    main()
