# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each ingredient of an answer that keeps clear is worth, in scenes of rising difficulty.

    python benchmark/clutter.py              # TIAGo, 500 scenes of each kind
    python benchmark/clutter.py --robots tiago panda artificial_10 --scenes 2500 --json out.json

Each scene has spheres about a posture that is free of them, and asks for that posture's pose:
there always is an answer, to 1e-4 m and 1e-3 rad. The same scenes go to every row. Answers are
judged by coal: the capsules of the arm against the spheres, and against each other.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik import IkModel, IkSolver, KinematicChain, resources
from learned_ik.benchmarking.robots import artificial_robot, robot_named
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import point_segment_distance, segment_distance
from learned_ik.rotations import rotation_to_axis
from learned_ik.solving.avoidance_search import HEADS, MIDDLE, RESTARTS, STORE
from learned_ik.solving.avoidance_solver import Choices

Array = npt.NDArray[np.float64]
Solve = Callable[[Array, Array, Array], Array | None]  # spheres, position, orientation -> posture

TOLERANCES = {'position_tolerance': 1e-4, 'orientation_tolerance': 1e-3}
TIMEOUT = 0.05  # [s]
TOUCH = 1e-6  # [m], what coal and we may differ by


class Kind(NamedTuple):
    """A kind of scene."""

    name: str
    spheres: int
    radii: tuple[float, float]  # [m]
    gap: tuple[float, float]  # [m], from the free posture
    near: float  # share of the spheres so near to it; the others are anywhere within reach


def kinds(counts: list[int]) -> Iterator[Kind]:
    """Yield the kinds of scenes."""
    for count in counts:
        yield Kind('mixed', count, (0.05, 0.20), (0.025, 0.045), 0.5)
        yield Kind('near', count, (0.05, 0.20), (0.025, 0.045), 1.0)
        yield Kind('tunnel', count, (0.04, 0.10), (0.003, 0.023), 1.0)


class Scene(NamedTuple):
    """One problem that has an answer."""

    spheres: Array  # (n, 4) [m]
    position: Array
    orientation: Array


def scene_of(kind: Kind, chain: KinematicChain, body: Body, rng: np.random.Generator) -> Scene:
    """Draw a posture that is free of itself, and spheres about it."""
    while True:
        q = chain.sample(rng, 1)[0]
        ends = body.placed(chain, q)
        if clearance(body, ends, np.empty((0, 4))) > 0:
            break
    moving, shoulder = np.nonzero(body.moving)[0], chain.transforms[0, :3, 3]
    spheres: list[Array] = []
    while len(spheres) < kind.spheres:
        radius = rng.uniform(*kind.radii)
        if len(spheres) < kind.near * kind.spheres:
            c = rng.choice(moving)
            point = ends[c, 0] + rng.random() * (ends[c, 1] - ends[c, 0])
            direction = rng.normal(size=3)
            away = body.radii[c] + radius + rng.uniform(*kind.gap)
            centre = point + away * direction / np.linalg.norm(direction)
        else:
            centre = shoulder + rng.uniform(-1, 1, 3) * chain.reach
        distances = [
            float(point_segment_distance(centre, *ends[c])) - radius - body.radii[c]
            for c in moving
        ]
        if min(distances) >= kind.gap[0] and np.linalg.norm(centre - shoulder) > radius:
            spheres.append(np.array([*centre, radius]))
    return Scene(np.array(spheres), *chain.forward(q))


def clearance(body: Body, ends: Array, spheres: Array) -> float:
    """Return the clearance [m] by numpy."""
    least = np.inf
    for c in np.nonzero(body.moving)[0] if len(spheres) else ():
        distance = point_segment_distance(spheres[:, :3], *ends[c]) - spheres[:, 3]
        least = min(least, float(distance.min()) - body.radii[c])
    if len(body.pairs):
        i, j = body.pairs.T
        distance = segment_distance(ends[i, 0], ends[i, 1], ends[j, 0], ends[j, 1])
        least = min(least, float((distance - body.radii[i] - body.radii[j]).min()))
    return least


class Judge:
    """coal's opinion on postures."""

    def __init__(self, chain: KinematicChain, body: Body) -> None:
        import coal

        self._coal, self._chain, self._body = coal, chain, body
        lengths = np.linalg.norm(body.ends[:, 1] - body.ends[:, 0], axis=1)
        self._capsules = [
            coal.Capsule(float(radius), float(length))
            for radius, length in zip(body.radii, lengths, strict=True)
        ]

    def touches(self, q: Array, spheres: Array) -> bool:
        """Say whether the arm touches a sphere or itself, by more than rounding."""
        coal = self._coal
        places = [self._place(a, b) for a, b in self._body.placed(self._chain, q)]
        for x, y, z, radius in spheres:
            ball, there = coal.Sphere(radius), coal.Transform3s(np.eye(3), np.array([x, y, z]))
            for c in np.nonzero(self._body.moving)[0]:
                if self._distance(self._capsules[c], places[c], ball, there) < -TOUCH:
                    return True
        return any(
            self._distance(self._capsules[i], places[i], self._capsules[j], places[j]) < -TOUCH
            for i, j in self._body.pairs
        )

    def _distance(self, a: Any, T_a: Any, b: Any, T_b: Any) -> float:
        coal = self._coal
        return coal.distance(a, T_a, b, T_b, coal.DistanceRequest(), coal.DistanceResult())

    def _place(self, a: Array, b: Array) -> Any:
        length = np.linalg.norm(b - a)
        R = rotation_to_axis((b - a) / length) if length > 1e-12 else np.eye(3)
        return self._coal.Transform3s(R, 0.5 * (a + b))


