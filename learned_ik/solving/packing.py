# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Chain, network and body as the flat arrays of the kernels, and the memory of a thread.

`kernels/layout.py` names the places; here they are computed, once.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Booleans, Floats, Integers
from learned_ik.kernels.avoidance.body_layout import BODY_PLACES, END_OF_WALK
from learned_ik.kernels.avoidance.clearance import AT_ONCE, CONTACT
from learned_ik.kernels.avoidance.placement import BodyArrays, Hulls
from learned_ik.kernels.avoidance.store import MORE_PROPOSALS
from learned_ik.kernels.compilation import bound
from learned_ik.kernels.forward_kinematics import SLIDES, TURNS, ChainArrays
from learned_ik.kernels.heads.forward_pass import (
    BITERNION,
    BOUNDED,
    CLIPPED,
    LANES,
    LINEAR,
    POSE_INPUTS,
    RELU,
    SILU,
    NetworkArrays,
)
from learned_ik.kernels.layout import (
    ANSWER,
    END_OF_ACTIVATIONS,
    END_OF_NUMBERS,
    FREE_AXES,
    JOINTS,
    LARGEST_CHANGE,
    ORIENTATION,
    PLACES,
    POSITION,
    SEED,
)
from learned_ik.kernels.measures import FARTHEST_JOINT
from learned_ik.kernels.pose_error import ANGULAR_WEIGHT
from learned_ik.kernels.refinement import LARGEST_STEP
from learned_ik.kernels.search import search
from learned_ik.network import Network
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

ACTIVATIONS = {'relu': RELU, 'silu': SILU}
DECODINGS = {'clipped': CLIPPED, 'bounded': BOUNDED, 'linear': LINEAR, 'biternion': BITERNION}
CACHE_LINE = 16  # float32 numbers, 64 bytes
ORDINARY_REACH = (0.1, 10.0)  # [m]
SHARE_OF_RANGE = 0.25  # [1], of a joint's range, that one step of refinement may take
SPHERES_OF_HULL = 8  # contacts that a walk looks at, as many for each hull on average
# [m] Beyond, a reach says nothing of the arm: all joints may turn about one point, or slides have
# limits that stand for none.
TELLING_REACH = (1e-4, 1e4)


class PackedModel(NamedTuple):
    """A chain and its network, flat; `layout.unpack_arm` gives the views."""

    layout: Integers
    robot: Array
    weights: Floats


class PackedBody(NamedTuple):
    """A body, flat; `body_layout.unpack_body` gives the views."""

    layout: Integers
    shapes: Array


class Memory:
    """All that one thread needs to answer requests; `layout.unpack_arm` gives the views."""

    __slots__ = (
        'activations', 'answer', 'answers', 'fields', 'has_options', 'numbers', 'options',
        'orientation', 'position', 'request', 'requests', 'search', 'seed', 'solution',
    )  # fmt: skip

    def __init__(self, packed: PackedModel) -> None:
        """Allocate for a model."""
        self.numbers, self.activations = empty_numbers(packed), empty_activations(packed)
        # One request and its answer, and where their parts lie.
        joints = int(packed.layout[JOINTS])
        self.requests, self.answers = np.zeros((1, SEED + joints)), np.zeros((1, ANSWER + joints))
        self.request, self.answer = self.requests[0], self.answers[0]
        self.position = self.request[POSITION:ORIENTATION]
        self.orientation = self.request[ORIENTATION:FREE_AXES]
        self.options = self.request[FREE_AXES:SEED]
        self.seed = self.request[SEED:]
        self.request[LARGEST_CHANGE] = np.inf
        self.has_options = False  # whether axes may be free, or joints are to stay near the seed
        self.fields, self.solution = self.answer[:ANSWER], self.answer[ANSWER:]
        self.search = bound(
            search, *packed, self.numbers, self.activations, self.requests, self.answers
        )


def begins(sizes: Sequence[int]) -> list[int]:
    """Return where sections of these sizes begin, one after the other, and where the last ends."""
    return [0, *accumulate(sizes)]


