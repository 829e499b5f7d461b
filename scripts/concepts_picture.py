# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/concepts.png: what the network says, what refinement makes of it, and choice.

    python scripts/concepts_picture.py [PICTURE]

For the arm of TIAGo and one pose; the errors are those of a thousand others.
"""

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D

from learned_ik import IkSolver
from learned_ik.resources import shipped_file
from learned_ik.robot.skeleton import joint_origins
from learned_ik.viewing.heads import head_answers

PICTURE = Path(__file__).resolve().parents[1] / 'docs' / 'images' / 'concepts.png'
POSE = np.array([0.6, -0.2, 0.0]), np.array([0.0, 0.0, 0.0, 1.0])  # [m], x y z w
POSES = 1000
ORANGE, BLUE = '#E69F00', '#0072B2'  # from the colours that everybody can tell apart


def main() -> None:
    """Draw the three panels side by side."""
    solver = IkSolver.load(shipped_file('models/tiago_arm.safetensors'))
    figure = Figure(figsize=(13.0, 4.4), dpi=110, layout='constrained')
    heads = head_answers(solver.model, *POSE)
    axes = figure.add_subplot(1, 3, 1, projection='3d')
    draw_arms(axes, solver, heads)
    axes.set_title(
        f'1. The network: {len(heads)} answers to one pose,\nof which the best one counts'
    )
    draw_errors(figure.add_subplot(1, 3, 2), solver)
    axes = figure.add_subplot(1, 3, 3, projection='3d')
    several = [each.joint_positions for each in solver.solve_all(*POSE, limit=8)]
    draw_arms(axes, solver, several)
    axes.set_title(f'3. Choice: {len(several)} exact answers,\nas different as possible')
    picture = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE
    picture.parent.mkdir(exist_ok=True)
    figure.savefig(picture)


def draw_arms(axes: Axes3D, solver: IkSolver, postures: list[np.ndarray]) -> None:
    """Draw postures (joints,) [rad] as lines through their joints, and the target."""
    shades = mpl.colormaps['viridis'](np.linspace(0.0, 0.85, len(postures)))
    for q, shade in zip(postures, shades, strict=True):
        axes.plot(*joint_origins(solver.chain, q).T, color=shade, linewidth=2.5, marker='o', ms=3)
    axes.scatter(*POSE[0], color=ORANGE, s=70, zorder=10)
    axes.text(*(POSE[0] + [0.0, 0.0, -0.09]), 'target', color=ORANGE)
    axes.set(xlim=(0.1, 0.65), ylim=(-0.5, 0.05), zlim=(-0.3, 0.25))
    axes.set_box_aspect((1, 1, 1))
    axes.view_init(elev=18, azim=-50)
    for name in 'xyz':
        getattr(axes, f'set_{name}label')(f'{name} [m]', labelpad=-6)
        getattr(axes, f'{name}axis').set_major_locator(mpl.ticker.MultipleLocator(0.2))
        axes.tick_params(axis=name, labelsize=7, pad=-3)


def draw_errors(axes: mpl.axes.Axes, solver: IkSolver) -> None:
    """Draw how far a thousand answers are off, before and after refinement."""
    chain = solver.chain
    poses = chain.forward(chain.sample(np.random.default_rng(0), POSES))
    reached, _ = chain.forward(solver.predict(*poses))
    alone = np.linalg.norm(reached - poses[0], axis=-1)  # (poses,) [m]
    refined = solver.solve_batch(*poses)
    bins = np.logspace(-13, 0, 66)
    for errors, colour, text in (
        (refined.position_error, BLUE, 'refined'),
        (alone, ORANGE, 'network alone'),
    ):
        axes.hist(np.maximum(errors, bins[0]), bins, color=colour, label=text)
    axes.axvline(1e-6, color='black', linewidth=1, linestyle='--')
    axes.text(1.3e-6, axes.get_ylim()[1] * 0.9, 'tolerance', fontsize=8)
    axes.set(xscale='log', xlabel='position error [m]')
    axes.legend(loc='upper left')
    axes.set_title(
        f'2. Refinement: {refined.success.sum()} of {POSES} poses solved,\nby damped least squares'
    )


if __name__ == '__main__':
    main()
