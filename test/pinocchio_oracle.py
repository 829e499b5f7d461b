# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Pinocchio's view of a chain, for tests: skips where it is not installed."""

import numpy as np
import pytest

from learned_ik import KinematicChain

pin = pytest.importorskip('pinocchio')


class Oracle:
    """Pinocchio's view of a chain."""

    def __init__(self, urdf: str, chain: KinematicChain) -> None:
        self.model = pin.buildModelFromXML(urdf)
        self.data = self.model.createData()
        self.chain = chain
        self.base, self.tip = (
            self.model.getFrameId(link) for link in (chain.base_link, chain.tip_link)
        )

    def configuration(self, q: np.ndarray) -> np.ndarray:
        full = pin.neutral(self.model)
        for name, value in zip(self.chain.joint_names, q, strict=True):
            joint = self.model.joints[self.model.getJointId(name)]
            # Pinocchio holds a continuous joint as cosine and sine.
            values = [value] if joint.nq == 1 else [np.cos(value), np.sin(value)]
            full[joint.idx_q : joint.idx_q + joint.nq] = values
        return full

    def forward(self, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pin.framesForwardKinematics(self.model, self.data, self.configuration(q))
        T = self.data.oMf[self.base].inverse() * self.data.oMf[self.tip]
        return T.rotation, T.translation

    def jacobian(self, q: np.ndarray) -> np.ndarray:
        """Return the tip's Jacobian in the base frame, for a base that does not move."""
        local = pin.computeFrameJacobian(
            self.model, self.data, self.configuration(q), self.tip, pin.LOCAL
        )
        R, _ = self.forward(q)
        columns = [
            self.model.joints[self.model.getJointId(name)].idx_v for name in self.chain.joint_names
        ]
        return np.concatenate([R @ local[:3, columns], R @ local[3:, columns]])
