# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Page`: the session in a browser, by viser. Controls note what is asked for; `step` does it."""

import contextlib
import io
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import ObstacleError
from learned_ik.viewing.answer_text import errors, figures, headline, in_colour, solved, table
from learned_ik.viewing.drawn_robot import BASE, drawn, wxyz, xyzw
from learned_ik.viewing.markdown import escaped
from learned_ik.viewing.page_server import free_port, own_pages_only
from learned_ik.viewing.session import Session

PERIOD = 0.02  # [s], between two looks at the controls
STEPS_A_TEXT = 5  # of an arm that moves: a browser lays text out more slowly than it draws
SPIRAL_SECONDS = 8.0
AT_ONCE = {'start', 'reset', 'spiral'}  # what is asked for and begins with a search
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
        self._last_step = time.monotonic()  # [s]
        self._unwritten = 0  # steps since the figures were last shown
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
        self._headline = gui.add_html('')
        self._answer = gui.add_markdown('')
        self._speed: Any = gui.add_slider(
            'Speed', 0.05, 1.0, 0.05, self._session.speed, hint="share of the joints' speeds"
        )
        self._speed.on_update(lambda _: self._ask('speed'))
        self._at_once: Any = gui.add_checkbox(
            'At once', False, hint='solve for the target where it is dropped, without a way there'
        )
        self._at_once.on_update(lambda _: self._ask('at once'))
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
        now = time.monotonic()
        period, self._last_step = now - self._last_step, now
        self._session.speed = self._speed.value
        asked.pop('speed', None)
        if not asked:
            self._go_on(period)
            return
        shown, self._path = self._playing(), None
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
            target = self._target.position, xyzw(self._target.wxyz)
            if self._at_once.value or AT_ONCE & asked.keys():
                self._session.move_target(*target)
            else:
                self._session.aim(*target, begin=shown)
            self._set_sliders()
        if self._session.moving:
            self._go_on(period)
        else:
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
            self._headline.content = in_colour('Getting ready to keep clear of spheres')
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
        self._headline.content = solved(
            f'A spiral of {len(path.positions)} poses:',
            'followed',
            bool(solution.success),
            solution.message,
        )
        largest = np.max(solution.position_error), np.max(solution.orientation_error)
        rows = errors(*largest, solution.solve_time)
        rows['largest step of a joint'] = f'{solution.largest_step:.3g} rad'
        self._answer.content = table(rows)

    def _go_on(self, period: float) -> None:
        """Let the arm follow its target, or a spiral, by a period [s]."""
        if not self._session.moving:
            self._play()
            return
        self._session.follow(period)
        self._unwritten += 1
        if not self._session.moving:
            self._set_sliders()
        self._show(text=not self._session.moving or self._unwritten >= STEPS_A_TEXT)

    def _play(self) -> None:
        """Show the next posture of the spiral, there and back."""
        if self._path is None:
            return
        self._path_step += (len(self._path) - 1) * PERIOD / SPIRAL_SECONDS
        posture = self._playing()
        if posture is not None:
            self._robot.show(posture)

    def _playing(self) -> Array | None:
        """Return the posture (joints,) [rad or m] of the spiral that is shown, if one is."""
        if self._path is None:
            return None
        last = len(self._path) - 1
        return self._path[round(last - abs(last - self._path_step % (2 * last)))]

    def _show(self, text: bool = True) -> None:
        """Show the posture, the spheres' colours, and, where wanted, what is to be said."""
        self._robot.show(self._session.q)
        for handle, ball, radius in self._spheres:
            distance = self._session.clearance_of([*handle.position, radius])
            ball.color = RED if distance < 0 else GREY
        if text:
            self._unwritten = 0
            self._headline.content = headline(self._session)
            self._answer.content = f'{self._refused}{figures(self._session)}'


def _silence() -> contextlib.AbstractContextManager[Any]:
    """Keep viser from printing: it has no other way to be told so."""
    return contextlib.redirect_stdout(io.StringIO())
