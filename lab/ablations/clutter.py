# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each ingredient of an answer that keeps clear is worth, in scenes of rising difficulty.

    python -m lab.ablations.clutter              # TIAGo, 500 scenes of each kind
    python -m lab.ablations.clutter --robots tiago panda --scenes 2500 --json out.json

Each scene has spheres about a posture that is free of them, and asks for that posture's pose:
there always is an answer, to 1e-4 m and 1e-3 rad. The same scenes go to every row; the peer, which
is slow, gets the first of them. Answers are judged by coal: the capsules of the arm against the
spheres, and against each other. Networks that take the scene are called seeing. Of
five equal calls of ours the quickest counts: the same request always does the same work, and what
differs is what else the machine does. The peer draws at random and is timed once.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from lab.ablations.ablated_search import (
    ALL_GROUPS,
    HEADS,
    HEADS_FIRST,
    MIDDLE,
    RESTARTS,
    STORE,
    UNRANKED,
)
from lab.ablations.ablated_solver import AblatedSolver, Choices
from lab.ablations.clutter_scenes import Judge, Scene, kinds, scene_of
from lab.robots import artificial_robot, robot_named
from learned_ik import IkModel, IkSolver, KinematicChain, resources
from learned_ik.arrays import Array
from learned_ik.files import write_atomically
from learned_ik.robot.body import Body

Solve = Callable[[Array, Array, Array], Array | None]  # spheres, position, orientation -> posture

TOLERANCES = {'position_tolerance': 1e-4, 'orientation_tolerance': 1e-3}
TIMEOUT = 0.05  # [s]
CALLS = 5  # of which the quickest counts
FIGURES = ('median', 'mean', 'p95', 'p99')


PLAIN = [
    ('restarts, then a check', RESTARTS, False),
    ('restarts + walk', RESTARTS, True),
    ('middle + restarts + walk', MIDDLE | RESTARTS, True),
    ('store + restarts + walk', STORE | RESTARTS, True),
    ('middle + store + restarts + walk', MIDDLE | STORE | RESTARTS, True),
]
BLIND = [
    ('middle + heads + restarts + walk', MIDDLE | HEADS | RESTARTS, True),
    ('all: as served', MIDDLE | STORE | HEADS | RESTARTS, True),
]
SEEING = [
    ('seeing heads + restarts + walk', HEADS | RESTARTS, True),
    ('middle + seeing heads + restarts + walk', MIDDLE | HEADS | RESTARTS, True),
    ('the same, ranked by pose alone', MIDDLE | HEADS | RESTARTS | UNRANKED, True),
    ('middle + seeing heads + store + restarts', ALL_GROUPS | HEADS_FIRST, True),
    ('middle + store + seeing heads + restarts', ALL_GROUPS, True),
]


def rows(
    model: IkModel | None, seeing: IkModel | None, chain: KinematicChain, body: Body
) -> Iterator[tuple[str, Solve]]:
    """Yield each way to an answer: what it is called, and what answers."""
    first: AblatedSolver | None = None
    for network, ingredients in ((model or chain, PLAIN), (model, BLIND), (seeing, SEEING)):
        if network is None:
            continue
        for label, groups, walks in ingredients:
            solver = prepared(network, body, Choices(groups, walks), store_of=first)
            if first is None and isinstance(solver, AblatedSolver):
                first = solver
            yield label, ours(solver)


def prepared(
    network: IkModel | KinematicChain,
    body: Body,
    choices: Choices,
    store_of: AblatedSolver | None = None,
) -> IkSolver | AblatedSolver:
    """Return a solver with these ingredients alone: with all of them, the one that is served.

    Args:
        network: what it is made from.
        body: the capsules of the arm.
        choices: the ingredients.
        store_of: another solver of the same arm, whose stored postures it takes over.

    """
    if choices != Choices():
        return AblatedSolver(network, body, choices, store_of)
    solver = IkSolver(network, body=body)
    solver.prepare_to_avoid()
    return solver


def ours(solver: IkSolver | AblatedSolver) -> Solve:
    """Return our solver as one that is told the scene first."""

    def solve(spheres: Array, position: Array, orientation: Array) -> Array | None:
        solution = solver.solve(position, orientation, timeout=TIMEOUT, **TOLERANCES)
        return solution.joint_positions if solution.success else None

    solve.tell, solve.calls = solver.set_obstacles, CALLS
    return solve


def trac_ik(chain: KinematicChain, body: Body) -> Solve | None:
    """Return the peer: TRAC-IK from one random seed after the other, until coal agrees."""
    try:
        import pytracik

        from lab.peers.stripped_urdf import stripped_urdf
    except ImportError:
        return None
    epsilon = TOLERANCES['position_tolerance'] / np.sqrt(3)
    solver = pytracik.TRAC_IK(
        chain.base_link, chain.tip_link, stripped_urdf(chain), 5e-3, epsilon,
        pytracik.SolveType.Speed,
    )  # fmt: skip
    judge, rng = Judge(chain, body), np.random.default_rng(0)

    def solve(spheres: Array, position: Array, orientation: Array) -> Array | None:
        end = perf_counter() + TIMEOUT
        start = chain.middle
        while perf_counter() < end:
            answer = pytracik.ik(solver, start, *position.tolist(), *orientation.tolist())
            if answer[0] >= 0 and not judge.touches(answer[1:], spheres):
                return answer[1:]
            start = rng.uniform(chain.lower, chain.upper)
        return None

    solve.tell, solve.calls = lambda spheres: None, 1
    return solve


