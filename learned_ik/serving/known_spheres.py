# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`KnownSpheres`: which spheres the node knows, from its parameter and its topic. No rclpy.

Both are kept apart and their union is what counts: a topic that is cleared leaves the parameter's.
"""

import collections
import enum
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.checks import shortened
from learned_ik.errors import ObstacleError
from learned_ik.robot.spheres import checked_spheres
from learned_ik.serving.status.wording import named


class Action(enum.IntEnum):
    """The constants of ObstacleSpheres.msg."""

    ADD = 0
    REPLACE = 1
    CLEAR = 2


class KnownSpheres:
    """Spheres by name, and without; each change is checked as a whole or refused as a whole."""

    def __init__(self, accept: Callable[[Array], None]) -> None:
        """Begin empty.

        Args:
            accept: told of every new union (n, 4) [m]; what it refuses by raising
                `ObstacleError`, is not written down.

        """
        self._accept = accept
        self._given = np.empty((0, 4))  # by the parameter
        self._named: dict[str, Array] = {}
        self._nameless = np.empty((0, 4))

    @property
    def spheres(self) -> Array:
        """(n, 4), x y z radius [m], all that are known, in the base link's frame."""
        return self._union(self._given, self._named, self._nameless)

    def set_given(self, numbers: Any) -> None:
        """Take the parameter's value, x y z radius of one sphere after the other [m].

        Raises:
            ObstacleError: it is not that; what was before remains.

        """
        given = spheres_of(numbers)
        self._accept(self._union(given, self._named, self._nameless))
        self._given = given

    def update(self, action: int, spheres: Array, names: Sequence[str]) -> None:
        """Take a message.

        Args:
            action: one of `Action`.
            spheres: (n, 4), x y z radius [m], in the base link's frame.
            names: one for each sphere, or none.

        Raises:
            ObstacleError: the message contradicts itself, or has spheres that cannot be; what was
                before remains.

        """
        _check_message(action, spheres, names)
        spheres = checked_spheres(spheres)
        named, nameless = dict(self._named), self._nameless
        if action == Action.CLEAR:
            if names:
                for name in names:
                    named.pop(name, None)
            else:
                named, nameless = {}, np.empty((0, 4))
        else:
            if action == Action.REPLACE:
                named, nameless = {}, np.empty((0, 4))
            if names:
                named.update(zip(names, spheres, strict=True))
            else:
                nameless = np.concatenate([nameless, spheres])
        self._accept(self._union(self._given, named, nameless))
        self._named, self._nameless = named, nameless

    def _union(self, given: Array, named: dict[str, Array], nameless: Array) -> Array:
        rows = np.array(list(named.values())).reshape(-1, 4)
        return checked_spheres(np.concatenate([given, rows, nameless]))


def spheres_of(numbers: Any) -> Array:
    """Return the spheres (n, 4) [m] of a flat list, x y z radius of one after the other.

    Raises:
        ObstacleError: it is none.

    """
    try:
        values = np.array([] if numbers is None else list(numbers), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ObstacleError(
            f'obstacles are {shortened(numbers)}; expected numbers, x y z radius of each '
            'sphere [m]'
        ) from error
    if values.ndim != 1 or len(values) % 4:
        raise ObstacleError(
            f'obstacles hold {values.size} numbers; expected four for each sphere, '
            'x y z radius [m], such as [0.5, 0.1, 0.2, 0.08]'
        )
    return checked_spheres(values.reshape(-1, 4))


def _check_message(action: int, spheres: Array, names: Sequence[str]) -> None:
    if action not in list(Action):
        raise ObstacleError(
            f'action {action}; expected {", ".join(f"{a.value} ({a.name})" for a in Action)}'
        )
    if len(set(names)) < len(names):
        twice, _ = collections.Counter(names).most_common(1)[0]
        raise ObstacleError(f'the id {named(twice)} is given twice; expected each once')
    if action == Action.CLEAR:
        if len(spheres):
            raise ObstacleError(f'CLEAR with {len(spheres)} spheres; expected none, ids alone')
    elif names and len(names) != len(spheres):
        raise ObstacleError(
            f'{len(names)} ids, but {len(spheres)} centres; expected one for each, or none'
        )