def rows(model: IkModel | None, chain: KinematicChain, body: Body) -> Iterator[tuple[str, Solve]]:
    """Yield each way to an answer: what it is called, and what answers."""
    ingredients = [
        ('restarts, then a check', RESTARTS, False),
        ('restarts + walk', RESTARTS, True),
        ('middle + restarts + walk', MIDDLE | RESTARTS, True),
        ('store + restarts + walk', STORE | RESTARTS, True),
    ]
    if model is not None:
        ingredients += [
            ('heads + restarts + walk', HEADS | RESTARTS, True),
            ('middle + heads + restarts + walk', MIDDLE | HEADS | RESTARTS, True),
        ]
    ingredients += [
        ('middle + store + restarts + walk', MIDDLE | STORE | RESTARTS, True),
        ('all: as served', MIDDLE | HEADS | STORE | RESTARTS, True),
    ]
    for label, groups, walks in ingredients:
        solver = IkSolver(model if model is not None else chain, body=body)
        solver.prepare_to_avoid()
        solver._avoidance.choices = Choices(groups, walks)
        yield label, ours(solver)
    peer = trac_ik(chain, body)
    if peer is not None:
        yield 'TRAC-IK, random seeds, coal', peer


def ours(solver: IkSolver) -> Solve:
    """Return our solver as one that is told the scene first."""

    def solve(spheres: Array, position: Array, orientation: Array) -> Array | None:
        solution = solver.solve(position, orientation, timeout=TIMEOUT, **TOLERANCES)
        return solution.joint_positions if solution.success else None

    solve.tell = solver.set_obstacles
    return solve


def trac_ik(chain: KinematicChain, body: Body) -> Solve | None:
    """Return the peer: TRAC-IK from one random seed after the other, until coal agrees."""
    try:
        import pytracik

        from learned_ik.benchmarking.stripped import stripped_urdf
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

    solve.tell = lambda spheres: None
    return solve


def measured(
    table: list[tuple[str, Solve]], scenes: list[Scene], chain: KinematicChain, judge: Judge
) -> list[dict[str, Any]]:
    """Return share, times [s] and lies of each row; all rows take turns on each scene.

    The second of two equal calls is timed: a node that streams has its caches warm, too.
    """
    times = np.empty((len(table), len(scenes)))
    solved, lies = np.zeros(len(table), int), np.zeros(len(table), int)
    for k, scene in enumerate(scenes):
        for row, (_, solve) in enumerate(table):
            solve.tell(scene.spheres)
            solve(*scene)
            began = perf_counter()
            q = solve(*scene)
            times[row, k] = perf_counter() - began
            if q is None:
                continue
            position, _ = chain.forward(q)
            exact = np.linalg.norm(position - scene.position) <= 1.0001e-4
            touches = judge.touches(q, scene.spheres)
            solved[row] += exact and not touches
            lies[row] += touches
    return [
        {
            'row': label, 'solved': solved[row] / len(scenes), 'lies': int(lies[row]),
            'median': np.median(times[row]), 'mean': times[row].mean(), 'max': times[row].max(),
            'p95': np.percentile(times[row], 95), 'p99': np.percentile(times[row], 99),
        }
        for row, (label, _) in enumerate(table)
    ]  # fmt: skip


def robots(names: list[str], files: list[Path]) -> Iterator[tuple[str, Any, KinematicChain, Body]]:
    """Yield name, model or None, chain, body."""
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
        yield name, fitting[0] if fitting else None, chain, body


def main() -> None:
    """Print one table for each robot and kind of scene."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', default=['tiago'])
    parser.add_argument('--models', nargs='*', type=Path, default=[], help='of other robots')
    parser.add_argument('--spheres', nargs='+', type=int, default=[16, 64])
    parser.add_argument('--scenes', type=int, default=500, help='of each kind')
    parser.add_argument('--json', type=Path, help='file to write the figures to, too')
    options = parser.parse_args()
    report = []
    for name, model, chain, body in robots(options.robots, options.models):
        judge, table = Judge(chain, body), list(rows(model, chain, body))
        for kind in kinds(options.spheres):
            rng = np.random.default_rng(0)
            scenes = [scene_of(kind, chain, body, rng) for _ in range(options.scenes)]
            print(f'\n{name}, {kind.name}, {kind.spheres} spheres, {len(scenes)} scenes')
            print(f'{"":<34}{"free %":>8}{"lies":>6}{"median":>9}{"mean":>9}{"p95":>9}{"p99":>9}')
            for found in measured(table, scenes, chain, judge):
                shown = (1e6 * found[k] for k in ('median', 'mean', 'p95', 'p99'))
                figures = ''.join(f'{time:>9.1f}' for time in shown)
                print(
                    f'{found["row"]:<34}{100 * found["solved"]:>8.2f}{found["lies"]:>6}{figures}'
                )
                report.append({'robot': name, **kind._asdict(), **found})
            sys.stdout.flush()
    print('\nTimes in µs, of one call from Python; failures count with the time they took.')
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, default=float))


if __name__ == '__main__':
    main()
