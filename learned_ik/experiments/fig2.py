# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Figure 2: where samples are dense, and where errors are large, in a slice of the workspace."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from learned_ik.experiments import paper, pictures
from learned_ik.experiments.budgets import Budget
from learned_ik.experiments.catalogue import (
    SAMPLING,
    our_network,
    paper_network,
    sampled,
)
from learned_ik.experiments.results import Claim, Picture, Report, Table
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.evaluation import errors_on
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.sweep import Trial
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain

TITLE = 'Figure 2: sample density and position error'
ROBOT = 'artificial7'
FILE = 'fig2.png'
PAPER, OURS = "the paper's recipe", 'default recipe'
LOOKS = (  # of the networks, in their order
    (pictures.BLUE, '-', 'o'),
    (pictures.SKY, '--', 'D'),
    (pictures.GREEN, '-', 's'),
    (pictures.ORANGE, '--', '^'),
)
CELLS = 40  # along x and y
FEWEST = 5  # poses in a cell that is shown
SEED = 3  # of the poses in the slice
CHUNK = 100_000
PARTS = 4  # of the cells, by density
DECILES = 10

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Slice:
    """Reachable poses in the cross-section, and the cells that they fall into."""

    poses: torch.Tensor  # (n, 12)
    cell: npt.NDArray[np.int64]  # (n,)
    count: Array  # (CELLS²,), poses in each cell
    half: float  # [m], x and y go from -half to half

    @classmethod
    def of(cls, chain: KinematicChain, samples: int) -> 'Slice':
        """Draw joint positions uniformly and keep what comes to lie in the slice."""
        rng = np.random.default_rng(SEED)
        kept = []
        for start in range(0, samples, CHUNK):
            q = chain.sample(rng, min(CHUNK, samples - start))
            rotation, position = chain.forward_matrix(q)
            inside = (position[:, 2] >= paper.SLICE[0]) & (position[:, 2] <= paper.SLICE[1])
            rows = rotation[inside].reshape(-1, 9)
            kept.append(np.concatenate([position[inside], rows], axis=1))
        poses = np.concatenate(kept)
        half = 1.02 * float(np.abs(poses[:, :2]).max())
        xy = ((poses[:, :2] / half + 1) * 0.5 * CELLS).astype(np.int64)
        cell = xy[:, 1] * CELLS + xy[:, 0]
        count = np.bincount(cell, minlength=CELLS**2).astype(np.float64)
        return cls(torch.as_tensor(poses, dtype=torch.float32), cell, count, half)

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """(CELLS²,), whether a cell holds enough poses for a mean."""
        return self.count >= FEWEST

    def mean_errors(self, model: IkModel) -> Array:
        """Return the mean position error [m] of each cell, NaN where there are too few poses."""
        errors = errors_on(
            self.poses,
            FoldedNetwork(model.network),
            JointDecoder(model.chain, model.network.decoding),
            BatchedKinematics(model.chain),
        )
        total = np.bincount(self.cell, errors.position.double().numpy(), minlength=CELLS**2)
        return np.where(self.shown, total / np.maximum(self.count, 1), np.nan)


def networks(budget: Budget) -> dict[str, Trial]:
    """Return the networks whose errors are shown."""
    papers, ours = paper_network(budget, ROBOT), our_network(budget, ROBOT)
    return {
        PAPER: papers,
        f'{PAPER}, our sampling': sampled(papers),
        OURS: ours,
        f'{OURS}, our sampling': sampled(ours),
    }


