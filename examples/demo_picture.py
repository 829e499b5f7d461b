# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's picture: the robot, its arm in some postures, the wanted and the reached path.

Everything stands where forward kinematics of the URDF puts it; the solver has no say here.
"""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from learned_ik import KinematicChain
from learned_ik.rotations import matrix_from_rpy, transform

Array = npt.NDArray[np.float64]

FLOOR = 'base_footprint'  # the frame of the picture
BASE = 'torso_lift_link'  # the frame of the poses
BODY = ('base_link', 'torso_fixed_link', BASE)  # links that are drawn as solids
LIMBS = (BASE, *(f'arm_{n}_link' for n in range(1, 8)), 'arm_tool_link')  # joined by sticks
TORSO_HEIGHT = 0.0  # [m], of the joint below `BASE`: all the way down
POSTURES = 6  # how often the arm is drawn along the path
TO_LIGHT = np.array([0.6, -0.2, 0.77])  # about a unit vector
ORANGE = '#E69F00'  # from the colours that everybody can tell apart (Okabe and Ito)


def draw(file: Path, urdf: str, wanted: Array, joints: Sequence[Array], caption: str) -> None:
    """Draw the robot and both paths into a picture file.

    Args:
        file: where to, `.png` or what else matplotlib can write.
        urdf: the text of config/tiago_arm.urdf.
        wanted: (n, 3) [m], positions in `BASE`.
        joints: (7,) [rad] each, the answers in the order of the path.
        caption: what to see, for below the picture.

    """
    figure = Figure(figsize=(8.0, 7.6), dpi=150)
    axes: Axes3D = figure.add_axes(
        (-0.06, 0.08, 1.06, 0.88), projection='3d', computed_zorder=False
    )
    draw_body(axes, urdf)
    sticks = arm_origins(urdf, np.reshape(joints, (-1, 7)))  # (n, links, 3)
    chosen = np.linspace(0, len(sticks) - 1, POSTURES).round().astype(int)
    shades = mpl.colormaps['Blues_r'](np.linspace(0.0, 0.6, POSTURES))
    for number, (index, shade) in enumerate(zip(chosen, shades, strict=True)):
        label = {0: 'arm at the first pose', POSTURES - 1: 'arm at the last pose'}.get(number)
        axes.plot(
            *sticks[index].T,
            color=shade,
            linewidth=7,
            solid_joinstyle='round',
            solid_capstyle='round',
            marker='o',
            markersize=4,
            markerfacecolor='white',
            markeredgewidth=0,
            zorder=3 + number / 100,
            label=label,
        )
    T_floor_base = link_poses(urdf, BASE, np.empty((1, 0)))[0]
    on_floor = wanted @ T_floor_base[:3, :3].T + T_floor_base[:3, 3]
    axes.plot(*on_floor.T, color=ORANGE, linewidth=4.5, zorder=5, label='wanted path')
    axes.plot(*sticks[:, -1].T, color='black', linewidth=1.2, zorder=6, label='reached path')
    set_view(axes)
    figure.legend(loc='upper right', bbox_to_anchor=(0.97, 0.99), frameon=False)
    figure.text(0.5, 0.02, caption, ha='center', va='bottom', fontsize=9.5)
    figure.savefig(file)


def set_view(axes: Axes3D) -> None:
    """Show the space in front of the robot, to the same scale in all directions."""
    limits = {'x': (-0.3, 1.0), 'y': (-0.6, 0.4), 'z': (0.0, 1.0)}  # [m]
    axes.set(xlim=limits['x'], ylim=limits['y'], zlim=limits['z'])
    axes.set_box_aspect([high - low for low, high in limits.values()], zoom=1.1)
    axes.view_init(elev=20, azim=-62)
    for name, axis in (('x', axes.xaxis), ('y', axes.yaxis), ('z', axes.zaxis)):
        axis.set_label_text(f'{name} [m]')
        axis.set_major_locator(mpl.ticker.MultipleLocator(0.2))
        axis.set_pane_color((1, 1, 1, 0))
        axis._axinfo['grid'].update(color='#E4E6EA')


def link_poses(urdf: str, link: str, joints: Array) -> Array:
    """Return (n, 4, 4), T_floor_link, with the arm's joints at (n, joints) [rad]."""
    chain = KinematicChain.from_urdf(urdf, FLOOR, LIMBS[-1])
    if link in chain.base_frames:
        return np.tile(chain.base_frames[link], (len(joints), 1, 1))
    chain = KinematicChain.from_urdf(urdf, FLOOR, link)
    torso = np.full((len(joints), 1), TORSO_HEIGHT)
    q = np.concatenate([torso, joints], axis=-1)[:, : chain.joint_count]
    return np.array([transform(R, p) for R, p in zip(*chain.forward_matrix(q), strict=True)])


def arm_origins(urdf: str, joints: Array) -> Array:
    """Return (n, links, 3) [m], the origins of the arm's links on the floor's frame."""
    shoulder_to_tool = LIMBS[1:]
    return np.stack([link_poses(urdf, link, joints)[:, :3, 3] for link in shoulder_to_tool], 1)


def draw_body(axes: Axes3D, urdf: str) -> None:
    """Draw the shapes of base and torso, as the URDF gives them.

    matplotlib sorts the faces of one shape by depth, but shapes only by their zorder: those
    that come later in the URDF stand higher or farther in front.
    """
    links = {link.get('name', ''): link for link in ElementTree.fromstring(urdf).iter('link')}
    visuals = [(name, visual) for name in BODY for visual in links[name].findall('visual')]
    for number, (name, visual) in enumerate(visuals):
        origin = visual.find('origin')
        xyz, rpy = (_numbers(origin.get(key)) for key in ('xyz', 'rpy'))
        T_floor_link = link_poses(urdf, name, np.empty((1, 0)))[0]
        T = T_floor_link @ transform(matrix_from_rpy(rpy), xyz)
        faces = [face @ T[:3, :3].T + T[:3, 3] for face in solid_faces(visual)]
        axes.add_collection3d(
            Poly3DCollection(faces, facecolors=shades_of(faces), zorder=1 + number / 100)
        )


def shades_of(faces: Sequence[Array]) -> Array:
    """Return (faces, 3), a pale grey for each, the brighter the more it faces the light."""
    normals = np.array([np.cross(face[1] - face[0], face[2] - face[1]) for face in faces])
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    brightness = 0.78 + 0.18 * normals @ TO_LIGHT
    return brightness[:, None] * np.array([0.97, 0.98, 1.0])


def solid_faces(visual: ElementTree.Element) -> list[Array]:
    """Return the faces (corners, 3) [m] of a box or a cylinder, in its own frame."""
    shape = visual.find('geometry/*')
    if shape.tag == 'box':
        corners, (x, y, z) = 4, 0.5 * _numbers(shape.get('size'))
        outline = np.array([[x, y], [-x, y], [-x, -y], [x, -y]])
    else:
        corners, z = 32, 0.5 * float(shape.get('length'))
        angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        outline = float(shape.get('radius')) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    top = np.column_stack([outline, np.full(corners, z)])
    bottom = np.column_stack([outline, np.full(corners, -z)])
    sides = [np.array([bottom[k - 1], bottom[k], top[k], top[k - 1]]) for k in range(corners)]
    return [top, bottom[::-1], *sides]


def _numbers(text: str) -> Array:
    return np.array([float(number) for number in text.split()])
