# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A chain as the smallest URDF that has it: one link and one joint after another, no meshes.

Other solvers get this one, since some stumble over what else a robot's description holds. Each
joint turns about or slides along its own z axis, as the chain has it.
"""

import math
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array
from learned_ik.errors import UnsupportedJointError
from learned_ik.robot.chain import KinematicChain

FASTEST = 1000.0  # [rad/s or m/s], where a chain knows no velocity limit: parsers want one
STRONGEST = 1000.0  # [N m or N], likewise: kinematics has no use for it
GIMBAL_LOCK = 1e-9  # cosine of the pitch below which roll and yaw turn about the same axis


def stripped_urdf(chain: KinematicChain, *, bounded: bool = False) -> str:
    """Return a URDF of nothing but the chain, with its links' and joints' names.

    Args:
        chain: without mimic joints, which most solvers do not know.
        bounded: make continuous joints revolute ones within [-pi, pi], for readers that do not
            know the difference or fail on it.

    Raises:
        UnsupportedJointError: a joint of the chain mimics another.

    """
    joints = range(chain.joint_count)
    if list(chain.source) != list(joints) or not (chain.multiplier == 1).all():
        raise UnsupportedJointError(
            f'the chain to {chain.tip_link} has mimic joints; expected one motion for each of '
            f'{", ".join(chain.joint_names)}'
        )
    lines = [f'<robot name={quoteattr(f"chain_to_{chain.tip_link}")}>']
    lines.append(f'  <link name={quoteattr(chain.base_link)}/>')
    parent = chain.base_link
    for k in joints:
        child, kind = f'{chain.joint_names[k]}_child', chain.joint_types[k]
        if bounded and kind == 'continuous':
            kind = 'revolute'
        velocity = min(float(chain.velocity[k]), FASTEST)
        limits = f'effort="{STRONGEST}" velocity="{velocity!r}"'
        if kind != 'continuous':
            limits = (
                f'lower="{float(chain.lower[k])!r}" upper="{float(chain.upper[k])!r}" {limits}'
            )
        lines += [
            f'  <link name={quoteattr(child)}/>',
            f'  <joint name={quoteattr(chain.joint_names[k])} type="{kind}">',
            *_placed(chain.transforms[k], parent, child),
            '    <axis xyz="0 0 1"/>',
            f'    <limit {limits}/>',
            '  </joint>',
        ]
        parent = child
    lines += [
        f'  <link name={quoteattr(chain.tip_link)}/>',
        f'  <joint name={quoteattr(f"{chain.tip_link}_joint")} type="fixed">',
        *_placed(chain.transforms[-1], parent, chain.tip_link),
        '  </joint>',
        '</robot>',
    ]
    return '\n'.join(lines) + '\n'


def rpy_from_matrix(R: npt.ArrayLike) -> Array:
    """Return roll, pitch, yaw (3,) [rad] of a rotation matrix (3, 3); yaw 0 in gimbal lock."""
    R = np.asarray(R, dtype=np.float64)
    cosine = math.hypot(R[0, 0], R[1, 0])  # of the pitch
    pitch = math.atan2(-R[2, 0], cosine)
    if cosine < GIMBAL_LOCK:
        return np.array([math.atan2(-R[1, 2], R[1, 1]), pitch, 0.0])
    return np.array([math.atan2(R[2, 1], R[2, 2]), pitch, math.atan2(R[1, 0], R[0, 0])])


def _placed(T_parent_child: Array, parent: str, child: str) -> list[str]:
    """Return the lines that say where a joint sits and what it joins."""
    xyz = ' '.join(repr(float(value)) for value in T_parent_child[:3, 3])
    rpy = ' '.join(repr(float(value)) for value in rpy_from_matrix(T_parent_child[:3, :3]))
    return [
        f'    <origin xyz="{xyz}" rpy="{rpy}"/>',
        f'    <parent link={quoteattr(parent)}/>',
        f'    <child link={quoteattr(child)}/>',
    ]
