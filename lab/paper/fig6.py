# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 6: an arm of ten joints and a sphere, with and without the obstacle loss (equation 5)."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lab.paper import spirals
from lab.paper.presentation import pictures
from lab.paper.presentation.results import Claim, Picture, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import keeping_clear, our_network, paper_network
from learned_ik.arrays import Array
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.model import IkModel
from learned_ik.robot.skeleton import joint_origins

TITLE = 'Figure 6: a sphere in the way'
ROBOT = 'artificial10'
FILE = 'fig6.png'
# The paper shows a sphere and prints none. Ours lies below the spiral, 2 cm from it where it comes
# nearest, where arms reach through that are not told of it.
SPHERE = (-0.17, 0.0, 0.31, 0.1)  # x y z radius [m]
MARGIN = 0.1  # [m], of equation 5
# The weight of L_obs is not printed. These give up some accuracy near the sphere: the paper's
# loss is a mean of squares, ours a length.
RECIPES = {"the paper's recipe": (paper_network, 0.2), 'default recipe': (our_network, 1.0)}
POSTURES = 8  # of the arm that are drawn
SPIRAL = 'spiral that the tip is to follow'
SPIRAL_APART = 'distance of the spiral from the sphere'


@dataclasses.dataclass(frozen=True)
class Followed:
    """How one network goes along the spiral."""

    q: Array  # (n, joints) [rad]
    clearance: Array  # (n,) [m], of the nearest joint from the sphere
    error: Array  # (n,) [m], of the tip's position

    @classmethod
    def by(cls, model: IkModel, poses: int) -> 'Followed':
        """Ask the network for every pose."""
        errors = spirals.followed(model, spirals.spiral_for(model.chain, poses))
        q = errors.q.double().numpy()
        return cls(q, clearances(model, q), errors.position.double().numpy())


def clearances(model: IkModel, q: Array) -> Array:
    """Return min_N(|t_N - c| - r) of postures q (n, joints): (n,) [m] (equation 5)."""
    origins = np.array([joint_origins(model.chain, each)[1:] for each in q])  # (n, joints + 1, 3)
    apart = np.linalg.norm(origins - np.array(SPHERE[:3]), axis=-1)
    return apart.min(axis=1) - SPHERE[3]


def pairs(budget: Budget) -> dict[str, tuple[Trial, Trial]]:
    """Return the networks without and with the obstacle loss, by recipe."""
    found = {}
    for label, (network, weight) in RECIPES.items():
        scene = SceneConfig((SPHERE,), 'origins', weight, MARGIN)
        trial = network(budget, ROBOT, training='position')
        found[label] = (trial, keeping_clear(trial, scene))
    return found


