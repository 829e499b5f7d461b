# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How sure "unreachable" is: poses that the map calls so, searched again with all effort."""

import math
from typing import Any

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.reachability.block_solving import BlockSolver

SAMPLE, CLEAR_SAMPLE = 5_000, 200  # poses that are searched again, in free space and in a scene
DRAWS = 100_000  # cells and orientations at once, of which those are taken that were searched
ROUNDS = 20  # of draws at most
SURE = 3.0  # of n poses none was found: then with 95 % certainty less than 3/n are there


def missed_share(maker: BlockSolver, bits: Any, searched: Integers) -> dict[str, Any]:
    """Estimate which share of the reachable poses a map has missed.

    Args:
        maker: of the map.
        bits: (nx, ny, nz, bytes), whether each orientation is reached.
        searched: (nx, ny, nz), how many orientations were searched.

    Returns:
        'sample', how many unreached poses were searched again with the full effort of
        `IkSolver.solve_batch`; 'found', how many of them were reached then; 'share', of all
        reachable poses, that the map misses by this estimate; 'share_below', with 95 % certainty.

    """
    reached = int(np.unpackbits(bits).sum())
    unreached = int(searched.sum()) - reached
    positions, orientations = _unreached(maker, bits, searched)
    if len(positions) == 0 or unreached <= 0:
        return {'sample': 0, 'found': 0, 'share': 0.0, 'share_below': 0.0}
    settings = maker.settings
    batch = maker.solver.solve_batch(
        positions,
        maker.orientations.quaternions[orientations],
        orientation_tolerance=maker.orientations.tolerance,
        avoid_collisions=settings.avoid_collisions,
        min_clearance=settings.min_clearance,
    )
    found, sample = int(batch.success.sum()), len(positions)
    upper = min(1.0, (found + SURE + 2 * math.sqrt(found)) / sample)
    return {
        'sample': sample,
        'found': found,
        'share': _of_reachable(found / sample * unreached, reached),
        'share_below': _of_reachable(upper * unreached, reached),
    }


def _of_reachable(missed: float, reached: int) -> float:
    return missed / (missed + reached) if missed > 0 else 0.0


def _unreached(maker: BlockSolver, bits: Any, searched: Integers) -> tuple[Array, Integers]:
    """Draw poses that were searched and not reached: positions (n, 3) [m], orientations (n,)."""
    rng = np.random.default_rng(0)
    wanted = CLEAR_SAMPLE if maker.settings.avoid_collisions else SAMPLE
    cells = np.argwhere(searched > 0)
    positions, orientations = np.empty((0, 3)), np.empty(0, np.int64)
    for _ in range(ROUNDS if len(cells) else 0):
        at = cells[rng.integers(len(cells), size=DRAWS)]
        turn = rng.integers(maker.orientations.count, size=DRAWS)
        known = bits[at[:, 0], at[:, 1], at[:, 2], turn // 8] >> (7 - turn % 8).astype(np.uint8)
        at, turn = at[known & 1 == 0], turn[known & 1 == 0]
        where = maker.grid.cell * (at + maker.grid.first)
        may = maker.reach.may_reach(where, maker.orientations)[np.arange(len(at)), turn]
        positions = np.concatenate([positions, where[may]])
        orientations = np.concatenate([orientations, turn[may]])
        if len(positions) >= wanted:
            break
    return positions[:wanted], orientations[:wanted]
