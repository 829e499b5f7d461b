# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a solver to its reachability map: block by block, and resumed after an interruption."""

import logging
import time
from pathlib import Path

import numpy as np

from learned_ik.reachability.block_solving import BlockAnswer, BlockSolver
from learned_ik.reachability.block_store import BlockStore
from learned_ik.reachability.map_engines import answered, check_engine
from learned_ik.reachability.map_settings import MapSettings, check_same
from learned_ik.reachability.missed_share import missed_share
from learned_ik.reachability.reachability_map import ReachabilityMap
from learned_ik.solving.solver import IkSolver

log = logging.getLogger('learned_ik.reach')

MAP = 'map.npz'
BETWEEN_LINES = 5.0  # [s], of progress


def make_map(
    solver: IkSolver,
    settings: MapSettings,
    folder: Path | None = None,
    *,
    engine: str = 'local',
    workers: int | None = None,
) -> ReachabilityMap:
    """Make the map of an arm, or go on with one that was interrupted.

    Args:
        solver: of the arm, with what it has to keep clear of.
        settings: what to map, and how finely.
        folder: where finished blocks are kept, and the map in the end; None: nothing is kept.
        engine: 'local' for processes of this machine; 'loky', 'dask' or 'ray' for joblib's.
        workers: how many; default: one for each core that this process may use.

    Raises:
        ConfigurationError: a value is out of range, a package is missing, or what is in the
            folder was made with other settings.
        ModelFileError: a file cannot be read or written.

    """
    workers = check_engine(engine, workers)
    solver.warm_up()
    described = settings.described(solver)
    if folder is not None and (folder / MAP).is_file():
        finished = ReachabilityMap.load(folder / MAP)
        check_same(finished.settings, described, str(folder))
        log.info("the map in '%s' is finished already", folder)
        return finished
    maker = BlockSolver(solver, settings)
    store = None if folder is None else BlockStore(folder, described)
    gathered = _Gathered(maker, described)
    left = gathered.from_disk(store)
    progress = _Progress(maker, len(left))
    try:
        for index, answer in answered(engine, workers, maker, left):
            gathered.add(index, answer)
            if store is not None:
                store.keep(index, answer)
            progress.tell(index, answer)
    except KeyboardInterrupt:
        if store is not None:
            log.info(
                "%d of %d blocks are kept in '%s': the same command goes on from there",
                len(gathered.known), len(maker.blocks), folder,
            )  # fmt: skip
        raise
    result = gathered.map({'engine': engine, 'workers': workers, **progress.figures()})
    if folder is not None:
        result.save(folder / MAP)
    if store is not None:
        store.remove()
    return result


class _Gathered:
    """The arrays of a map that is being filled, block by block."""

    def __init__(self, maker: BlockSolver, described: dict) -> None:
        shape, count = maker.grid.shape, maker.orientations.count
        self._maker, self._described = maker, described
        self.known: set[int] = set()
        self._bits = np.zeros((*shape, -(-count // 8)), np.uint8)
        self._searched = np.zeros(shape, np.int64)
        self._means = {
            name: np.full(shape, np.nan, np.float32)
            for name in ('manipulability', 'limit_margin', 'clearance')
        }

    def from_disk(self, store: BlockStore | None) -> list[int]:
        """Take what is kept; return which blocks are left."""
        if store is not None:
            for index in sorted(store.finished(len(self._maker.blocks))):
                answer = store.read(index)
                if answer is not None:
                    self.add(index, answer)
            if self.known:
                log.info('%d of %d blocks are there', len(self.known), len(self._maker.blocks))
        mixed = np.random.default_rng(0).permutation(len(self._maker.blocks))  # for an even pace
        return [int(index) for index in mixed if index not in self.known]

    def add(self, index: int, answer: BlockAnswer) -> None:
        """Put a block in its place."""
        where = self._maker.blocks[index].slices
        self._bits[where] = np.packbits(answer.reached, axis=-1)
        self._searched[where] = answer.searched
        for name, values in self._means.items():
            values[where] = getattr(answer, name)
        self.known.add(index)

    def map(self, figures: dict) -> ReachabilityMap:
        """Return the whole map, with what is likely missing in it."""
        grid, orientations = self._maker.grid, self._maker.orientations
        missed = missed_share(self._maker, self._bits, self._searched)
        return ReachabilityMap(
            grid, orientations, self._bits, self._searched, **self._means,
            settings=self._described, figures={**figures, 'missed': missed},
        )  # fmt: skip


class _Progress:
    """Tells how far it has got, and how long it will take."""

    def __init__(self, maker: BlockSolver, blocks: int) -> None:
        self._began = self._told = time.monotonic()
        self._blocks, self._done = blocks, 0
        self._poses = self._searched = self._reached = 0

    def tell(self, index: int, answer: BlockAnswer) -> None:
        """Count a block; every few seconds say so."""
        self._done += 1
        self._poses += answer.reached.size
        self._searched += int(answer.searched.sum())
        self._reached += int(answer.reached.sum())
        now = time.monotonic()
        if now - self._told >= BETWEEN_LINES:
            self._told = now
            passed = now - self._began
            log.info(
                '%3.0f %%  %.3g million poses searched, %.0f a second, about %s left',
                100 * self._done / self._blocks, self._searched / 1e6, self._searched / passed,
                spoken(passed * (self._blocks - self._done) / self._done),
            )  # fmt: skip

    def figures(self) -> dict:
        """Return how long it took and how much was done, of this run alone."""
        seconds = time.monotonic() - self._began
        return {
            'seconds': seconds,
            'poses': self._poses,
            'poses_searched': self._searched,
            'poses_reached': self._reached,
        }


def spoken(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 60:
        return f'{seconds:.0f} s'
    minutes = round(seconds / 60)
    return f'{minutes} min' if minutes < 120 else f'{minutes / 60:.1f} h'
