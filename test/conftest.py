# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Robots to test with: real ones of example-robot-data, and small ones made here."""

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.model import IkModel
from learned_ik.network import Network, numbers_for_joint
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.body import Body

TIAGO = Path(__file__).parents[1] / 'config' / 'tiago_arm.urdf'

REAL_ROBOTS = {  # name: file below robots/, base link, tip link
    'tiago': ('tiago_description/robots/tiago.urdf', 'torso_lift_link', 'arm_tool_link'),
    'tiago_torso': ('tiago_description/robots/tiago.urdf', 'base_footprint', 'arm_tool_link'),
    'panda': ('panda_description/urdf/panda.urdf', 'panda_link0', 'panda_hand'),
    'ur10': ('ur_description/urdf/ur10_robot.urdf', 'base_link', 'ee_link'),
    'pr2': ('pr2_description/urdf/pr2.urdf', 'torso_lift_link', 'l_gripper_tool_frame'),
    'pr2_hand_to_hand': (
        'pr2_description/urdf/pr2.urdf',
        'r_gripper_tool_frame',
        'l_gripper_tool_frame',
    ),
    'xarm7': ('xarm_description/urdf/xarm7.urdf', 'link_base', 'link7'),
    'talos': ('talos_data/robots/talos_full_v2.urdf', 'torso_2_link', 'arm_left_7_link'),
}


@pytest.fixture(scope='session')
def real_urdf() -> Callable[[str], str]:
    """Return a function from a file below example-robot-data's robots/ to its text."""
    cmeel = pytest.importorskip('cmeel')

    def read(file: str) -> str:
        for folder in cmeel.__path__:
            data = Path(folder).parent / 'cmeel.prefix' / 'share' / 'example-robot-data'
            if (data / 'robots' / file).is_file():
                return (data / 'robots' / file).read_text(encoding='utf-8')
        return pytest.skip('example-robot-data is not installed')

    return read


@pytest.fixture(scope='session', params=REAL_ROBOTS)
def real_robot(request: pytest.FixtureRequest, real_urdf) -> tuple[str, KinematicChain]:
    """Each real robot: its URDF text and the chain to test."""
    file, base_link, tip_link = REAL_ROBOTS[request.param]
    text = real_urdf(file)
    return text, KinematicChain.from_urdf(text, base_link, tip_link)


@pytest.fixture(scope='session')
def tiago() -> KinematicChain:
    """Return the 7-DoF arm of TIAGo, from our own URDF."""
    return KinematicChain.from_urdf(TIAGO.read_text(), 'torso_lift_link', 'arm_tool_link')


@pytest.fixture(scope='session')
def tiago_body() -> Body:
    """Return its body, as the shipped model has it."""
    body = IkModel.load(TIAGO.parents[1] / 'models' / 'tiago_arm.safetensors').body
    assert body is not None
    return body


@pytest.fixture(scope='session')
def artificial() -> Callable[..., KinematicChain]:
    """Return a function from a number of joints to the paper's artificial arm."""
    return lambda joints, **options: KinematicChain.from_urdf(
        artificial_arm_urdf(joints, **options)
    )


@pytest.fixture(scope='session')
def evaluated() -> Callable[..., np.ndarray]:
    """Return the numpy reference: a network, its chain and poses (n, 12) to (n, heads, joints)."""
    return Network.evaluate


@pytest.fixture(scope='session')
def with_seed_input() -> Callable[..., IkModel]:
    """Return a function from a model to one whose network takes a seed, too, and answers by it."""

    def model(plain: IkModel, seed_weight: float = 0.05) -> IkModel:
        joints, first = plain.chain.joint_count, plain.network.weights[0]
        more = np.random.default_rng(1).normal(0, 0.5, (len(first), joints)).astype(np.float32)
        network = dataclasses.replace(
            plain.network,
            weights=(np.hstack([first, more]), *plain.network.weights[1:]),
            seed_joints=joints,
            seed_weight=seed_weight,
        )
        return dataclasses.replace(plain, network=network)

    return model


@pytest.fixture(scope='session')
def untrained() -> Callable[..., IkModel]:
    """Return a function from a chain to a model whose network knows nothing."""

    def model(
        chain: KinematicChain,
        decoding: str = 'clipped',
        activation: str = 'silu',
        heads: int = 3,
        width: int = 18,
        seed: int = 0,
    ) -> IkModel:
        rng = np.random.default_rng(seed)
        outputs = heads * chain.joint_count * numbers_for_joint(decoding)
        sizes = [12, width, width + 1, outputs]
        layers = [
            (
                rng.normal(0, 1 / np.sqrt(inputs), (outputs, inputs)).astype(np.float32),
                rng.normal(0, 0.3, outputs).astype(np.float32),
            )
            for inputs, outputs in itertools.pairwise(sizes)
        ]
        weights, biases = zip(*layers, strict=True)
        network = Network(weights, biases, activation, decoding, heads)
        return IkModel(chain=chain, network=network, name='untrained')

    return model


@pytest.fixture(scope='session', params=['tiago', 'pr2_hand_to_hand', 'artificial'])
def arm(request, real_urdf, artificial) -> tuple[KinematicChain, Body]:
    """Each of three arms, and its body."""
    if request.param == 'artificial':
        chain = artificial(10)
        return chain, Body.from_chain(chain, 0.02)
    if request.param == 'tiago':
        chain = request.getfixturevalue('tiago')
        return chain, request.getfixturevalue('tiago_body')
    text = real_urdf('pr2_description/urdf/pr2.urdf')  # its meshes are not looked for: segments
    chain = KinematicChain.from_urdf(text, 'r_gripper_tool_frame', 'l_gripper_tool_frame')
    return chain, Body.from_urdf(text, chain)
