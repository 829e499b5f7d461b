# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Arms of all kinds, for what a tracker promises of each."""

from pathlib import Path

import pytest

from learned_ik import IkSolver, KinematicChain

MODELS = Path(__file__).parents[2] / 'models'
MIXED = 'a lift, an endless joint and one that follows another'


@pytest.fixture(
    scope='module',
    params=[
        'tiago_arm', 'tiago_torso', 'ur10', 'panda', 'artificial10', 'artificial20', MIXED,
    ],
)  # fmt: skip
def any_arm(request) -> IkSolver:
    """Return a solver of 6 to 20 joints."""
    if request.param == MIXED:
        return IkSolver(mixed_arm())
    return IkSolver.load(MODELS / f'{request.param}.safetensors')


def mixed_arm() -> KinematicChain:
    """Return an arm without a network: a lift, endless joints, a joint that follows another."""
    joints = [
        ('lift', 'prismatic', '0 0 1', ''),
        ('turn', 'continuous', '0 0 1', ''),
        ('shoulder', 'revolute', '0 1 0', ''),
        ('elbow', 'revolute', '0 1 0', ''),
        ('follower', 'revolute', '0 1 0', '<mimic joint="elbow" multiplier="-0.5" offset="0.1"/>'),
        ('roll', 'continuous', '1 0 0', ''),
        ('pitch', 'revolute', '0 1 0', ''),
        ('yaw', 'revolute', '0 0 1', ''),
    ]
    text = ''.join(
        f'<link name="l{i + 1}"/><joint name="{name}" type="{kind}"><origin xyz="0.15 0 0.1"/>'
        f'<parent link="l{i}"/><child link="l{i + 1}"/><axis xyz="{axis}"/>'
        f'<limit lower="-1.5" upper="1.5" effort="1" velocity="1.5"/>{more}</joint>'
        for i, (name, kind, axis, more) in enumerate(joints)
    )
    return KinematicChain.from_urdf(f'<robot name="mixed"><link name="l0"/>{text}</robot>')
