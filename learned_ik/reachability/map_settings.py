# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a map is made with; all of it is kept with the map, and compared before one is gone on."""

import dataclasses
import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from learned_ik.checks import number, whole
from learned_ik.errors import ConfigurationError
from learned_ik.reachability.cell_grid import CellGrid, grid_about
from learned_ik.reachability.far_reach import FarReach
from learned_ik.reachability.tool_orientations import ToolOrientations
from learned_ik.solving.solver import IkSolver

FORMAT = 1  # of what is kept; another one is not gone on with
MOST_ORIENTATIONS = 20_000
LEAST_CELL, LARGEST_CELL = 1e-3, 10.0  # [m]


@dataclasses.dataclass(frozen=True)
class MapSettings:
    """What a map is made with."""

    grid: float = 0.05  # [m], the edge of a cell
    directions: int = 200  # of the tool's z axis, at each cell; 0: the orientation is free
    rolls: int = 0  # turns about each direction; 0: the roll is free
    box: tuple[float, ...] | None = None  # (6,) [m], lowest and highest corner; None: all around
    avoid_collisions: bool = False  # whether answers keep clear of obstacles and of the arm itself
    min_clearance: float = 0.0  # [m], that counts as clear
    starts: int = 8  # of a search from scratch

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` for a value out of its range."""
        error = ConfigurationError
        number(
            self.grid, 'grid', f'metres, {LEAST_CELL:g} up to {LARGEST_CELL:g}',
            lambda g: LEAST_CELL <= g <= LARGEST_CELL, error,
        )  # fmt: skip
        whole(self.directions, 'directions', 'a whole number, 0 or more', lambda n: n >= 0, error)
        whole(self.rolls, 'rolls', 'a whole number, 0 or more', lambda n: n >= 0, error)
        if self.directions == 0 and self.rolls > 0:
            raise error(
                f'rolls is {self.rolls} with no directions; expected 0, or directions as well'
            )
        if self.orientations.count > MOST_ORIENTATIONS:
            raise error(
                f'directions times rolls is {self.orientations.count}; expected '
                f'{MOST_ORIENTATIONS} at most'
            )
        if self.box is not None:
            if len(self.box) != 6 or not all(map(math.isfinite, self.box)):
                raise error(f'box is {list(self.box)}; expected six numbers [m]')
        number(
            self.min_clearance, 'min_clearance', 'metres, 0 or more',
            lambda c: 0 <= c < math.inf, error,
        )  # fmt: skip
        whole(
            self.starts, 'starts', 'a whole number, 1 up to 1024', lambda n: 1 <= n <= 1024, error
        )

    @property
    def orientations(self) -> ToolOrientations:
        """What is tried at each cell."""
        return ToolOrientations(self.directions, self.rolls)

    def grid_for(self, reach: FarReach) -> CellGrid:
        """Return the cells of an arm's map."""
        return grid_about(reach.centre, reach.farthest, self.grid, self.box)

    def described(self, solver: IkSolver) -> dict[str, Any]:
        """Return all that a map depends on, ready for JSON: these settings and the arm's."""
        chain, tool = solver.chain, solver.tool
        return {
            'format': FORMAT,
            'robot': chain.fingerprint,
            'network': network_digest(solver),
            'base': chain.base_link,
            'tip': chain.tip_link,
            'joint_types': list(chain.joint_types),
            'tool': None if tool is None else tool.tolist(),
            **dataclasses.asdict(self),
            'box': None if self.box is None else list(self.box),
            'obstacles': solver.obstacles.tolist(),
            'body': body_digest(solver) if self.avoid_collisions else None,
        }


def network_digest(solver: IkSolver) -> str | None:
    """Return sixteen hex digits of the network that proposes where to begin; None without one."""
    if solver.model is None:
        return None
    network = solver.model.network
    return _digest([*network.weights, *network.biases])


def body_digest(solver: IkSolver) -> str:
    """Return sixteen hex digits of the capsules that are kept clear."""
    body = solver.body
    return _digest([body.frames, body.ends, body.radii, body.pairs])


def _digest(arrays: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def check_same(kept: Mapping[str, Any], wanted: Mapping[str, Any], where: str) -> None:
    """Raise `ConfigurationError` that names each setting in which two maps differ.

    Args:
        kept: how the map was begun that is there.
        wanted: how it shall be made now.
        where: its folder, for the message.

    """
    names = [*wanted, *(name for name in kept if name not in wanted)]
    different = [name for name in names if kept.get(name) != wanted.get(name)]
    if different:
        told = ', '.join(f'{name} {kept.get(name)} (now {wanted.get(name)})' for name in different)
        raise ConfigurationError(
            f"the map in '{where}' was begun with {told}; expected the same settings to go on "
            'with it: give another --out, or remove that folder'
        )
