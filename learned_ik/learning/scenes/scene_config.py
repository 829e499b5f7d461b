# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`SceneConfig`: what a training keeps the arm away from, and how strongly. Needs no torch."""

import dataclasses
import math
from typing import Any, Literal, get_args

from learned_ik.checks import choice, number
from learned_ik.errors import ConfigurationError
from learned_ik.robot.spheres import Sphere, checked_spheres, sphere_tuples

Keep = Literal['capsules', 'origins']

MARGINS = {'capsules': 0.04, 'origins': 0.1}  # [m], the latter is the paper's (equation 5)


@dataclasses.dataclass(frozen=True)
class SceneConfig:
    """What is added to the loss of a pose so that the answers keep clear.

    With the pose's loss in metres, a weight of 1 gives up one millimetre of pose error for one
    millimetre of clearance that the margin lacks.
    """

    obstacles: tuple[Sphere, ...] = ()  # x y z radius [m], in the base link's frame
    keep_clear: Keep = 'capsules'  # what keeps clear; origins: joints alone (paper, equation 5)
    obstacle_weight: float = 1.0  # [1], per metre of clearance that a capsule lacks
    obstacle_margin: float | None = None  # clearance wanted [m]; none: 0.04, origins 0.1
    self_collision_weight: float = 0.0  # [1], per metre that a pair of capsules lacks
    self_collision_margin: float = 0.01  # clearance wanted between two capsules [m]
    blocked_weight: float = 1.0  # [1], factor of these weights where the sample itself touches

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` or `ObstacleError` for the first field that is wrong."""
        object.__setattr__(self, 'obstacles', sphere_tuples(checked_spheres(self.obstacles)))
        choice(self.keep_clear, 'keep_clear', get_args(Keep), ConfigurationError)
        for field in (
            'obstacle_weight',
            'self_collision_weight',
            'self_collision_margin',
            'blocked_weight',
        ):
            self._check(field, getattr(self, field))
        self._check('obstacle_margin', self.margin)

    def _check(self, field: str, value: float) -> None:
        number(value, field, '0 or more', lambda v: 0 <= v < math.inf, ConfigurationError)

    @property
    def margin(self) -> float:
        """[m] The clearance from obstacles below which the loss begins."""
        given = self.obstacle_margin
        return MARGINS[self.keep_clear] if given is None else given

    @property
    def counts(self) -> bool:
        """Whether it adds anything to the loss."""
        return self.self_collision_weight > 0 or (
            len(self.obstacles) > 0 and self.obstacle_weight > 0
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        fields = dataclasses.asdict(self)
        return {**fields, 'obstacles': [list(s) for s in self.obstacles], 'margin': self.margin}
