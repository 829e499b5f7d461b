# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The paper's artificial arm, as long as one likes (section II-A, equations 1 to 3).

Where the text ("a joint followed by a limb") and equation 2 (the limb before the joint) differ,
this is the equation.
"""

import math
from xml.sax.saxutils import quoteattr

from learned_ik.checks import number, whole

MOST_JOINTS = 1000
UNEVEN_LENGTH = 0.01  # [m], limb before a joint about x
EVEN_LENGTH = 0.15  # [m], limb of an axial joint, about z
UNEVEN_LIMIT = math.radians(120)  # [rad], joints 1, 3, 5, ... (figure 3)
EVEN_LIMIT = math.radians(180)  # [rad], joints 2, 4, 6, ...


def artificial_arm_urdf(joints: int, limit_fraction: float = 1.0) -> str:
    """Return the URDF of the paper's artificial arm, from `base` to `tip`.

    Args:
        joints: how many joints, 1 up to 1000.
        limit_fraction: joint ranges as a share of the full ones, above 0 up to 1 (figure 3).

    Raises:
        InvalidInputError: no joints or too many, or a share outside (0, 1].

    """
    joints = whole(
        joints, 'joints', f'a whole number, 1 up to {MOST_JOINTS}', lambda n: 1 <= n <= MOST_JOINTS
    )
    limit_fraction = number(
        limit_fraction, 'limit_fraction', 'above 0 up to 1', lambda share: 0 < share <= 1
    )
    name = quoteattr(f'artificial_arm_{joints}')
    lines = [f'<robot name={name}>', '  <link name="base"/>']
    parent, length = 'base', 0.0
    for n in range(1, joints + 1):
        uneven = n % 2 == 1
        limit = limit_fraction * (UNEVEN_LIMIT if uneven else EVEN_LIMIT)
        lines += [
            f'  <link name="link_{n}"/>',
            f'  <joint name="joint_{n}" type="revolute">',
            f'    <origin xyz="0 0 {length + (UNEVEN_LENGTH if uneven else 0.0)}"/>',
            f'    <parent link="{parent}"/>',
            f'    <child link="link_{n}"/>',
            f'    <axis xyz="{"1 0 0" if uneven else "0 0 1"}"/>',
            f'    <limit lower="{-limit}" upper="{limit}" effort="100" velocity="2"/>',
            '  </joint>',
        ]
        parent, length = f'link_{n}', 0.0 if uneven else EVEN_LENGTH
    lines += [
        '  <link name="tip"/>',
        '  <joint name="tip_joint" type="fixed">',
        f'    <origin xyz="0 0 {length}"/>',
        f'    <parent link="{parent}"/>',
        '    <child link="tip"/>',
        '  </joint>',
        '</robot>',
    ]
    return '\n'.join(lines) + '\n'
