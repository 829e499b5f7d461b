# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the capsules of a shipped model are the robot: coal asks the robot's real meshes.

    python -m lab.measurements.real_meshes             # TIAGo, Panda, UR10, 150 scenes each
    python -m lab.measurements.real_meshes --robots ur10 --scenes 1000

Each scene begins with a random posture whose real shapes do not touch each other, and has six
spheres of 3 to 7 cm about it, 1 to 5 cm from the surface of what moves. The solver is asked for
the posture's pose among them, without a seed, with its own tolerances and timeout. Refused: no
answer, though that posture is one. Touching: an answer is called clear, and coal finds that a real
shape touches a sphere, or (itself) another shape.
"""

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lab.measurements.mesh_judge import REAL, MeshJudge
from learned_ik import IkModel, IkSolver, resources
from learned_ik.arrays import Array
from learned_ik.errors import ObstacleError

SPHERES = 6  # of each scene
GAP = (0.01, 0.05)  # [m], between them and the posture


class Scene(NamedTuple):
    """A posture that is free, and what is about it."""

    q: Array  # (joints,) [rad or m]
    spheres: Array  # (SPHERES, 4) [m]


def scenes(judge: MeshJudge, solver: IkSolver, count: int, seed: int) -> list[Scene]:
    """Draw scenes in which a posture is free, by its meshes."""
    rng, found = np.random.default_rng(seed), []
    while len(found) < count:
        q = solver.chain.sample(rng, 1)[0]
        if judge.touches_itself(q):
            continue
        judge.place(q)
        spheres = np.array([judge.sphere_near(rng, GAP) for _ in range(SPHERES)])
        try:
            solver.set_obstacles(spheres)
        except ObstacleError:  # one of them swallows the base
            continue
        found.append(Scene(q, spheres))
    return found


def measured(judge: MeshJudge, solver: IkSolver, problems: list[Scene]) -> dict[str, Any]:
    """Return how many poses are refused, and how many answers touch."""
    figures = {'scenes': len(problems), 'refused': 0, 'touching': 0, 'touching_itself': 0}
    for problem in problems:
        solver.set_obstacles(problem.spheres)
        solution = solver.solve(*solver.chain.forward(problem.q))
        if not solution.success:
            figures['refused'] += 1
            continue
        figures['touching'] += judge.touches(solution.joint_positions, problem.spheres)
        figures['touching_itself'] += judge.touches_itself(solution.joint_positions)
    return figures


def line_of(row: dict[str, Any]) -> str:
    """Return a line of the table."""
    share = 100 * row['refused'] / row['scenes']
    return (
        f'{row["robot"]:<8}{row["capsules"]:>10}{row["scenes"]:>8}{share:>8.1f} %'
        f'{row["touching"]:>10}{row["touching_itself"]:>8}'
    )


def main() -> None:
    """Print a line for each robot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robots', nargs='+', default=list(REAL), choices=REAL, metavar='NAME')
    parser.add_argument('--models', type=Path, help='folder of the models; default: as shipped')
    parser.add_argument('--scenes', type=int, default=150)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    if not options.json:
        print(f'{"":<8}{"capsules":>10}{"scenes":>8}{"refused":>10}{"touching":>10}{"itself":>8}')
    for name in options.robots:
        file = f'{REAL[name].model}.safetensors'
        path = resources.shipped_file(f'models/{file}')
        model = IkModel.load(path if options.models is None else options.models / file)
        solver, judge = IkSolver(model), MeshJudge(REAL[name].urdf, model.chain)
        problems = scenes(judge, solver, options.scenes, options.seed)
        row = measured(judge, solver, problems)
        row = {'robot': name, 'capsules': int(solver.body.moving.sum()), **row}
        rows.append(row)
        if not options.json:
            print(line_of(row), flush=True)
    if options.json:
        print(json.dumps({'real_meshes': rows}))


if __name__ == '__main__':
    main()
