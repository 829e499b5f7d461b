# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every URDF of example-robot-data, from its root to every leaf, against Pinocchio."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from learned_ik import KinematicChain
from learned_ik.errors import NoActuatedJointError, UrdfError
from learned_ik.robot.parsing import parse_urdf

# What these descriptions lack, the chains that are refused need: limits, or a leader.
NEEDED = {
    'alex_psyonic_hands.urdf': "mimics '.*', which does not exist",
    'centauro.urdf': "'j_wheel_.' is revolute but has no <limit",
    'quadruped.urdf': "'.._KFE' is revolute but has no <limit",
}
EMPTY = 'ur3.urdf'  # a robot without links


def public_files() -> list[Path]:
    """Return the files, or none where example-robot-data is not installed."""
    try:
        import cmeel
    except ModuleNotFoundError:
        return []
    folders = [
        Path(folder).parent / 'cmeel.prefix' / 'share' / 'example-robot-data' / 'robots'
        for folder in cmeel.__path__
    ]
    return sorted(path for folder in folders for path in folder.rglob('*.urdf'))


class Judge:
    """Pinocchio's forward kinematics, and a reading of mimic tags that is not ours."""

    def __init__(self, text: str) -> None:
        self.pin = pytest.importorskip('pinocchio')
        self.model = self.pin.buildModelFromXML(text)
        self.data = self.model.createData()
        self.mimic = {
            joint.get('name'): joint.find('mimic').attrib
            for joint in ElementTree.fromstring(text).findall('joint')
            if joint.find('mimic') is not None
        }

    def value(self, name: str, given: dict[str, float]) -> float:
        """Return where a joint stands [rad or m]."""
        tag = self.mimic.get(name)
        if tag is None:
            return given.get(name, 0.0)
        follows = self.value(tag['joint'], given) if tag['joint'] != name else 0.0
        return float(tag.get('multiplier', 1)) * follows + float(tag.get('offset', 0))

    def forward(self, chain: KinematicChain, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return rotation (3, 3) and position (3,) [m] of the tip in the base's frame."""
        given = dict(zip(chain.joint_names, q, strict=True))
        full = self.pin.neutral(self.model)
        for name, joint in zip(self.model.names[1:], self.model.joints[1:], strict=True):
            if joint.nq == 1:
                full[joint.idx_q] = self.value(name, given)
            elif joint.nq == 2:  # continuous: cosine and sine
                angle = self.value(name, given)
                full[joint.idx_q : joint.idx_q + 2] = np.cos(angle), np.sin(angle)
        self.pin.framesForwardKinematics(self.model, self.data, full)
        base, tip = (self.model.getFrameId(x) for x in (chain.base_link, chain.tip_link))
        T = self.data.oMf[base].inverse() * self.data.oMf[tip]
        return T.rotation, T.translation


def chains(text: str, refused: list[str]) -> Iterator[KinematicChain]:
    """Yield the chain to every leaf to which something moves; note why others are refused."""
    robot = parse_urdf(text)
    for leaf in robot.leaves:
        try:
            yield KinematicChain.from_urdf(text, robot.root, leaf)
        except NoActuatedJointError:
            pass
        except UrdfError as error:
            refused.append(str(error))


@pytest.mark.parametrize('path', public_files(), ids=lambda path: path.stem)
def test_a_public_description_is_read_as_pinocchio_reads_it(path):
    text = path.read_text(encoding='utf-8')
    if path.name == EMPTY:
        with pytest.raises(UrdfError, match='there are none'):
            parse_urdf(text)
        return
    judge, refused = Judge(text), []
    rng = np.random.default_rng(0)
    for chain in chains(text, refused):
        q = chain.sample(rng, 1)[0]
        R, p = judge.forward(chain, q)
        ours = chain.forward_matrix(q)
        np.testing.assert_allclose(ours[0], R, atol=1e-9, err_msg=chain.tip_link)
        np.testing.assert_allclose(ours[1], p, atol=1e-9, err_msg=chain.tip_link)
    for error in refused:
        assert re.search(NEEDED.get(path.name, 'nothing'), error), error
