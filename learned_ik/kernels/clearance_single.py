# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`CompiledClearance`: distances of one posture and their slopes, for whoever asks in Python."""

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.kernels.clearance import (
    CONTACT,
    BodyArrays,
    Placement,
    body_arrays,
    contact_gradient,
    contacts,
    empty_placement,
    place,
)
from learned_ik.kernels.compilation import kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames, chain_arrays, empty_frames
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain


class CompiledClearance:
    """Clearance of one body, one posture a call; not for several threads at once."""

    def __init__(self, chain: KinematicChain, body: Body) -> None:
        """Lay out chain and body; the kernels compile at the first call."""
        self.chain = chain
        self._arrays, self._body = chain_arrays(chain), body_arrays(body)
        self._frames, self._placement = empty_frames(chain), empty_placement(chain, body)
        self._contacts = np.zeros((len(body) + len(body.pairs), CONTACT))
        self._slopes = np.zeros((len(self._contacts), chain.joint_count))

    def distances(
        self, q: npt.ArrayLike, spheres: Array, far: float = np.inf
    ) -> tuple[Array, Array]:
        """Return each capsule's distance to its nearest sphere, and each pair's [m].

        Args:
            q: (joints,) [rad or m].
            spheres: (n, 4), x y z radius [m], in the base frame.
            far: [m], what is not nearer is told as infinite.

        Returns:
            (capsules,), infinite for those that never move, and (pairs,); negative: penetration.

        """
        _, of_spheres, of_pairs, _ = self._measured(q, spheres, far)
        return of_spheres, of_pairs

    def gradients(self, q: npt.ArrayLike, spheres: Array) -> tuple[Array, Array]:
        """Return the slopes of both `distances`, (capsules, joints) and (pairs, joints)."""
        count, of_spheres, of_pairs, contacts = self._measured(q, spheres)
        slopes = np.zeros((len(of_spheres) + len(of_pairs), self.chain.joint_count))
        pairs = {tuple(pair): row for row, pair in enumerate(self._body.pairs.tolist())}
        for k, contact in enumerate(contacts[:count]):
            a, b = int(contact[1]), int(contact[2])
            row = a if b < 0 else len(of_spheres) + pairs[a, b]
            slopes[row] = self._slopes[k]
        return slopes[: len(of_spheres)], slopes[len(of_spheres) :]

    def _measured(
        self, q: npt.ArrayLike, spheres: Array, far: float = np.inf
    ) -> tuple[int, Array, Array, Array]:
        q = np.ascontiguousarray(self.chain.checked_joints(q), dtype=np.float64)
        rows = np.asarray(spheres, dtype=np.float64).reshape(-1, 4)
        spheres = np.ascontiguousarray(rows.T)
        count = measure(
            self._arrays, self._body, spheres, far, q, self._frames, self._placement,
            self._contacts, self._slopes,
        )  # fmt: skip
        of_spheres = np.full(len(self._body.frames), np.inf)
        of_pairs = np.full(len(self._body.pairs), np.inf)
        pairs = {tuple(pair): row for row, pair in enumerate(self._body.pairs.tolist())}
        for contact in self._contacts[:count]:
            a, b = int(contact[1]), int(contact[2])
            if b < 0:
                of_spheres[a] = contact[0]
            else:
                of_pairs[pairs[a, b]] = contact[0]
        return count, of_spheres, of_pairs, self._contacts


@kernel
def measure(
    chain: ChainArrays,
    body: BodyArrays,
    spheres: Array,
    far: float,
    q: Array,
    frames: Frames,
    placement: Placement,
    found: Array,
    slopes: Array,
) -> int:
    """Fill contacts nearer than `far` and their slopes at q (joints,); return their number."""
    place(chain, body, q, frames, placement)
    count, _ = contacts(body, placement, spheres, far, far, True, found)
    for k in range(count):
        contact_gradient(chain, body, frames, found[k], slopes[k])
    return count
