# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is proven to be out of reach before anything is searched, for the price of a distance.

Between the axis of the first motion and that of the last lies a row of rigid pieces. Where on its
axis each joint's origin lies is free: it is put where the pieces together are shortest. The first
origin stands still, and the last one is known with the pose, as turning the last joint does not
move it. Farther apart than the pieces are long, they cannot be.
"""

import numpy as np

from learned_ik.arrays import Array, Booleans
from learned_ik.reachability.tool_orientations import ToolOrientations
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import inverse_transform, matrix_from_quaternion

SWEEPS = 200  # over all axes; each makes the pieces shorter, or leaves them as they are
SLACK = 1e-5  # [m], more than the tolerance of a position


class FarReach:
    """A ball that holds the wrist in every posture: what the pose wants outside is not reached."""

    def __init__(self, chain: KinematicChain) -> None:
        """Find where on their axes the joints' origins lie best."""
        self._transforms = chain.transforms
        self._middles, self._halves = _travel(chain)
        count = chain.motion_count
        slides = np.zeros(count)  # [m], of each origin along its own axis
        for _ in range(SWEEPS):
            for i in range(count):
                slides[i] = self._best_slide(slides, i)
        pieces = [np.linalg.norm(self._piece(slides, i)) for i in range(count - 1)]
        self.centre = (chain.transforms[0] @ [0, 0, slides[0], 1])[:3]  # (3,) [m]
        # The last origin in the tip's frame; a last joint that slides moves it by half its travel.
        last = [0, 0, slides[-1] - self._middles[-1], 1]
        self._wrist = (inverse_transform(chain.transforms[-1]) @ last)[:3]
        self.radius = float(sum(pieces) + self._halves.sum())  # [m]

    @property
    def farthest(self) -> float:
        """[m], from the centre, how far the tip itself can be."""
        return self.radius + float(np.linalg.norm(self._wrist))

    def may_reach(self, positions: Array, orientations: ToolOrientations) -> Booleans:
        """Return (n, orientations.count), False where a pose is proven to be out of reach.

        Args:
            positions: (n, 3) [m], of the tip.
            orientations: of the tip, at each of them.

        """
        wrist, radius = self._wrist.copy(), self.radius + SLACK
        if orientations.directions == 0:
            radius += float(np.linalg.norm(wrist))
            wrist[:] = 0.0
        elif orientations.rolls == 0:  # it may be anywhere on a circle about the tool's axis
            radius += float(np.linalg.norm(wrist[:2]))
            wrist[:2] = 0.0
        offsets = matrix_from_quaternion(orientations.quaternions) @ wrist  # (orientations, 3)
        away = (positions - self.centre)[:, None] + offsets
        return np.einsum('pok,pok->po', away, away) <= radius**2

    def _piece(self, slides: Array, i: int) -> Array:
        """Return (3,) [m] from origin i to the next, in the middle of the travel of motion i."""
        end = (self._transforms[i + 1] @ [0, 0, slides[i + 1], 1])[:3]
        return end + np.array([0.0, 0.0, self._middles[i] - slides[i]])

    def _best_slide(self, slides: Array, i: int) -> float:
        """Return where on axis i [m] the pieces to both sides of it are shortest.

        Folded into one plane, the way from one point by the line to another is straight.
        """
        points = []
        if i > 0:
            back = inverse_transform(self._transforms[i])
            points.append((back @ [0, 0, slides[i - 1] - self._middles[i - 1], 1])[:3])
        if i < len(slides) - 1:
            point = (self._transforms[i + 1] @ [0, 0, slides[i + 1], 1])[:3]
            points.append(point + np.array([0.0, 0.0, self._middles[i]]))
        if not points:
            return 0.0
        feet = np.array([point[2] for point in points])
        distances = np.array([np.hypot(*point[:2]) for point in points])[::-1]
        if distances.sum() < 1e-12:
            return float(feet.mean())
        return float(feet @ distances / distances.sum()) if len(points) == 2 else float(feet[0])


def _travel(chain: KinematicChain) -> tuple[Array, Array]:
    """Return the middle and the half of each motion's travel (motions,) [m]; 0 where it turns."""
    ends = chain.multiplier[:, None] * np.stack([chain.lower, chain.upper], axis=-1)[chain.source]
    ends = np.where(chain.prismatic[:, None], ends + chain.offset[:, None], 0.0)
    return ends.mean(axis=1), 0.5 * np.abs(ends[:, 1] - ends[:, 0])
