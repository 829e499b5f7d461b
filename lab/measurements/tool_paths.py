# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How often `follow` leads a tool with a free angle where it can be led, and how long it takes.

    python -m lab.measurements.tool_paths [--paths 20] [--poses 1000] [--kinds ...] [--json]

A UR10 carries a bent torch. Its yaw about its own axis is free, or the axis may also lean by up
to 15 degrees. Circles, lines and rasters are drawn, some all around the base and some near the
reach. Which of them can be led is decided without this package's solver: by every solution that
the closed form of the arm has at each point of a lattice over the free angles, within the joint
limits, every turn of every joint, and a search over the whole path for steps without a jump. A
path counts as led where each pose is reached, by forward kinematics in numpy, without a jump.
"""

import argparse
import json
from collections.abc import Iterator
from time import perf_counter

import numpy as np

from lab.measurements.tool_path_judge import Judge
from learned_ik import IkSolver, resources
from learned_ik.arrays import Array
from learned_ik.rotations import (
    matrix_from_quaternion,
    quaternion_from_matrix,
    quaternion_from_rotation_vector,
    rotation_to_axis,
)

KINDS = 'circle', 'line', 'raster', 'around', 'reach'
CONE = np.radians(15.0)
FREEDOMS = {
    'yaw': [1e-6, 1e-6, np.inf],
    'cone': [[-CONE, CONE], [-CONE, CONE], [-np.inf, np.inf]],
}
JUMP = 0.2  # [rad], of a joint from pose to pose
REACH = 1.25  # [m], about the shoulder
# A torch: 0.15 m along the flange's axis, then bent by 45 degrees and 0.1 m long.
BENT = rotation_to_axis([np.cos(np.pi / 4), 0.0, np.sin(np.pi / 4)])
TOOL = np.array([0.15, 0.0, 0.0, *quaternion_from_matrix(BENT)])
TOOL[:3] += 0.1 * BENT[:, 2]


def main() -> None:
    """Print a line for each freedom and kind of path."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--paths', type=int, default=20, help='of each kind')
    parser.add_argument('--poses', type=int, default=1000, help='of each path')
    parser.add_argument('--kinds', nargs='+', default=KINDS, choices=KINDS)
    parser.add_argument('--freedoms', nargs='+', default=list(FREEDOMS), choices=list(FREEDOMS))
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--verbose', action='store_true', help='tell of each path that is missed')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    shipped = {path.stem: path for path in resources.shipped_files('models', '.safetensors')}
    solver = IkSolver.load(shipped['ur10'], tool=TOOL)
    solver.warm_up()
    solver.follow(*solver.forward(solver.chain.middle[None]))
    rows = []
    for freedom in options.freedoms:
        for kind in options.kinds:
            rows.append(
                {'freedom': freedom, 'kind': kind} | measure(solver, freedom, kind, options)
            )
            if not options.json:
                print(line(rows[-1]), flush=True)
    feasible, led = (sum(row[what] for row in rows) for what in ('feasible', 'led of those'))
    if options.json:
        print(json.dumps({'tool paths': rows, 'feasible': feasible, 'led of those': led}))
    else:
        print(f'\n{led} of {feasible} paths that can be led are.')


def measure(
    solver: IkSolver, freedom: str, kind: str, options: argparse.Namespace
) -> dict[str, float]:
    """Return how many paths of a kind can be led, how many are, and how long that takes [ms]."""
    rng, times = np.random.default_rng([options.seed, KINDS.index(kind)]), []
    judge = Judge(solver.chain, TOOL, lean=0.0 if freedom == 'yaw' else CONE)
    counts = dict.fromkeys(('feasible', 'led', 'led of those'), 0)
    for number in range(options.paths):
        positions, orientations = drawn(kind, options.poses, rng)
        began = perf_counter()
        path = solver.follow(
            positions, orientations, orientation_tolerance=FREEDOMS[freedom], jump=JUMP
        )
        times.append(1e3 * (perf_counter() - began))
        led = is_led(solver, path.joint_positions, positions, orientations, freedom)
        feasible = judge.can_be_led(positions, orientations, JUMP)
        counts['feasible'] += feasible
        counts['led'] += led
        counts['led of those'] += led and feasible
        if options.verbose and (feasible != led or times[-1] > 50):
            print(f'{freedom} {kind} {number}: feasible {feasible}, led {led}, {times[-1]:.0f} ms '
                  f'{path.message}')  # fmt: skip
    return counts | {
        'paths': options.paths,
        'median ms': float(np.median(times)),
        'p99 ms': float(np.quantile(times, 0.99)),
    }


