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

from lab.paper import printed_values
from lab.paper.presentation import pictures
from lab.paper.presentation.results import Claim, Picture, Report, Table
from lab.paper.training.budgets import Budget
from lab.paper.training.catalogue import (
    SAMPLING,
    our_network,
    paper_network,
    sampled,
)
from learned_ik.arrays import Array
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.reports.evaluation import errors_on, score_weight
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain

TITLE = 'Figure 2: sample density and position error'
ROBOT = 'artificial7'
FILE = 'fig2.png'
PAPER, OURS = "the paper's recipe", 'default recipe'
LOOKS = (  # of the networks on the maps, in their order
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

NOTE = (
    'The paper does not say which network its figure shows. Of 7 joints, section III-E gives a '
    'mean error of 29.3 mm, less than any network of table I for position and rotation has: so '
    'the maps are of networks for position alone, and the tables have both.'
)


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
        bottom, top = printed_values.SLICE
        kept = []
        for start in range(0, samples, CHUNK):
            q = chain.sample(rng, min(CHUNK, samples - start))
            rotation, position = chain.forward_matrix(q)
            inside = (position[:, 2] >= bottom) & (position[:, 2] <= top)
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

    @property
    def width(self) -> tuple[float, float]:
        """[m] From where to where there are poses along x."""
        columns = np.flatnonzero(self.shown.reshape(CELLS, CELLS).any(axis=0))
        edges = np.linspace(-self.half, self.half, CELLS + 1)
        return float(edges[columns[0]]), float(edges[columns[-1] + 1])

    def mean_errors(self, model: IkModel, rotation_weight: float) -> Array:
        """Return the mean position error [m] of each cell, NaN where there are too few poses."""
        errors = errors_on(
            self.poses,
            FoldedNetwork(model.network),
            JointDecoder(model.chain, model.network.decoding),
            BatchedKinematics(model.chain),
            rotation_weight,
        )
        total = np.bincount(self.cell, errors.position.double().numpy(), minlength=CELLS**2)
        return np.where(self.shown, total / np.maximum(self.count, 1), np.nan)


def networks(budget: Budget) -> dict[str, Trial]:
    """Return the networks whose errors are shown: those on the maps, then two for poses."""
    papers, ours = (recipe(budget, ROBOT, 'position') for recipe in (paper_network, our_network))
    return {
        PAPER: papers,
        f'{PAPER}, our sampling': sampled(papers),
        OURS: ours,
        f'{OURS}, our sampling': sampled(ours),
        f'{PAPER}, rotation too': paper_network(budget, ROBOT),
        f'{OURS}, rotation too': our_network(budget, ROBOT),
    }


def trials(budget: Budget) -> list[Trial]:
    """Return six networks of the artificial arm of seven joints."""
    return list(networks(budget).values())


def report(budget: Budget, models: Mapping[str, IkModel], folder: Path) -> Report:
    """Draw density and errors, and say how the one goes with the other."""
    shown = networks(budget)
    cut = Slice.of(shown[PAPER].chain, budget.slice_samples)
    errors = {
        label: cut.mean_errors(models[trial.name], score_weight(trial.config, trial.chain))
        for label, trial in shown.items()
    }
    _draw(cut, dict(list(errors.items())[: len(LOOKS)]), folder / FILE)
    caption = (
        'Slice of the workspace at heights of 10 to 15 cm; the dot is the base. To see: whether '
        'errors are large (yellow) where samples are rare (dark, first picture), and whether our '
        'sampling evens them out, which weighs samples by density to the power of '
        f'-{SAMPLING["density_power"]:g} and uses hard ones once more. Networks for position '
        'alone; the four maps of errors have one scale of colours.'
    )
    tables = (_by_density(cut, errors), _spread(cut, errors))
    return Report(
        tables,
        (Picture(FILE, caption),),
        (_density_tells(cut, errors), _sampling_evens_out(cut, errors)),
        (NOTE,),
    )


def _draw(cut: Slice, errors: Mapping[str, Array], path: Path) -> None:
    figure, axes = pictures.panels(3, 2, height=3.9, width_ratios=(1.15, 1, 1))
    share = np.where(cut.shown, cut.count / cut.count[cut.shown].mean(), np.nan)
    _maps(axes[0, :1], cut, {'sample density': share}, 'times the mean')
    millimetres = {label: 1e3 * e for label, e in errors.items()}
    _maps(axes[:, 1:].ravel(), cut, millimetres, 'mean L2 error [mm]')
    below = axes[1, 0]
    for (label, e), (colour, dashes, marker) in zip(millimetres.items(), LOOKS, strict=True):
        parts = [(share[part].mean(), e[part].mean()) for part in by_density(cut, DECILES)]
        x, y = zip(*parts, strict=True)
        below.plot(x, y, dashes, color=colour, marker=marker, ms=3, label=label)
    below.set(yscale='log', xlabel='sample density, times the mean', ylabel='mean L2 error [mm]')
    below.set_title('tenths of the cells, by density', fontsize=9)
    below.grid(alpha=0.3)
    pictures.plain_numbers(below.yaxis)
    pictures.legend_below(figure, [below])
    pictures.save(figure, path)


def _maps(axes: Any, cut: Slice, values: Mapping[str, Array], unit: str) -> None:
    """Draw maps (CELLS²,) beside each other, with one scale of colours for all of them."""
    from matplotlib.colors import LogNorm

    everything = np.concatenate(list(values.values()))
    norm = LogNorm(*np.nanquantile(everything, (0.02, 0.98)))
    extent = (-cut.half, cut.half, -cut.half, cut.half)
    for ax, (label, cells) in zip(axes, values.items(), strict=True):
        image = ax.imshow(
            cells.reshape(CELLS, CELLS), origin='lower', extent=extent, norm=norm, cmap='cividis'
        )
        ax.plot(0, 0, 'o', color='white', mec='black', ms=5)
        ax.set(xlabel='x [m]', ylabel='y [m]', xlim=cut.width)
        ax.set_title(label, fontsize=8)
        ax.locator_params(nbins=5)
    bar = axes[0].figure.colorbar(
        image, ax=list(axes), label=unit, extend='both', aspect=20 * len(axes) ** 0.5
    )
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
    """Return Spearman's rank correlation of two arrays (n,)."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def ranks(values: Array) -> Array:
    """Return the rank of each value (n,), from 1; equal ones share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - 0.5 * (counts - 1))[inverse]


def _density_tells(cut: Slice, errors: Mapping[str, Array]) -> Claim:
    found = {
        label: rank_correlation(cut.count[cut.shown], e[cut.shown]) for label, e in errors.items()
    }
    listed = '; '.join(f'{label}: {value:.2f}' for label, value in found.items())
    return Claim(
        'Regions of low sample density are those of high error',
        'III-E',
        *(found[recipe] < -0.3 for recipe in (PAPER, OURS)),
        f'rank correlation of density and error, a yes below -0.3: {listed}',
    )


def _sampling_evens_out(cut: Slice, errors: Mapping[str, Array]) -> Claim:
    verdicts, numbers = [], []
    for recipe in (PAPER, OURS):
        before, after = (
            1e3 * errors[label][cut.shown] for label in (recipe, f'{recipe}, our sampling')
        )
        verdicts.append(bool(after.std() < before.std()))
        numbers.append(
            f'{recipe} {before.std():.1f} to {after.std():.1f} mm, while the mean goes from '
            f'{before.mean():.1f} to {after.mean():.1f} mm'
        )
    return Claim(
        'Tracking the density and reusing hard samples would reduce the variance of the error',
        'II-B',
        *verdicts,
        f'standard deviation over the cells: {"; ".join(numbers)}',
    )
