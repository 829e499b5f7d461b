# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A model and the memory of a request as flat arrays, and how kernels take them apart again.

Handing a compiled function a tuple of twenty arrays costs more than a whole refinement; taking
views of a few flat ones inside compiled code costs next to nothing.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.compilation import inlined_kernel
from learned_ik.kinematics.compiled import ChainArrays, Frames, chain_arrays
from learned_ik.model import INPUTS, Network
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving.forward_pass import NetworkArrays, network_arrays
from learned_ik.solving.refinement import Workspace

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


class PackedModel(NamedTuple):
    """A chain and its network, flat; `unpack_model` gives the views."""

    layout: Integers
    robot: Array
    weights: Floats


class Memory(NamedTuple):
    """All that one thread needs to answer requests; `unpack_memory` gives the views."""

    request: Array
    numbers: Array
    activations: Floats
    answer: Array


def pack_model(chain: KinematicChain, network: Network | None) -> PackedModel:
    """Flatten a chain and its network; without a network there are no heads."""
    arrays = chain_arrays(chain)
    if network is None:
        net = NetworkArrays(np.zeros(0, np.float32), np.array([INPUTS]), 0, 0, 0)
    else:
        net = network_arrays(network)
    layout = [
        [chain.joint_count, chain.motion_count, len(net.widths), max(net.widths)],
        [net.activation, net.decoding, net.heads],
        net.widths,
        arrays.structure.ravel(),
        arrays.slides,
    ]
    robot = [
        [reach_from_first_motion(chain)],
        restart_steps(chain.joint_count),
        arrays.transforms.ravel(),
        arrays.coupling.ravel(),
        arrays.lower,
        arrays.upper,
        arrays.bound_low,
        arrays.bound_high,
    ]
    return PackedModel(
        layout=np.concatenate([np.asarray(part, np.int64) for part in layout]),
        robot=np.concatenate([np.asarray(part, np.float64) for part in robot]),
        weights=net.weights,
    )


def reach_from_first_motion(chain: KinematicChain) -> float:
    """[m] No pose of the tip lies farther from the origin of the first motion."""
    return chain.reach - float(np.linalg.norm(chain.transforms[0, :3, 3]))


def restart_steps(joints: int) -> Array:
    """Return (joints,) steps of a sequence that fills the unit cube evenly without chance.

    Powers of the root of x^(d+1) = x + 1 (Roberts, "The Unreasonable Effectiveness of
    Quasirandom Sequences", 2018): the golden ratio's generalisation to d dimensions.
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (joints + 1))
    return root ** -np.arange(1.0, joints + 1)


def new_memory(chain: KinematicChain, network: Network | None) -> Memory:
    """Allocate what `search` needs, once for each thread."""
    joints, motions = chain.joint_count, chain.motion_count
    heads = network.heads if network else 0
    widest = max([INPUTS, *(len(bias) for bias in network.biases)]) if network else INPUTS
    numbers = 6 * motions + 12 + 3 * _padded(motions) + 24 + 9 * joints  # a workspace
    numbers += 12 + heads * (joints + 1) + 2 * joints  # target, heads and scores, best and start
    return Memory(
        request=np.zeros(12 + joints),
        numbers=np.zeros(numbers),
        activations=np.zeros(2 * widest, np.float32),
        answer=np.zeros(7 + joints),
    )


def _padded(motions: int) -> int:
    return -(-motions // 8) * 8


@inlined_kernel
def unpack_model(
    layout: Integers, robot: Array, weights: Floats
) -> tuple[ChainArrays, NetworkArrays, Array]:
    """Return chain, network and restart steps (joints,) as views of a packed model."""
    joints, motions, layers = layout[0], layout[1], layout[2]
    a = 7
    widths = layout[a : a + layers]
    a += layers
    structure = layout[a : a + 2 * motions].reshape((motions, 2))
    a += 2 * motions
    slides = layout[a : a + joints]
    network = NetworkArrays(weights, widths, layout[4], layout[5], layout[6])
    a = 1
    steps = robot[a : a + joints]
    a += joints
    transforms = robot[a : a + 12 * (motions + 1)].reshape((motions + 1, 12))
    a += 12 * (motions + 1)
    coupling = robot[a : a + 2 * motions].reshape((motions, 2))
    a += 2 * motions
    lower, upper = robot[a : a + joints], robot[a + joints : a + 2 * joints]
    a += 2 * joints
    low, high = robot[a : a + joints], robot[a + joints : a + 2 * joints]
    return (
        ChainArrays(transforms, coupling, structure, lower, upper, low, high, slides),
        network,
        steps,
    )


@inlined_kernel
def unpack_memory(
    layout: Integers, numbers: Array
) -> tuple[Workspace, Array, Array, Array, Array, Array]:
    """Return workspace, target (12,), heads (heads, joints), scores (heads,), best, start."""
    joints, motions, heads = layout[0], layout[1], layout[6]
    padded = -(-motions // 8) * 8
    a = 3 * motions
    origins = numbers[:a].reshape((motions, 3))
    axes = numbers[a : 2 * a].reshape((motions, 3))
    a *= 2
    tip = numbers[a : a + 12]
    a += 12
    values = numbers[a : a + 3 * padded].reshape((3, padded))
    a += 3 * padded
    columns = numbers[a : a + 6 * joints].reshape((joints, 6))
    a += 6 * joints
    error, trial_error = numbers[a : a + 6], numbers[a + 6 : a + 12]
    rest, dual = numbers[a + 12 : a + 18], numbers[a + 18 : a + 24]
    a += 24
    step, trial = numbers[a : a + joints], numbers[a + joints : a + 2 * joints]
    a += 2 * joints
    held = numbers[a : a + joints]
    a += joints
    work = Workspace(
        Frames(origins, axes, tip, values),
        columns, error, trial_error, rest, dual, step, trial, held,
    )  # fmt: skip
    target = numbers[a : a + 12]
    a += 12
    answers = numbers[a : a + heads * joints].reshape((heads, joints))
    a += heads * joints
    scores = numbers[a : a + heads]
    a += heads
    return (
        work,
        target,
        answers,
        scores,
        numbers[a : a + joints],
        numbers[a + joints : a + 2 * joints],
    )
