# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Page`: the session in a browser, by viser. Controls note what is asked for; `step` does it."""

import contextlib
import io
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.errors import LearnedIkError, ObstacleError
from learned_ik.viewing.answer_text import NONE, errors, in_colour, solved, table
from learned_ik.viewing.controls.asked import Asked
from learned_ik.viewing.controls.page_head import page_title
from learned_ik.viewing.controls.panel import Panel
from learned_ik.viewing.page_server import free_port, own_pages_only
from learned_ik.viewing.scenery.scenery import Scenery
from learned_ik.viewing.session import Session
from learned_ik.viewing.viewed_robot import (
    MODEL_SUFFIX,
    ViewedRobot,
    names,
    robot_named,
    robot_of_model,
    robot_of_urdf,
)

PERIOD = 0.02  # [s], between two looks at the controls
STEPS_A_TEXT = 5  # of an arm that moves: a browser lays text out more slowly than it draws
SPIRAL_SECONDS = 8.0
SEEN = 1e-6  # [m, 1], by which a handle that was moved differs
# What is asked for and begins with a search, without a way there.
AT_ONCE = {'start', 'reset', 'spiral', 'numbers'}
BRAND = (0, 114, 178)
STAYS = {'speed', 'shown', 'robot', 'file'}  # what moves no arm


