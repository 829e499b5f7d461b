# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""One block of a map: every orientation at every cell, searched as cheaply as it can be.

1. What is proven to be out of reach is left out.
2. Some of the cells, a coarse lattice, are searched from scratch.
3. What is found is the start for the same orientation at the next cells, and for the nearest
   orientations at the same cell: from so near, one start leads there in a few steps. What is
   found in this way is a start again, until nothing new is found.
4. What is far from all that is found is searched from one start: the reach of arms with few joints
   is so thin that the lattice may miss it. What is found spreads as before.
5. What is left beside what is found is searched from scratch, too: there the answers of neighbours
   end at a limit, while other postures go on. What is found spreads as before.

Blocks know nothing of each other: they are the same in any order, on any machine.
"""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np

from learned_ik.arrays import Array, Booleans, Floats, Integers
from learned_ik.reachability.cell_grid import Block, CellGrid
from learned_ik.reachability.dexterity import manipulability
from learned_ik.reachability.far_reach import FarReach
from learned_ik.reachability.map_settings import MapSettings
from learned_ik.reachability.tool_orientations import ToolOrientations
from learned_ik.solving.solver import IkSolver

COARSE = 3  # every third cell of each axis is searched from scratch first

# Where a neighbour's answer comes from: along which axis of the cells, by how many; or -1, and
# which of the nearest orientations.
Relation = tuple[int, int]


@dataclasses.dataclass
class BlockAnswer:
    """What was found in a block, in its cells (a, b, c)."""

    reached: Booleans  # (a, b, c, orientations)
    searched: Integers  # (a, b, c), of how many orientations; the others are proven out of reach
    manipulability: Floats  # (a, b, c), mean of the answers; NaN where there is none
    limit_margin: Floats  # (a, b, c) [rad or m], likewise
    clearance: Floats  # (a, b, c) [m], likewise; infinite where nothing is to be kept clear of


class BlockSolver:
    """Solves the blocks of one map."""

    def __init__(self, solver: IkSolver, settings: MapSettings) -> None:
        """Lay out the cells; the blocks are in `blocks`."""
        self.solver, self.settings = solver, settings
        self.orientations: ToolOrientations = settings.orientations
        self.reach = FarReach(solver.chain)
        self.grid: CellGrid = settings.grid_for(self.reach)
        self.blocks = self.grid.blocks(self.orientations.count)

    def answer(self, index: int) -> BlockAnswer:
        """Search the block of this number."""
        return _BlockSearch(self, self.blocks[index]).answer()

    def solve(
        self, positions: Array, orientations: Integers, seeds: Array | None, starts: int
    ) -> tuple[Booleans, Array, Array]:
        """Solve poses on this thread.

        Args:
            positions: (n, 3) [m].
            orientations: (n,), which of the map's.
            seeds: (n, joints) [rad or m], or None.
            starts: at most.

        Returns:
            whether each is reached (n,), joint positions (n, joints), and limit margin [rad or m]
            and clearance [m] (n, 2).

        """
        batch = self.solver.solve_batch(
            positions,
            self.orientations.quaternions[orientations],
            seeds,
            prefer='first',
            orientation_tolerance=self.orientations.tolerance,
            threads=1,
            starts=starts,
            avoid_collisions=self.settings.avoid_collisions,
            min_clearance=self.settings.min_clearance,
        )
        measures = np.column_stack([batch.limit_margin, batch.clearance])
        return batch.success, batch.joint_positions, measures


class _BlockSearch:
    """The search of one block, and what it has found so far."""

    def __init__(self, maker: BlockSolver, block: Block) -> None:
        self._maker = maker
        self._centres = maker.grid.centres(block)  # (a, b, c, 3)
        count, joints = maker.orientations.count, maker.solver.chain.joint_count
        possible = maker.reach.may_reach(self._centres.reshape(-1, 3), maker.orientations)
        self._possible = possible.reshape(*block.shape, count)
        self._found = np.zeros_like(self._possible)
        self._q = np.zeros((*self._found.shape, joints))
        self._measures = np.zeros((*self._found.shape, 2))
        self._tried = {relation: np.zeros_like(self._found) for relation in self._relations()}

    def answer(self) -> BlockAnswer:
        starts = self._maker.settings.starts
        coarse = np.zeros_like(self._found)
        coarse[::COARSE, ::COARSE, ::COARSE] = True
        self._search(self._possible & coarse, starts)
        self._spread()
        self._search(self._possible & ~self._found & ~self._beside_found(), 1)
        self._spread()
        self._search(self._possible & ~self._found & self._beside_found(), starts)
        self._spread()
        counts = self._found.sum(axis=-1)
        dexterity = np.zeros(self._found.shape)
        dexterity[self._found] = manipulability(self._maker.solver.chain, self._q[self._found])
        return BlockAnswer(
            self._found,
            self._possible.sum(axis=-1),
            self._mean(dexterity, counts),
            self._mean(self._measures[..., 0], counts),
            self._mean(self._measures[..., 1], counts),
        )

    def _relations(self) -> Iterator[Relation]:
        yield from ((axis, step) for axis in range(3) for step in (1, -1))
        yield from ((-1, k) for k in range(self._maker.orientations.neighbours.shape[1]))

    def _spread(self) -> None:
        """Begin from the answers of neighbours until none leads to anything new."""
        grows = True
        while grows:
            grows = False
            for relation, tried in self._tried.items():
                new = self._neighbour_found(relation) & self._possible & ~self._found & ~tried
                tried |= new
                grows |= self._search(new, 1, relation)

    def _beside_found(self) -> Booleans:
        """Return (a, b, c, orientations), whether any neighbour of each pose is reached."""
        found = np.zeros_like(self._found)
        for relation in self._tried:
            found |= self._neighbour_found(relation)
        return found

    def _search(self, poses: Booleans, starts: int, relation: Relation | None = None) -> bool:
        """Search poses (a, b, c, orientations), from those answers of neighbours, or from scratch.

        Return whether any was found.
        """
        at = np.nonzero(poses)
        if len(at[0]) == 0:
            return False
        seeds = None if relation is None else self._q[self._neighbour(relation, at)]
        success, q, measures = self._maker.solve(self._centres[at[:3]], at[3], seeds, starts)
        found = tuple(index[success] for index in at)
        self._found[found] = True
        self._q[found], self._measures[found] = q[success], measures[success]
        return bool(success.any())

    def _neighbour(self, relation: Relation, at: tuple[Integers, ...]) -> tuple[Integers, ...]:
        """Return the places of the neighbours of poses at such places."""
        axis, step = relation
        places = list(at)
        if axis < 0:
            places[3] = self._maker.orientations.neighbours[at[3], step]
        else:
            places[axis] = at[axis] - step
        return tuple(places)

    def _neighbour_found(self, relation: Relation) -> Booleans:
        """Return (a, b, c, orientations), whether the neighbour of each pose is reached."""
        axis, step = relation
        if axis < 0:
            return self._found[:, :, :, self._maker.orientations.neighbours[:, step]]
        found = np.zeros_like(self._found)
        to, of = [slice(None)] * 3, [slice(None)] * 3
        to[axis] = slice(1, None) if step > 0 else slice(None, -1)
        of[axis] = slice(None, -1) if step > 0 else slice(1, None)
        found[tuple(to)] = self._found[tuple(of)]
        return found

    def _mean(self, values: Array, counts: Integers) -> Floats:
        """Return the means over what was found at each cell; NaN where nothing was."""
        total = np.where(self._found, values, 0.0).sum(axis=-1)
        return np.where(counts > 0, total / np.maximum(counts, 1), math.nan).astype(np.float32)
