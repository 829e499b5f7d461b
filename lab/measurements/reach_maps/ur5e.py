# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The reachability map of a UR5e: how long it takes, how much of it is missed.

    python -m lab.measurements.reach_maps.ur5e [--grid 0.025] [--directions 200] [--rolls 0]
        [--workers 2] [--sample 40] [--urdf ur5e.urdf] [--out DIR] [--json]

With --sample, only so many of the map's blocks are solved, drawn at random, on one process; what
the whole map takes is told by proportion. --urdf writes the arm's URDF and ends.

Somebody's map of the same arm at 2.5 cm was estimated to take 800 hours:
https://github.com/pearl-robot-lab/sampled_reachability_maps/issues/3. That script's bins, 22.5
degrees of each Euler angle, make 2048 orientations at each cell: --directions 128 --rolls 16 are
as many. It accepts 25 mm and 15 degrees of error; the map here has 1 µm and 1e-6 rad.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np

from learned_ik import IkSolver
from learned_ik.reachability.block_solving import BlockSolver
from learned_ik.reachability.map_making import make_map, spoken
from learned_ik.reachability.map_settings import MapSettings

# Denavit-Hartenberg parameters of a UR5e as Universal Robots publishes them ("DH Parameters for
# calculations of kinematics and dynamics", universal-robots.com), placed as in its ROS
# description: a joint, where it is on its parent [m], how it is turned there [rad], its limit.
D1, A2, A3, D4, D5, D6 = 0.1625, -0.425, -0.3922, 0.1333, 0.0997, 0.0996
HALF, TURN = math.pi / 2, math.pi
JOINTS = (
    ('shoulder_pan_joint', (0.0, 0.0, D1), (0.0, 0.0, 0.0), 2 * TURN),
    ('shoulder_lift_joint', (0.0, 0.0, 0.0), (HALF, 0.0, 0.0), 2 * TURN),
    ('elbow_joint', (A2, 0.0, 0.0), (0.0, 0.0, 0.0), TURN),
    ('wrist_1_joint', (A3, 0.0, D4), (0.0, 0.0, 0.0), 2 * TURN),
    ('wrist_2_joint', (0.0, -D5, 0.0), (HALF, 0.0, 0.0), 2 * TURN),
    ('wrist_3_joint', (0.0, D6, 0.0), (HALF, TURN, TURN), 2 * TURN),
)
LINKS = (
    'base_link', 'shoulder_link', 'upper_arm_link', 'forearm_link', 'wrist_1_link',
    'wrist_2_link', 'tool0',
)  # fmt: skip
HOURS_ELSEWHERE = 800.0  # [h]


def ur5e_urdf() -> str:
    """Return the text of the arm's URDF."""
    lines = [f'<link name="{name}"/>' for name in LINKS]
    for (name, xyz, rpy, limit), parent, child in zip(JOINTS, LINKS[:-1], LINKS[1:], strict=True):
        lines.append(
            f'<joint name="{name}" type="revolute">'
            f'<parent link="{parent}"/><child link="{child}"/>'
            f'<origin xyz="{" ".join(map(str, xyz))}" rpy="{" ".join(map(str, rpy))}"/>'
            f'<axis xyz="0 0 1"/>'
            f'<limit lower="{-limit}" upper="{limit}" velocity="{math.pi}" effort="150"/></joint>'
        )
    return '\n'.join(['<robot name="ur5e">', *lines, '</robot>', ''])


def main() -> None:
    """Make the map, or some of it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--grid', type=float, default=0.025, help='[m]')
    parser.add_argument('--directions', type=int, default=200)
    parser.add_argument('--rolls', type=int, default=0)
    parser.add_argument('--starts', type=int, default=MapSettings.starts)
    parser.add_argument('--workers', type=int)
    parser.add_argument('--sample', type=int, help='blocks')
    parser.add_argument('--urdf', type=Path)
    parser.add_argument('--out', type=Path)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    if options.urdf is not None:
        options.urdf.write_text(ur5e_urdf(), encoding='utf-8')
        return
    solver = IkSolver.from_urdf(ur5e_urdf())
    solver.warm_up()
    settings = MapSettings(
        grid=options.grid,
        directions=options.directions,
        rolls=options.rolls,
        starts=options.starts,
    )
    if options.sample is not None:
        content, lines = sampled(solver, settings, options.sample)
    else:
        began = time.perf_counter()
        made = make_map(solver, settings, options.out, workers=options.workers)
        content, lines = made.summary(), made.told()
        content['wall_seconds'] = time.perf_counter() - began
        ratio = 3600 * HOURS_ELSEWHERE / content['wall_seconds']
        lines.append(
            f'all of it, with the estimate of what is missed, in {spoken(content["wall_seconds"])}'
            f': {ratio:,.0f} times as quick as {HOURS_ELSEWHERE:.0f} hours'
        )
    print(json.dumps(content) if options.json else '\n'.join(lines))


def sampled(
    solver: IkSolver, settings: MapSettings, count: int
) -> tuple[dict[str, float], list[str]]:
    """Solve some blocks on this process; return what that says of the whole map."""
    maker = BlockSolver(solver, settings)
    chosen = np.random.default_rng(0).permutation(len(maker.blocks))[:count]
    maker.answer(int(chosen[0]))  # what is slow the first time
    began, cpu = time.perf_counter(), time.process_time()
    answers = [maker.answer(int(index)) for index in chosen]
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    whole = len(maker.blocks) / len(chosen)
    searched = sum(int(answer.searched.sum()) for answer in answers)
    content = {
        'blocks': len(maker.blocks),
        'sampled': len(chosen),
        'seconds': seconds,
        'processor_seconds': cpu,
        'searched': searched,
        'searched_a_processor_second': searched / cpu,
        'searched_of_whole_map': whole * searched,
        'poses_of_whole_map': maker.grid.cells * maker.orientations.count,
        'whole_map_processor_hours': whole * cpu / 3600,
    }
    lines = [
        f'{len(chosen)} of {len(maker.blocks)} blocks: {searched / 1e6:.3g} million poses '
        f'searched, {searched / cpu:,.0f} in a second of one processor',
        f'the whole map: {whole * searched / 1e6:.3g} million poses, '
        f'{spoken(whole * cpu / 2)} on two processors that do nothing else',
    ]
    return content, lines


if __name__ == '__main__':
    main()
