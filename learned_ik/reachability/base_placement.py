# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a base should stand, so that an arm reaches as many given poses as it can.

For each placement on a grid, the map says how many of the poses are reached; the best are then
solved, each pose by itself, and what is told is what was solved.
"""

import csv
import dataclasses
import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import number, whole
from learned_ik.errors import ConfigurationError
from learned_ik.files import write_atomically
from learned_ik.reachability.dexterity import manipulability
from learned_ik.reachability.reachability_map import ReachabilityMap
from learned_ik.rotations import quaternion_product
from learned_ik.solving.solver import IkSolver
from learned_ik.trajectories.hand_recording import read_recording

CONFIRMED = 50  # placements that are solved, the best by the map
SHOWN = 10  # lines of the table
MOST_PLACEMENTS = 5_000_000
PLACEMENTS_AT_ONCE = 1000
ANY_RATE = 1.0  # [1/s], of a recording whose times do not matter
COLUMNS = (
    'rank', 'x', 'y', 'z', 'yaw', 'reached', 'poses', 'reached_by_map',
    'mean_limit_margin', 'least_limit_margin', 'mean_manipulability',
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where a base stands, and what the arm reaches from there."""

    x: float  # [m], in the frame of the poses
    y: float  # [m]
    z: float  # [m]
    yaw: float  # [rad], about the z axis
    reached: int  # of the poses, solved
    poses: int
    reached_by_map: int  # of the poses, by the cells and orientations nearest to them
    mean_limit_margin: float  # [rad or m], over the poses that are reached; NaN without any
    least_limit_margin: float  # [rad or m], likewise
    mean_manipulability: float  # likewise


