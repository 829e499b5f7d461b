# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
r"""What it is worth to show a network the seed: nearness, first starts, time, continuity.

    python -m learned_ik train --robot tiago_arm --preset quick --samples 2000000 --out plain.safetensors
    python -m learned_ik train --robot tiago_arm --preset quick --samples 2000000 --out seeded.safetensors \
        --seed-input --seed-spread 1.0 --seed-weight 0.1
    python -m lab.ablations.seed_input plain.safetensors seeded.safetensors

Poses are those of joint positions drawn uniformly; a seed is off from these by a normal deviate in
each joint, or drawn by itself. All runs on one core. Distances to the seed are Euclidean, over all
joints.
"""  # noqa: E501

import argparse
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np

from learned_ik import IkModel, IkSolver, KinematicChain
from learned_ik.arrays import Array
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.solving.solution import SolutionBatch
from learned_ik.trajectories.pose_paths import spiral
from learned_ik.viewing.heads import head_answers

Poses = tuple[Array, Array]  # positions (n, 3) [m] and orientations (n, 4), quaternions x y z w

SPREADS = (0.1, 0.3, 1.0, math.inf)  # [rad or m], of seeds about the poses' own joints
JUMP = 0.2  # [rad or m], of one joint from pose to pose
SPIRAL_POSES = 200
ANGULAR_WEIGHT = 0.3  # [m/rad], of orientation against position where heads are ranked


def main() -> None:
    """Print a table for each spread, and one for spirals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('plain', type=Path, help='model of a network that takes poses alone')
    parser.add_argument('seeded', type=Path, help='model of one that takes a seed, too')
    parser.add_argument('--poses', type=int, default=5_000)
    parser.add_argument('--spirals', type=int, default=200)
    parser.add_argument('--seed', type=int, default=0, help='of what is drawn')
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    plain, seeded = IkModel.load(options.plain), IkModel.load(options.seeded)
    chain, rng = plain.chain, np.random.default_rng(options.seed)
    for spread in SPREADS:
        q = chain.sample(rng, options.poses)
        seeds = seeds_about(q, spread, chain, rng)
        away = np.linalg.norm(q - seeds, axis=1).mean()
        where = f'{spread:g} rad off in each joint' if spread < math.inf else 'anywhere'
        print(f'\nSeeds {where}, {away:.2f} rad off in the mean:\n')
        print('| network alone | position [mm] | orientation [deg] | to the seed, mean / p95 |')
        print('|---|---|---|---|')
        for label, answers in network_alone(plain, seeded, chain.forward(q), seeds):
            print(f'| {label} | {errors(chain, answers, chain.forward(q))} | '
                  f'{distances(answers, seeds)} |')  # fmt: skip
        print('\n| refined | solved | at the first start | to the seed, mean / p95 | µs a pose |')
        print('|---|---|---|---|---|')
        for label, cells in refined(plain, seeded, chain.forward(q), seeds):
            print(f'| {label} | {cells} |')
    paths = list(feasible_spirals(plain, rng, options.spirals))
    print(f'\n{len(paths)} spirals of {SPIRAL_POSES} poses:\n')
    print('| network alone, pose after pose | largest step of a joint, median / p95 | '
          'spirals with a jump | position [mm] | orientation [deg] |')  # fmt: skip
    print('|---|---|---|---|---|')
    for label, follow in followers(plain, seeded):
        print(f'| {label} | {continuity(chain, follow, paths)} |')


def seeds_about(q: Array, spread: float, chain: KinematicChain, rng: np.random.Generator) -> Array:
    """Return seeds (n, joints) about joint positions, or anywhere [rad or m]."""
    if math.isinf(spread):
        return chain.sample(rng, len(q))
    return np.clip(q + rng.normal(0, spread, q.shape), chain.lower, chain.upper)


def network_alone(
    plain: IkModel, seeded: IkModel, poses: Poses, seeds: Array
) -> Iterator[tuple[str, Array]]:
    """Yield the answers (n, joints) of each network without refinement."""
    yield 'plain, best head', IkSolver(plain).predict(*poses)
    weight = seeded.network.seed_weight
    nearest = [nearest_head(plain, weight, *row) for row in zip(*poses, seeds, strict=True)]
    yield 'plain, best head by pose and distance', np.array(nearest)
    solver = IkSolver(seeded)
    yield 'seed as input', solver.predict(*poses, seeds)
    yield 'seed as input, not given', solver.predict(*poses)
    once = [nearest_head(seeded, 0.0, *row) for row in zip(*poses, seeds, strict=True)]
    yield 'seed as input, not given, without a second look', np.array(once)


def nearest_head(
    model: IkModel, weight: float, position: Array, orientation: Array, seed: Array
) -> Array:
    """Return the head's answer (joints,) of the least pose error + weight * distance."""
    answers = head_answers(model, position, orientation)
    R, p = model.chain.forward_matrix(answers)
    angle = rotation_angle(R, matrix_from_quaternion(orientation))
    error = np.hypot(np.linalg.norm(p - position, axis=1), ANGULAR_WEIGHT * angle)
    return answers[np.argmin(error + weight * np.linalg.norm(answers - seed, axis=1))]


