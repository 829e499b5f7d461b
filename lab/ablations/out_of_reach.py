# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The closest pose at once: networks trained with targets out of reach, against many descents.

    python -m lab.ablations.out_of_reach --robots tiago panda --samples 4000000

Targets are reachable poses whose position is moved straight out from the first joint, beyond the
arm's length; and poses drawn uniformly in the ball of the arm's reach, without those that are
reached. An error is the root of the squares as the solver weighs them, in metres; what is told is
how far it is above the least of descents from 256 random starts. The 256 of the last row are
others: below zero they found what the first did not. A descent is one refinement, of at most
thirty steps. Everything runs on one thread.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from lab.ablations.training_beyond import train_beyond
from lab.robots import ROBOTS, robot_named
from learned_ik import IkModel, KinematicChain, TrainingConfig
from learned_ik.arrays import Array
from learned_ik.kernels.layout import ANSWER, CODE, FOUND, ORIENTATION_ERROR, POSITION_ERROR
from learned_ik.kernels.search import predict
from learned_ik.learning.sampling import BEYOND, pushed_out
from learned_ik.rotations import matrix_from_quaternion, rotation_angle
from learned_ik.solving.engine import Engine
from learned_ik.solving.packing import angular_weight
from learned_ik.solving.request import NO_OPTIONS, Request

STARTS = (8, 256)  # random ones
CLOSE = 1e-3  # [m], to the best, or to the target
FARTHER = 0.5, 1.5  # [m], beyond what is trained
TOLERANCES = 1e-5, 1e-4  # [m], [rad], within which an attempt has converged
TIMED = 5  # times of a quick way: the shortest counts
POSE_SEED = 17
# Attempts of a search: at the given start; at the best head, or in the middle without a network.
FROM_START, FIRST = (0, 1), (1, 2)


def main() -> None:
    """Train where there is no model yet, measure, and print the tables of each robot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', choices=ROBOTS, default=['tiago'])
    parser.add_argument('--shares', nargs='+', type=float, default=[0.0, 0.1, 0.3])
    parser.add_argument(
        '--same-loss', action='store_true', help='judge all targets by the loss of the reachable'
    )
    parser.add_argument('--samples', type=int, default=4_000_000, help='poses in each training')
    parser.add_argument('--seed', type=int, default=0, help='of each training')
    parser.add_argument('--targets', type=int, default=300, help='targets out of reach')
    parser.add_argument('--poses', type=int, default=5_000, help='reachable ones')
    parser.add_argument('--models', type=Path, default=Path(), help='folder of the models')
    options = parser.parse_args()
    for name in options.robots:
        chain, engines = robot_named(name).chain, {}
        for share in options.shares:
            same = '_same_loss' if options.same_loss else ''
            path = options.models / f'{name}_beyond_{100 * share:g}{same}.safetensors'
            if not path.is_file():
                config = TrainingConfig(samples=options.samples, seed=options.seed)
                train_beyond(chain, config, share, options.same_loss).save(path)
            engines[f'{100 * share:g} %'] = Engine(chain, IkModel.load(path).network)
        for kind, targets in kinds(chain, options.targets).items():
            print(f'\n{name}, {kind}:\n')
            print('\n'.join(table_beyond(chain, engines, targets)))
        print(f'\n{name}, {options.poses} reachable poses:\n')
        print('\n'.join(table_within(chain, engines, options.poses)), flush=True)


def kinds(chain: KinematicChain, count: int) -> dict[str, Array]:
    """Return targets (n, 7), position [m] and quaternion x y z w, of each kind."""
    rng = np.random.default_rng(POSE_SEED)
    targets = {
        f"{low:g} to {high:g} m beyond the arm's length": targets_beyond(
            chain, rng, count, (low, high)
        )
        for low, high in (BEYOND, FARTHER)
    }
    return targets | {'anywhere in the ball': targets_in_ball(chain, rng, count)}


def table_beyond(
    chain: KinematicChain, engines: dict[str, Engine], targets: Array
) -> Iterator[str]:
    """Yield the table of those targets that are out of reach, a line for each way to answer."""
    bare, rng = Engine(chain, None), np.random.default_rng(POSE_SEED)
    least = weighted_errors(chain, best_of_random(bare, targets, max(STARTS), rng), targets)
    targets, least = targets[least > CLOSE], least[least > CLOSE]

    def line(way: str, share: str, answer: Callable[[], Array], times: int = TIMED) -> str:
        answers, seconds = timed(answer, times)
        above = weighted_errors(chain, answers, targets) - least
        median, p90 = 1e3 * np.quantile(above, [0.5, 0.9])
        return (
            f'| {way} | {share} | {1e3 * above.mean():.2f} / {median:.2f} / {p90:.2f} '
            f'| {100 * np.mean(above < CLOSE):.0f} % | {1e6 * seconds / len(targets):.1f} |'
        )

    above = 'above the best, mean / median / p90 [mm]'
    yield f'| {len(targets)} targets | share | {above} | within 1 mm | µs |'
    yield '|---|---|---|---|---|'
    for share, engine in engines.items():
        yield line('raw best head', share, partial(predicted, engine, targets))
    for share, engine in engines.items():
        yield line('best head, refined', share, partial(searched, engine, targets, *FIRST))
    for share, engine in engines.items():
        heads = 1, 1 + engine.heads
        yield line('all heads, refined', share, partial(searched, engine, targets, *heads))
    yield line('descent from the middle', '–', partial(searched, bare, targets, *FIRST))
    for starts in STARTS:
        answer = partial(best_of_random, bare, targets, starts, rng)
        yield line(f'descent from {starts} random starts', '–', answer, 1)


def table_within(chain: KinematicChain, engines: dict[str, Engine], count: int) -> Iterator[str]:
    """Yield the table of reachable poses, a line for each network."""
    q = chain.sample(np.random.default_rng(POSE_SEED), count)
    poses = np.concatenate(chain.forward(q), axis=1)
    yield '| share | raw best head: position [mm] | orientation [deg] | first attempt converges |'
    yield '|---|---|---|---|'
    for share, engine in engines.items():
        position, angle = errors(chain, predicted(engine, poses), poses)
        converged = searched(engine, poses, *FIRST)[:, CODE] == FOUND
        yield (
            f'| {share} | {1e3 * position.mean():.2f} | {np.degrees(angle.mean()):.2f} '
            f'| {100 * converged.mean():.1f} % |'
        )


def targets_beyond(
    chain: KinematicChain, rng: np.random.Generator, count: int, beyond: tuple[float, float]
) -> Array:
    """Return targets (count, 7) so far beyond the arm's length [m]."""
    position, orientation = chain.forward(chain.sample(rng, count))
    generator = torch.Generator().manual_seed(POSE_SEED)
    first = torch.from_numpy(chain.transforms[0][:3, 3])  # (3,) [m], of the first joint
    arm_length = chain.reach - float(first.norm())
    position = pushed_out(torch.from_numpy(position), first, arm_length, beyond, generator).numpy()
    return np.concatenate([position, orientation], axis=1)


