# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`JointSliders`: one for each joint, from limit to limit, in its unit."""

from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.viewing.controls.asked import Asked
from learned_ik.viewing.controls.joint_states import joint_states, units
from learned_ik.viewing.session import Session

STEP = 0.1  # [° or mm]


class JointSliders:
    """They show where the joints are, and take where they are to be."""

    def __init__(self, gui: Any, asked: Asked, session: Session) -> None:
        """Add them; the one that a user moves is asked as 'joint', with its number."""
        self._factors = np.array([factor for _, factor in units(session)])
        self._sliders: list[Any] = []
        for i, state in enumerate(joint_states(session)):
            slider = gui.add_slider(
                f'{state.name} [{state.unit}]',
                round(state.lower, 1),
                round(state.upper, 1),
                STEP,
                round(state.value, 1),
                hint=f'joint {i + 1}, {state.lower:.1f} to {state.upper:.1f} {state.unit}',
            )
            slider.on_update(asked.by(f'joint {i}', i))
            self._sliders.append(slider)

    def moved(self, q: Array, joints: list[int]) -> Array:
        """Return q (joints,) [rad or m] with those joints where their sliders are."""
        q = q.copy()
        for i in joints:
            q[i] = self._sliders[i].value / self._factors[i]
        return q

    def show(self, q: Array) -> None:
        """Put the sliders where the joints are, (joints,) [rad or m]."""
        for slider, value in zip(self._sliders, self._factors * q, strict=True):
            # A slider that shows it already stays alone: somebody may hold it.
            if abs(slider.value - value) > STEP:
                slider.value = float(np.clip(round(value, 1), slider.min, slider.max))
