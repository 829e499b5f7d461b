# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ReachabilityMap`: what an arm reaches about its base, cell by cell, as one file."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Booleans, Floats, Integers
from learned_ik.errors import ModelFileError
from learned_ik.files import read_within, shown_path, write_atomically
from learned_ik.reachability.cell_grid import CellGrid
from learned_ik.reachability.tool_orientations import ToolOrientations

LARGEST_FILE = 2**33  # bytes


@dataclasses.dataclass(frozen=True, eq=False)
class ReachabilityMap:
    """What was found at each cell (nx, ny, nz), in the base link's frame."""

    grid: CellGrid
    orientations: ToolOrientations
    bits: npt.NDArray[
        np.uint8
    ]  # (nx, ny, nz, bytes), a bit for each orientation: whether it is reached
    searched: Integers  # (nx, ny, nz), of how many orientations; the others are proven too far
    manipulability: Floats  # (nx, ny, nz), mean over the answers; NaN where nothing is reached
    limit_margin: Floats  # (nx, ny, nz) [rad or m], likewise; infinite without limits
    clearance: Floats  # (nx, ny, nz) [m], likewise; infinite where nothing is to be kept clear of
    settings: Mapping[str, Any]  # all that it depends on; see `MapSettings.described`
    figures: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # of how it was made

    @property
    def reached(self) -> Integers:
        """(nx, ny, nz), how many of the directions are reached, each by one roll at least."""
        counts = np.zeros(self.grid.shape, np.int64)
        for x in range(len(counts)):  # one slab at a time: bits take eight times as much unpacked
            counts[x] = self.orientations.reached_directions(self.reached_orientations(x))
        return counts

    @property
    def share(self) -> Array:
        """(nx, ny, nz), the share of the directions that is reached, 0 to 1."""
        return self.reached / max(self.orientations.directions, 1)

    @property
    def units(self) -> tuple[str, str]:
        """Of manipulability and limit margin; those of an arm with joints that slide are mixed."""
        types = self.settings['joint_types']
        if 'prismatic' in types:
            return 'SI', 'rad or m'
        return 'm³' if len(types) >= 6 else 'SI', 'rad'

    def reached_orientations(self, x: int) -> Booleans:
        """Return (ny, nz, orientations), whether each is reached in the slab of cells x."""
        bits = np.unpackbits(self.bits[x], axis=-1, count=self.orientations.count)
        return bits.astype(bool)

    def reaches(self, positions: Array, orientations: Integers) -> Booleans:
        """Look up whether poses are reached, each by the cell and the orientation nearest to it.

        Args:
            positions: (..., 3) [m], in the base link's frame.
            orientations: (...), which of the map's.

        Returns:
            (...); False outside of the grid.

        """
        cells, inside = self.cells_of(positions)
        byte = self.bits[(*cells, orientations // 8)]
        return inside & ((byte >> (7 - orientations % 8).astype(np.uint8)) & 1).astype(bool)

    def cells_of(self, positions: Array) -> tuple[tuple[Integers, Integers, Integers], Booleans]:
        """Return the indices of the cells that hold positions (..., 3) [m], and whether there are.

        Outside of the grid the indices are 0.
        """
        cells = np.rint(positions / self.grid.cell).astype(np.int64) - self.grid.first
        inside = np.asarray(((cells >= 0) & (cells < self.grid.shape)).all(axis=-1))
        x, y, z = np.moveaxis(np.where(inside[..., None], cells, 0), -1, 0)
        return (x, y, z), inside

    def summary(self) -> dict[str, Any]:
        """Return the map in figures, ready for JSON; None for a mean of nothing."""
        share = self.share
        volume = float((share > 0).sum()) * self.grid.cell**3
        return {
            'cells': self.grid.cells,
            'cells_reached': int((share > 0).sum()),
            'volume': volume,
            'volume_all_directions': float((share == 1).sum()) * self.grid.cell**3,
            'mean_share': float(share[share > 0].mean()) if (share > 0).any() else None,
            'mean_manipulability': _mean(self.manipulability),
            'mean_limit_margin': _mean(self.limit_margin),
            'settings': dict(self.settings),
            'figures': dict(self.figures),
            'units': {
                'volume': 'm³',
                'mean_manipulability': self.units[0],
                'mean_limit_margin': self.units[1],
                'seconds': 's',
            },
        }

    def told(self) -> list[str]:
        """Return the map in lines for people, the last of them a verdict."""
        summary, figures, missed = self.summary(), self.figures, self.figures['missed']
        of = self.orientations
        rows = {
            'cells': f'{summary["cells_reached"]} reached, of {summary["cells"]} of '
            f'{100 * self.grid.cell:g} cm',
            'orientations': f'{of.count} at each cell',
        }
        if figures['poses']:
            searched, seconds = figures['poses_searched'], max(figures['seconds'], 1e-9)
            rows['time'] = (
                f'{seconds:.1f} s: {searched / 1e6:.3g} million poses searched, '
                f'{searched / seconds:,.0f} a second; {(figures["poses"] - searched) / 1e6:.3g} '
                'million proven out of reach'
            )
        rows['missed'] = (
            f'{100 * missed["share"]:.2g} % of the reachable poses, estimated: of '
            f'{missed["sample"]} unreached ones, {missed["found"]} were reached with all effort'
        )
        return [*(f'{name:<16}{value}' for name, value in rows.items()), self.verdict()]

    def verdict(self) -> str:
        """Return what is reached in one sentence."""
        share, cell = self.share, self.grid.cell**3
        reached = share > 0
        if not reached.any():
            return 'nothing is reached: is the box where the arm is?'
        verdict = f'{reached.sum() * cell:.3g} m³ are reached'
        if self.orientations.directions == 0:
            return verdict
        return (
            f'{verdict}, on average from {100 * share[reached].mean():.0f} % of the directions; '
            f'{(share == 1).sum() * cell:.3g} m³ of it from every direction'
        )

    def save(self, path: Path) -> None:
        """Write the map; docs/reachability.md says what the arrays in the file are.

        Raises:
            ModelFileError: it cannot be written.

        """
        file = io.BytesIO()
        np.savez_compressed(
            file,
            x=self.grid.axis(0),
            y=self.grid.axis(1),
            z=self.grid.axis(2),
            first=np.array(self.grid.first),
            cell=np.array(self.grid.cell),
            reached=self.reached.astype(np.uint16),
            reached_bits=self.bits,
            searched=self.searched.astype(np.uint16),
            manipulability=self.manipulability,
            limit_margin=self.limit_margin,
            clearance=self.clearance,
            directions=self.orientations.axes,
            orientations=self.orientations.quaternions,
            settings=np.array(json.dumps(dict(self.settings))),
            figures=np.array(json.dumps(dict(self.figures))),
        )
        write_atomically(path, file.getvalue(), 'map')

    @classmethod
    def load(cls, path: Path) -> 'ReachabilityMap':
        """Read a map.

        Raises:
            ModelFileError: the file is missing, or holds no map.

        """
        content = read_within(path, 'map', LARGEST_FILE)
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as kept:
                settings = json.loads(str(kept['settings']))
                x, y, z = kept['first'].tolist()
                return cls(
                    grid=CellGrid(float(kept['cell']), (x, y, z), kept['searched'].shape),
                    orientations=ToolOrientations(settings['directions'], settings['rolls']),
                    bits=kept['reached_bits'],
                    searched=kept['searched'].astype(np.int64),
                    manipulability=kept['manipulability'],
                    limit_margin=kept['limit_margin'],
                    clearance=kept['clearance'],
                    settings=settings,
                    figures=json.loads(str(kept['figures'])),
                )
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise ModelFileError(
                f"map '{shown_path(path)}' is damaged or is none: expected a map.npz that "
                'learned_ik reach has written'
            ) from error


def _mean(values: Floats) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.mean(dtype=np.float64)) if finite.size else None
