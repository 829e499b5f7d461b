# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What retraining for one scene is worth beside all else: TIAGo, poses among the same spheres.

    python -m lab.ablations.clutter_retrained --models seeing.safetensors

The spheres are drawn as in `clutter.py`; the poses are those of random postures that are free
there. The network is retrained for them as the node does. How each network's own answers do,
before any refinement, is told first; a seeing network is one that takes the scene.
"""

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lab.ablations.ablated_search import HEADS, MIDDLE, RESTARTS
from lab.ablations.ablated_solver import Choices
from lab.ablations.clutter import (
    FIGURES,
    TOLERANCES,
    Solve,
    measured,
    ours,
    prepared,
    robots,
    rows,
)
from lab.ablations.clutter_scenes import Judge, Scene, kinds, scene_of
from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.arrays import Array
from learned_ik.learning.retraining import retrained
from learned_ik.robot.body import Body

RETRAINED = [
    ('middle + retrained heads + restarts + walk', MIDDLE | HEADS | RESTARTS),
    ('all, retrained', Choices().groups),
]


def retrained_rows(model: IkModel, body: Body) -> Iterator[tuple[str, Solve]]:
    """Yield the ways to an answer by a retrained network."""
    for label, groups in RETRAINED:
        yield label, ours(prepared(model, body, Choices(groups)))


def free_poses(
    spheres: Array, chain: KinematicChain, judge: Judge, count: int, rng: np.random.Generator
) -> list[Scene]:
    """Return the poses of random postures that coal finds free."""
    found: list[Scene] = []
    while len(found) < count:
        q = chain.sample(rng, 1)[0]
        if not judge.touches(q, spheres):
            found.append(Scene(spheres, *chain.forward(q)))
    return found


def show_alone(label: str, model: IkModel, scenes: list[Scene], judge: Judge) -> None:
    """Print how a network's own answers do."""
    solver = IkSolver(model)
    solver.set_obstacles(scenes[0].spheres)
    positions = np.array([scene.position for scene in scenes])
    q = solver.predict(positions, np.array([scene.orientation for scene in scenes]))
    error = np.linalg.norm(model.chain.forward(q)[0] - positions, axis=1).mean()
    touching = np.mean([judge.touches(each, scenes[0].spheres) for each in q])
    print(f'{label:<44}{100 * touching:>6.1f} % touch {1e3 * error:>8.1f} mm mean error')


def main() -> None:
    """Print one table for each kind of scene."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', nargs='*', type=Path, default=[], help='a seeing network')
    parser.add_argument('--spheres', type=int, default=16)
    parser.add_argument('--poses', type=int, default=500)
    parser.add_argument('--seconds', type=float, default=30.0, help='of each retraining')
    options = parser.parse_args()
    robot = next(iter(robots(['tiago'], options.models)))
    _, chain, body, model, seeing = robot
    judge = Judge(chain, body)
    for kind in kinds([options.spheres]):
        rng = np.random.default_rng(1)
        spheres = scene_of(kind, chain, body, rng).spheres
        scenes = free_poses(spheres, chain, judge, options.poses, rng)
        with contextlib.redirect_stdout(io.StringIO()):  # it tells its progress there
            new = retrained(model, spheres.tolist(), options.seconds)
        print(f'\ntiago, one scene: {kind.name}, {kind.spheres} spheres, {len(scenes)} poses')
        networks = {'blind': model, 'retrained': new, 'seeing': seeing}
        for label, network in networks.items():
            if network is not None:
                show_alone(f'network, {label}', network, scenes, judge)
        table = [*rows(model, seeing, chain, body), *retrained_rows(new, body)]
        for row in measured(table, scenes, chain, judge):
            figures = ''.join(f'{1e6 * row[k]:>9.1f}' for k in FIGURES)
            print(f'{row["row"]:<44}{100 * row["solved"]:>8.2f}{row["lies"]:>6}{figures}')
        sys.stdout.flush()
    print(
        f'\nShare answered free within {TOLERANCES}, in %; answers that touch; '
        f'{", ".join(FIGURES)} in µs of one call.'
    )


if __name__ == '__main__':
    main()
