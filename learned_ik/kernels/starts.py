# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where refinements begin: the network's heads, best first, and restarts that leave no gap."""

import math

import numpy as np

from learned_ik.arrays import Array
from learned_ik.kernels.compilation import inlined_kernel, inner_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays
from learned_ik.kernels.heads.forward_pass import (
    BOUNDED,
    CLIPPED,
    HeadMemory,
    NetworkArrays,
    predict_heads,
)
from learned_ik.kernels.heads.ranking import score_heads
from learned_ik.kernels.measures import is_endless, turned_towards


@inlined_kernel
def rank_heads(
    chain: ChainArrays,
    network: NetworkArrays,
    target: Array,
    seed: Array,
    seeded: bool,
    heads: HeadMemory,
) -> None:
    """Evaluate the network for a target (12,), near a seed (joints,), and score its heads.

    A network that takes a seed is shown the middle where there is none, and then the best answer
    that it gives to that: of a network that keeps to its seed, the second is much the better one.
    """
    for j in range(network.seed_joints):
        heads.input.beside[j] = seed_input(chain, network, seed, seeded, j)
    evaluate_heads(chain, network, target, heads)
    if network.seed_joints > 0:
        if seeded:
            add_seed_distances(chain, network, seed, heads)
        else:
            best = best_head(heads, network.heads)
            for j in range(network.seed_joints):
                answer = float(heads.answers[j, best])
                heads.input.beside[j] = min(max(answer, network.lower[j]), network.upper[j])
            evaluate_heads(chain, network, target, heads)


@inner_kernel
def evaluate_heads(
    chain: ChainArrays, network: NetworkArrays, target: Array, heads: HeadMemory
) -> None:
    """Fill answers and scores for what stands in the network's inputs behind the pose."""
    predict_heads(chain, network, target, heads)
    score_heads(chain, target, heads)


@inlined_kernel
def seed_input(
    chain: ChainArrays, network: NetworkArrays, seed: Array, seeded: bool, j: int
) -> float:
    """Return what a network that takes a seed (joints,) is shown of one joint [rad or m].

    The seed, moved into the range it was trained in; the middle of that range without a seed, or
    where the joint's is NaN: where it may be anywhere.
    """
    low, high = network.lower[j], network.upper[j]
    if not seeded or math.isnan(seed[j]):
        return 0.5 * (low + high)
    value = seed[j]
    if is_endless(chain, j):  # it stands alike after every full turn
        value = turned_towards(chain, 0.5 * (low + high), j, value)
    return min(max(value, low), high)


@inlined_kernel
def add_seed_distances(
    chain: ChainArrays, network: NetworkArrays, seed: Array, heads: HeadMemory
) -> None:
    """Let the distance to the seed (joints,) count in the heads' scores, as it did in the loss."""
    for k in range(network.heads):
        squared = 0.0
        for j in range(seed.shape[0]):
            if not math.isnan(seed[j]):
                away = heads.answers[j, k] - seed_input(chain, network, seed, True, j)
                if is_endless(chain, j):
                    turn = chain.full_turns[j]
                    away -= turn * np.rint(away / turn)
                squared += away**2
        error = math.sqrt(heads.scores[k]) + network.seed_weight * math.sqrt(squared)
        heads.scores[k] = error**2


@inlined_kernel
def best_head(heads: HeadMemory, count: int) -> int:
    """Return the number of the head with the lowest score."""
    best = 0
    for k in range(1, count):
        if heads.scores[k] < heads.scores[best]:
            best = k
    return best


@inlined_kernel
def take_head(
    chain: ChainArrays, network: NetworkArrays, heads: HeadMemory, head: int, q: Array
) -> None:
    """Fill q (joints,) with a head's answer, which float32 may have put outside the limits."""
    for j in range(q.shape[0]):
        q[j] = heads.answers[j, head]
        if network.decoding == BOUNDED or network.decoding == CLIPPED:
            q[j] = min(max(q[j], chain.lower[j]), chain.upper[j])


@inlined_kernel
def take_best_head(
    chain: ChainArrays, network: NetworkArrays, heads: HeadMemory, q: Array
) -> None:
    """Fill q (joints,) with the answer of the best head that was not yet taken."""
    head = best_head(heads, network.heads)
    take_head(chain, network, heads, head, q)
    heads.scores[head] = np.inf


@inlined_kernel
def restart_at(chain: ChainArrays, steps: Array, restart: int, start: Array) -> None:
    """Fill start (joints,) with the restart of this number; number 0 is the middle.

    Of a joint that turns more than once, the turn about its home is enough.
    """
    for j in range(start.shape[0]):
        share = 0.5 + restart * steps[j]
        share -= math.floor(share)
        low, turn = chain.lower[j], chain.full_turns[j]
        width = chain.upper[j] - low
        if 0.0 < turn < width:
            low, width = max(chain.home[j] - 0.5 * turn, low), turn
        start[j] = low + share * width
