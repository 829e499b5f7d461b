# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`AblatedSolver`: `IkSolver.solve` in a scene, with a search that lacks some of its ingredients.

All but the compiled search is the product's own code, so that times compare.
"""

import dataclasses
import math

import numpy.typing as npt

from lab.ablations.ablated_search import ALL_GROUPS, make_ready, search_some
from learned_ik import IkModel, KinematicChain, Solution
from learned_ik.arrays import Array
from learned_ik.robot.body import Body
from learned_ik.solving import one_pose
from learned_ik.solving.engine import Engine


@dataclasses.dataclass(frozen=True)
class Choices:
    """What the search may use; an ablation takes parts away to see what they are worth."""

    groups: int = ALL_GROUPS  # bits of `ablated_search`
    walks: bool = True  # whether what is exact but too near is walked clear


class AblatedEngine(Engine):
    """An engine whose search in a scene makes the attempts that it may."""

    def __init__(
        self, network: IkModel | KinematicChain, body: Body, choices: Choices = Choices()
    ) -> None:
        """Lay out the arm and compile the search.

        Args:
            network: the model, or the bare arm.
            body: its capsules.
            choices: what the search may use.

        """
        if isinstance(network, IkModel):
            super().__init__(network.chain, network.network, body=body)
        else:
            super().__init__(network, None, body=body)
        make_ready()
        self.clear_entry = lambda *asked: search_some(*asked, choices.groups, choices.walks)


class AblatedSolver:
    """Answers poses among spheres, as `IkSolver` does."""

    def __init__(
        self,
        network: IkModel | KinematicChain,
        body: Body,
        choices: Choices = Choices(),
        store_of: 'AblatedSolver | None' = None,
    ) -> None:
        """Make ready, so that no request waits.

        Args:
            network: the model, or the bare arm.
            body: its capsules.
            choices: what the search may use.
            store_of: another solver of the same arm, whose stored postures it takes over.

        """
        self.engine = AblatedEngine(network, body, choices)
        if store_of is not None:
            self.engine.avoidance.share_store(store_of.engine.avoidance)
        self.engine.prepare_to_avoid()

    def set_obstacles(self, spheres: npt.ArrayLike) -> None:
        """Keep clear of spheres (n, 4), x y z radius [m], from the next request on."""
        self.engine.set_spheres(spheres)

    def solve(
        self,
        position: Array,
        orientation: Array,
        seed: Array | None = None,
        *,
        position_tolerance: float,
        orientation_tolerance: float,
        timeout: float,
    ) -> Solution:
        """Find joint positions for a pose that keep clear; args as `IkSolver.solve`."""
        bounds = position_tolerance, orientation_tolerance, math.inf, timeout
        scene = self.engine.scene(True, 0.0)
        return one_pose.solve(self.engine, position, orientation, seed, None, bounds, scene)