def trials(budget: Budget) -> list[Trial]:
    """Return two networks of each recipe."""
    return [trial for pair in pairs(budget).values() for trial in pair]


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw the arm, its clearance and its error along the spiral."""
    found = {
        label: tuple(Followed.by(models[trial.name], budget.spiral_poses) for trial in pair)
        for label, pair in pairs(budget).items()
    }
    chain = next(iter(models.values())).chain
    path = spirals.spiral_for(chain, budget.spiral_poses)
    target = np.linalg.norm(path.positions - np.array(SPHERE[:3]), axis=-1) - SPHERE[3]
    _draw(found, models[pairs(budget)['default recipe'][1].name], path, target, folder / FILE)
    caption = (
        'A sphere (grey) below the spiral that the tip is to follow (green, dashed). Above: how '
        'far the nearest joint is from the sphere, below 0 inside it. Without the obstacle loss '
        '(blue) joints pass through it, although the spiral (dotted) never does; with it (orange, '
        'dashed) they keep away. Where the spiral lies within the margin of 10 cm (shaded), the '
        'loss gives up accuracy for clearance: the lower diagrams.'
    )
    rows = [
        (
            label,
            word,
            1e3 * float(f.clearance.min()),
            1e2 * float((f.clearance < 0).mean()),
            1e3 * float(f.error[target >= MARGIN].mean()),
            1e3 * float(f.error[target < MARGIN].mean()),
        )
        for label, pair in found.items()
        for word, f in zip(('no', 'yes'), pair, strict=True)
    ]
    titles = (
        'recipe',
        'obstacle loss',
        'least clearance [mm]',
        'poses in collision [%]',
        'L2, target outside the margin [mm]',
        'L2, target within the margin [mm]',
    )
    weights = ', '.join(f'{weight:g} with {label}' for label, (_, weight) in RECIPES.items())
    notes = (
        f'The sphere: centre {SPHERE[:3]} m, radius {SPHERE[3]} m. Weight of the obstacle loss: '
        f'{weights}. The paper prints neither.',
        spirals.NOTE,
    )
    table = Table('Along the spiral, networks alone.', titles, tuple(rows))
    claims = (_ignored_without(found, target), _avoided(found), _trades(found, target))
    return Report((table,), (Picture(FILE, caption),), claims, notes)


def _ignored_without(found: Mapping[str, tuple[Followed, Followed]], target: Array) -> Claim:
    hits = {label: float((without.clearance < 0).mean()) for label, (without, _) in found.items()}
    listed = ', '.join(f'{label} {100 * share:.0f} %' for label, share in hits.items())
    return Claim(
        'Without the obstacle loss the arm collides, even while the target is outside the sphere',
        'III-F',
        *(bool(target.min() > 0) and share > 0 for share in hits.values()),
        f'poses in collision: {listed}; clearance of the target at least '
        f'{1e3 * target.min():.0f} mm',
    )


def _avoided(found: Mapping[str, tuple[Followed, Followed]]) -> Claim:
    verdicts, numbers = [], []
    for label, (without, clear) in found.items():
        hits = [float((f.clearance < 0).mean()) for f in (without, clear)]
        verdicts.append(hits[1] == 0)
        numbers.append(
            f'{label} from {100 * hits[0]:.1f} to {100 * hits[1]:.1f} %, least clearance '
            f'{1e3 * clear.clearance.min():.0f} mm'
        )
    return Claim(
        'With the obstacle loss the arm avoids the sphere',
        'III-F',
        *verdicts,
        f'poses in collision: {"; ".join(numbers)}',
    )


def _trades(found: Mapping[str, tuple[Followed, Followed]], target: Array) -> Claim:
    near = target < MARGIN
    verdicts, numbers = [], []
    for label, (without, clear) in found.items():
        least = without.clearance.min(), clear.clearance.min()
        error = without.error[near].mean(), clear.error[near].mean()
        verdicts.append(bool(least[1] > least[0] and error[1] > error[0]))
        numbers.append(
            f'{label}: least clearance {1e3 * least[0]:.0f} to {1e3 * least[1]:.0f} mm, error '
            f'within the margin {1e3 * error[0]:.1f} to {1e3 * error[1]:.1f} mm'
        )
    return Claim(
        'The obstacle loss trades error near the sphere for clearance',
        'III-F',
        *verdicts,
        '; '.join(numbers),
    )


def _draw(
    found: Mapping[str, tuple[Followed, Followed]],
    model: IkModel,
    path: Any,
    target: Array,
    file: Path,
) -> None:
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(pictures.WIDTH, 5.2), layout='constrained')
    grid = figure.add_gridspec(2, 3, width_ratios=(1.5, 1, 1))
    scene = figure.add_subplot(grid[:, 0], projection='3d')
    _draw_scene(scene, model, path, found['default recipe'])
    share = np.linspace(0, 100, len(target))
    axes = []
    for column, (label, pair) in enumerate(found.items(), start=1):
        above = figure.add_subplot(grid[0, column], title=label)
        below = figure.add_subplot(grid[1, column])
        above.plot(share, 1e2 * target, ':', color=pictures.GREY, label=SPIRAL_APART)
        looks = (
            ('arm without the obstacle loss', pictures.BLUE, '-'),
            ('arm with the obstacle loss', pictures.ORANGE, '--'),
        )
        for (name, colour, dashes), f in zip(looks, pair, strict=True):
            above.plot(share, 1e2 * f.clearance, dashes, color=colour, label=name)
            below.plot(share, 1e3 * f.error, dashes, color=colour, label=name)
        above.axhspan(0, 1e2 * MARGIN, color=pictures.YELLOW, alpha=0.15, lw=0)
        above.axhline(0, color='black', lw=0.8)
        above.set(ylabel='distance from the sphere [cm]')
        below.set(xlabel='along the spiral [%]', ylabel='position error, L2 [mm]')
        axes += [above, below]
        for ax in (above, below):
            ax.grid(alpha=0.3)
    pictures.legend_below(figure, [scene, *axes], columns=4)
    pictures.save(figure, file)


def _draw_scene(ax: Any, model: IkModel, path: Any, pair: tuple[Followed, Followed]) -> None:
    ax.plot(*path.positions.T, '--', color=pictures.GREEN, lw=1.5, label=SPIRAL)
    u, v = np.mgrid[0 : 2 * np.pi : 24j, 0 : np.pi : 12j]
    ball = np.array([np.cos(u) * np.sin(v), np.sin(u) * np.sin(v), np.cos(v)])
    ax.plot_surface(
        *(c + SPHERE[3] * part for c, part in zip(SPHERE[:3], ball, strict=True)),
        color=pictures.GREY,
        alpha=0.35,
    )
    for f, colour in zip(pair, (pictures.BLUE, pictures.ORANGE), strict=True):
        nearest = np.argsort(pair[0].clearance)[:POSTURES]
        for q in f.q[nearest]:
            ax.plot(*joint_origins(model.chain, q).T, '.-', color=colour, lw=1.0, ms=3, alpha=0.7)
    spirals.share_axes(ax, model.chain.reach, zoom=0.97)
    ax.set_title('default recipe: where it came nearest', fontsize=9, y=0.95)
    ax.view_init(18, -70)
