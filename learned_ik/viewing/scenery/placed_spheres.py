# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`PlacedSpheres`: spheres in the arm's way, to be dragged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.viewing.scenery.drawn_robot import BASE

GREY, RED = (150, 150, 150), (204, 0, 0)
AROUND = np.array([[np.cos(a), np.sin(a), 0.0] for a in np.linspace(0, 2 * np.pi, 12, False)])


class PlacedSpheres:
    """Balls of one radius, each on a handle."""

    def __init__(self, server: Any, handle_size: float, moved: Callable[[], None]) -> None:
        """Begin without any.

        Args:
            server: of viser.
            handle_size: [m], of a handle's arrows.
            moved: called when somebody drags one.

        """
        self._server, self._handle_size, self._moved = server, handle_size, moved
        self._placed: list[tuple[Any, Any]] = []  # handle, ball
        self._radius = 0.5 * handle_size  # [m]

    @property
    def values(self) -> Array:
        """(n, 4), x y z radius [m], in the base link's frame."""
        rows = [[*handle.position, self._radius] for handle, _ in self._placed]
        return np.reshape(rows, (-1, 4))

    def resize(self, radius: float) -> None:
        """Give all of them, and those to come, a radius [m]."""
        self._radius = radius
        for _, ball in self._placed:
            ball.radius = radius

    def add(self, beside: npt.ArrayLike, clearance_of: Callable[[Array], float]) -> None:
        """Put another one beside a point (3,) [m], where it is clearest of the arm and the others.

        `clearance_of` takes a row of `values`.
        """
        middles = np.asarray(beside) + 2.0 * max(self._handle_size, self._radius) * AROUND
        others = self.values[:, :3]

        def room(middle: Array) -> float:
            apart = np.linalg.norm(others - middle, axis=1).min(initial=np.inf)
            return min(clearance_of(np.array([*middle, self._radius])), apart - 2 * self._radius)

        self.put(max(middles, key=room))

    def put(self, middle: npt.ArrayLike) -> None:
        """Put another one at a point (3,) [m]."""
        name = f'{BASE}/sphere_{len(self._placed)}'
        handle = self._server.scene.add_transform_controls(
            name,
            self._handle_size,
            depth_test=False,
            position=middle,
            disable_rotations=True,
        )
        handle.on_update(lambda _: self._moved())
        ball = self._server.scene.add_icosphere(f'{name}/ball', self._radius, GREY)
        self._placed.append((handle, ball))

    def clear(self) -> None:
        """Take all of them away."""
        for handle, ball in self._placed:
            ball.remove()
            handle.remove()
        self._placed = []

    def colour(self, clearance_of: Callable[[Array], float]) -> None:
        """Show in red what the arm touches; `clearance_of` takes a row of `values`."""
        for (_, ball), sphere in zip(self._placed, self.values, strict=True):
            colour = RED if clearance_of(sphere) < 0 else GREY
            if tuple(ball.color) != colour:
                ball.color = colour