def pack_model(
    chain: KinematicChain,
    network: Network | None,
    joint_weights: Array | None = None,
    trained: KinematicChain | None = None,
) -> PackedModel:
    """Flatten a chain and its network; without a network there are no heads.

    The network was trained within the limits of `trained`, by default those of the chain: of these
    ranges its answers are parts, however narrow the chain's own limits are. Of a network that
    takes the scene, the points about the target are inputs; what those in the world see has to be
    known (`Network.in_world`).
    """
    arrays, net = chain_arrays(chain), network_arrays(network, trained or chain)
    joints, motions = chain.joint_count, chain.motion_count
    about_target = 0 if network is None or network.scene is None else len(network.scene.target)
    widest = _up_to_multiple(max(*net.widths, 3 * about_target), CACHE_LINE)
    integers = [net.widths, arrays.structure.ravel(), arrays.kinds]
    robot = [
        np.array([reach_from_first_motion(chain), net.seed_weight, arrays.angular_weight]),
        restart_steps(joints),
        arrays.transforms.ravel(),
        arrays.coupling.ravel(),
        arrays.lower,
        arrays.upper,
        arrays.bound_low,
        arrays.bound_high,
        arrays.full_turns,
        arrays.home,
        arrays.strides,
        np.ones(joints) if joint_weights is None else joint_weights,
        net.lower,
        net.upper,
    ]
    numbers = [
        12, joints,  # TARGET, START
        3 * motions, 3 * motions, 12, 3 * _up_to_multiple(motions, 8),  # ORIGINS to VALUES
        6 * joints, 6, 6, 6, 6,  # COLUMNS, ERROR, TRIAL_ERROR, REST, DUAL
        joints, joints, joints,  # STEP, TRIAL, HELD
        joints, joints, joints, joints,  # NEAR_LOW, NEAR_HIGH, BOX_LOW, BOX_HIGH
        joints, joints, joints,  # ANCHOR, WISH, KEPT
    ]  # fmt: skip
    activations = [
        widest, widest, 12 * LANES,  # INPUTS, OUTPUTS, LANE_POSES
        joints * net.lanes, 3 * motions * LANES, net.lanes,  # HEAD_ANSWERS to SCORES
    ]  # fmt: skip
    counts = [joints, motions, len(net.widths), net.activation, net.decoding]
    counts += [net.heads, net.lanes, net.seed_joints]
    places = [
        *(PLACES + begin for begin in begins([len(part) for part in integers])),
        *begins([len(part) for part in robot]),
        *begins(numbers),
        *begins(activations),
    ]
    assert len(counts) + len(places) == PLACES
    return PackedModel(
        layout=np.concatenate([counts, places, *integers]).astype(np.int64),
        robot=np.concatenate(robot).astype(np.float64),
        weights=net.weights,
    )


def chain_arrays(chain: KinematicChain) -> ChainArrays:
    """Lay out a chain for the kernels.

    Limits of joints that turn are none where they lie beyond what a sine can be told of.
    """
    T = chain.transforms
    flat = np.concatenate([T[:, :3, :3].reshape(-1, 9), T[:, :3, 3]], axis=1)
    slides = np.array([kind == 'prismatic' for kind in chain.joint_types])
    turns = chain.full_turns
    unbound = chain.continuous | ~slides & (np.abs(chain.lower) > FARTHEST_JOINT)
    low = np.where(unbound, -np.inf, chain.lower)
    unbound = chain.continuous | ~slides & (np.abs(chain.upper) > FARTHEST_JOINT)
    high = np.where(unbound, np.inf, chain.upper)
    middle = np.where(np.isinf(low) | np.isinf(high), np.clip(0.0, low, high), chain.middle)
    return ChainArrays(
        transforms=np.ascontiguousarray(flat),
        coupling=np.ascontiguousarray(np.stack([chain.multiplier, chain.offset], axis=1)),
        structure=np.ascontiguousarray(
            np.stack([chain.prismatic.astype(np.int64), chain.source], axis=1)
        ),
        lower=chain.lower.copy(),
        upper=chain.upper.copy(),
        bound_low=low,
        bound_high=high,
        kinds=np.where(slides, SLIDES, TURNS),
        full_turns=np.where(np.isfinite(turns) & (high - low >= turns), turns, 0.0),
        home=middle,
        strides=1 / longest_steps(chain),
        angular_weight=angular_weight(chain),
    )


