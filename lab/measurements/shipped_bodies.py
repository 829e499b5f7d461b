# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Fit the shapes of the shipped descriptions to the real robots, and give the models their bodies.

    python -m lab.measurements.shipped_bodies             # fit: needs example-robot-data
    python -m lab.measurements.shipped_bodies --models    # only give each model its body again

The collision geometry of a description in config/ becomes capsules around the meshes that
example-robot-data has of that robot; each is written as standard URDF has it, a cylinder between
two spheres. Nothing of a mesh remains but these numbers. What a description leaves out, such as a
head, goes to the nearest link above it, its joints at rest. Then each model in models/ gets the
body of its description; chain, network and all else of it stay as they are.
"""

import argparse
import dataclasses
import re
from pathlib import Path

import numpy as np

from lab.robots import DATA, described
from learned_ik import IkModel, resources
from learned_ik.arrays import Array
from learned_ik.robot.attachment import link_frames
from learned_ik.robot.capsules import BULGE, STILL, Capsule
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.covering.cover import covering
from learned_ik.robot.covering.triangles import transformed
from learned_ik.robot.named import RobotConfig, body_from_file
from learned_ik.robot.parsing import parse_urdf
from learned_ik.robot.shapes import collision_shapes
from learned_ik.rotations import inverse_transform

DESCRIPTIONS = {  # in config/: below example-robot-data's robots/, and the chains of its arms
    'tiago_arm': (
        'tiago_description/robots/tiago_no_hand.urdf',
        [('torso_lift_link', 'arm_tool_link')],
    ),
    'tiago_dual': (
        'tiago_description/robots/tiago_dual.urdf',
        [('torso_lift_link', 'arm_left_tool_link'), ('torso_lift_link', 'arm_right_tool_link')],
    ),
    'panda': ('panda_description/urdf/panda.urdf', [('panda_link0', 'panda_hand')]),
    'ur10': ('ur_description/urdf/ur10_robot.urdf', [('base_link', 'ee_link')]),
}
DIGIT = 1e-4  # [m], to which lengths are rounded
SEGMENT = 1e-3  # [m]: what is shorter is written as a sphere


def main() -> None:
    """Write the descriptions, then the models."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--models', action='store_true', help='only the models')
    parser.add_argument('--robots', nargs='+', default=list(DESCRIPTIONS), choices=DESCRIPTIONS)
    options = parser.parse_args()
    if not options.models:
        for name in options.robots:
            print(name, fitted_description(name), flush=True)
    for path in resources.shipped_files('models', '.safetensors'):
        print(path.stem, given_body(path), flush=True)


def fitted_description(name: str) -> str:
    """Write the capsules of one robot into its description, and say how many there are."""
    path = resources.shipped_file(f'config/{name}.urdf')
    text = path.read_text(encoding='utf-8')
    real, chains = DESCRIPTIONS[name]
    shapes = real_shapes(text, real, chains)
    count = 0
    for link, (capsules, triangles, moves) in shapes.items():
        fitted = [*capsules, *covering(triangles, BULGE if moves else STILL * BULGE)]
        text = with_capsules(text, link, fitted)
        count += len(fitted)
    path.write_text(text, encoding='utf-8')
    return f'{count} capsules on {len(shapes)} links'


def real_shapes(
    text: str, real: str, chains: list[tuple[str, str]]
) -> dict[str, tuple[list[Capsule], Array, bool]]:
    """Return for each link of a description what it carries of the real robot, and if it moves.

    Args:
        text: the description.
        real: the URDF of the real robot, below example-robot-data's robots/.
        chains: base and tip links of its arms.

    """
    ours = {link.name for link in parse_urdf(text).links}
    path = described(real)
    share = next(folder.parent for folder in path.parents if folder.name == DATA)
    urdf = path.read_text(encoding='utf-8')
    robot, shapes = parse_urdf(urdf), collision_shapes(urdf, [share])
    above = {joint.child: joint.parent for joint in robot.joints}
    frames = [link_frames(robot, KinematicChain.from_urdf(urdf, *each)) for each in chains]
    found: dict[str, tuple[list[Capsule], list[Array], bool]] = {}
    for link, shape in shapes.items():
        carrier = link
        while carrier not in ours and carrier in above:
            carrier = above[carrier]
        if carrier not in ours:
            continue
        carried = next(
            each for each in frames if each[carrier][0] == max(f[carrier][0] for f in frames)
        )
        (frame, T_carrier), (_, T_link) = carried[carrier], carried[link]
        T = inverse_transform(T_carrier) @ T_link
        capsules, triangles, _ = found.setdefault(carrier, ([], [], frame > 0))
        capsules += [capsule.moved(T) for capsule in shape.capsules]
        triangles.append(transformed(shape.triangles, T))
    return {
        link: (capsules, np.concatenate(triangles), moves)
        for link, (capsules, triangles, moves) in found.items()
    }


def with_capsules(text: str, link: str, capsules: list[Capsule]) -> str:
    """Return a description with this collision geometry of a link and no other."""
    elements = ''.join(map(element_of, capsules))
    found = re.search(rf'<link name="{link}"(/>|>.*?</link>)', text, flags=re.DOTALL)
    begin, end = found.span()
    block = text[begin:end]
    if found[1] == '/>':
        block = f'<link name="{link}">\n  </link>'
    block = re.sub(r'\n *<collision>.*?</collision>', '', block, flags=re.DOTALL)
    block = re.sub(r'\n *</link>', f'\n{elements}  </link>', block)
    return text[:begin] + block + text[end:]


def element_of(capsule: Capsule) -> str:
    """Return a capsule as URDF: a sphere, or a cylinder between two of them."""
    a, b = (np.round(end / DIGIT) * DIGIT for end in (capsule.a, capsule.b))
    radius = np.ceil((capsule.radius + DIGIT) / DIGIT) * DIGIT  # holds what was rounded
    way, length = b - a, float(np.linalg.norm(b - a))
    balls = [_element(a, '', f'<sphere radius="{radius:.4f}"/>')]
    if length < SEGMENT:
        return balls[0]
    pitch, yaw = np.arccos(np.clip(way[2] / length, -1, 1)), np.arctan2(way[1], way[0])
    balls.append(_element(b, '', f'<sphere radius="{radius:.4f}"/>'))
    cylinder = f'<cylinder radius="{radius:.4f}" length="{length:.4f}"/>'
    return ''.join([_element(0.5 * (a + b), f' rpy="0 {pitch:.4f} {yaw:.4f}"', cylinder), *balls])


def _element(origin: Array, rpy: str, shape: str) -> str:
    x, y, z = (f'{value:.5f}'.rstrip('0').rstrip('.') for value in origin + 0.0)
    return (
        f'    <collision><origin xyz="{x} {y} {z}"{rpy}/>'
        f'<geometry>{shape}</geometry></collision>\n'
    )


def given_body(path: Path) -> str:
    """Give a model the body of its robot's description, and say how large it is."""
    model, robot = IkModel.load(path), RobotConfig.named(path.stem)
    body = body_from_file(robot.urdf, model.chain)
    dataclasses.replace(model, body=body).save(path)
    return f'{int(body.moving.sum())} of {len(body)} capsules move, {len(body.pairs)} pairs'


if __name__ == '__main__':
    main()