class Page:
    """A robot, a target to drag, controls, spheres, and what is said of the last answer."""

    def __init__(self, robot: ViewedRobot, host: str, port: int) -> None:
        """Serve the page, on the next free port where this one is taken.

        Raises:
            ConfigurationError: there is no such address on this machine, or no free port.

        """
        import viser

        self._robot = robot
        port = free_port(host, port)
        with _silence(), own_pages_only(host, lambda: page_title(self._robot.name)):
            self._server: Any = viser.ViserServer(host, port, label='learned_ik', verbose=False)
        self._server.gui.configure_theme(
            show_logo=False,
            show_share_button=False,
            control_width='large',
            brand_color=BRAND,
        )
        self._folder = tempfile.TemporaryDirectory(prefix='learned_ik_view_')
        self._rng = np.random.default_rng()
        self.asked = Asked()
        self._last_step = time.monotonic()  # [s]
        self._build()
        self._server.on_client_connect(self._look)

    def _build(self) -> None:
        """Fill scene and panel for the robot."""
        self._server.gui.main_panel.dock_right()
        self.session = Session(self._robot.solver)
        self._path: Array | None = None  # (n, joints), a spiral that is shown
        self._path_step = 0.0
        self._unwritten = 0  # steps since the figures were last shown
        self._refused = ''  # why the solver does not take the spheres as they are
        self._typed = False  # whether the target is where somebody typed it
        self.scenery = Scenery(self._server, self._robot, self.session, self.asked)
        radius = 0.5 * self.scenery.handle_size
        self.panel = Panel(
            self._server.gui, self.session, self.asked, names(), self._robot.name, radius
        )
        self.scenery.spheres.resize(self.panel.scene.radius)
        self.scenery.look(self._server.initial_camera)
        for client in self._server.get_clients().values():
            self._look(client)
        self._show()

    def _look(self, client: Any) -> None:
        """Let a browser look at the arm, as wide as its window is."""
        with client.atomic():
            self.scenery.look(client.camera, client.camera.aspect)

    @property
    def address(self) -> str:
        """Where to look."""
        return f'http://{self._server.get_host()}:{self._server.get_port()}'

    def close(self) -> None:
        """Serve no longer."""
        with _silence():
            self._server.stop()
        self._folder.cleanup()

    def step(self, period: float | None = None) -> None:
        """Do what was asked since the last step, and show what came of it.

        Args:
            period: [s], for which the arm moves; default: as long as the last step is ago.

        """
        asked = self.asked.take()
        now = time.monotonic()
        period = now - self._last_step if period is None else period
        self._last_step = now
        self.session.clock += period
        if asked.keys() & {'robot', 'file'}:
            self._change_robot('file' in asked)
            return
        if self._stands():
            asked.pop('target', None)  # a browser tells of its handle when it opens the page
        self.session.speed = self.panel.speed.value
        if asked.keys() <= STAYS:
            if 'shown' in asked:
                self._show()
            self._go_on(period)
            return
        shown, self._path = self._playing(), None
        self._typed = 'numbers' in asked
        self._change_spheres(asked)
        self.session.start = self.panel.start.value
        self._move(asked, shown)
        if self.session.moving:
            self._go_on(period)
        else:
            self._show()
        if 'spiral' in asked:
            self._follow_spiral()

    def _stands(self) -> bool:
        """Say whether the target's handle is where the session has the target."""
        there = zip(self.scenery.target, self.session.target, strict=True)
        return all(np.allclose(shown, known, rtol=0.0, atol=SEEN) for shown, known in there)

    def _move(self, asked: dict[str, Any], shown: Array | None) -> None:
        """Move the arm as it is asked for; it is shown somewhere else while it plays a path."""
        session, panel = self.session, self.panel
        joints = [value for what, value in asked.items() if what.startswith('joint')]
        slid = [value for what, value in asked.items() if what.startswith('slider')]
        if 'reset' in asked:
            self._reset()
        elif 'random' in asked:
            session.jump(*session.random_target(self._rng))
            self.scenery.move_target(*session.target)
            panel.set_sliders()
            return
        elif 'numbers' in asked:
            self.scenery.move_target(*panel.numbers.pose)
        elif joints:
            session.move_joints(panel.joints.moved(session.q if shown is None else shown, joints))
            self.scenery.move_target(*session.target)
            panel.set_sliders()
            return
        elif slid and len(slid) == len(asked):
            for i in slid:
                session.slide(i, panel.sliders[i].value)
            return
        target = self.scenery.target
        if panel.at_once.value or AT_ONCE & asked.keys():
            session.move_target(*target)
        else:
            session.aim(*target, begin=shown)
        panel.set_sliders()

    def _reset(self) -> None:
        self.panel.start.value = self.session.start = self.session.starts[0]
        self.session.q = self.session.begin.copy()
        self.scenery.move_target(*self.session.solver.chain.forward(self.session.q))
        self.scenery.clear_path()

    def _change_spheres(self, asked: dict[str, Any]) -> None:
        """Add, resize and remove spheres, and place those that the solver accepts."""
        spheres = self.scenery.spheres
        if asked.keys() & {'reset', 'no spheres'}:
            spheres.clear()
        if 'sphere size' in asked:
            spheres.resize(self.panel.scene.radius)
        if 'sphere' in asked:
            spheres.add(self.scenery.target[0], self.session.clearance_of)
        try:
            self.session.place_spheres(spheres.values)
            self._refused = ''
        except ObstacleError as error:
            self._refused = str(error)

    def _follow_spiral(self) -> None:
        path, solution = self.session.spiral()
        reached, _ = self.session.solver.chain.forward(solution.joint_positions)
        self.scenery.show_path(path, reached)
        self._path, self._path_step = solution.joint_positions, 0.0
        self.panel.headline.content = solved(
            f'A spiral of {len(path.positions)} poses:',
            'followed',
            bool(solution.success),
            solution.message,
        )
        largest = np.max(solution.position_error), np.max(solution.orientation_error)
        rows = errors(*largest, solution.solve_time)
        rows['solve time'] += ' for all'
        rows['largest step of a joint'] = f'{solution.largest_step:.3g} rad'
        self.panel.figures.content = table(rows | {'': NONE, ' ': NONE, '  ': NONE})

    def _go_on(self, period: float) -> None:
        """Let the arm follow its target, or a spiral, by a period [s]."""
        if not self.session.moving:
            self._play()
            return
        self.session.follow(period)
        self._unwritten += 1
        if not self.session.moving:
            self.panel.set_sliders()
        self._show(text=not self.session.moving or self._unwritten >= STEPS_A_TEXT)

    def _play(self) -> None:
        """Show the next posture of the spiral, there and back."""
        if self._path is None:
            return
        self._path_step += (len(self._path) - 1) * PERIOD / SPIRAL_SECONDS
        posture = self._playing()
        if posture is not None:
            self.scenery.show_posture(posture)

    def _playing(self) -> Array | None:
        """Return the posture (joints,) [rad or m] of the spiral that is shown, if one is."""
        if self._path is None:
            return None
        last = len(self._path) - 1
        return self._path[round(last - abs(last - self._path_step % (2 * last)))]

    def _show(self, text: bool = True) -> None:
        """Show the posture, and, where wanted, ghosts and what is to be said."""
        shown = self.panel.scene
        self.scenery.show_arm(shown)
        if not text:
            return
        self._unwritten = 0
        network = self.session.network_answer()
        others = self.session.other_solutions() if shown.others else None
        self.scenery.show_ghosts(network if shown.network else None, others)
        self.panel.show(network, others, self._refused, numbers=not self._typed)

    def _change_robot(self, from_file: bool) -> None:
        """Show another robot, or say why not."""
        choice = self.panel.robot
        if not from_file and choice.name == self._robot.name:
            return
        self.panel.headline.content = in_colour('Getting the robot ready')
        try:
            robot = self._opened(*choice.file) if from_file else robot_named(choice.name)
        except LearnedIkError as error:
            choice.refuse(str(error), self._robot.name)
            self._show()
            return
        self._robot = robot
        self._server.scene.reset()
        self._server.gui.reset()
        self._build()

    def _opened(self, name: str, content: bytes) -> ViewedRobot:
        """Return the robot of a file that somebody opened in the browser."""
        path = Path(self._folder.name) / (Path(name).name or 'robot.urdf')
        path.write_bytes(content)
        if path.suffix == MODEL_SUFFIX:
            return robot_of_model(path)
        return robot_of_urdf(path, *self.panel.robot.links)


def _silence() -> contextlib.AbstractContextManager[Any]:
    """Keep viser from printing: it has no other way to be told so."""
    return contextlib.redirect_stdout(io.StringIO())
