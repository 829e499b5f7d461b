# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is followed: where the arm begins, and the pose that is wanted in each frame."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lab.pinocchio_judge import Poses
from lab.protocols.streaming.sways import RATE, sway
from lab.robots import Robot
from learned_ik.arrays import Array
from learned_ik.rotations import matrix_from_quaternion
from learned_ik.solving.solver import IkSolver
from learned_ik.trajectories.hand_motion import HandMotion
from learned_ik.trajectories.hand_recording import read_recording

INNER = 0.6  # share of the joint ranges, about their middle, in which arms begin
FAST = 1.0  # [m/s]
JITTER, JITTER_RATE = 0.02, 30.0  # [m], [1/s]
LOST = 0.2  # share of the frames of which nothing comes: the target before stays
TURN = 0.5  # [rad], about each axis at most
BEYOND = 0.1  # [m], behind the end of the stretched arm
RADIUS = 0.1  # [m]
POSTURES = 1000  # of which the most singular one lies on the circle
SCALES = (0.1, 0.5)  # [m], what an arm's length of the recorded hand is in the first and last run


@dataclasses.dataclass(frozen=True)
class Run:
    """One motion, once."""

    start: Array  # (joints,) [rad or m]
    poses: Poses  # of each frame

    def __len__(self) -> int:
        return len(self.poses)


def runs_of(
    motion: str, robot: Robot, count: int, seconds: float, recording: Path | None = None
) -> list[Run]:
    """Return runs of a motion of `MOTIONS`, or `'recorded'`."""
    if motion == 'recorded':
        hand = read_recording(recording, RATE)
        return [_recorded(robot, hand, run, count, seconds) for run in range(count)]
    return [MOTIONS[motion](robot, np.random.default_rng(run), seconds) for run in range(count)]


def start_of(robot: Robot, rng: np.random.Generator) -> Array:
    """Return joint positions (joints,) [rad or m] where no joint is near its limit."""
    middle = robot.chain.middle
    return middle + INNER * (robot.chain.sample(rng, 1)[0] - middle)


def _moved(robot: Robot, start: Array, offsets: Array, turns: Array | None = None) -> Run:
    """Return the tip's way from a start by offsets (n, 3) [m] and rotations (n, 3, 3)."""
    pose = robot.judge.poses(start[None])
    rotations = np.tile(pose.rotations[0], (len(offsets), 1, 1))
    if turns is not None:
        rotations = turns @ rotations
    return Run(start, Poses(pose.positions[0] + offsets, rotations))


def _hand(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    return _moved(robot, start_of(robot, rng), sway(rng, seconds))


def _fast(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    return _moved(robot, start_of(robot, rng), sway(rng, seconds, FAST))


def _jitter(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    """Add what a bad sensor adds: another offset thirty times a second, 2 cm at most."""
    start, offsets = start_of(robot, rng), sway(rng, seconds)
    new = rng.uniform(-1, 1, (int(seconds * JITTER_RATE) + 1, 3)) * JITTER / np.sqrt(3)
    when = (np.arange(len(offsets)) * JITTER_RATE / RATE).astype(int)
    return _moved(robot, start, offsets + new[when])


def _dropped(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    start, offsets = start_of(robot, rng), sway(rng, seconds)
    came = rng.uniform(size=len(offsets)) >= LOST
    came[0] = True
    last = np.maximum.accumulate(np.where(came, np.arange(len(offsets)), 0))
    return _moved(robot, start, offsets[last])


def _turning(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    start, offsets = start_of(robot, rng), sway(rng, seconds)
    angles = sway(rng, seconds)
    half = 0.5 * TURN * angles / max(np.abs(angles).max(), 1e-9)  # [rad]
    length = np.linalg.norm(half, axis=-1, keepdims=True)
    quaternions = np.concatenate([half * np.sinc(length / np.pi), np.cos(length)], axis=-1)
    return _moved(robot, start, offsets, matrix_from_quaternion(quaternions))


def _out_and_back(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    """Go straight away from the base until the arm is too short, and come back."""
    start = start_of(robot, rng)
    position = robot.judge.poses(start[None]).positions[0]
    distance = np.linalg.norm(position)
    way = robot.chain.reach + BEYOND - distance
    share = 0.5 - 0.5 * np.cos(2 * np.pi * np.linspace(0, 1, int(seconds * RATE)))
    return _moved(robot, start, way * share[:, None] * position / distance)


def _singular(robot: Robot, rng: np.random.Generator, seconds: float) -> Run:
    """Go round once, through the pose of the most singular of many postures, at half time."""
    solver, chain = IkSolver(robot.chain), robot.chain
    postures = chain.middle + INNER * (chain.sample(rng, POSTURES) - chain.middle)
    least = [np.linalg.svd(solver.jacobian(q), compute_uv=False)[-1] for q in postures]
    singular = postures[int(np.argmin(least))]
    across = np.linalg.qr(rng.normal(size=(3, 2)))[0].T  # two axes of the circle's plane
    angles = np.pi + 2 * np.pi * np.linspace(0, 1, int(seconds * RATE))
    offsets = RADIUS * (
        np.outer(np.cos(angles) - 1, across[0]) + np.outer(np.sin(angles), across[1])
    )
    circle = _moved(robot, singular, offsets)
    first = solver.solve(circle.poses.positions[0], circle.poses.quaternions[0], singular)
    return Run(first.joint_positions, circle.poses)


def _recorded(robot: Robot, hand: HandMotion, run: int, count: int, seconds: float) -> Run:
    """Follow a part of a recording, as a clutch does: runs begin all over it, and grow."""
    share, frames = run / max(count - 1, 1), int(seconds * RATE)
    first = int(share * max(len(hand) - frames, 0))
    part = slice(first, first + frames)
    piece = HandMotion(hand.times[part], hand.positions[part], hand.orientations[part])
    start = start_of(robot, np.random.default_rng(run))
    pose = robot.judge.poses(start[None])
    scale = SCALES[0] + share * (SCALES[1] - SCALES[0])
    path = piece.clutched(pose.positions[0], pose.quaternions[0], scale)
    return Run(start, Poses(path.positions, matrix_from_quaternion(path.orientations)))


MOTIONS: dict[str, Callable[[Robot, np.random.Generator, float], Run]] = {
    'hand': _hand,
    'fast': _fast,
    'jitter': _jitter,
    'dropped': _dropped,
    'turning': _turning,
    'out': _out_and_back,
    'singular': _singular,
}