def longest_steps(chain: KinematicChain) -> Array:
    """(joints,) [rad or m] How far one step of refinement may take a joint.

    Where something turns with it, a radian; a joint with which things only slide may go farther
    where it has far to go, and less far in a tiny arm.
    """
    slides = np.array(
        [chain.prismatic[chain.source == joint].all() for joint in range(chain.joint_count)]
    )
    usual = np.where(
        [kind == 'prismatic' for kind in chain.joint_types],
        angular_weight(chain) / ANGULAR_WEIGHT,
        1.0,
    )
    far = np.maximum(usual, SHARE_OF_RANGE * (chain.upper - chain.lower))
    return LARGEST_STEP * np.where(slides, far, 1.0)


def angular_weight(chain: KinematicChain) -> float:
    """[m/rad] What a radian of error weighs against a metre: so much that arms of every size do.

    In proportion to the reach, but for arms of `ORDINARY_REACH`, which share one value, and for
    those beyond `TELLING_REACH`.
    """
    reach = float(np.clip(chain.reach, *TELLING_REACH))
    return ANGULAR_WEIGHT * reach / float(np.clip(reach, *ORDINARY_REACH))


def endless_joints(chain: KinematicChain) -> Booleans:
    """(joints,) Say which joints have no limits."""
    return np.isinf(chain_arrays(chain).bound_high)


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


def network_arrays(network: Network | None, trained: KinematicChain) -> NetworkArrays:
    """Lay out a network that was trained within a chain's limits; None: one without heads."""
    if network is None:
        none, pose = aligned([]), np.array([POSE_INPUTS])
        return NetworkArrays(none, pose, 0, 0, 0, 0, 0, 0.0, trained.lower, trained.upper)
    lanes = _up_to_multiple(network.heads, LANES)
    widths, parts = [network.weights[0].shape[1]], []
    last = len(network.weights) - 1
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        layer = np.concatenate([bias[None, :], weight.T])  # (1 + inputs, outputs)
        if i == last:  # head by head, number by number -> number by number, head by head
            layer = layer.reshape(len(layer), network.heads, -1).swapaxes(1, 2)
            layer = np.pad(layer, [(0, 0), (0, 0), (0, lanes - network.heads)])
            layer = layer.reshape(len(layer), -1)
        outputs = _up_to_multiple(layer.shape[1], CACHE_LINE)
        missing = 1 + widths[-1] - len(layer), outputs - layer.shape[1]
        parts.append(np.pad(layer, [(0, missing[0]), (0, missing[1])]).ravel())
        widths.append(outputs)
    return NetworkArrays(
        weights=aligned(np.concatenate(parts)),
        widths=np.array(widths, dtype=np.int64),
        activation=ACTIVATIONS[network.activation],
        decoding=DECODINGS[network.decoding],
        heads=network.heads,
        lanes=lanes,
        seed_joints=network.seed_joints,
        seed_weight=network.seed_weight,
        lower=trained.lower,
        upper=trained.upper,
    )


def aligned(values: npt.ArrayLike) -> Floats:
    """Return a float32 copy (n,) whose first byte lies at a multiple of 64."""
    values = np.asarray(values, dtype=np.float32)
    memory = np.zeros(values.nbytes + 64, np.uint8)
    begin = -memory.ctypes.data % 64
    copy = memory[begin : begin + values.nbytes].view(np.float32)
    copy[:] = values
    return copy


def empty_numbers(packed: PackedModel) -> Array:
    """Allocate the float64 memory of a request."""
    return np.zeros(packed.layout[END_OF_NUMBERS])


def empty_activations(packed: PackedModel) -> Floats:
    """Allocate what evaluating the network takes."""
    return aligned(np.zeros(packed.layout[END_OF_ACTIVATIONS]))