def refined(
    plain: IkModel, seeded: IkModel, poses: Poses, seeds: Array
) -> Iterator[tuple[str, str]]:
    """Yield what becomes of the poses, refined to the solver's own tolerances."""
    bare = IkSolver(plain.chain)
    solvers = {'plain': IkSolver(plain), 'seed as input': IkSolver(seeded)}
    yield (
        'from the seed, no network',
        solved(lambda: bare.solve_batch(*poses, seeds, prefer='first', threads=1), seeds),
    )
    for label, solver in solvers.items():
        given = (seeds,) if solver.takes_seed else ()

        def from_network(solver: IkSolver = solver, given: tuple = given) -> SolutionBatch:
            guesses = solver.predict(*poses, *given)
            return bare.solve_batch(*poses, guesses, prefer='first', threads=1)

        yield f"from the network's answer, {label}", solved(from_network, seeds)
    for prefer in ('first', 'nearest'):
        for label, solver in solvers.items():

            def solve(solver: IkSolver = solver, prefer: str = prefer) -> SolutionBatch:
                return solver.solve_batch(*poses, seeds, prefer=prefer, threads=1)

            yield f"`prefer='{prefer}'`, {label}", solved(solve, seeds, prefer == 'first')


def solved(solve: Callable, seeds: Array, counts_starts: bool = True) -> str:
    """Return the cells of a row: the second run is timed."""
    solve()
    began = perf_counter()
    batch = solve()
    time = perf_counter() - began
    first = f'{100 * np.mean(batch.success & (batch.attempts == 1)):.1f} %'
    return (
        f'{100 * np.mean(batch.success):.2f} % | {first if counts_starts else "–"} | '
        f'{distances(batch.joint_positions[batch.success], seeds[batch.success])} | '
        f'{1e6 * time / len(seeds):.1f}'
    )


def followers(
    plain: IkModel, seeded: IkModel
) -> Iterator[tuple[str, Callable[[Poses, Array], Array]]]:
    """Yield functions from a path and the joints before it to joint positions (n, joints)."""
    solvers = IkSolver(plain), IkSolver(seeded)
    weight = seeded.network.seed_weight

    def step_by_step(answer: Callable[[Array, Array, Array], Array]) -> Callable:
        def follow(path: Poses, q: Array) -> Array:
            answers = []
            for position, orientation in zip(*path, strict=True):
                q = answer(position, orientation, q)
                answers.append(q)
            return np.array(answers)

        return follow

    yield 'plain, best head', lambda path, q: solvers[0].predict(*path)
    yield (
        'plain, best head by pose and distance to the last',
        step_by_step(lambda p, o, q: nearest_head(plain, weight, p, o, q)),
    )
    yield (
        'seed as input: the first joints throughout',
        lambda path, q: solvers[1].predict(*path, q),
    )
    yield (
        'seed as input: the last answer',
        step_by_step(lambda p, o, q: solvers[1].predict(p[None], o[None], q)[0]),
    )
    yield (
        'not alone: `IkSolver.follow`, plain',
        lambda path, q: solvers[0].follow(*path, q).joint_positions,
    )


def feasible_spirals(
    model: IkModel, rng: np.random.Generator, count: int
) -> Iterator[tuple[Poses, Array]]:
    """Yield spirals that can be followed without a jump, and joint positions where they begin."""
    solver, chain = IkSolver(model), model.chain
    while count > 0:
        q = chain.sample(rng, 1)[0]
        position, orientation = chain.forward(q)
        path = spiral(
            SPIRAL_POSES, centre=position, radius=0.1 * chain.reach, height=0.1 * chain.reach,
            turns=3, axis=rng.normal(size=3), orientation=orientation,
        )  # fmt: skip
        poses = path.positions, path.orientations
        followed = solver.follow(*poses, q)
        if followed.success and not len(followed.jumps):
            count -= 1
            yield poses, followed.joint_positions[0]


def continuity(chain: KinematicChain, follow: Callable[[Poses, Array], Array], paths: list) -> str:
    """Return the cells of a row."""
    ways = [follow(path, q) for path, q in paths]
    steps = np.array([np.abs(np.diff(way, axis=0)).max() for way in ways])
    poses = tuple(np.concatenate(part) for part in zip(*(path for path, _ in paths), strict=True))
    return (
        f'{np.median(steps):.3f} / {np.quantile(steps, 0.95):.3f} | '
        f'{100 * np.mean(steps > JUMP):.0f} % | {errors(chain, np.concatenate(ways), poses)}'
    )


def errors(chain: KinematicChain, q: Array, poses: Poses) -> str:
    """Return the mean errors of joint positions (n, joints) as two cells."""
    R, p = chain.forward_matrix(q)
    angles = rotation_angle(R, matrix_from_quaternion(poses[1]))
    position = 1e3 * np.linalg.norm(p - poses[0], axis=1).mean()
    return f'{position:.1f} | {np.degrees(angles.mean()):.2f}'


def distances(q: Array, seeds: Array) -> str:
    """Return mean and 95th percentile of the distances (n, joints) to the seeds."""
    away = np.linalg.norm(q - seeds, axis=1)
    return f'{away.mean():.2f} / {np.quantile(away, 0.95):.2f}'


if __name__ == '__main__':
    main()
