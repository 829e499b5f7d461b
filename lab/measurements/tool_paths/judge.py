# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a UR10 can lead a tool along a path, by brute force and without this package's solver.

At each pose, every point of a lattice over the free angles and every solution of the arm's closed
form is a node. A node is reached where one is before that is next to it on the lattice, from
which no joint jumps; each joint has two turns within its limits of a whole turn to either side.
"""

import itertools

import numpy as np

from learned_ik.arrays import Array, Booleans, Integers
from learned_ik.robot.chain import KinematicChain
from learned_ik.rotations import (
    matrix_from_quaternion,
    quaternion_from_rotation_vector,
)

YAWS, YAWS_OF_CONE = 72, 24  # on the lattice, all around
LEANS = 6  # directions to which the tool leans, at LEANING of the way to the edge, beside none
LEANING = 0.95
POSES_OF_CONE = 4  # poses at one step of the search, where the lattice has three dimensions
SHOULDER, UPPER, FORE, SIDE, DROP = 0.1273, 0.612, 0.5723, 0.163941, 0.1157  # [m], of the UR10
TURNS = 5  # joints that have two turns: all but the elbow
ELBOW = 2


class Judge:
    """Decides for one arm, one tool and one freedom."""

    def __init__(self, chain: KinematicChain, tool: Array, lean: float) -> None:
        """Make the lattice.

        Args:
            chain: a UR10's, with its tool.
            tool: (7,), where the tool is at the flange.
            lean: [rad], how far its z axis may lean; its yaw is free.

        """
        self._chain = chain
        self._tool_R, self._tool_p = matrix_from_quaternion(tool[3:]), tool[:3]
        R, p = chain.forward_matrix(np.zeros(chain.joint_count))
        self._home = R @ self._tool_R.T  # of the flange
        self._home_p = p - self._home @ self._tool_p
        yaws = YAWS if lean == 0.0 else YAWS_OF_CONE
        leans = [np.zeros(3)] + [
            LEANING * lean * np.array([np.cos(a), np.sin(a), 0.0])
            for a in np.arange(LEANS) * 2 * np.pi / LEANS
            if lean > 0.0
        ]
        self._poses = 1 if lean == 0.0 else POSES_OF_CONE
        turns = np.arange(yaws) * 2 * np.pi / yaws
        self._lattice = np.array(
            [
                matrix_from_quaternion(quaternion_from_rotation_vector(tilt))
                @ matrix_from_quaternion(quaternion_from_rotation_vector([0.0, 0.0, yaw]))
                for tilt in leans
                for yaw in turns
            ]
        )
        self._next = self._neighbours(len(leans), yaws)
        limits = np.abs([chain.lower, chain.upper])
        assert np.allclose(np.delete(limits, ELBOW, axis=1), 2 * np.pi)
        assert np.allclose(limits[:, ELBOW], np.pi)

    def _neighbours(self, leans: int, yaws: int) -> Integers:
        """Return (nodes, some), the places on the lattice next to each: itself among them."""
        rows = []
        for lean in range(leans):
            if lean == 0:
                others = range(leans)
            else:
                others = (0, lean, 1 + lean % LEANS, 1 + (lean - 2) % LEANS)
            steps = [(other, step) for other in others for step in (-1, 0, 1)]
            width = 3 * leans
            for yaw in range(yaws):
                row = [other * yaws + (yaw + step) % yaws for other, step in steps]
                rows.append(row + [row[0]] * (width - len(row)))
        return np.array(rows)

    def can_be_led(self, positions: Array, orientations: Array, jump: float) -> bool:
        """Say whether a way without jumps leads through positions (n, 3), orientations (n, 4)."""
        R = matrix_from_quaternion(orientations)
        picked = [*range(0, len(R), self._poses)]
        if picked[-1] != len(R) - 1:
            picked.append(len(R) - 1)
        before, reached = None, np.empty(0)
        for k in picked:
            q = self.solutions(positions[k], R[k])
            if before is None:
                reached = np.repeat(~np.isnan(q[..., :1]), 2**TURNS, axis=-1)
            else:
                reached = self._led_on(before, q, reached, self._poses * jump)
            if not reached.any():
                return False
            before = q
        return True

    def _led_on(self, before: Array, q: Array, reached: Booleans, jump: float) -> Booleans:
        """Return which nodes (lattice, 8, turns) at q (lattice, 8, 6) are reached.

        A joint's turn is 0 where it is between -pi and pi, 1 where it is a turn from there.
        """
        now = np.zeros(reached.shape, bool)
        alive = reached.any(axis=-1)
        # Joint by joint: the first leaves few pairs to look at.
        first_change = q[self._next][:, :, None, :, 0] - before[:, None, :, None, 0]
        with np.errstate(invalid='ignore'):
            near = np.abs(np.abs(first_change) - np.pi) >= np.pi - jump
        node, some, first, second = np.nonzero(near & alive[:, None, :, None])
        change = q[self._next[node, some], second] - before[node, first]  # (pairs, 6)
        wraps = np.abs(change) > np.pi
        wraps[:, ELBOW] = False
        least = np.abs(change - 2 * np.pi * np.sign(change) * wraps)
        kept = (least <= jump).all(axis=-1)
        node, some, first, second = node[kept], some[kept], first[kept], second[kept]
        to, wraps = self._next[node, some], wraps[kept]
        others = [j for j in range(6) if j != ELBOW]
        a, b = before[node, first][:, others], q[to, second][:, others]
        wrapped = wraps[:, others]
        crosses = (np.sign(a) != np.sign(b)) & ~wrapped  # by 0: a turn beside, there is the limit
        bits = np.arange(2**TURNS)
        powers = 2 ** np.arange(TURNS)
        beside = (bits[:, None] // powers) % 2 == 1  # (turns, TURNS)
        ends = (crosses[:, None, :] & beside[None]).any(axis=-1)  # (edges, turns)
        come = reached[node, first] & ~ends
        goes = bits[None] ^ (wrapped @ powers)[:, None]
        edge, turn = np.nonzero(come)
        now[to[edge], second[edge], goes[edge, turn]] = True
        return now

    def solutions(self, position: Array, R: Array) -> Array:
        """Return (lattice, 8, 6) [rad], -pi to pi; NaN where there is none."""
        flange = R @ self._lattice @ self._tool_R.T
        where = position - flange @ self._tool_p
        turned = flange @ self._home.T  # from home, and where that carries the origin
        moved = where - turned @ self._home_p
        wrist = turned @ np.array([UPPER + FORE, SIDE, SHOULDER - DROP]) + moved
        found = np.full((len(flange), 8, 6), np.nan)
        with np.errstate(invalid='ignore', divide='ignore'):
            away = np.hypot(wrist[:, 0], wrist[:, 1])
            for k, (a, b, c) in enumerate(itertools.product((1, -1), repeat=3)):
                found[:, k] = self._branch(turned, moved, wrist, away, (a, b, c))
        found = (found + np.pi) % (2 * np.pi) - np.pi
        found[np.isnan(found).any(axis=-1)] = np.nan
        return found

    def _branch(
        self, turned: Array, moved: Array, wrist: Array, away: Array, signs: tuple[int, int, int]
    ) -> Array:
        """Return one solution (lattice, 6) [rad] of flange poses, seen from home."""
        a, b, c = signs
        # The plane of the arm is SIDE beside the shoulder's axis.
        q1 = np.arctan2(wrist[:, 1], wrist[:, 0]) - np.arcsin(SIDE / away)
        if a < 0:
            q1 = np.arctan2(wrist[:, 1], wrist[:, 0]) + np.arcsin(SIDE / away) + np.pi
        back = about(2, -q1)
        R, p = back @ turned, np.einsum('nij,nj->ni', back, moved)
        # R is a turn about y by q2 + q3 + q4, about -z by q5, about y by q6.
        q5 = b * np.arccos(np.clip(R[:, 1, 1], -1, 1))
        sine = np.sin(-q5)
        q6 = np.arctan2(R[:, 1, 2] / sine, R[:, 1, 0] / sine)
        tip = np.array([UPPER + FORE, SIDE, SHOULDER - DROP])
        hand = about(2, -q5) @ about(1, q6)
        at = tip - np.einsum('nij,j->ni', hand, tip)
        planar = R @ np.swapaxes(hand, 1, 2)
        p = p - np.einsum('nij,nj->ni', planar, at)
        bend = np.arctan2(planar[:, 0, 2], planar[:, 0, 0])
        w = planar @ np.array([UPPER + FORE, 0.0, SHOULDER]) + p
        x, y = w[:, 0], SHOULDER - w[:, 2]
        q3 = c * np.arccos((x * x + y * y - UPPER**2 - FORE**2) / (2 * UPPER * FORE))
        q2 = np.arctan2(y, x) - np.arctan2(FORE * np.sin(q3), UPPER + FORE * np.cos(q3))
        return np.stack([q1, q2, q3, bend - q2 - q3, q5, q6], axis=1)


def about(axis: int, angles: Array) -> Array:
    """Return rotations (n, 3, 3) about a coordinate axis by angles (n,) [rad]."""
    vectors = np.zeros((len(angles), 3))
    vectors[:, axis] = angles
    return matrix_from_quaternion(quaternion_from_rotation_vector(vectors))
