# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of an arm's links, made of its body's capsules: a mesh for each frame that carries any.

For an arm of which only the chain is known, too: its body is made of segments.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from learned_ik.arrays import Array
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

ROUND = 3  # how often the triangles of an icosahedron are divided, for a hull
SECTIONS = (10, 6)  # of a capsule: about its axis, and along its caps

LinkMeshes = dict[int, Any]  # by frame, a trimesh in that frame [m]


def hulls(body: Body, swell: float = 0.0) -> LinkMeshes:
    """Return a convex shape around the capsules of each frame that moves.

    Args:
        body: the arm's capsules.
        swell: [m], how much larger than they are.

    """
    import trimesh

    ball = trimesh.creation.icosphere(subdivisions=ROUND)

    def hull(ends: Array, radii: Array) -> Any:
        points = _farthest(ends, radii + swell, np.asarray(ball.vertices))
        return trimesh.Trimesh(points, ball.faces, process=False)

    return _by_frame(body, np.unique(body.frames[body.moving]), hull)


def slim(chain: KinematicChain, thickness: float) -> LinkMeshes:
    """Return the arm as rods from joint to joint, of a thickness [m]: many are told apart."""
    # From each motion's frame to where the next one, or the tip, begins.
    ways = {k: chain.transforms[k, :3, 3] for k in range(1, chain.motion_count + 1)}
    return {k: _capsule(np.zeros(3), way, 0.5 * thickness) for k, way in ways.items()}


def capsules(body: Body) -> LinkMeshes:
    """Return the capsules themselves, all those of a frame as one mesh."""
    import trimesh

    def joined(ends: Array, radii: Array) -> Any:
        meshes = [_capsule(a, b, r) for (a, b), r in zip(ends, radii, strict=True)]
        return trimesh.util.concatenate(meshes)

    return _by_frame(body, np.unique(body.frames), joined)


def _by_frame(
    body: Body, frames: Iterable[Any], mesh: Callable[[Array, Array], Any]
) -> LinkMeshes:
    return {
        int(k): mesh(body.ends[body.frames == k], body.radii[body.frames == k]) for k in frames
    }


def _farthest(ends: Array, radii: Array, directions: Array) -> Array:
    """Return the farthest point (n, 3) [m] of capsules in each of the directions (n, 3)."""
    points = ends.reshape(-1, 3)
    reach = directions @ points.T + np.repeat(radii, 2)  # (n, points)
    best = reach.argmax(axis=1)
    return points[best] + np.repeat(radii, 2)[best, None] * directions


def _capsule(a: Array, b: Array, radius: float) -> Any:
    import trimesh

    axis = b - a
    length = float(np.linalg.norm(axis))
    mesh = trimesh.creation.capsule(length, float(radius), count=SECTIONS)  # along z
    mesh.apply_translation(-mesh.bounds.mean(axis=0))  # wherever this version begins it
    if length > 0:
        mesh.apply_transform(trimesh.geometry.align_vectors([0.0, 0.0, 1.0], axis / length))
    return mesh.apply_translation(0.5 * (a + b))