def pack_body(body: Body, chain: KinematicChain) -> PackedBody:
    """Flatten a body, and lay out the memory of its walks."""
    arrays = body_arrays(body)
    hulls = arrays.hulls
    capsules, pairs, joints = len(body), len(body.pairs), chain.joint_count
    rows = SPHERES_OF_HULL * len(hulls.frames) + len(hulls.pairs)
    integers = [
        arrays.frames, arrays.pairs.ravel(), hulls.frames, hulls.first, hulls.pairs.ravel(),
        hulls.first_pair,
    ]  # fmt: skip
    shapes = [
        arrays.ends.ravel(), arrays.radii, arrays.inverse, arrays.half, arrays.lines.ravel(),
        hulls.ends.ravel(), hulls.radii, hulls.inverse, hulls.half,
    ]  # fmt: skip
    walk = [
        12 * (chain.motion_count + 1),  # LINK_FRAMES
        6 * len(hulls.frames), 3 * len(hulls.frames), len(hulls.frames),  # to PLACED
        6 * capsules, 3 * capsules,  # WORLD_ENDS, MIDDLES
        AT_ONCE, capsules,  # SPHERE_DISTANCES, CAPSULE_DISTANCES
        CONTACT * rows, joints * rows,  # CONTACTS, SLOPES
        joints, joints, joints, 6,  # PUSH, WAY, CLEAREST, MOVED
        MORE_PROPOSALS, MORE_PROPOSALS,  # STORE_ROWS, STORE_ERRORS
    ]  # fmt: skip
    counts = [capsules, pairs, len(hulls.frames), len(hulls.pairs)]
    places = [
        *(BODY_PLACES + begin for begin in begins([len(part) for part in integers])),
        *begins([len(part) for part in shapes]),
        *begins(walk),
    ]
    assert len(counts) + len(places) == BODY_PLACES
    return PackedBody(
        layout=np.concatenate([counts, places, *integers]).astype(np.int64),
        shapes=np.concatenate(shapes),
    )


def body_arrays(body: Body) -> BodyArrays:
    """Lay out a body for the kernels; its pairs are sorted by their hulls."""
    hull_of = body.hull_numbers
    first = np.flatnonzero(np.diff(hull_of, prepend=-1, append=len(body) + 1))
    pairs = body.pairs.reshape(-1, 2)
    pairs = pairs[np.lexsort((*pairs.T[::-1], *hull_of[pairs].T[::-1]))]
    hull_pairs, first_pair = np.unique(hull_of[pairs], axis=0, return_index=True)
    segment = body.ends.reshape(-1, 6)
    hull = body.hulls
    hull_ends = np.array([[each.a, each.b] for each in hull]).reshape(-1, 6)
    return BodyArrays(
        frames=body.frames.copy(),
        ends=np.ascontiguousarray(segment),
        radii=body.radii.copy(),
        inverse=_inverse_squares(segment),
        half=_half_lengths(segment),
        lines=np.ascontiguousarray(np.hstack([segment[:, :3], segment[:, 3:] - segment[:, :3]]).T),
        pairs=np.ascontiguousarray(pairs),
        hulls=Hulls(
            frames=body.frames[first[:-1]],
            first=first,
            ends=hull_ends,
            radii=np.array([each.radius for each in hull], np.float64),
            inverse=_inverse_squares(hull_ends),
            half=_half_lengths(hull_ends),
            pairs=hull_pairs.reshape(-1, 2),
            first_pair=np.append(first_pair, len(pairs)),
        ),
    )


def _half_lengths(segments: Array) -> Array:
    """(n,) [m], of segments (n, 6)."""
    return 0.5 * np.linalg.norm(segments[:, 3:] - segments[:, :3], axis=-1)


def _inverse_squares(segments: Array) -> Array:
    """(n,) [1/m²], of the lengths of segments (n, 6); 0 where they are points."""
    squared = np.sum((segments[:, 3:] - segments[:, :3]) ** 2, axis=-1)
    return np.where(squared > 1e-18, 1 / np.maximum(squared, 1e-18), 0.0)


def empty_walk_numbers(packed: PackedBody) -> Array:
    """Allocate the memory of a walk."""
    return np.zeros(packed.layout[END_OF_WALK])


def _up_to_multiple(count: int, of: int) -> int:
    return -(-int(count) // of) * of