def targets_in_ball(chain: KinematicChain, rng: np.random.Generator, count: int) -> Array:
    """Return targets (count, 7) uniform in the ball of the arm's reach, reachable or not."""
    direction, orientation = rng.normal(size=(count, 3)), rng.normal(size=(count, 4))
    radius = chain.reach * np.cbrt(rng.uniform(size=(count, 1)))  # [m]
    position = radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    orientation /= np.linalg.norm(orientation, axis=1, keepdims=True)
    return np.concatenate([position, orientation], axis=1)


def predicted(engine: Engine, poses: Array) -> Array:
    """Return answers (n, ANSWER + joints) to poses (n, 7): the best head of each, unrefined."""
    request, memory = asked(engine, poses), engine.memory()
    predict(
        *engine.packed, memory.numbers, memory.activations, request.rows, request.answers, False
    )
    return request.answers


def searched(
    engine: Engine, poses: Array, first: int, last: int, starts: Array | None = None
) -> Array:
    """Return answers (n, ANSWER + joints), the best of some attempts.

    Args:
        engine: of the arm, with its network or without.
        poses: (n, 7), position [m] and quaternion x y z w.
        first: the first attempt; `kernels/search.py` says how they are numbered.
        last: the attempt before which to stop.
        starts: (n, joints) [rad or m], where attempt 0 begins.

    """
    request = asked(engine, poses, starts)
    engine.search(engine.memory(), request, first, last)
    return request.answers


def best_of_random(engine: Engine, poses: Array, starts: int, rng: np.random.Generator) -> Array:
    """Return answers (n, ANSWER + joints), the best of descents from so many random starts."""
    chain, count = engine.chain, len(poses)
    best, least = np.empty((count, ANSWER + chain.joint_count)), np.full(count, np.inf)
    for _ in range(starts):
        answers = searched(engine, poses, *FROM_START, chain.sample(rng, count))
        error = np.hypot(
            answers[:, POSITION_ERROR], engine.angular_weight * answers[:, ORIENTATION_ERROR]
        )
        better = error < least
        best[better], least[better] = answers[better], error[better]
    return best


def asked(engine: Engine, poses: Array, starts: Array | None = None) -> Request:
    """Return the request for poses (n, 7), and perhaps starts (n, joints), not yet answered."""
    count, joints = len(poses), engine.chain.joint_count
    options = np.tile(NO_OPTIONS, (count, 1))
    seeds = np.zeros((count, joints)) if starts is None else starts
    rows = np.concatenate([poses, options, seeds], axis=1)
    return Request(rows, np.empty((count, ANSWER + joints)), starts is not None, TOLERANCES)


def errors(chain: KinematicChain, answers: Array, poses: Array) -> tuple[Array, Array]:
    """Return the errors of answers, of position [m] and orientation [rad], (n,) each."""
    R, p = chain.forward_matrix(answers[:, ANSWER:])
    angle = rotation_angle(R, matrix_from_quaternion(poses[:, 3:]))
    return np.linalg.norm(p - poses[:, :3], axis=1), angle


def weighted_errors(chain: KinematicChain, answers: Array, poses: Array) -> Array:
    """Return the roots of the weighted squares of the errors (n,) [m]."""
    position, angle = errors(chain, answers, poses)
    return np.hypot(position, angular_weight(chain) * angle)


def timed(answer: Callable[[], Array], times: int) -> tuple[Array, float]:
    """Return what a function returns, and the least time that it takes [s]."""
    seconds = []
    for _ in range(times):
        began = perf_counter()
        answers = answer()
        seconds.append(perf_counter() - began)
    return answers, min(seconds)


if __name__ == '__main__':
    main()
