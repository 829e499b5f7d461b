# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Panel`: what is said of the arm, above tabs with all controls."""

from typing import Any

from learned_ik.viewing.answer_text import figures, headline, in_colour
from learned_ik.viewing.controls.asked import Asked
from learned_ik.viewing.controls.joint_gauges import joint_gauges
from learned_ik.viewing.controls.joint_sliders import JointSliders
from learned_ik.viewing.controls.joint_states import joint_states
from learned_ik.viewing.controls.page_head import page_title, title_mark
from learned_ik.viewing.controls.robot_choice import RobotChoice
from learned_ik.viewing.controls.scene_controls import SceneControls
from learned_ik.viewing.controls.target_numbers import TargetNumbers
from learned_ik.viewing.controls.time_row import time_row
from learned_ik.viewing.session import NetworkAnswer, OtherSolutions, Session

GOALS = {'Random pose': 'random', 'Spiral': 'spiral', 'Back': 'reset'}

REFUSED = '#CC0000'


class Panel:
    """All controls of one robot."""

    def __init__(
        self, gui: Any, session: Session, asked: Asked, names: list[str], name: str, radius: float
    ) -> None:
        """Add them.

        Args:
            gui: of viser.
            session: what they show.
            asked: takes what users ask for.
            names: of the robots that there are.
            name: of this one.
            radius: [m], of spheres, at first.

        """
        self._session = session
        gui.set_panel_label(page_title(name))
        gui.add_html(title_mark(page_title(name)))
        self.headline = gui.add_html(in_colour('Getting ready'))
        self.figures = gui.add_html('')
        self._times = gui.add_html('')
        self._gauges = gui.add_html('')
        tabs = gui.add_tab_group()
        with tabs.add_tab('Target'):
            self.numbers = TargetNumbers(gui, asked)
            self._add_target_controls(gui, asked)
        with tabs.add_tab('Joints'):
            self.joints = JointSliders(gui, asked, session)
        with tabs.add_tab('Scene'):
            self.scene = SceneControls(gui, asked, radius, session.solver.model is not None)
        with tabs.add_tab('Robot'):
            self.robot = RobotChoice(gui, asked, names, name)

    def _add_target_controls(self, gui: Any, asked: Asked) -> None:
        gui.add_button_group('Go', tuple(GOALS)).on_click(asked.by_option(GOALS))
        self.sliders: list[Any] = []
        for i in range(self._session.directions):
            name = 'Redundancy' if self._session.directions == 1 else f'Redundancy {i + 1}'
            slider = gui.add_slider(
                name, -3.0, 3.0, 0.01, 0.0, hint='moves the arm while its tool stands still'
            )
            slider.on_update(asked.by(f'slider {i}', i))
            self.sliders.append(slider)
        self.start = gui.add_dropdown('Start the search', self._session.starts)
        self.start.on_update(asked.by('start'))
        self.speed = gui.add_slider(
            'Speed', 0.05, 1.0, 0.05, self._session.speed, hint="share of the joints' speeds"
        )
        self.speed.on_update(asked.by('speed'))
        self.at_once = gui.add_checkbox(
            'At once', False, hint='solve for the target where it is dropped, without a way there'
        )
        self.at_once.on_update(asked.by('at once'))

    def show(
        self,
        network: NetworkAnswer | None,
        others: OtherSolutions | None,
        refused: str,
        *,
        numbers: bool = True,
    ) -> None:
        """Show how the arm stands.

        Args:
            network: what the network says of the target, if there is one.
            others: other postures that reach it, where they are wanted.
            refused: why the spheres are not taken; empty where they are.
            numbers: whether the target's numbers are shown; not while somebody types them.

        """
        session = self._session
        told = in_colour('Spheres not taken', REFUSED, refused) if refused else headline(session)
        _set(self.headline, told)
        _set(self.figures, figures(session, network, others))
        self.show_times()
        self.joints.show(session.q)
        if numbers:
            self.numbers.show(*session.target)

    def show_times(self) -> None:
        """Show the last solve times, and how the joints stand."""
        _set(self._times, time_row(self._session.times))
        _set(self._gauges, joint_gauges(joint_states(self._session)))

    def set_sliders(self) -> None:
        """Put the sliders where the session has them: at 0 for a posture that it took over.

        Only after the session solved, never while a user slides: that would pull at the mouse.
        """
        for slider, value in zip(self.sliders, self._session.slid, strict=True):
            slider.value = float(value)


def _set(display: Any, content: str) -> None:
    """Change a text, if it changes: every change goes to every browser."""
    if display.content != content:
        display.content = content
