# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`track`: how an arm follows a hand, in figures and in a picture."""

import dataclasses
import logging
import math
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.commands.training_files import check_writable
from learned_ik.errors import InvalidInputError
from learned_ik.robot.spheres import spheres_from_options
from learned_ik.trajectories.hand_motion import HandMotion, checked_rate, simulated_hand
from learned_ik.trajectories.hand_recording import read_recording

logger = logging.getLogger('learned_ik.tracking')

SIMULATED_SECONDS = 20.0  # [s]


@dataclasses.dataclass(frozen=True)
class Track:
    """Let an arm follow a hand, a recorded or a simulated one, by a command in every frame.

    A recording is a CSV file with the columns x,y,z,qx,qy,qz,qw, and perhaps t [s] before them.
    The tool moves as the hand does since its first frame: by `scale` metres for one of the hand's
    units, and by the same turns, all along the base link's axes.
    """

    model: Path = positional('model file')
    recording: Path | None = option('CSV file; default: a hand that moves by slow sines', None)
    scale: float = option('[m], motion of the tool for one unit of the hand', 0.3)
    rate: float = option('frames a second; a column t of the recording counts instead', 72.0)
    seconds: float | None = option(
        '[s], how much of it; default: all, or 20 s of the simulated', None
    )
    start: tuple[float, ...] | None = option(
        '[rad or m], each joint; default: near mid-range', None
    )
    speed: tuple[float, ...] | None = option(
        "[rad/s or m/s], each or all; default: the URDF's", None
    )
    acceleration: tuple[float, ...] | None = option(
        '[rad/s² or m/s²], likewise; default: any', None
    )
    obstacle: tuple[str, ...] = option(
        'x,y,z,radius [m]: keep clear; may be repeated', (), repeatable=True
    )
    obstacles: Path | None = option('YAML list of the same: [x, y, z, radius], ...', None)
    avoid: bool = flag('keep clear of the arm itself too where there are no obstacles')
    min_clearance: float = option('[m], that counts as clear', 0.0)
    out: Path = option('picture to write: .png, .svg or .pdf', Path('track.png'))
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Follow the hand from beginning to end, and draw what came of it."""
        from learned_ik.viewing.trace_plot import check_can_draw, draw_trace

        motion = self._motion()
        check_can_draw(self.out)
        check_writable(self.out)
        from learned_ik.solving.solver import IkSolver

        solver = IkSolver.load(self.model)
        solver.set_obstacles(spheres_from_options(self.obstacle, self.obstacles))
        trace = self._traced(solver, motion)
        hand = 'a simulated hand' if self.recording is None else f"'{self.recording.name}'"
        name = solver.model.name if solver.model else solver.chain.tip_link
        draw_trace(trace, f'{name} follows {hand}', self.out)
        figures = trace.summary()
        recording = None if self.recording is None else str(self.recording)
        content = {
            'model': str(self.model),
            'recording': recording,
            **figures,
            'out': str(self.out),
            'units': {'position': 'm', 'orientation': 'rad', 'step': 'rad or m', 'time': 's'},
        }
        return Result(content, '\n'.join([*_lines(figures), f'picture: {self.out}']))

    def _motion(self) -> HandMotion:
        for what in ('scale', 'seconds'):
            value = getattr(self, what)
            if value is not None and not 0 < value < math.inf:
                raise InvalidInputError(f'{what} is {value}; expected above 0')
        if not 0 <= self.min_clearance < math.inf:
            raise InvalidInputError(
                f'min_clearance is {self.min_clearance}; expected metres, 0 or more'
            )
        if self.recording is None:
            return simulated_hand(self.seconds or SIMULATED_SECONDS, checked_rate(self.rate))
        motion = read_recording(self.recording, self.rate)
        return motion if self.seconds is None else motion.until(self.seconds)

    def _traced(self, solver: Any, motion: HandMotion) -> Any:
        from learned_ik.tracking.tracker import Tracker
        from learned_ik.viewing.trace import traced
        from learned_ik.viewing.usual_motion import beginning, usual_speeds

        chain = solver.chain
        speeds = usual_speeds(chain) if self.speed is None else _per_joint(self.speed)
        limits = math.inf if self.acceleration is None else _per_joint(self.acceleration)
        tracker = Tracker(
            solver,
            speeds,
            None if self.acceleration is None else limits,
            avoid_collisions=self.avoid or None,
            min_clearance=self.min_clearance,
        )
        start = beginning(chain) if self.start is None else self.start
        tracker.reset(start)
        position, orientation = chain.forward(tracker.joint_positions)
        target = motion.clutched(position, orientation, self.scale)
        tracker.update(position, orientation, 0.01)  # so that no first call is timed
        tracker.reset(start)
        logger.info('following %d frames, %.3g s', len(motion), motion.times[-1])
        every = np.ones(chain.joint_count)
        return traced(tracker, motion.times, target, speeds * every, limits * every)


def _per_joint(values: tuple[float, ...]) -> Any:
    """Return one number for all joints, or one for each."""
    return values[0] if len(values) == 1 else np.array(values)


def _lines(figures: dict[str, Any]) -> list[str]:
    """Return a small table for people."""
    position, orientation = figures['position_error'], figures['orientation_error']
    shares = ', '.join(f'{share:.1%} {name}' for name, share in figures['shares'].items())
    rows = {
        'frames': f'{figures["frames"]}, {figures["seconds"]:.1f} s',
        'status': shares,
        'flips': f'{figures["flips"]}; the largest step {figures["largest_step"]:.3f} rad',
        'silent frames': f'{figures["silent_frames"]}',
        'position error': f'mean {1e3 * position["mean"]:.3g} mm, '
        f'95 % below {1e3 * position["p95"]:.3g} mm',
        'orientation error': f'mean {math.degrees(orientation["mean"]):.3g} deg, '
        f'95 % below {math.degrees(orientation["p95"]):.3g} deg',
        'largest speed': f'{figures["largest_speed_share"]:.1%} of its limit',
        'largest acceleration': f'{figures["largest_acceleration_share"]:.1%} of its limit',
        'an update': f'{1e6 * figures["update_time"]["median"]:.0f} µs, '
        f'99 % below {1e6 * figures["update_time"]["p99"]:.0f} µs',
    }
    if figures['largest_acceleration_share'] == 0:
        rows['largest acceleration'] = 'no limit'
    if figures['least_clearance'] is not None:
        rows['least clearance'] = f'{1e3 * figures["least_clearance"]:.1f} mm'
    return [f'{name:<22}{value}' for name, value in rows.items()]