def is_led(
    solver: IkSolver, q: Array, positions: Array, orientations: Array, freedom: str
) -> bool:
    """Judge joints (n, 6) by forward kinematics in numpy: reached, within limits, no jump."""
    chain = solver.chain
    reached, turned = chain.forward(q)
    wanted_axis = matrix_from_quaternion(orientations)[..., 2]
    axis = matrix_from_quaternion(turned)[..., 2]
    lean = np.arctan2(
        np.linalg.norm(np.cross(wanted_axis, axis), axis=1), (wanted_axis * axis).sum(axis=1)
    )
    return bool(
        np.linalg.norm(reached - positions, axis=1).max() < 2e-6
        and lean.max() < (2e-6 if freedom == 'yaw' else CONE)
        and (q >= chain.lower).all()
        and (q <= chain.upper).all()
        and np.abs(np.diff(q, axis=0)).max() <= JUMP
    )


def drawn(kind: str, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return positions (n, 3) [m] and orientations (n, 4) of one path of a tool."""
    s = np.linspace(0, 1, count)
    if kind == 'around':
        return around_the_base(s, rng)
    plane = rotation_to_axis(direction(rng))  # its z axis is the surface's normal
    radius = rng.uniform(1.0, REACH) if kind == 'reach' else rng.uniform(0.45, 0.95)
    towards = direction(rng)
    towards[2] = abs(towards[2]) * 0.7
    centre = np.array([0.0, 0.0, 0.13]) + radius * towards / np.linalg.norm(towards)
    if kind in ('circle', 'reach'):
        turns = rng.uniform(0.5, 3.0)
        angle = 2 * np.pi * turns * s
        local = rng.uniform(0.05, 0.25) * np.stack([np.cos(angle), np.sin(angle), 0 * s], axis=1)
    elif kind == 'line':
        local = rng.uniform(0.3, 0.9) * np.stack([s - 0.5, 0 * s, 0 * s], axis=1)
    else:
        local = raster(s, rng.integers(3, 8), *rng.uniform(0.15, 0.4, 2))
    normals = np.tile(plane[:, 2], (count, 1))
    if rng.random() < 0.5:  # a curved surface: the tool leans over it
        normals = turned_about(plane[:, 0], rng.uniform(-1.5, 1.5) * (s - 0.5), normals)
    return centre + local @ plane.T, aimed(-normals, rng)


def around_the_base(s: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return a circle about the base's axis, the tool down, or towards the axis, or away."""
    angle = 2 * np.pi * (rng.uniform(0, 1) + rng.choice([-1, 1]) * rng.uniform(0.5, 1.9) * s)
    radius, height = rng.uniform(0.4, 1.1), rng.uniform(-0.1, 0.7)
    outward = np.stack([np.cos(angle), np.sin(angle), 0 * s], axis=1)
    down = np.array([0.0, 0.0, -1.0])
    share = rng.uniform(-1, 1)
    axis = share * outward + (1 - abs(share)) * down
    positions = radius * outward + [0.0, 0.0, height]
    return positions, aimed(axis / np.linalg.norm(axis, axis=1, keepdims=True), rng)


def raster(s: Array, rows: int, width: float, height: float) -> Array:
    """Return (n, 3) [m], there and back in rows over a rectangle, in its plane."""
    along = s * rows
    row = np.minimum(along.astype(int), rows - 1)
    x = along - row
    x = np.where(row % 2 == 0, x, 1 - x) - 0.5
    # The last tenth of each row goes over to the next.
    over = row + np.clip((along - row - 0.9) / 0.1, 0, 1)
    return np.stack([width * x, height * (over / rows - 0.5), 0 * s], axis=1)


def direction(rng: np.random.Generator) -> Array:
    """Return a unit vector, any alike."""
    vector = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def turned_about(axis: Array, angles: Array, vectors: Array) -> Array:
    """Return vectors (n, 3), each turned about one axis (3,) by its angle (n,) [rad]."""
    R = matrix_from_quaternion(quaternion_from_rotation_vector(angles[:, None] * axis))
    return np.einsum('nij,nj->ni', R, vectors)


def aimed(axes: Array, rng: np.random.Generator) -> Array:
    """Return orientations (n, 4) whose z axes are given (n, 3), at some yaw."""
    yaw = rng.uniform(0, 2 * np.pi)
    twist = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1.0]])
    return quaternion_from_matrix(np.array(list(_frames(axes))) @ twist)


def _frames(axes: Array) -> Iterator[Array]:
    """Yield rotations with these z axes, each turned as little as can be from the one before."""
    R = rotation_to_axis(axes[0])
    for axis in axes:
        x = R[:, 0] - (R[:, 0] @ axis) * axis
        x /= np.linalg.norm(x)
        R = np.stack([x, np.cross(axis, x), axis], axis=1)
        yield R


def line(row: dict) -> str:
    """Return one line of the table."""
    return (
        f'{row["freedom"]:<6}{row["kind"]:<8}{row["led of those"]:>4} of {row["feasible"]:>3} '
        f'that can be led, {row["led"]} of all {row["paths"]}; median {row["median ms"]:.1f} ms, '
        f'p99 {row["p99 ms"]:.1f} ms'
    )


if __name__ == '__main__':
    main()