def trials(budget: Budget) -> list[Trial]:
    """Return four networks of the artificial arm of seven joints."""
    return list(networks(budget).values())


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw density and errors, and say how the one goes with the other."""
    found = {label: models[trial.name] for label, trial in networks(budget).items()}
    cut = Slice.of(next(iter(found.values())).chain, budget.slice_samples)
    errors = {label: cut.mean_errors(model) for label, model in found.items()}
    _draw(cut, errors, folder / FILE)
    caption = (
        'Slice of the workspace at heights of 10 to 15 cm; the dot is the base. To see: whether '
        'errors are large (yellow) where samples are rare (dark, first picture), and whether our '
        'sampling evens them out. It weighs samples by density to the power of '
        f'-{SAMPLING["density_power"]:g} and uses hard ones once more.'
    )
    tables = (_by_density(cut, errors), _spread(cut, errors))
    return Report(
        tables,
        (Picture(FILE, caption),),
        (_density_tells(cut, errors), _sampling_evens_out(cut, errors)),
    )


def _draw(cut: Slice, errors: Mapping[str, Array], path: Path) -> None:
    from matplotlib.colors import LogNorm

    figure, axes = pictures.panels(3, 2, height=3.1)
    low = min(1e3 * np.nanquantile(e, 0.02) for e in errors.values())
    high = max(1e3 * np.nanquantile(e, 0.98) for e in errors.values())
    share = np.where(cut.shown, cut.count / cut.count[cut.shown].mean(), np.nan)
    _panel(axes[0, 0], cut, share, 'sample density', 'times the mean', LogNorm())
    maps = (axes[0, 1], axes[0, 2], axes[1, 1], axes[1, 2])
    for ax, (label, e) in zip(maps, errors.items(), strict=True):
        _panel(ax, cut, 1e3 * e, label, 'mean L2 of a cell [mm]', LogNorm(max(low, 1e-3), high))
    for (label, e), (colour, dashes, marker) in zip(errors.items(), LOOKS, strict=True):
        parts = [(share[p].mean(), 1e3 * e[p].mean()) for p in by_density(cut, DECILES)]
        x, y = zip(*parts, strict=True)
        axes[1, 0].plot(x, y, dashes, color=colour, marker=marker, ms=3, label=label)
    axes[1, 0].set(yscale='log', xlabel='density, times the mean', ylabel='mean L2 [mm]')
    axes[1, 0].set_title('error by density', fontsize=8)
    axes[1, 0].grid(alpha=0.3)
    pictures.plain_numbers(axes[1, 0].yaxis)
    pictures.legend_below(figure, [axes[1, 0]])
    pictures.save(figure, path)


def _panel(ax: Any, cut: Slice, values: Array, title: str, unit: str, norm: Any) -> None:
    extent = (-cut.half, cut.half, -cut.half, cut.half)
    image = ax.imshow(
        values.reshape(CELLS, CELLS), origin='lower', extent=extent, norm=norm, cmap='cividis'
    )
    ax.plot(0, 0, 'o', color='white', mec='black', ms=5)
    ax.set(xlabel='x [m]', ylabel='y [m]')
    ax.set_title(title.replace(', ', ',\n'), fontsize=8)
    ticks = np.array([-1, 0, 1]) * round(0.6 * cut.half, 1)
    ax.set(xticks=ticks, yticks=ticks)
    bar = ax.figure.colorbar(image, ax=ax, label=unit, shrink=0.8)
    pictures.plain_numbers(bar.ax.yaxis)


def by_density(cut: Slice, parts: int) -> list[npt.NDArray[np.int64]]:
    """Return the cells that are shown in so many parts, from the rarest to the densest."""
    shown = np.flatnonzero(cut.shown)
    return np.array_split(shown[np.argsort(cut.count[shown], kind='stable')], parts)


def _by_density(cut: Slice, errors: Mapping[str, Array]) -> Table:
    """Return mean errors of the cells, from the rarest quarter to the densest."""
    rows = tuple(
        (
            f'{i} of {PARTS}',
            float(cut.count[part].mean()),
            *(1e3 * float(e[part].mean()) for e in errors.values()),
        )
        for i, part in enumerate(by_density(cut, PARTS), start=1)
    )
    titles = ('quarter of the cells, by density', 'poses in a cell')
    return Table('Mean position error [mm] by the density of samples.', (*titles, *errors), rows)


def _spread(cut: Slice, errors: Mapping[str, Array]) -> Table:
    rows = []
    for label, e in errors.items():
        shown = 1e3 * e[cut.shown]
        rows.append(
            (
                label,
                float(shown.mean()),
                float(shown.std()),
                float(np.quantile(shown, 0.99)),
                rank_correlation(cut.count[cut.shown], shown),
            )
        )
    titles = ('network', 'mean [mm]', 'standard deviation [mm]', '99 % [mm]', "Spearman's ρ")
    return Table(
        'Errors of the cells, and their rank correlation with the density.', titles, tuple(rows)
    )


def rank_correlation(a: Array, b: Array) -> float:
    """Return Spearman's rank correlation of two arrays (n,); ties count in their order."""
    ranks = [np.argsort(np.argsort(values, kind='stable')) for values in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def _density_tells(cut: Slice, errors: Mapping[str, Array]) -> Claim:
    found = {
        label: rank_correlation(cut.count[cut.shown], e[cut.shown]) for label, e in errors.items()
    }
    listed = ', '.join(f'{label} {value:.2f}' for label, value in found.items())
    return Claim(
        'Regions of low sample density are those of high error',
        'III-E',
        *(found[recipe] < -0.3 for recipe in (PAPER, OURS)),
        f'rank correlation of density and error: {listed}; counted as yes below -0.3',
    )


def _sampling_evens_out(cut: Slice, errors: Mapping[str, Array]) -> Claim:
    spread = {label: 1e3 * float(e[cut.shown].std()) for label, e in errors.items()}
    pairs = [(spread[recipe], spread[f'{recipe}, our sampling']) for recipe in (PAPER, OURS)]
    listed = '; '.join(
        f'{recipe}: {before:.1f} mm before, {after:.1f} mm after'
        for recipe, (before, after) in zip((PAPER, OURS), pairs, strict=True)
    )
    return Claim(
        'Tracking the density and reusing hard samples would reduce the variance of the error',
        'II-B',
        *(after < before for before, after in pairs),
        f'standard deviation over the cells, {listed}',
    )
