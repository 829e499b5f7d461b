# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`Network`: what turns a pose into joint positions, and what its numbers mean.

Training makes it, a model file keeps it, and the solver evaluates it; here are only its layers.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from learned_ik.arrays import Array, Floats
from learned_ik.checks import choice, instance, number, numbers, shortened, whole
from learned_ik.errors import InvalidInputError
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.chain import KinematicChain

ACTIVATIONS = ('relu', 'silu')
DECODINGS = ('clipped', 'bounded', 'linear', 'biternion')
MOST_HEADS = 1024
MOST_LAYERS = 64
MOST_WIDTH = 65_536  # outputs of a layer
LARGEST_WEIGHT = 1e6  # of any weight or bias: far more than training makes
INPUTS = 12  # position x y z [m], then the rotation matrix, row by row

Weights = Floats


def numbers_for_joint(decoding: str) -> int:
    """Return how many outputs of the network make one joint position."""
    return 2 if decoding in ('clipped', 'biternion') else 1


def angle_stretch(chain: KinematicChain) -> Array:
    """Return (joints,) by how much a `clipped` network's angles count [1, or m/rad].

    1 for a joint that turns no further than half a turn from its middle; for others so much that
    half a turn reaches the limits, and a quarter turn those of a prismatic joint.
    """
    half_range = 0.5 * (chain.upper - chain.lower)
    slides = np.array([kind == 'prismatic' for kind in chain.joint_types])
    return np.where(slides, half_range / (0.5 * np.pi), np.maximum(half_range / np.pi, 1.0))


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """A multilayer perceptron from a pose to joint positions, ready to be evaluated.

    Its input is the raw pose: 12 numbers, position [m] and the rotation matrix row by row, in
    the base frame. One that takes a seed gets joint positions [rad or m] after them, near which
    it answers: within the limits, in their middle where there is no seed. One that takes the
    scene gets the distances [m] from its basis points to the nearest obstacle, clipped.
    Normalisation of any kind is folded into the weights. Its last layer gives, head by head, the
    numbers that `decoding` turns into joint positions q:

    - `clipped`: q = middle + stretch * atan2(y_sin, y_cos), clipped to the limits; all sines of a
      head come before all its cosines (`angle_stretch` says by how much angles are stretched);
    - `bounded`: q = middle + half range * tanh(y), within the limits by construction;
    - `linear`: q = y (paper, section II-C; its answers may break the limits);
    - `biternion`: q = atan2(y_sin, y_cos), in the same order (ibid.); for a prismatic joint
      q = middle + half range * y_sin. Its answers may break the limits, too.
    """

    weights: tuple[Weights, ...]  # one for each layer, (outputs, inputs)
    biases: tuple[Weights, ...]  # one for each layer, (outputs,)
    activation: str  # of the hidden layers: 'relu' or 'silu'
    decoding: str  # of the last layer: one of `DECODINGS`
    heads: int  # how many answers the network gives to one pose
    seed_joints: int = 0  # how many joint positions follow the pose: none, or all
    seed_weight: float = 0.0  # [m/rad], of an answer's distance from its seed, in the loss
    scene: BasisPoints | None = None  # whose distances follow the pose: first the world's

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` unless the layers fit each other and are finite."""
        choice(self.activation, 'activation', ACTIVATIONS)
        choice(self.decoding, 'decoding', DECODINGS)
        heads = whole(self.heads, 'heads', f'1 up to {MOST_HEADS}', lambda n: 1 <= n <= MOST_HEADS)
        object.__setattr__(self, 'heads', heads)
        for name in ('weights', 'biases'):
            layers = getattr(self, name)
            arrays = isinstance(layers, tuple | list) and all(
                type(layer) is np.ndarray and layer.dtype == np.float32 for layer in layers
            )
            if not arrays or not 2 <= len(layers) <= MOST_LAYERS:
                raise InvalidInputError(
                    f'{name} are {shortened(layers)}; expected float32 arrays, one for each of 2 '
                    f'up to {MOST_LAYERS} layers'
                )
        if len(self.weights) != len(self.biases):
            raise InvalidInputError(
                f'{len(self.weights)} weights and {len(self.biases)} biases; expected as many'
            )
        joints = whole(self.seed_joints, 'seed_joints', '0 or more', lambda n: 0 <= n < MOST_WIDTH)
        object.__setattr__(self, 'seed_joints', joints)
        nearness = number(self.seed_weight, 'seed_weight', '0 or more', lambda w: 0 <= w < np.inf)
        object.__setattr__(self, 'seed_weight', nearness)
        if self.seed_weight and not self.seed_joints:
            raise InvalidInputError(
                f'seed_weight is {self.seed_weight} of a network that takes no seed; expected 0 '
                'where there are none'
            )
        if self.scene is not None:
            instance(self.scene, BasisPoints, 'scene')
        if self.seed_joints and self.scene is not None:
            raise InvalidInputError('a network takes a seed or the scene; expected not both')
        width = INPUTS + self.seed_joints + (0 if self.scene is None else len(self.scene))
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if weight.ndim != 2 or weight.shape[1] != width or bias.shape != weight.shape[:1]:
                raise InvalidInputError(
                    f'layer {i} has weights {weight.shape} and biases {bias.shape}; '
                    f'expected (n, {width}) and (n,)'
                )
            width = weight.shape[0]
            if not 1 <= width <= MOST_WIDTH:
                raise InvalidInputError(
                    f'layer {i} has {width} outputs; expected 1 up to {MOST_WIDTH}'
                )
            largest = max(np.abs(weight).max(), np.abs(bias).max())
            if not largest <= LARGEST_WEIGHT:
                raise InvalidInputError(
                    f'layer {i} has weights or biases of size {largest:g}; expected finite ones, '
                    f'at most {LARGEST_WEIGHT:g}'
                )

    def outputs_for(self, joints: int) -> int:
        """Return how many numbers the last layer must give for this many joints."""
        return self.heads * joints * numbers_for_joint(self.decoding)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What it takes: 'pose', and 'seed' or 'scene'."""
        seed = ('seed',) if self.seed_joints else ()
        return ('pose', *seed, *(() if self.scene is None else ('scene',)))

    def in_world(self, spheres: Array) -> 'Network':
        """Return the network for one set of obstacles (n, 4), x y z radius [m].

        What the world's points see is the same for all requests: it becomes part of the first
        layer's biases. Distances from the points about the target remain inputs.

        Raises:
            InvalidInputError: the network does not take the scene.

        """
        if self.scene is None:
            raise InvalidInputError('the network takes no scene; expected one with basis points')
        known = self.scene.world_distances(spheres)
        rest = BasisPoints(self.scene.world[:0], self.scene.target, self.scene.far)
        return self._with_known(known, rest)

    def in_the_open(self) -> 'Network':
        """Return the network as it answers where there is no obstacle: it takes a pose alone."""
        if self.scene is None:
            return self
        return self._with_known(np.full(len(self.scene), self.scene.far), None)

    def with_sight(self, scene: BasisPoints) -> 'Network':
        """Return one that takes the scene, too, and gives the same answers whatever it sees."""
        unused = np.zeros((len(self.biases[0]), len(scene)), np.float32)
        first = np.hstack([self.weights[0], unused])
        return dataclasses.replace(self, weights=(first, *self.weights[1:]), scene=scene)

    def at_tool(self, tool: Array) -> 'Network':
        """Return the network that takes the poses of a tool behind the tip, and answers alike.

        The tip's pose is linear in the tool's: R = R_tool R_tip_tool', p = p_tool - R p_tip_tool.
        So the first layer takes it over, and there is nothing left to compute at runtime.

        Args:
            tool: (4, 4), T_tip_tool.

        """
        R, p = tool[:3, :3], tool[:3, 3]
        tip_of_tool = np.eye(self.weights[0].shape[1])
        tip_of_tool[3:12, 3:12] = np.kron(np.eye(3), R)  # each row of the rotation, times R'
        for i in range(3):
            tip_of_tool[i, 3 + 3 * i : 6 + 3 * i] = -R.T @ p
        first = (self.weights[0].astype(np.float64) @ tip_of_tool).astype(np.float32)
        scene = self.scene
        if scene is not None:
            scene = dataclasses.replace(scene, target=(scene.target - p) @ R)
        return dataclasses.replace(self, weights=(first, *self.weights[1:]), scene=scene)

    def _with_known(self, distances: Array, rest: BasisPoints | None) -> 'Network':
        """Fold the first of the distances, which are known, into the first layer's biases."""
        first, end = self.weights[0], INPUTS + len(distances)
        bias = self.biases[0] + first[:, INPUTS:end].astype(np.float64) @ distances
        return dataclasses.replace(
            self,
            weights=(np.delete(first, np.s_[INPUTS:end], axis=1), *self.weights[1:]),
            biases=(bias.astype(np.float32), *self.biases[1:]),
            scene=rest,
        )

    def evaluate(self, chain: KinematicChain, inputs: npt.ArrayLike) -> Array:
        """Return the unrefined answers of all heads, in float64.

        This is what the network means, for whatever need not be fast: solvers have kernels, and
        training has torch.

        Args:
            chain: whose joints they are.
            inputs: (..., 12 or more), poses and what follows them, as the class docstring says.

        Returns:
            (..., heads, joints) [rad or m].

        """
        instance(chain, KinematicChain, 'chain')
        x = numbers(inputs, 'inputs')
        width = self.weights[0].shape[1]
        if x.ndim < 1 or x.shape[-1] != width:
            raise InvalidInputError(f'inputs have shape {x.shape}; expected (..., {width})')
        if len(self.weights[-1]) != self.outputs_for(chain.joint_count):
            raise InvalidInputError(
                f'the network gives {len(self.weights[-1])} numbers; expected '
                f'{self.outputs_for(chain.joint_count)} for a chain of {chain.joint_count} joints'
            )
        layers = list(zip(self.weights, self.biases, strict=True))
        for i, (weight, bias) in enumerate(layers):
            x = x @ weight.T.astype(np.float64) + bias
            if i < len(layers) - 1:
                x = np.maximum(x, 0) if self.activation == 'relu' else x / (1 + np.exp(-x))
        return self.decoded(chain, x.reshape(*x.shape[:-1], self.heads, -1))

    def decoded(self, chain: KinematicChain, y: Array) -> Array:
        """Return joint positions (..., joints) [rad or m] of a head's numbers y (..., n)."""
        half_range = 0.5 * (chain.upper - chain.lower)
        if self.decoding == 'linear':
            return y
        if self.decoding == 'bounded':
            return chain.middle + half_range * np.tanh(y)
        sine, cosine = np.split(y, 2, axis=-1)
        angle = np.arctan2(sine, cosine)
        if self.decoding == 'clipped':
            stretched = angle_stretch(chain) * angle
            return chain.middle + np.clip(stretched, -half_range, half_range)
        slides = np.array([kind == 'prismatic' for kind in chain.joint_types])
        return np.where(slides, chain.middle + half_range * sine, angle)

    @property
    def parameter_count(self) -> int:
        """How many numbers were trained, normalisation folded."""
        return sum(w.size + b.size for w, b in zip(self.weights, self.biases, strict=True))
