# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How good a network is, and where it is not: the numbers behind the report's figures.

Errors are very uneven over the workspace (paper, section III-E, figure 2): a mean says little.
"""

import dataclasses
import itertools
from typing import Any

import numpy as np
import torch

from learned_ik.arrays import Array
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.reports.diversity import distinct_solutions
from learned_ik.learning.reports.evaluation import errors_on, poses_within, score_weight
from learned_ik.learning.training_config import HELD_OUT_SEED, TrainingConfig
from learned_ik.model import IkModel

POSES = 50_000  # for histograms and maps
DIVERSITY_POSES = 1_000  # for the count of distinct solutions: each head's answer is refined
CELLS = 24  # along each axis of a map
FEWEST = 5  # poses in a cell that is drawn
MARGINS = np.linspace(0, 1, 11)  # edges of the classes of limit margins


@dataclasses.dataclass(frozen=True, eq=False)
class Report:
    """A model's errors on poses that it was not trained on, and where they arise."""

    model: IkModel
    positions: Array  # (n, 3) [m], of the poses
    position_errors: Array  # (n,) [m]
    orientation_errors: Array  # (n,) [rad]
    margins: Array  # (n,), 0 at a joint limit, 1 with all joints in the middle
    distinct: Array  # (m,), solutions that the heads lead to

    @classmethod
    def of(cls, model: IkModel, poses: int = POSES, seed: int = HELD_OUT_SEED) -> 'Report':
        """Evaluate a model on so many poses."""
        chain, network = model.chain, model.network.in_the_open()
        config = configuration_of(model)
        spread = config.seed_spread if network.seed_joints else None
        inputs = poses_within(chain, poses, seed, seed_spread=spread)
        folded, decode = FoldedNetwork(network), JointDecoder(chain, network.decoding)
        errors = errors_on(
            inputs, folded, decode, BatchedKinematics(chain), score_weight(config, chain)
        )
        q = chain.sample(np.random.default_rng(seed), poses)  # the poses' own joint positions
        half_range = 0.5 * (chain.upper - chain.lower)
        share = np.abs(q - chain.middle) / np.where(half_range > 0, half_range, np.inf)
        share[:, chain.continuous] = 0
        distinct = distinct_solutions(
            inputs[:DIVERSITY_POSES], folded, decode, BatchedKinematics(chain, dtype=torch.float64)
        )
        return cls(
            model,
            inputs[:, :3].double().numpy(),
            errors.position.double().numpy(),
            errors.orientation.double().numpy(),
            1 - share.max(axis=1),
            distinct.numpy(),
        )

    def summary(self) -> dict[str, Any]:
        """Return the numbers, ready for JSON; lengths in m, angles in rad."""
        place = self.by_place()
        return {
            'name': self.model.name,
            'fingerprint': self.model.chain.fingerprint,
            'poses': len(self.positions),
            'position': quantiles(self.position_errors),
            'orientation': quantiles(self.orientation_errors),
            'by_limit_margin': self.by_margin(),
            'over_workspace': {
                'cells': len(place),
                'mean_of_cells': float(place.mean()),
                'deviation_of_cells': float(place.std()),
                'worst_cell': float(place.max()),
            },
            'distinct_solutions': {
                'mean': float(self.distinct.mean()),
                'shares': _shares(self.distinct, self.model.network.heads),
                'poses': len(self.distinct),
            },
            'held_out': dict(self.model.held_out),
            'training': dict(self.model.training),
            'units': {'position': 'm', 'orientation': 'rad'},
        }

    def by_margin(self) -> list[dict[str, float]]:
        """Return mean errors for each class of limit margins."""
        rows = []
        for low, high in itertools.pairwise(MARGINS):
            inside = (self.margins >= low) & (self.margins < high)
            if inside.sum() >= FEWEST:
                rows.append(
                    {
                        'from': float(low),
                        'to': float(high),
                        'poses': int(inside.sum()),
                        'position': float(self.position_errors[inside].mean()),
                        'orientation': float(self.orientation_errors[inside].mean()),
                    }
                )
        return rows

    def by_place(self) -> Array:
        """Return the mean position error (cells,) [m] of each cell with poses enough, in 3-D."""
        low, high = self.positions.min(axis=0), self.positions.max(axis=0)
        cells = 16 * (self.positions - low) / np.maximum(high - low, 1e-9)
        cell = np.minimum(cells, 15).astype(np.int64) @ [256, 16, 1]
        count = np.bincount(cell, minlength=4096)
        total = np.bincount(cell, weights=self.position_errors, minlength=4096)
        enough = count >= min(FEWEST, count.max())
        return total[enough] / count[enough]

    def map(self, across: int, up: int, errors: Array) -> tuple[Array, Array, Array, Array]:
        """Return a map of mean errors over two axes of the base frame.

        Args:
            across: axis 0, 1 or 2 (x, y, z).
            up: likewise.
            errors: (n,).

        Returns:
            edges (CELLS + 1,) [m] of both axes, means (CELLS, CELLS; up, across), NaN where there
            are too few poses, and counts likewise.

        """
        x, y = self.positions[:, across], self.positions[:, up]
        count, x_edges, y_edges = np.histogram2d(x, y, CELLS)
        total, _, _ = np.histogram2d(x, y, (x_edges, y_edges), weights=errors)
        mean = np.where(count >= FEWEST, total / np.maximum(count, 1), np.nan)
        return x_edges, y_edges, mean.T, count.T


def configuration_of(model: IkModel) -> TrainingConfig:
    """Return how a model was trained, as far as its file tells."""
    known = {field.name for field in dataclasses.fields(TrainingConfig)}
    saved = model.training.get('configuration', {})
    return TrainingConfig(**{name: value for name, value in saved.items() if name in known})


def quantiles(values: Array) -> dict[str, float]:
    """Return mean, median, p90, p99 and the largest of (n,) values."""
    levels = {'median': 0.5, 'p90': 0.9, 'p99': 0.99, 'max': 1.0}
    return {
        'mean': float(values.mean()),
        **{name: float(np.quantile(values, level)) for name, level in levels.items()},
    }


def _shares(counts: Array, most: int) -> list[float]:
    """Return which share of (n,) counts is 0, 1, ..., `most`."""
    return (np.bincount(counts, minlength=most + 1) / len(counts)).tolist()
