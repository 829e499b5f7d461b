# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Page`: the session in a browser, by viser. Controls note what is asked for; `step` does it."""

import contextlib
import io
import math
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import ObstacleError
from learned_ik.viewing.drawn_robot import BASE, drawn, wxyz, xyzw
from learned_ik.viewing.markdown import escaped
from learned_ik.viewing.page_server import free_port, own_pages_only
from learned_ik.viewing.session import Session

PERIOD = 0.02  # [s], between two looks at the controls
SPIRAL_SECONDS = 8.0
ORANGE, BLUE, RED, GREY = (230, 159, 0), (0, 114, 178), (213, 94, 0), (150, 150, 150)


class Page:
    """A robot, a target to drag, sliders, spheres, and the errors of the last answer."""

    def __init__(self, session: Session, urdf: Path | None, host: str, port: int) -> None:
        """Serve the page, on the next free port where this one is taken.

        Raises:
            ConfigurationError: there is no such address on this machine, or no free port.

        """
        import viser

        self._session = session
        port = free_port(host, port)
        with _silence(), own_pages_only(host):
            self._server: Any = viser.ViserServer(host, port, label='learned_ik', verbose=False)
        self._server.gui.configure_theme(show_logo=False, show_share_button=False)
        self._lock = threading.Lock()
        self._asked: dict[str, Any] = {}  # by control, what is to be done at the next step
        self._path: Array | None = None  # (n, joints), a spiral that is shown
        self._path_step = 0.0
        chain = session.solver.chain
        self._size = 0.12 * chain.reach  # [m], of handles and new spheres
        self._robot = drawn(self._server, chain, urdf)
        self._server.scene.add_grid('/floor', cell_size=0.25, position=(0, 0, self._robot.lowest))
        centre = self._robot.origin + chain.reach * np.array([0.25, 0.0, -0.15])
        self._server.initial_camera.look_at = centre
        self._server.initial_camera.position = centre + chain.reach * np.array([0.9, -1.1, 0.5])
        self._spheres: list[tuple[Any, Any, float]] = []  # handle, ball, radius [m]
        self._refused = ''  # why the solver does not take the spheres as they are
        self._add_target()
        self._add_controls()
        self._show()

    @property
    def address(self) -> str:
        """Where to look."""
        return f'http://{self._server.get_host()}:{self._server.get_port()}'

    def close(self) -> None:
        """Serve no longer."""
        with _silence():
            self._server.stop()

    def _ask(self, what: str, value: Any = True) -> None:
        with self._lock:
            self._asked[what] = value

    def _ask_by_button(self, what: str, event: Any) -> None:
        self._ask(what)

    def _ask_to_slide(self, direction: int, event: Any) -> None:
        """Note that a user moved a slider; where the page set it, there is nothing to do."""
        if event.client is not None:
            self._ask(f'slider {direction}', direction)

    def _add_target(self) -> None:
        position, orientation = self._session.target
        self._target = self._server.scene.add_transform_controls(
            f'{BASE}/target',
            1.5 * self._size,
            depth_test=False,  # the gripper must not hide it
            position=position,
            wxyz=wxyz(orientation),
        )
        self._target.on_update(lambda _: self._ask('target'))

    def _add_controls(self) -> None:
        gui = self._server.gui
        self._answer = gui.add_markdown('')
        self._start: Any = gui.add_dropdown('Start the search', self._session.starts)
        self._start.on_update(lambda _: self._ask('start'))
        self._sliders: list[Any] = []
        for i in range(self._session.directions):
            name = 'Redundancy' if self._session.directions == 1 else f'Redundancy {i + 1}'
            slider = gui.add_slider(name, -3.0, 3.0, 0.01, 0.0)
            slider.on_update(partial(self._ask_to_slide, i))
            self._sliders.append(slider)
        for label, what in (
            ('Follow a spiral', 'spiral'),
            ('Add a sphere', 'sphere'),
            ('Remove the spheres', 'no spheres'),
            ('Back to the start', 'reset'),
        ):
            gui.add_button(label).on_click(partial(self._ask_by_button, what))

    def step(self) -> None:
        """Do what was asked since the last step, and show what came of it."""
        with self._lock:
            asked, self._asked = self._asked, {}
        if not asked:
            self._play()
            return
        self._path = None
        if 'reset' in asked:
            self._reset()
        if 'sphere' in asked:
            self._add_sphere()
        if 'no spheres' in asked:
            self._remove_spheres()
        self._session.start = self._start.value
        self._place_spheres()
        slid = {what: value for what, value in asked.items() if what.startswith('slider')}
        if len(slid) == len(asked):
            for i in slid.values():
                self._session.slide(i, self._sliders[i].value)
        else:
            self._session.move_target(self._target.position, xyzw(self._target.wxyz))
            self._set_sliders()
        self._show()
        if 'spiral' in asked:
            self._follow_spiral()

    def _reset(self) -> None:
        self._start.value = self._session.starts[0]
        self._session.q = self._session.begin.copy()
        position, orientation = self._session.solver.chain.forward(self._session.q)
        self._target.position, self._target.wxyz = position, wxyz(orientation)
        self._remove_spheres()
        for line in ('wanted', 'reached'):
            self._server.scene.remove_by_name(f'{BASE}/{line}')

    def _set_sliders(self) -> None:
        """Put the sliders where the session has them: at 0 for a posture that it took over.

        Only after the session solved, never while a user slides: that would pull at the mouse.
        """
        for slider, value in zip(self._sliders, self._session.slid, strict=True):
            slider.value = float(value)

    def _add_sphere(self) -> None:
        """Put a sphere beside the target, to be dragged."""
        number, radius = len(self._spheres), 0.5 * self._size
        aside = np.array([0.0, -2.0 * self._size * (1 + number), 0.0])
        handle = self._server.scene.add_transform_controls(
            f'{BASE}/sphere_{number}',
            self._size,
            depth_test=False,
            position=self._target.position + aside,
            disable_rotations=True,
        )
        handle.on_update(lambda _: self._ask('spheres'))
        ball = self._server.scene.add_icosphere(f'{BASE}/sphere_{number}/ball', radius, GREY)
        self._spheres.append((handle, ball, radius))

    def _remove_spheres(self) -> None:
        for handle, ball, _ in self._spheres:
            ball.remove()
            handle.remove()
        self._spheres = []

    def _place_spheres(self) -> None:
        """Let the solver keep clear of the spheres as they were dragged, where it accepts them."""
        placed = [[*handle.position, radius] for handle, _, radius in self._spheres]
        if placed and not len(self._session.spheres):
            self._answer.content = '**Getting ready to keep clear of spheres**'
        try:
            self._session.place_spheres(np.reshape(placed, (-1, 4)))
            self._refused = ''
        except ObstacleError as error:
            self._refused = f'**Not taken:** {escaped(error)}\n\n'

    def _follow_spiral(self) -> None:
        path, solution = self._session.spiral()
        reached, _ = self._session.solver.chain.forward(solution.joint_positions)
        for name, points, color, width in (
            ('wanted', path.positions, ORANGE, 0.008),
            ('reached', reached, BLUE, 0.004),
        ):
            segments = np.stack([points[:-1], points[1:]], axis=1)
            self._server.scene.add_line_segments(
                f'{BASE}/{name}', segments, color, thickness=width * self._size / 0.12
            )
        self._path, self._path_step = solution.joint_positions, 0.0
        errors = np.max(solution.position_error), np.max(solution.orientation_error)
        told = 'followed' if solution.success else f'not followed: {escaped(solution.message)}'
        self._answer.content = (
            f'**A spiral of {len(path.positions)} poses: {told}**\n\n'
            f'{_table(*errors, solution.solve_time)}'
            f'| largest step of a joint | {solution.largest_step:.3g} rad |\n'
        )

    def _play(self) -> None:
        """Show the next posture of the spiral, there and back."""
        if self._path is None:
            return
        last = len(self._path) - 1
        self._path_step += last * PERIOD / SPIRAL_SECONDS
        self._robot.show(self._path[round(last - abs(last - self._path_step % (2 * last)))])

    def _show(self) -> None:
        """Show the posture, the spheres' colours, and the figures of the last answer."""
        solution = self._session.solution
        self._robot.show(solution.joint_positions)
        for handle, ball, radius in self._spheres:
            distance = self._session.clearance_of([*handle.position, radius])
            ball.color = RED if distance < 0 else GREY
        told = 'reached' if solution.success else f'not reached: {escaped(solution.message)}'
        rows = _table(solution.position_error, solution.orientation_error, solution.solve_time)
        rows += f'| margin to joint limits | {solution.limit_margin:.3g} rad |\n'
        if math.isfinite(solution.clearance):
            rows += f'| clearance | {1e3 * solution.clearance:.1f} mm |\n'
        names = self._session.solver.chain.joint_names
        joints = ''.join(
            f'| {escaped(name)} | {value:.4f} |\n'
            for name, value in zip(names, solution.joint_positions, strict=True)
        )
        self._answer.content = f'**The target is {told}**\n\n{self._refused}{rows}{joints}'


def _silence() -> contextlib.AbstractContextManager[Any]:
    """Keep viser from printing: it has no other way to be told so."""
    return contextlib.redirect_stdout(io.StringIO())


def _table(position_error: float, orientation_error: float, solve_time: float) -> str:
    """Return the head and first rows of a table: errors [m], [rad], and time [s]."""
    time = f'{1e6 * solve_time:.0f} µs' if solve_time < 1e-3 else f'{1e3 * solve_time:.1f} ms'
    return (
        '| | |\n|---|---|\n'
        f'| position error | {1e6 * position_error:.2g} µm |\n'
        f'| orientation error | {math.degrees(orientation_error):.2g}° |\n'
        f'| solve time | {time} |\n'
    )
