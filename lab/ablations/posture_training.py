# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A good posture at once: a network trained for it against the best of many refined random starts.

    python -m lab.ablations.posture_training --robots tiago --samples 5000000 --json posture.json

Both are judged by the same cost (`learned_ik/learning/posture_cost.py`): closeness to joint limits
and to singular postures. Every answer counts after refinement, by the same solver, to 1e-5 m and
1e-4 rad; what the refinement starts from is the network's best head, or joint positions drawn at
random. The times are those of single-threaded batches, all starts included.
"""

import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lab.robots import ROBOTS, robot_named
from learned_ik import IkModel, IkSolver, KinematicChain, TrainingConfig, train
from learned_ik.arrays import Array
from learned_ik.files import write_atomically
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.posture_cost import PostureCost
from learned_ik.rotations import quaternion_from_matrix, rotation_angle

STARTS = (1, 8, 32, 256)
POSITION_TOLERANCE = 1e-5  # [m]
ORIENTATION_TOLERANCE = 1e-4  # [rad]
POSE_SEED = 17


def main() -> int:
    """Train where there is no model yet, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--robots', nargs='+', choices=ROBOTS, default=['tiago', 'panda', 'artificial10']
    )
    parser.add_argument('--samples', type=int, default=5_000_000, help='poses in each training')
    parser.add_argument('--margin-weight', type=float, default=0.1)
    parser.add_argument('--manipulability-weight', type=float, default=0.05)
    parser.add_argument(
        '--emphasis', type=float, default=1.0, help='on these two weights while training'
    )
    parser.add_argument('--heads', type=int, default=8)
    parser.add_argument('--poses', type=int, default=1000, help='poses to be reached')
    parser.add_argument('--models', type=Path, default=Path(), help='folder of the models')
    parser.add_argument('--plain', type=Path, help='folder of models trained without posture')
    parser.add_argument('--json', type=Path, help='file for the results')
    options = parser.parse_args()
    torch.set_num_threads(1)
    config = TrainingConfig(
        samples=options.samples,
        heads=options.heads,
        margin_weight=options.emphasis * options.margin_weight,
        manipulability_weight=options.emphasis * options.manipulability_weight,
    )
    judge = dataclasses.replace(
        config,
        margin_weight=options.margin_weight,
        manipulability_weight=options.manipulability_weight,
    )
    results = {}
    for name in options.robots:
        chain = robot_named(name).chain
        model = trained(chain, config, options.models / f'{name}_posture.safetensors')
        rivals = {'network, trained for posture': model}
        plain = options.plain and options.plain / f'{name}.safetensors'
        if plain and plain.is_file():
            rivals['network, not trained for it'] = IkModel.load(plain)
        results[name] = measure(chain, rivals, judge, options.poses)
        print(table(name, results[name]), flush=True)
        if options.json:
            write_atomically(options.json, f'{json.dumps(results, indent=1)}\n'.encode(), 'result')
    return 0


def trained(chain: KinematicChain, config: TrainingConfig, path: Path) -> IkModel:
    """Return the model of a file, or train and write it."""
    if path.is_file():
        return IkModel.load(path)
    model = dataclasses.replace(train(chain, config), name=path.stem)
    model.save(path)
    return model


def measure(
    chain: KinematicChain, rivals: dict[str, IkModel], config: TrainingConfig, count: int
) -> list[dict[str, Any]]:
    """Return a row for each way to choose a posture, all on the same reachable poses."""
    rng = np.random.default_rng(POSE_SEED)
    rotations, positions = chain.forward_matrix(chain.sample(rng, count))
    poses = Poses(
        positions,
        quaternion_from_matrix(rotations),
        IkSolver(chain),
        PostureCost(BatchedKinematics(chain, dtype=torch.float64), config),
        config,
    )
    poses.refined(chain.sample(rng, count)), poses.refined(None, 'middle')  # compiles
    chosen = {}  # name: costs (n,) and seconds
    for name, model in rivals.items():
        answers, seconds = every_head(model, positions, rotations)
        began = time.perf_counter()
        promised = answers['error'] + poses.promised(answers['q'])
        liked = promised.argmin(axis=1)
        choosing = time.perf_counter() - began
        costs, took = poses.refined(answers['q'][np.arange(count), liked])
        chosen[f'{name}: head of the least loss'] = costs, seconds + choosing + took
        order = np.argsort(answers['error'], axis=1)
        best, took = np.full(count, np.inf), seconds
        for place in range(model.network.heads):
            guesses = answers['q'][np.arange(count), order[:, place]]
            costs, more = poses.refined(guesses)
            best, took = np.minimum(best, costs), took + more
            if place == 0:
                chosen[f'{name}: best head'] = best, took
        chosen[f'{name}: all heads, the best posture'] = best, took
        served = dataclasses.replace(poses, solver=IkSolver(model))
        served.refined(None, 'middle')
        chosen[f'{name}: the solver, asked for the middle'] = served.refined(None, 'middle')
    best, took = np.full(count, np.inf), 0.0
    for start in range(1, max(STARTS) + 1):
        costs, more = poses.refined(chain.sample(rng, count))
        best, took = np.minimum(best, costs), took + more
        if start in STARTS:
            chosen[f'best of {start} random starts'] = best, took
    chosen['no network: the solver, asked for the middle'] = poses.refined(None, 'middle')
    rival = chosen['best of 32 random starts'][0]
    return [
        {
            'way': name,
            'solved': float(np.isfinite(costs).mean()),
            'cost_mean': float(costs[np.isfinite(costs)].mean()),
            'cost_p90': float(np.quantile(costs, 0.9)),
            'no_worse_than_32': float((costs <= rival + 1e-6).mean()),
            'time_per_pose': took / count,
        }
        for name, (costs, took) in chosen.items()
    ]


