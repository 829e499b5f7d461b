# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What following whole paths owes to each idea: share followed without a jump, and time a path.

    python -m lab.ablations.path_following                # TIAGo's arm, the model that ships
    python -m lab.ablations.path_following models/tiago_arm.safetensors --paths 200

Paths are feasible by construction: smooth curves in joint space (Bézier, four random control
points), of which the solver sees the poses alone. Every answer is checked by forward kinematics.
"""

import argparse
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from learned_ik import IkModel, IkSolver, KinematicChain, resources
from learned_ik.arrays import Array
from learned_ik.solving.engine import Engine
from learned_ik.solving.paths.follow import JUMP
from learned_ik.solving.paths.follower import PathFollower
from learned_ik.solving.solver import ORIENTATION_TOLERANCE, POSITION_TOLERANCE

Method = Callable[[Array, Array], Array | None]  # positions and orientations -> a path, or none

CONTROL_POINTS = 4
LARGEST_STEP = 0.5 * JUMP  # [rad or m], of the curves from which the poses are taken
NO_FREE_AXES = (0.0, 0.0, 0.0, 0.0, 0.0)
SHARE_OF_RANGE = 0.95  # of the joints' ranges, within which the curves stay


def main() -> None:
    """Print one table for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('models', nargs='*', type=Path, help='default: the model that ships')
    parser.add_argument('--paths', type=int, default=200)
    parser.add_argument('--poses', type=int, default=200, help='of each path')
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args()
    for file in options.models or [resources.shipped_file('models/tiago_arm.safetensors')]:
        model = IkModel.load(file)
        rng = np.random.default_rng(options.seed)
        paths = [
            model.chain.forward(joint_curve(rng, model.chain, options.poses))
            for _ in range(options.paths)
        ]
        print(
            f'{model.name or file.stem}, {model.chain.joint_count} joints: {options.paths} '
            f'feasible paths of {options.poses} poses, a jump is {JUMP} rad'
        )
        print(f'  {"":<40}{"followed %":>12}{"ms median":>12}{"ms mean":>12}')
        for label, method in methods(model):
            share, times = measured(method, model.chain, paths)
            print(
                f'  {label:<40}{100 * share:>12.1f}'
                f'{1e3 * np.median(times):>12.3f}{1e3 * np.mean(times):>12.3f}'
            )


def methods(model: IkModel) -> Iterator[tuple[str, Method]]:
    """Yield what is compared, each idea on top of the one before."""
    solver, bare = IkSolver(model), IkSolver(model.chain)
    engine = Engine(model.chain, model.network)
    yield 'start next to mid-range, track', track_from(solver, engine, model.chain.middle)
    yield "start at the network's choice, track", track_from(solver, engine, None)
    yield "all heads' solutions, the best-ranked first", track_from_blocks(solver, engine, 1)
    yield 'and then restarts', track_from_blocks(solver, engine, None)
    yield 'and then the ladder: ours', follow_with(solver)
    yield 'ours without the network', follow_with(bare)


def joint_curve(rng: np.random.Generator, chain: KinematicChain, poses: int) -> Array:
    """Return a smooth curve (poses, joints) within the limits [rad or m]."""
    t = np.linspace(0, 1, poses)[:, None]
    last = CONTROL_POINTS - 1
    bernstein = [math.comb(last, k) * t**k * (1 - t) ** (last - k) for k in range(last + 1)]
    while True:
        points = chain.with_scaled_limits(SHARE_OF_RANGE).sample(rng, CONTROL_POINTS)
        curve = np.concatenate(bernstein, axis=1) @ points
        if np.abs(np.diff(curve, axis=0)).max() <= LARGEST_STEP:
            return curve


def follower(engine: Engine, positions: Array, orientations: Array) -> PathFollower:
    """Return what follows a path, to be told from where."""
    demand = np.array([POSITION_TOLERANCE, ORIENTATION_TOLERANCE, JUMP, *NO_FREE_AXES])
    poses = np.concatenate([positions, orientations], axis=1)
    return PathFollower(engine, poses, demand)


def track_from(solver: IkSolver, engine: Engine, seed: Array | None) -> Method:
    """Return a method that tracks from one solution of the first pose."""

    def method(positions: Array, orientations: Array) -> Array | None:
        begin = solver.solve(positions[0], orientations[0], seed).joint_positions
        way = follower(engine, positions, orientations)
        end = way.track(0, len(positions), begin[None], 0)
        return way.path if end == len(positions) else None

    return method


def track_from_blocks(solver: IkSolver, engine: Engine, most_blocks: int | None) -> Method:
    """Return a method that tracks from many solutions of the first pose, block by block."""

    def method(positions: Array, orientations: Array) -> Array | None:
        first = solver.solve(positions[0], orientations[0]).joint_positions
        way = follower(engine, positions, orientations)
        end = 0
        for number, starts in enumerate(way.starts(0, first, None)):
            if number == most_blocks:
                break
            end = way.track(0, len(positions), starts, end)
            if end == len(positions):
                return way.path
        return None

    return method


def follow_with(solver: IkSolver) -> Method:
    """Return what users call."""

    def method(positions: Array, orientations: Array) -> Array | None:
        answer = solver.follow(positions, orientations, timeout=60.0)
        return answer.joint_positions if answer.success else None

    return method


def measured(
    method: Method, chain: KinematicChain, paths: list[tuple[Array, Array]]
) -> tuple[float, Array]:
    """Return the share of paths that a method follows, and the time of each [s]."""
    IkSolver(chain).follow((), ())  # compile what is needed
    method(*paths[0])
    followed, times = 0, []
    for positions, orientations in paths:
        began = perf_counter()
        path = method(positions, orientations)
        times.append(perf_counter() - began)
        if path is not None:
            reached, turned = chain.forward(path)
            assert np.abs(reached - positions).max() <= 2 * POSITION_TOLERANCE
            same = np.abs(np.einsum('ij,ij->i', turned, orientations))  # either sign will do
            assert same.min() >= 1 - 1e-9
            assert np.abs(np.diff(path, axis=0)).max() <= JUMP
            followed += 1
    return followed / len(paths), np.array(times)


if __name__ == '__main__':
    main()