def measured(
    table: list[tuple[str, Solve]], scenes: list[Scene], chain: KinematicChain, judge: Judge
) -> list[dict[str, Any]]:
    """Return share, times [s] and lies of each row; all rows take turns on each scene."""
    times, errors = np.empty((len(table), len(scenes))), [[] for _ in table]
    solved, lies = np.zeros(len(table), int), np.zeros(len(table), int)
    for k, scene in enumerate(scenes):
        verdicts: dict[bytes, bool] = {}  # many rows give the same answer
        for row, (_, solve) in enumerate(table):
            solve.tell(scene.spheres)
            times[row, k] = np.inf
            for _ in range(solve.calls):
                began = perf_counter()
                q = solve(*scene)
                times[row, k] = min(times[row, k], perf_counter() - began)
            if q is None:
                continue
            position, _ = chain.forward(q)
            errors[row].append(np.linalg.norm(position - scene.position))
            answer = np.asarray(q).tobytes()
            if answer not in verdicts:
                verdicts[answer] = judge.touches(q, scene.spheres)
            touches = verdicts[answer]
            solved[row] += errors[row][-1] <= 1.0001e-4 and not touches
            lies[row] += touches
    return [
        {
            'row': label, 'scenes': len(scenes), 'solved': solved[row] / len(scenes),
            'lies': int(lies[row]), 'median': np.median(times[row]), 'mean': times[row].mean(),
            'max': times[row].max(), 'p95': np.percentile(times[row], 95),
            'p99': np.percentile(times[row], 99),
            'error': max(errors[row], default=np.nan),
        }
        for row, (label, _) in enumerate(table)
    ]  # fmt: skip


class Robot(NamedTuple):
    """An arm and the models that there are for it."""

    name: str
    chain: KinematicChain
    body: Body
    model: IkModel | None
    seeing: IkModel | None


def robots(names: list[str], files: list[Path]) -> Iterator[Robot]:
    """Yield the robots of these names."""
    models = [IkModel.load(file) for file in files]
    models.append(IkModel.load(resources.shipped_file('models/tiago_arm.safetensors')))
    for name in names:
        if name.startswith('artificial_'):
            chain = artificial_robot(int(name.partition('_')[2])).chain
            body = Body.from_chain(chain, 0.02)
        elif name == 'tiago':
            chain, body = models[-1].chain, models[-1].body
        else:
            robot = robot_named(name)
            chain, body = robot.chain, Body.from_chain(robot.chain, 0.06)
        fitting = [m for m in models if m.chain.fingerprint == chain.fingerprint]
        blind = next((m for m in fitting if m.network.scene is None), None)
        seeing = next((m for m in fitting if m.network.scene is not None), None)
        yield Robot(name, chain, body, blind, seeing)


def main() -> None:
    """Print one table for each robot and kind of scene."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', default=['tiago'])
    parser.add_argument('--models', nargs='*', type=Path, default=[], help='more networks')
    parser.add_argument('--spheres', nargs='+', type=int, default=[16, 64])
    parser.add_argument('--kinds', nargs='+', default=['mixed', 'near', 'tunnel'])
    parser.add_argument('--rows', default='', help='only rows with this in their name')
    parser.add_argument('--scenes', type=int, default=500, help='of each kind')
    parser.add_argument('--peer-scenes', type=int, default=100, help='of these, for the peer')
    parser.add_argument('--json', type=Path, help='file to write the figures to, too')
    options = parser.parse_args()
    report = []
    for robot in robots(options.robots, options.models):
        name, chain, body, model, seeing = robot
        judge, peer = Judge(chain, body), trac_ik(chain, body)
        peers = [] if peer is None else [('TRAC-IK, random seeds, coal', peer)]
        table, peers = (
            [row for row in each if options.rows in row[0]]
            for each in (rows(model, seeing, chain, body), peers)
        )
        for kind in kinds(options.spheres):
            if kind.name not in options.kinds:
                continue
            rng = np.random.default_rng(0)
            scenes = [scene_of(kind, chain, body, rng) for _ in range(options.scenes)]
            print(f'\n{name}, {kind.name}, {kind.spheres} spheres, {len(scenes)} scenes')
            print(f'{"":<42}{"free %":>8}{"lies":>6}{"median":>9}{"mean":>9}{"p95":>9}{"p99":>9}')
            found = measured(table, scenes, chain, judge)
            if peers and options.peer_scenes > 0:
                found += measured(peers, scenes[: options.peer_scenes], chain, judge)
            for row in found:
                figures = ''.join(f'{1e6 * row[k]:>9.1f}' for k in FIGURES)
                print(f'{row["row"]:<42}{100 * row["solved"]:>8.2f}{row["lies"]:>6}{figures}')
                report.append({'robot': name, **kind._asdict(), **row})
            sys.stdout.flush()
            if options.json:
                write_atomically(
                    options.json, json.dumps(report, indent=1, default=float).encode(), 'result'
                )
    print('\nTimes in µs, of one call from Python; failures count with the time they took.')


if __name__ == '__main__':
    main()
