# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Small arms whose reach is known, for tests of maps."""

from learned_ik import IkSolver

FIRST, SECOND = 0.5, 0.3  # [m], the links of the planar arm


def planar_solver(limit: float = 3.14159) -> IkSolver:
    """Return an arm of two links that turn about z: it reaches a ring."""
    return IkSolver.from_urdf(
        f"""<robot name="planar">
        <link name="base"/><link name="upper"/><link name="lower"/><link name="tip"/>
        <joint name="a" type="revolute"><parent link="base"/><child link="upper"/>
        <axis xyz="0 0 1"/><limit lower="-{limit}" upper="{limit}" velocity="1" effort="1"/>
        </joint><joint name="b" type="revolute"><parent link="upper"/><child link="lower"/>
        <origin xyz="{FIRST} 0 0"/><axis xyz="0 0 1"/>
        <limit lower="-{limit}" upper="{limit}" velocity="1" effort="1"/></joint>
        <joint name="c" type="fixed"><parent link="lower"/><child link="tip"/>
        <origin xyz="{SECOND} 0 0"/></joint></robot>"""
    )
