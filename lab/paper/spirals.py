# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The spiral that arms follow in figures 1 and 6 and in table II, as large as the arm.

The paper shows it and prints no numbers of it: this one is reachable for every arm of four joints
or more. Only its positions are asked for, as the paper gives no orientation either.
"""

from typing import Any

import numpy as np
import torch

from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.encoding import JointDecoder
from learned_ik.learning.folding import FoldedNetwork
from learned_ik.learning.reports.evaluation import Errors, errors_on
from learned_ik.model import IkModel
from learned_ik.robot.chain import KinematicChain
from learned_ik.trajectories.pose_paths import PosePath, spiral

HEIGHT, RADIUS, RISE = 0.45, 0.4, 0.25  # of the base, at the base, to the apex; share of the reach
TURNS = 3.0
JUMP = 0.2  # [rad], what no joint moves between poses so near
DENSER = 10  # times as many poses as are drawn, to see jumps
NOTE = (
    f'The spiral: {TURNS:g} turns up a cone above the arm, from {HEIGHT:g} to '
    f'{HEIGHT + RISE:g} of its reach, {RADIUS:g} of it in radius at the base. Only positions are '
    'asked for, and the networks are those for position alone: the paper says neither.'
)


def spiral_for(chain: KinematicChain, poses: int) -> PosePath:
    """Return the spiral for an arm."""
    reach = chain.reach
    return spiral(
        poses,
        centre=(0.0, 0.0, HEIGHT * reach),
        radius=RADIUS * reach,
        height=RISE * reach,
        turns=TURNS,
    )


def followed(model: IkModel, path: PosePath) -> Errors:
    """Return how a network for position alone follows a path, each pose by itself."""
    unturned = np.broadcast_to(np.eye(3).ravel(), (len(path.positions), 9))
    poses = np.concatenate([path.positions, unturned], axis=1)
    return errors_on(
        torch.as_tensor(poses, dtype=torch.float32),
        FoldedNetwork(model.network),
        JointDecoder(model.chain, model.network.decoding),
        BatchedKinematics(model.chain),
        rotation_weight=0.0,
    )


def jumps(model: IkModel, poses: int) -> int:
    """Return how often a joint jumps as a network follows the spiral."""
    q = followed(model, spiral_for(model.chain, DENSER * poses)).q
    return int((q.diff(dim=0).abs().amax(dim=1) > JUMP).sum())


def reached(model: IkModel, errors: Errors) -> np.ndarray:
    """Return where the tip goes: (n, 3) [m]."""
    _, position = model.chain.forward_matrix(errors.q.double().numpy())
    return position


def share_axes(ax: Any, reach: float, zoom: float = 0.84) -> None:
    """Give a three-dimensional plot the room of an arm, with units."""
    width, height = 0.45 * reach, 0.75 * reach  # the spiral, and most of the arm
    ax.set(xlim=(-width, width), ylim=(-width, width), zlim=(0, height))
    for label in (ax.set_xlabel, ax.set_ylabel, ax.set_zlabel):
        label(f'{label.__name__[4]} [m]', fontsize=7, labelpad=-6)
    ax.set_box_aspect((2 * width, 2 * width, height), zoom=zoom)
    ax.patch.set_visible(False)  # it would cover the labels of its neighbours
    ax.locator_params(nbins=3)
    ax.tick_params(labelsize=6, pad=-3)
