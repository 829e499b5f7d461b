# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`ArmCopies`: several postures of one arm, in one colour, all drawn at once."""

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import quaternion_from_matrix
from learned_ik.viewing.scenery.link_shapes import LinkMeshes


class ArmCopies:
    """A mesh for each frame of the chain, drawn where it is in each of the postures."""

    def __init__(
        self,
        server: Any,
        name: str,
        chain: KinematicChain,
        meshes: LinkMeshes,
        *,
        colour: tuple[int, int, int],
        opacity: float,
        most: int = 1,
    ) -> None:
        """Draw nothing yet.

        Args:
            server: of viser.
            name: in the scene, below the base link.
            chain: the arm.
            meshes: by frame, in that frame [m].
            colour: red, green, blue, each up to 255.
            opacity: [1].
            most: how many postures there are at most.

        """
        self._chain, self._most = chain, most
        nowhere = np.tile([1.0, 0.0, 0.0, 0.0], (most, 1)), np.zeros((most, 3))
        self._handles = {
            frame: server.scene.add_batched_meshes_simple(
                f'{name}/{frame}', mesh.vertices, mesh.faces, *nowhere,
                batched_scales=np.zeros(most), batched_colors=colour, opacity=opacity,
                lod='off', cast_shadow=False, receive_shadow=False, visible=False,
            )
            for frame, mesh in meshes.items()
        }  # fmt: skip

    @property
    def frames(self) -> list[int]:
        """Frames that have a mesh, from base to tip."""
        return list(self._handles)

    def show(self, postures: npt.ArrayLike, frames: Collection[int] | None = None) -> None:
        """Draw postures (n, joints) [rad or m], no more than the most there can be.

        Args:
            postures: what to draw; none hides all.
            frames: those whose mesh is drawn; default: all.

        """
        q = np.reshape(postures, (-1, self._chain.joint_count))[: self._most]
        if not len(q) or (frames is not None and not frames):
            for handle in self._handles.values():
                handle.visible = False
            return
        rotations, origins = self._chain.frames(q)
        wxyz = np.roll(quaternion_from_matrix(rotations), 1, axis=-1)  # (n, frames, 4)
        # All places stay, those to spare of no size: what is drawn never has two lengths.
        scales = (np.arange(self._most) < len(q)).astype(np.float32)
        for frame, handle in self._handles.items():
            visible = frames is None or frame in frames
            if visible:
                handle.batched_wxyzs = _filled(wxyz[:, frame], self._most)
                handle.batched_positions = _filled(origins[:, frame], self._most)
                handle.batched_scales = scales
            if handle.visible != visible:
                handle.visible = visible


def _filled(rows: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float32]:
    """Return rows with the last of them repeated up to a count."""
    numbers = np.minimum(np.arange(count), len(rows) - 1)
    return rows[numbers].astype(np.float32)
