# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`solve`: one pose."""

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING

from learned_ik.checks import shortened
from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.errors import ConfigurationError, InvalidInputError
from learned_ik.notation.readable import readable_angle, readable_length
from learned_ik.robot.named import text_of
from learned_ik.robot.spheres import spheres_from_options

if TYPE_CHECKING:
    from learned_ik.solving.solver import IkSolver

AXES = 'xyz'
Tool = tuple[float, float, float, float, float, float, float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solve:
    """Solve one pose: joint positions that bring the tip link there.

    With a trained model, or by --urdf for any arm without one.
    """

    model: Path | None = positional(
        'model file, or the name of one that comes with the package: panda', None
    )
    urdf: Path | None = option('URDF file of an arm, in place of a model', None)
    base: str | None = option('link where the arm of --urdf begins; default: the root', None)
    tip: str | None = option('link where it ends; default: the only leaf', None)
    position: tuple[float, float, float] = option("of the tip in the base link's frame, x y z [m]")
    orientation: tuple[float, float, float, float] | None = option(
        'of the tip, quaternion x y z w; without it, any will do', None
    )
    free_axes: str | None = option(
        'about which of its own axes the tip may turn at will: z, xy, ... For arms of five joints',
        None,
    )
    seed: tuple[float, ...] | None = option('present joint positions: a solution near them', None)
    tool: Tool | None = option(
        "x y z [m], quaternion x y z w in the tip's frame: of its pose", None
    )
    position_tolerance: float = option('[m]', 1e-6)
    orientation_tolerance: float = option('[rad]', 1e-6)
    timeout: float = option('[s]', 1.0)
    obstacle: tuple[str, ...] = option(
        'x,y,z,radius [m]: keep clear; may be repeated', (), repeatable=True
    )
    obstacles: Path | None = option('YAML list of the same: [x, y, z, radius], ...', None)
    min_clearance: float = option('[m], that counts as clear', 0.0)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Solve the pose; not a success when it cannot be reached."""
        for what in ('position_tolerance', 'orientation_tolerance', 'timeout'):
            if not getattr(self, what) > 0:
                raise InvalidInputError(f'{what} is {getattr(self, what)}; expected above 0')
        if not 0 <= self.min_clearance < math.inf:
            raise InvalidInputError(
                f'min_clearance is {self.min_clearance}; expected metres, 0 or more'
            )
        spheres = spheres_from_options(self.obstacle, self.obstacles)
        solver = solver_of(self.model, self.urdf, (self.base, self.tip), self.tool)
        solver.warm_up()
        solver.set_obstacles(spheres)
        solution = solver.solve(
            self.position,
            self.orientation,
            self.seed,
            position_tolerance=self.position_tolerance,
            orientation_tolerance=self._orientation_tolerance(),
            timeout=self.timeout,
            avoid_collisions=True if self.min_clearance > 0 else None,
            min_clearance=self.min_clearance,
        )
        content = solution.as_dict()
        lines = [
            f'{solution.status.name} {solution.message}'.rstrip(),
            *(f'  {name}: {value:.6f}' for name, value in content['joint_positions'].items()),
            f'position error {readable_length(solution.position_error)}, '
            + (
                'any orientation'
                if self.orientation is None
                else f'orientation error {readable_angle(solution.orientation_error)}'
            ),
        ]
        if math.isfinite(solution.clearance):
            lines.append(f'clearance {readable_length(solution.clearance)}')
        return Result(content, '\n'.join(lines), success=solution.success)

    def _orientation_tolerance(self) -> float | list[float]:
        if self.free_axes is None:
            return self.orientation_tolerance
        axes = set(self.free_axes)
        if not axes or not axes <= set(AXES) or len(axes) < len(self.free_axes):
            raise InvalidInputError(
                f'free_axes is {shortened(self.free_axes)}; expected some of x, y, z, as in xy'
            )
        return [math.inf if axis in axes else self.orientation_tolerance for axis in AXES]


def solver_of(
    model: Path | None, urdf: Path | None, ends: tuple[str | None, str | None], tool: Tool | None
) -> 'IkSolver':
    """Return the solver that options ask for: of a model, or of the arm of a URDF.

    Args:
        model: file or name of a model.
        urdf: file of a robot, in place of it.
        ends: the links where the arm of the URDF begins and ends.
        tool: as for `IkSolver`.

    Raises:
        ConfigurationError: both are given, or none; or the ends beside a model.

    """
    from learned_ik.solving.solver import IkSolver

    if (model is None) == (urdf is None):
        raise ConfigurationError('expected a model or --urdf FILE, one of both')
    if urdf is not None:
        return IkSolver.from_urdf(text_of(urdf, 'URDF'), *ends, tool=tool)
    if ends != (None, None):
        raise ConfigurationError('--base and --tip go with --urdf; a model has its own')
    return IkSolver.load(str(model), tool=tool)
