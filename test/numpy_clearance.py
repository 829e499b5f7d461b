# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How clear a posture is, by numpy alone: what the kernels are held against."""

import numpy as np

from learned_ik import KinematicChain
from learned_ik.robot.body import Body
from learned_ik.robot.capsules import point_segment_distance, segment_distance


def clearance_of(
    chain: KinematicChain, body: Body, q: np.ndarray, spheres: np.ndarray, itself: bool = True
) -> float:
    """Return the clearance [m] of a posture (joints,) from spheres (n, 4), perhaps from itself."""
    ends = body.placed(chain, q)
    moving = ends[body.moving][:, None]
    distance = point_segment_distance(spheres[:, :3], moving[:, :, 0], moving[:, :, 1])
    distance -= spheres[:, 3] + body.radii[body.moving][:, None]
    least = distance.min(initial=np.inf)
    if itself and len(body.pairs):
        i, j = body.pairs.T
        of_pairs = segment_distance(ends[i, 0], ends[i, 1], ends[j, 0], ends[j, 1])
        least = min(least, (of_pairs - body.radii[i] - body.radii[j]).min())
    return float(least)