@dataclasses.dataclass(frozen=True)
class Ranking:
    """The best placements, best first: most poses reached, then the largest mean margin."""

    placements: tuple[Placement, ...]
    looked_up: int  # placements that were looked up in the map

    def content(self) -> dict[str, Any]:
        """Return all of it ready for JSON."""
        return {
            'looked_up': self.looked_up,
            'placements': [
                {
                    name: value if math.isfinite(value) else None
                    for name, value in dataclasses.asdict(placement).items()
                }
                for placement in self.placements
            ],
        }

    def told(self) -> list[str]:
        """Return a table for people, with a verdict."""
        best = self.placements[0]
        rows = [
            f'{rank:>4}{p.x:>9.2f}{p.y:>8.2f}{p.z:>8.2f}{math.degrees(p.yaw):>9.0f}'
            f'{p.reached:>9}{p.reached_by_map:>8}{p.mean_limit_margin:>9.2f}'
            f'{p.least_limit_margin:>8.2f}'
            for rank, p in enumerate(self.placements[:SHOWN], start=1)
        ]
        if best.reached == 0:
            verdict = f'no placement reaches any of the {best.poses} poses'
        else:
            verdict = (
                f'best base: x {best.x:.2f} m, y {best.y:.2f} m, z {best.z:.2f} m, yaw '
                f'{math.degrees(best.yaw):.0f} deg: {best.reached} of {best.poses} poses reached'
            )
        return [
            'rank    x [m]   y [m]   z [m]  yaw [deg]  reached  by map  margin  least [rad or m]',
            *rows,
            f'{verdict} ({self.looked_up} placements looked up, {len(self.placements)} solved)',
        ]

    def save(self, path: Path) -> None:
        """Write a CSV file: metres and radians; raise `ModelFileError` where that fails."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator='\n')
        writer.writerow(COLUMNS)
        for rank, placement in enumerate(self.placements, start=1):
            writer.writerow([rank, *dataclasses.astuple(placement)])
        write_atomically(path, file.getvalue().encode(), 'ranking')


def read_poses(path: Path) -> Array:
    """Return poses (n, 7), x y z [m] and unit quaternions x y z w, of a CSV file.

    Raises:
        ModelFileError: it is no file, or cannot be read.
        InvalidInputError: a column is missing, or a line malformed.

    """
    motion = read_recording(path, ANY_RATE)
    return np.concatenate([motion.positions, motion.orientations], axis=1)


def rank_bases(
    solver: IkSolver,
    made: ReachabilityMap,
    poses: Array,
    *,
    step: float,
    yaws: int,
    heights: tuple[float, float] = (0.0, 0.0),
) -> Ranking:
    """Rank placements of a base by how many poses its arm reaches, and with what margin.

    Obstacles of the solver stand in the base link's frame: they go with the base.

    Args:
        solver: of the arm.
        made: its map.
        poses: (n, 7), x y z [m] and unit quaternion x y z w, in a frame whose z is vertical.
        step: [m], between placements.
        yaws: how many turns about the vertical.
        heights: [m], the lowest and the highest.

    Raises:
        ConfigurationError: a value is out of range, or there are more than 5 million placements.

    """
    bases = _placements(made, poses, step, yaws, heights)
    turns = 2 * np.pi * np.arange(yaws) / yaws  # [rad]
    share = made.share
    by_yaw = [_looked_up(made, share, poses, bases, yaw) for yaw in turns]
    reached = np.stack([counts for counts, _ in by_yaw])  # (yaws, bases)
    shares = np.stack([shares for _, shares in by_yaw])
    best_first = np.argsort(-(reached + 0.5 * shares).ravel(), kind='stable')
    found = []
    for index in best_first[:CONFIRMED]:
        turn, base = divmod(int(index), len(bases))
        by_map = int(reached[turn, base])
        found.append(_solved(solver, made, poses, bases[base], float(turns[turn]), by_map))
    found.sort(key=lambda p: (-p.reached, -np.nan_to_num(p.mean_limit_margin, nan=-math.inf)))
    return Ranking(tuple(found), reached.size)


def _placements(
    made: ReachabilityMap, poses: Array, step: float, yaws: int, heights: tuple[float, float]
) -> Array:
    """Return (n, 3) [m], a lattice of all places from which some pose may be in the grid."""
    error = ConfigurationError
    number(step, 'base_grid', 'metres, above 0', lambda s: 0 < s < math.inf, error)
    whole(yaws, 'base_yaws', 'a whole number, 1 up to 3600', lambda n: 1 <= n <= 3600, error)
    low, high = heights
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise error(f'base_z is {low:g} to {high:g}; expected the lowest height, then the highest')
    corners = np.array([made.grid.axis(k)[[0, -1]] for k in range(2)])
    away = float(np.hypot(*np.abs(corners).max(axis=1)))  # [m], of the farthest cell, level
    lower, upper = poses[:, :2].min(axis=0) - away, poses[:, :2].max(axis=0) + away
    sizes = np.floor((upper - lower) / step) + 1
    if sizes.prod() * yaws * ((high - low) // step + 1) > MOST_PLACEMENTS:
        raise error(
            f'base_grid {step:g} m makes more than {MOST_PLACEMENTS} placements; expected fewer: '
            'choose a larger one, or fewer turns'
        )
    first = np.ceil(lower / step)
    x, y = (step * (first[k] + np.arange(int(sizes[k]))) for k in range(2))
    z = low + step * np.arange(int((high - low) // step) + 1)
    places = np.stack(np.meshgrid(x, y, z, indexing='ij'), axis=-1)
    return np.round(places.reshape(-1, 3), 9)


def _in_base(poses: Array, base: Array, yaw: float) -> tuple[Array, Array]:
    """Return poses in the frame of a base: positions (..., n, 3) [m] and orientations (n, 4).

    Args:
        poses: (n, 7).
        base: (..., 3) [m], where it stands.
        yaw: [rad], how it is turned.

    """
    c, s = math.cos(yaw), math.sin(yaw)
    R = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    back = np.array([0.0, 0.0, -math.sin(yaw / 2), math.cos(yaw / 2)])
    orientations = quaternion_product(np.broadcast_to(back, (len(poses), 4)), poses[:, 3:])
    return (poses[:, :3] - base[..., None, :]) @ R, orientations


def _looked_up(
    made: ReachabilityMap, share: Array, poses: Array, bases: Array, yaw: float
) -> tuple[Array, Array]:
    """Return (bases,) how many poses the map reaches, and the mean share of their cells."""
    counts, shares = [], []
    for begin in range(0, len(bases), PLACEMENTS_AT_ONCE):
        at, orientations = _in_base(poses, bases[begin : begin + PLACEMENTS_AT_ONCE], yaw)
        nearest = np.broadcast_to(made.orientations.nearest(orientations), at.shape[:-1])
        reached = made.reaches(at, nearest)
        cells, inside = made.cells_of(at)
        counts.append(reached.sum(axis=-1))
        shares.append(np.where(inside, share[cells], 0.0).mean(axis=-1))
    return np.concatenate(counts), np.concatenate(shares)


def _solved(
    solver: IkSolver, made: ReachabilityMap, poses: Array, base: Array, yaw: float, by_map: int
) -> Placement:
    """Solve all poses from one placement, with all effort and as far from the limits as can be."""
    positions, orientations = _in_base(poses, base, yaw)
    batch = solver.solve_batch(
        positions,
        orientations,
        prefer='middle',
        avoid_collisions=made.settings['avoid_collisions'],
        min_clearance=made.settings['min_clearance'],
    )
    found = batch.success
    margins = batch.limit_margin[found]
    dexterity = manipulability(solver.chain, batch.joint_positions[found])
    x, y, z = (float(value) for value in base)
    return Placement(
        x=x,
        y=y,
        z=z,
        yaw=yaw,
        reached=int(found.sum()),
        poses=len(poses),
        reached_by_map=by_map,
        mean_limit_margin=float(margins.mean()) if len(margins) else math.nan,
        least_limit_margin=float(margins.min()) if len(margins) else math.nan,
        mean_manipulability=float(dexterity.mean()) if len(dexterity) else math.nan,
    )
