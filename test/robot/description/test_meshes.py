# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Meshes that are small on disk and would be large in memory, and some that are as they should."""

import tracemalloc
import zipfile

import numpy as np
import pytest

from learned_ik.errors import UrdfError
from learned_ik.robot.description.meshes import LARGEST_MESH, read_mesh

pytest.importorskip('trimesh')
pytest.importorskip('collada')

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
ONE = np.float32(1).tobytes()
FACET = 'facet normal 0 0 1\nouter loop\n{}endloop\nendfacet\n'.format(
    ''.join(f'vertex {x} {y} {z}\n' for x, y, z in CORNERS)
)
OBJ = 'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n'
PLY = (
    'ply\nformat {}\nelement vertex {}\nproperty float x\nproperty float y\nproperty float z\n'
    'element face {}\nproperty list uchar int vertex_indices\nend_header\n'
)
COLLADA = """<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit meter="1"/><up_axis>Z_UP</up_axis></asset>
<library_geometries><geometry id="g"><mesh><source id="s">
<float_array id="a" count="9">0 0 0 1 0 0 0 1 0</float_array>
<technique_common><accessor source="#a" count="3" stride="3"><param name="X" type="float"/>
<param name="Y" type="float"/><param name="Z" type="float"/></accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#s"/></vertices>
<triangles count="1"><input semantic="VERTEX" source="#v" offset="0"/><p>0 1 2</p></triangles>
</mesh></geometry></library_geometries><library_nodes>{nodes}</library_nodes>
<library_visual_scenes><visual_scene id="sc">{scene}</visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#sc"/></scene></COLLADA>"""
USE = '<node><instance_geometry url="#g"/></node>'


def stl(claimed: int, facets: int) -> bytes:
    """Return a binary STL whose header claims some number of facets."""
    facet = np.zeros(12, np.float32)
    facet[3:] = CORNERS.ravel()
    return bytes(80) + claimed.to_bytes(4, 'little') + (facet.tobytes() + bytes(2)) * facets


def doubled(times: int) -> str:
    """Return nodes of which each uses the one before twice."""
    nodes = [f'<node id="n0">{USE}</node>']
    for i in range(times):
        use = f'<instance_node url="#n{i}"/>'
        nodes.append(f'<node id="n{i + 1}">{use * 2}</node>')
    return ''.join(nodes)


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('a.stl', stl(2, 2)),
        ('a.STL', f'solid a\n{FACET}endsolid a\n'.encode()),
        ('a.obj', b'mtllib /etc/passwd\nusemtl x\n' + OBJ.encode()),
        ('a.ply', f'{PLY.format("ascii 1.0", 3, 1)}0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n'.encode()),
        ('a.dae', COLLADA.format(nodes='', scene=USE).encode()),
        ('a.dae', COLLADA.format(nodes=doubled(2), scene=USE).encode()),
    ],
)
def test_each_format_has_its_corners(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    mesh = read_mesh(tmp_path / name)
    np.testing.assert_allclose(sorted(mesh.points.tolist()), sorted(CORNERS.tolist()))
    assert set(mesh.triangles.ravel()) == {0, 1, 2}


@pytest.mark.parametrize(
    ('name', 'content', 'complaint'),
    [
        ('a.stl', stl(4_000_000_000, 3), None),
        ('a.stl', b'', None),
        ('a.stl', bytes(30), None),
        ('a.stl', stl(1, 1).replace(np.float32(1).tobytes(), np.float32(np.nan).tobytes()), None),
        (
            'a.stl',
            stl(1, 1).replace(np.float32(1).tobytes(), np.float32(1e38).tobytes()),
            'beyond',
        ),
        ('a.stl', f'solid a\n{FACET}endsolid a\n'.encode() * 1500, '1000 solids'),
        ('a.obj', b'v 0 0 0\n' * 3_000_000, '10000000 words'),
        ('a.obj', b'# nothing\n', None),
        ('a.ply', PLY.format('binary_little_endian 1.0', 4 * 10**9, 4 * 10**9).encode(), None),
        ('a.dae', COLLADA.format(nodes=doubled(60), scene=USE[:-7]).encode(), 'not well-formed'),
        (
            'a.dae',
            COLLADA.format(
                nodes=doubled(60), scene='<node><instance_node url="#n60"/></node>'
            ).encode(),
            r'becomes 1\.15292e\+18 parts',
        ),
        ('a.dae', COLLADA.format(nodes='', scene=USE * 1500).encode(), 'becomes 1500 parts'),
        (
            'a.dae',
            COLLADA.format(
                nodes='<node id="n"><instance_node url="#n"/></node>',
                scene='<node><instance_node url="#n"/></node>',
            ).encode(),
            'becomes inf parts',
        ),
        ('a.dae', b'<!DOCTYPE a [<!ENTITY b "c">]><COLLADA>&b;</COLLADA>', 'document type'),
        ('a.zip', b'PK', r"format '\.zip'; expected one of \.stl"),
        ('a.3mf', b'PK', r"format '\.3mf'"),
        ('a', b'', "format ''"),
    ],
)
def test_what_is_broken_or_too_much_is_told_in_little_memory(tmp_path, name, content, complaint):
    path = tmp_path / name
    path.write_bytes(content)
    import trimesh.exchange.dae  # noqa: F401  # not counted below

    tracemalloc.start()
    try:
        with pytest.raises(UrdfError, match=complaint):
            read_mesh(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * len(content) + 20_000_000


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / 'a.stl').open('wb') as file:
        file.truncate(LARGEST_MESH + 1)
    with pytest.raises(UrdfError, match='more than 50000000 bytes'):
        read_mesh(tmp_path / 'a.stl')


def test_archives_are_not_opened(tmp_path):
    path = tmp_path / 'mesh.stl'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('a.stl', bytes(30_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(UrdfError):
        read_mesh(path)
