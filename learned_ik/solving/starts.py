# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where refinements begin: the network's heads, best first, and restarts that leave no gap."""

import math

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import inlined_kernel
from learned_ik.kinematics.compiled import ChainArrays
from learned_ik.solving.forward_pass import BOUNDED, CLIPPED, NetworkArrays, predict_heads
from learned_ik.solving.packing import LARGEST_CHANGE, HeadMemory, unpack_bounds, unpack_heads
from learned_ik.solving.ranking import score_heads

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@inlined_kernel
def ranked_heads(
    chain: ChainArrays,
    network: NetworkArrays,
    layout: Integers,
    activations: Floats,
    target: Array,
) -> HeadMemory:
    """Evaluate the network for a target (12,), and score its heads."""
    heads = unpack_heads(layout, activations)
    predict_heads(chain, network, target, heads.here, heads.there, heads.answers)
    score_heads(chain, target, heads.answers, heads.trigonometry, heads.state, heads.scores)
    return heads


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
    """Fill start (joints,) with the restart of this number; number 0 is the middle."""
    for j in range(start.shape[0]):
        share = 0.5 + restart * steps[j]
        share -= math.floor(share)
        start[j] = chain.lower[j] + share * (chain.upper[j] - chain.lower[j])


@inlined_kernel
def chain_of_request(
    chain: ChainArrays, layout: Integers, numbers: Array, asked: Array, seed: Array, seeded: bool
) -> ChainArrays:
    """Return the chain with the limits that a request (SEED,) sets, about its seed (joints,)."""
    near = chain
    if seeded and asked[LARGEST_CHANGE] < np.inf:
        low, high = unpack_bounds(layout, numbers)
        near = bounded_about(chain, seed, asked[LARGEST_CHANGE], low, high)
    return near


@inlined_kernel
def bounded_about(
    chain: ChainArrays, seed: Array, largest_change: float, low: Array, high: Array
) -> ChainArrays:
    """Return the chain with limits that keep every joint near a seed.

    Args:
        chain: the robot.
        seed: (joints,) [rad or m].
        largest_change: [rad or m], of any joint from the seed.
        low: (joints,), memory for the lower limits; a seed beyond the limits leaves one point.
        high: (joints,), memory for the upper limits.

    """
    for j in range(seed.shape[0]):
        low[j] = min(max(seed[j] - largest_change, chain.bound_low[j]), chain.bound_high[j])
        high[j] = max(min(seed[j] + largest_change, chain.bound_high[j]), chain.bound_low[j])
    return ChainArrays(
        chain.transforms, chain.coupling, chain.structure, low, high, low, high, chain.kinds
    )
