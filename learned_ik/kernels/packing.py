# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A model and the memory of a request as flat arrays, and how kernels take them apart again.

Handing a compiled function a tuple of twenty arrays costs more than a whole refinement; taking
views of a few flat ones inside compiled code costs next to nothing.
"""

from typing import NamedTuple

import numpy as np

from learned_ik.arrays import Array, Floats, Integers
from learned_ik.kernels.compilation import inlined_kernel
from learned_ik.kernels.forward_kinematics import ChainArrays, Frames, chain_arrays
from learned_ik.kernels.forward_pass import LANES, NetworkArrays, aligned, network_arrays
from learned_ik.kernels.refinement import Workspace
from learned_ik.network import INPUTS, Network
from learned_ik.robot.chain import KinematicChain

# Places in a request: position [m], quaternion x y z w, ease of the target's axes, the largest
# change of a joint from its seed [rad or m], seed [rad or m].
POSITION, ORIENTATION, EASE, LARGEST_CHANGE, SEED = 0, 3, 7, 10, 11

# Places in `layout`.
JOINTS, MOTIONS, LAYERS, WIDEST, ACTIVATION, DECODING = range(6)
HEADS, PADDED_HEADS, SEED_JOINTS, ARRAYS = range(6, 10)


class Outcome(NamedTuple):
    """How a search ended; in an answer, the joint positions follow."""

    code: int  # `search.FOUND`, NOT_FOUND, or MALFORMED
    position_error: float  # [m]
    orientation_error: float  # [rad]
    seed_distance: float  # [rad or m], NaN without a seed
    limit_margin: float  # [rad or m]
    beyond_reach: float  # [m], how far outside the arm's outer bound the target lies
    attempts: int  # starts that were refined
    seed_beyond: float  # [rad or m], how far the seed lies outside the limits


OUTCOME = len(Outcome._fields)


class PackedModel(NamedTuple):
    """A chain and its network, flat; `unpack_model` gives the views."""

    layout: Integers
    robot: Array
    weights: Floats


class HeadMemory(NamedTuple):
    """What evaluating and ranking the heads needs, and gives."""

    here: Floats  # (widest layer,)
    there: Floats  # (widest layer,)
    answers: Floats  # (joints, lanes) [rad or m]
    trigonometry: Floats  # (3, motions, LANES)
    state: Floats  # (12 * LANES,)
    scores: Floats  # (lanes,)


class Memory:
    """All that one thread needs to answer requests; `unpack_work` and others give the views."""

    __slots__ = (
        'activations', 'answer', 'arrays', 'numbers', 'options', 'orientation', 'outcome',
        'position', 'request', 'seed', 'solution',
    )  # fmt: skip

    def __init__(self, packed: PackedModel) -> None:
        """Allocate for a model."""
        layout = packed.layout
        joints, motions = layout[JOINTS], layout[MOTIONS]
        padded = -(-motions // 8) * 8
        self.numbers = np.zeros(
            3 + 12 + 3 * joints + 6 * motions + 12 + 3 * padded + 24 + 12 * joints
        )
        self.activations = empty_activations(packed)
        # One request and its answer, and where their parts lie.
        self.request = np.zeros((1, SEED + joints))
        self.request[0, LARGEST_CHANGE] = np.inf
        self.position = self.request[0, POSITION:ORIENTATION]
        self.orientation = self.request[0, ORIENTATION:EASE]
        self.options = self.request[0, EASE:SEED]
        self.seed = self.request[0, SEED:]
        self.answer = np.zeros((1, OUTCOME + joints))
        self.outcome = self.answer[0, :OUTCOME]
        self.solution = self.answer[0, OUTCOME:]
        # What a search of that request takes before all else.
        self.arrays = (*packed, self.numbers, self.activations, self.request, self.answer)


def empty_activations(packed: PackedModel) -> Floats:
    """Allocate what evaluating the network takes; `unpack_heads` gives the views."""
    layout = packed.layout
    joints, motions, lanes = layout[JOINTS], layout[MOTIONS], layout[PADDED_HEADS]
    return aligned(
        np.zeros(2 * layout[WIDEST] + (12 + 3 * motions) * LANES + (joints + 1) * lanes)
    )


def pack_model(chain: KinematicChain, network: Network | None) -> PackedModel:
    """Flatten a chain and its network; without a network there are no heads.

    Of a network that takes the scene, the points about the target are inputs; what those in the
    world see has to be known (`Network.in_world`).
    """
    arrays = chain_arrays(chain)
    if network is None:
        net = NetworkArrays(aligned([]), np.array([INPUTS]), 0, 0, 0, 0, 0, 0.0)
    else:
        net = network_arrays(network, chain.joint_count)
    about_target = 0 if network is None or network.scene is None else len(network.scene.target)
    sizes = [
        chain.joint_count,
        chain.motion_count,
        len(net.widths),
        -(-max(*net.widths, 3 * about_target) // 16) * 16,
    ]
    layout = [
        [*sizes, net.activation, net.decoding, net.heads, net.lanes, net.seed_joints],
        net.widths,
        arrays.structure.ravel(),
        arrays.kinds,
    ]
    robot = [
        [reach_from_first_motion(chain), net.seed_weight],
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

    Powers of the root of x^(d+1) = x + 1, the golden ratio's generalisation to d dimensions
    (Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018).
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (joints + 1))
    return root ** -np.arange(1.0, joints + 1)


@inlined_kernel
def unpack_model(
    layout: Integers, robot: Array, weights: Floats
) -> tuple[ChainArrays, NetworkArrays, Array]:
    """Return chain, network and restart steps (joints,) as views of a packed model."""
    joints, motions, layers = layout[JOINTS], layout[MOTIONS], layout[LAYERS]
    a = ARRAYS
    widths = layout[a : a + layers]
    a += layers
    structure = layout[a : a + 2 * motions].reshape((motions, 2))
    a += 2 * motions
    kinds = layout[a : a + joints]
    network = NetworkArrays(
        weights, widths, layout[ACTIVATION], layout[DECODING], layout[HEADS],
        layout[PADDED_HEADS], layout[SEED_JOINTS], robot[1],
    )  # fmt: skip
    a = 2
    steps = robot[a : a + joints]
    a += joints
    transforms = robot[a : a + 12 * (motions + 1)].reshape((motions + 1, 12))
    a += 12 * (motions + 1)
    coupling = robot[a : a + 2 * motions].reshape((motions, 2))
    a += 2 * motions
    lower, upper = robot[a : a + joints], robot[a + joints : a + 2 * joints]
    a += 2 * joints
    low, high = robot[a : a + joints], robot[a + joints : a + 2 * joints]
    chain = ChainArrays(transforms, coupling, structure, lower, upper, low, high, kinds)
    return chain, network, steps


@inlined_kernel
def unpack_work(layout: Integers, numbers: Array) -> tuple[Workspace, Array, Array]:
    """Return the refinement's workspace, a target (12,) and a start (joints,)."""
    joints, motions = layout[JOINTS], layout[MOTIONS]
    padded = -(-motions // 8) * 8
    target, ease = numbers[:12], numbers[12:15]
    a = 15
    start = numbers[a : a + joints]
    a += joints
    origins = numbers[a : a + 3 * motions].reshape((motions, 3))
    a += 3 * motions
    axes = numbers[a : a + 3 * motions].reshape((motions, 3))
    a += 3 * motions
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
    frames = Frames(origins, axes, tip, values, numbers[:0].reshape((0, 12)))
    work = Workspace(frames, columns, error, trial_error, rest, dual, step, trial, held, ease)
    return work, target, start


@inlined_kernel
def unpack_bounds(layout: Integers, numbers: Array) -> tuple[Array, Array]:
    """Return the bounds (joints,) of a request that has its own [rad or m]."""
    joints = layout[JOINTS]
    end = numbers.shape[0]
    return numbers[end - 2 * joints : end - joints], numbers[end - joints :]


@inlined_kernel
def unpack_posture(layout: Integers, numbers: Array) -> tuple[Array, Array, Array]:
    """Return what drawing towards a posture needs (joints,): the posture, the wish, a spare."""
    joints = layout[JOINTS]
    end = numbers.shape[0] - 2 * joints
    return (
        numbers[end - 3 * joints : end - 2 * joints],
        numbers[end - 2 * joints : end - joints],
        numbers[end - joints : end],
    )


@inlined_kernel
def unpack_heads(layout: Integers, activations: Floats) -> HeadMemory:
    """Return the memory of the network's evaluation."""
    joints, motions, lanes = layout[JOINTS], layout[MOTIONS], layout[PADDED_HEADS]
    a = layout[WIDEST]
    here, there = activations[:a], activations[a : 2 * a]
    a *= 2
    state = activations[a : a + 12 * LANES]
    a += 12 * LANES
    answers = activations[a : a + joints * lanes].reshape((joints, lanes))
    a += joints * lanes
    trigonometry = activations[a : a + 3 * motions * LANES].reshape((3, motions, LANES))
    a += 3 * motions * LANES
    scores = activations[a : a + lanes]
    return HeadMemory(here, there, answers, trigonometry, state, scores)