@dataclasses.dataclass(frozen=True, eq=False)
class Poses:
    """Poses that are to be reached in good postures."""

    positions: Array  # (n, 3) [m]
    orientations: Array  # (n, 4) quaternions x y z w
    solver: IkSolver  # without a network: it starts where it is told
    cost: PostureCost
    config: TrainingConfig  # with the weights of that cost

    def refined(self, seeds: Array | None, prefer: str = 'first') -> tuple[Array, float]:
        """Return the cost (n,) of what refinement makes of seeds, infinite where it fails; [s].

        With `prefer` 'first' that is the solution that a seed leads to; 'middle' is the solver's
        own way to a posture in the middle of the joint ranges.
        """
        began = time.perf_counter()
        batch = self.solver.solve_batch(
            self.positions,
            self.orientations,
            seeds=seeds,
            prefer=prefer,
            position_tolerance=POSITION_TOLERANCE,
            orientation_tolerance=ORIENTATION_TOLERANCE,
            threads=1,
        )
        took = time.perf_counter() - began
        costs = self.cost(torch.as_tensor(batch.joint_positions)).numpy()
        return np.where(batch.success, costs, np.inf), took

    def promised(self, q: Array) -> Array:
        """Return the cost of joint positions (..., joints) before refinement, in float32."""
        kinematics = BatchedKinematics(self.solver.chain)
        cost = PostureCost(kinematics, self.config)
        return cost(torch.as_tensor(q, dtype=torch.float32)).numpy()


def every_head(
    model: IkModel, positions: Array, rotations: Array
) -> tuple[dict[str, Array], float]:
    """Return all heads' joint positions (n, heads, joints) and errors (n, heads); seconds.

    The time is that of the compiled evaluation with its ranking of the heads.
    """
    solver = IkSolver(model)
    orientations = quaternion_from_matrix(rotations)
    solver.predict(positions[:1], orientations[:1])
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # `predict` takes every core it may
    began = time.perf_counter()
    solver.predict(positions, orientations)
    seconds = time.perf_counter() - began
    inputs = np.concatenate([positions, rotations.reshape(-1, 9)], axis=1)
    decode = JointDecoder(model.chain, model.network.decoding)
    with torch.no_grad():
        y = FoldedNetwork(model.network)(torch.as_tensor(inputs, dtype=torch.float32))
        q = decode(y).double().numpy()
    R, p = model.chain.forward_matrix(q)
    away = np.linalg.norm(p - positions[:, None], axis=-1)
    return {'q': q, 'error': away + 0.3 * rotation_angle(R, rotations[:, None])}, seconds


def table(name: str, rows: list[dict[str, Any]]) -> str:
    """Return a robot's table in Markdown."""
    lines = [
        f'| {name} | cost, mean | 90th percentile | as good as 32 | solved | us a pose |',
        '|---|---|---|---|---|---|',
    ]
    lines += [
        f'| {row["way"]} | {row["cost_mean"]:.4f} | {row["cost_p90"]:.4f} '
        f'| {100 * row["no_worse_than_32"]:.0f} % | {100 * row["solved"]:.1f} % '
        f'| {1e6 * row["time_per_pose"]:.1f} |'
        for row in rows
    ]
    return '\n'.join(lines)


if __name__ == '__main__':
    sys.exit(main())
