# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`reach`: a map of what an arm reaches about its base, and where a base should stand."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.commands.solve import Tool, solver_of
from learned_ik.robot.spheres import spheres_from_options

if TYPE_CHECKING:
    from learned_ik.reachability.base_placement import Ranking
    from learned_ik.reachability.reachability_map import ReachabilityMap

Box = tuple[float, float, float, float, float, float]
Range = tuple[float, float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reach:
    """Map what an arm reaches about its base, and rank where its base may stand.

    With a trained model, or by --urdf for any arm without one. At each cell of a grid, directions
    of the tool's axis, spread evenly over the sphere, are solved; any turn of the tool about its
    axis is as good, unless --rolls says how many are tried. --directions 0 asks for the position
    alone. With --out, the same command resumes a run that was interrupted.
    """

    model: Path | None = positional(
        'model file, or the name of one that comes with the package: panda', None
    )
    urdf: Path | None = option('URDF file of an arm, in place of a model', None)
    base: str | None = option('link where the arm of --urdf begins; default: the root', None)
    tip: str | None = option('link where it ends; default: the only leaf', None)
    tool: Tool | None = option(
        "x y z [m], quaternion x y z w in the tip's frame: of what reaches", None
    )
    grid: float = option('[m], the edge of a cell', 0.05)
    directions: int = option("of the tool's z axis at each cell; 0: any orientation", 200)
    rolls: int = option('about each direction; 0: any roll is as good', 0)
    box: Box | None = option(
        "x y z of the lowest and of the highest corner [m], in the base link's frame; default: "
        'all around',
        None,
    )
    obstacle: tuple[str, ...] = option(
        'x,y,z,radius [m]: keep clear; may be repeated', (), repeatable=True
    )
    obstacles: Path | None = option('YAML list of the same: [x, y, z, radius], ...', None)
    avoid_collisions: bool = flag('keep clear of the arm itself too where there are no obstacles')
    min_clearance: float = option('[m], that counts as clear', 0.0)
    starts: int = option('of a search from scratch: more miss less, and take longer', 8)
    out: Path | None = option('folder for map.npz, pictures and a page; resumes there', None)
    base_for: Path | None = option(
        'CSV file of poses in the world, columns x,y,z,qx,qy,qz,qw: rank base placements', None
    )
    base_grid: float = option('[m], between base placements', 0.1)
    base_yaws: int = option('turns of the base about the vertical', 12)
    base_z: Range = option('[m], lowest and highest height of the base', (0.0, 0.0))
    engine: str = option("'local', or by joblib 'loky', 'dask', 'ray'", 'local')
    workers: int | None = option('processes; default: one for each core', None)
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Make the map, write it, and rank base placements where that is asked for."""
        from learned_ik.reachability.base_placement import rank_bases, read_poses
        from learned_ik.reachability.map_making import make_map
        from learned_ik.reachability.map_settings import MapSettings

        spheres = spheres_from_options(self.obstacle, self.obstacles)
        settings = MapSettings(
            grid=self.grid,
            directions=self.directions,
            rolls=self.rolls,
            box=self.box,
            avoid_collisions=self.avoid_collisions or bool(spheres) or self.min_clearance > 0,
            min_clearance=self.min_clearance,
            starts=self.starts,
        )
        if self.out is not None:
            from learned_ik.reachability.showing.map_pictures import check_can_draw

            check_can_draw()
        poses = None if self.base_for is None else read_poses(self.base_for)
        solver = solver_of(self.model, self.urdf, (self.base, self.tip), self.tool)
        solver.set_obstacles(spheres)
        made = make_map(solver, settings, self.out, engine=self.engine, workers=self.workers)
        ranking = None
        if poses is not None:
            ranking = rank_bases(
                solver, made, poses, step=self.base_grid, yaws=self.base_yaws, heights=self.base_z
            )
        files = self._written(made, ranking)
        content = {**made.summary(), 'files': [str(path) for path in files]}
        lines = made.told()
        if ranking is not None:
            content['bases'] = ranking.content()
            lines += ['', *ranking.told()]
        return Result(content, '\n'.join([*lines, *(f'wrote {path}' for path in files)]))

    def _written(self, made: 'ReachabilityMap', ranking: 'Ranking | None') -> list[Path]:
        """Write all that belongs into the folder; return the files."""
        if self.out is None:
            return []
        from learned_ik.reachability.map_making import MAP
        from learned_ik.reachability.showing.map_page import write_page
        from learned_ik.reachability.showing.map_pictures import draw_slices

        files = [self.out / MAP, self.out / 'slices.png', self.out / 'map.html']
        draw_slices(made, files[1])
        write_page(made, files[2])
        if ranking is not None:
            files.append(self.out / 'base.csv')
            ranking.save(files[-1])
        return files
