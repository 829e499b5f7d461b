# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Meshes of links, read by trimesh: files of a bounded size, with a bounded number of triangles.

A file is read once, as bytes, and nothing that it refers to: no texture, no archive, no address.
"""

import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from learned_ik.arrays import Array, Integers
from learned_ik.errors import UrdfError
from learned_ik.robot.description.bounds import LARGEST_LENGTH, LARGEST_MESH, MOST_POINTS
from learned_ik.robot.description.collada import plain_collada
from learned_ik.robot.description.reading import bounded_content

FORMATS = ('.stl', '.dae', '.obj', '.ply')
MOST_PARTS = 1_000  # of one file: each costs more than its triangles
MOST_WORDS = 10 * MOST_POINTS  # of a file of text
BLANKS = (b' ', b'\t', b'\n')


class Mesh(NamedTuple):
    """A surface of triangles."""

    points: Array  # (n, 3), not scaled yet
    triangles: Integers  # (m, 3), numbers of their corners


def read_mesh(path: Path) -> Mesh:
    """Return the mesh of a file.

    Raises:
        UrdfError: it is of another format, broken, empty or too large.
        ModuleNotFoundError: trimesh is not installed.

    """
    import trimesh

    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise UrdfError(f"format '{kind}'; expected one of {', '.join(FORMATS)}")
    try:
        content = _checked(bounded_content(path, LARGEST_MESH), kind)
        mesh: Any = trimesh.load(
            io.BytesIO(content),
            file_type=kind[1:],
            force='mesh',
            process=False,
            skip_materials=True,
        )
        _check(np.asarray(mesh.vertices), len(mesh.faces))
        mesh.merge_vertices()
        points = np.asarray(mesh.vertices, dtype=np.float64).reshape(-1, 3)
        return Mesh(points, np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3))
    except UrdfError:
        raise
    except Exception as error:  # each format raises errors of its own
        raise UrdfError(f'{type(error).__name__}: {error}') from error


def _check(points: Array, triangle_count: int) -> None:
    """Raise `UrdfError` for a mesh that is empty, too large or not finite."""
    if len(points) == 0:
        raise UrdfError('it is empty')
    if len(points) > MOST_POINTS or triangle_count > MOST_POINTS:
        raise UrdfError(
            f'it has {len(points)} corners and {triangle_count} triangles; expected '
            f'{MOST_POINTS} at most'
        )
    if not np.abs(points).max() <= LARGEST_LENGTH:  # NaN neither
        raise UrdfError(f'a corner is not finite, or beyond {LARGEST_LENGTH:g} m')


def _checked(content: bytes, kind: str) -> bytes:
    """Return what to parse; raise `UrdfError` for what would become too much memory."""
    if kind == '.dae':
        return plain_collada(content, MOST_PARTS, MOST_POINTS)
    if kind == '.stl' and content.count(b'endsolid') > MOST_PARTS:
        raise UrdfError(f'it has more than {MOST_PARTS} solids, the most that are read')
    if kind in ('.obj', '.ply') and sum(map(content.count, BLANKS)) > MOST_WORDS:
        raise UrdfError(f'it has more than {MOST_WORDS} words, the most that are read')
    return content
