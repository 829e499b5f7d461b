# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`SceneControls`: what of the scene is shown, and spheres in the arm's way."""

from typing import Any

from learned_ik.viewing.controls.asked import Asked

SPHERES = {'Add one': 'sphere', 'Remove all': 'no spheres'}


class SceneControls:
    """Boxes to tick, and the spheres' size."""

    def __init__(self, gui: Any, asked: Asked, sphere_radius: float, network: bool) -> None:
        """Add them.

        Args:
            gui: of viser.
            asked: takes what users ask for.
            sphere_radius: [m], at first.
            network: whether there is one.

        """
        self._robot = gui.add_checkbox('Robot', True)
        self._others = gui.add_checkbox(
            'Other solutions', True, hint='up to six other postures that reach the target'
        )
        self._network = gui.add_checkbox(
            'Network alone', network, disabled=not network,
            hint='the posture that the network says, before it is refined',
        )  # fmt: skip
        self._capsules = gui.add_checkbox(
            'Capsules', False, hint='the body that is kept clear of spheres'
        )
        for box in (self._robot, self._others, self._network, self._capsules):
            box.on_update(asked.by('shown'))
        spheres = gui.add_button_group('Spheres', tuple(SPHERES))
        spheres.on_click(asked.by_option(SPHERES))
        self._radius = gui.add_slider(
            'Radius [m]',
            0.01,
            round(6 * sphere_radius, 2),
            0.01,
            round(sphere_radius, 2),
            hint='of all spheres',
        )
        self._radius.on_update(asked.by('sphere size'))

    @property
    def robot(self) -> bool:
        """Whether the robot is shown."""
        return bool(self._robot.value)

    @property
    def others(self) -> bool:
        """Whether other solutions are shown."""
        return bool(self._others.value)

    @property
    def network(self) -> bool:
        """Whether the network's answer is shown."""
        return bool(self._network.value)

    @property
    def capsules(self) -> bool:
        """Whether the capsules are shown."""
        return bool(self._capsules.value)

    @property
    def radius(self) -> float:
        """[m], of the spheres."""
        return float(self._radius.value)
