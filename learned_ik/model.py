# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkModel`: what is trained, as one file. Here the training and the serving wing meet.

The file is safetensors: tensors for the weights, one JSON text for all else, and a checksum over
both (`storage/`). Nothing in it is ever executed.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from learned_ik import __version__
from learned_ik.checks import entries, instance, mapping, shortened, text, whole
from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.files import checked_path, shown_path, write_atomically
from learned_ik.network import MOST_LAYERS, Network
from learned_ik.resources import shipped_model
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.spheres import checked_spheres, sphere_tuples
from learned_ik.storage.sealed import Tensors, sealed, unsealed

FORMAT_VERSION = 3  # 1 and 2, of earlier releases, are read
FIRST_SEALED = 3  # the first version with a checksum
METADATA_KEY = 'learned_ik'
KEYS = (
    'format_version', 'package_version', 'name', 'fingerprint', 'chain', 'network', 'training',
    'held_out', 'obstacles', 'body', 'units',
)  # fmt: skip
NETWORK_KEYS = (
    'layers', 'activation', 'decoding', 'heads', 'inputs', 'basis_points_see', 'seed_weight',
)  # fmt: skip


@dataclasses.dataclass(frozen=True, eq=False)
class IkModel:
    """A robot's kinematic chain and the network that was trained for it."""

    chain: KinematicChain  # the arm
    network: Network  # its weights, in numpy
    name: str = ''  # shown in reports and diagnostics
    training: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    # how it was made: configuration, command, samples, seconds
    held_out: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    # errors of the network alone on poses that it was not trained on
    obstacles: tuple[tuple[float, float, float, float], ...] = ()
    # spheres it was trained with: x, y, z, radius [m], in the base frame
    body: Body | None = None  # the arm's capsules; None in files of early releases
    package_version: str = __version__  # that wrote the file

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` for parts that are none, or do not fit each other."""
        instance(self.chain, KinematicChain, 'chain')
        instance(self.network, Network, 'network')
        text(self.name, 'name')
        text(self.package_version, 'package_version')
        for field in ('training', 'held_out'):
            mapping(getattr(self, field), field)
        spheres = sphere_tuples(checked_spheres(self.obstacles))
        object.__setattr__(self, 'obstacles', spheres)
        if self.body is not None:
            instance(self.body, Body, 'body').check_on(self.chain)
        expected = self.network.outputs_for(self.chain.joint_count)
        if self.network.weights[-1].shape[0] != expected:
            raise InvalidInputError(
                f'the network gives {self.network.weights[-1].shape[0]} numbers; expected '
                f'{expected} for {self.network.heads} heads of {self.chain.joint_count} joints'
            )
        if self.network.seed_joints not in (0, self.chain.joint_count):
            raise InvalidInputError(
                f'the network takes a seed of {self.network.seed_joints} joints; expected 0 or '
                f'{self.chain.joint_count}'
            )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to one file. After a crash the old file is unchanged.

        Raises:
            ModelFileError: the file cannot be written there.
            InvalidInputError: `training` or `held_out` are not ready for JSON, or too large.

        """
        network, scene = self.network, self.network.scene
        description = {
            'format_version': FORMAT_VERSION,
            'package_version': self.package_version,
            'name': self.name,
            'fingerprint': self.chain.fingerprint,
            'chain': self.chain.to_dict(),
            'network': {
                'layers': len(network.weights),
                'activation': network.activation,
                'decoding': network.decoding,
                'heads': network.heads,
                'inputs': list(network.inputs),
                **({} if scene is None else {'basis_points_see': scene.far}),
                **({'seed_weight': network.seed_weight} if network.seed_joints else {}),
            },
            'training': dict(self.training),
            'held_out': dict(self.held_out),
            'obstacles': [list(sphere) for sphere in self.obstacles],
            'body': None if self.body is None else self.body.to_dict(),
            'units': {'length': 'm', 'angle': 'rad', 'quaternion': 'x y z w'},
        }
        tensors = {}
        for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            tensors[f'layer_{i}.weight'] = np.ascontiguousarray(weight, dtype=np.float32)
            tensors[f'layer_{i}.bias'] = np.ascontiguousarray(bias, dtype=np.float32)
        if scene is not None:
            tensors['basis_points.world'] = np.ascontiguousarray(scene.world, dtype=np.float64)
            tensors['basis_points.target'] = np.ascontiguousarray(scene.target, dtype=np.float64)
        write_atomically(
            checked_path(path, 'model file'), sealed(description, tensors, METADATA_KEY)
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> IkModel:
        """Read a model file.

        Nothing in the file is executed. Its checksum and every number in it are checked.

        Args:
            path: of the file; or the name of a model that comes with the package, `'panda'`, if
                there is no such file.

        Raises:
            ModelFileError: the file is missing, broken, truncated, changed, not ours, or of a
                newer format; or a number in it is impossible.

        """
        path = shipped_model(path)
        description, tensors, was_sealed = unsealed(path, METADATA_KEY, 'model file')
        version = description.get('format_version')
        if type(version) is int and version > FORMAT_VERSION:
            raise ModelFileError(
                f"'{shown_path(path)}' has format version {version}, written by learned_ik "
                f'{shortened(description.get("package_version", "unknown"))}; this is '
                f'{__version__}, which reads up to version {FORMAT_VERSION}: update learned_ik'
            )
        try:
            if type(version) is not int or version < 1:
                raise InvalidInputError(f'format_version is {shortened(version)}; expected 1 up')
            if version >= FIRST_SEALED and not was_sealed:
                raise InvalidInputError(f'it has no checksum; version {version} has one')
            model = cls._from_parts(description, tensors)
            if model.chain.fingerprint != description['fingerprint']:
                raise InvalidInputError(
                    f'its chain has the fingerprint {model.chain.fingerprint}; it says '
                    f'{shortened(description["fingerprint"])}'
                )
        except InvalidInputError as error:
            raise ModelFileError(
                f"'{shown_path(path)}' is a damaged model file: {error}"
            ) from error
        return model

    @classmethod
    def _from_parts(cls, description: Mapping[str, Any], tensors: Tensors) -> IkModel:
        """Build the model; raises `InvalidInputError` for what is missing, strange or damaged."""
        given = entries({'body': None, **description}, KEYS, 'the description')
        chain = KinematicChain.from_dict(given['chain'])
        body = given['body']
        return cls(
            chain=chain,
            network=_network(given['network'], tensors, chain),
            name=given['name'],
            training=given['training'],
            held_out=given['held_out'],
            obstacles=given['obstacles'],
            body=None if body is None else Body.from_dict(body, chain),
            package_version=given['package_version'],
        )


def _network(about: Any, tensors: Tensors, chain: KinematicChain) -> Network:
    """Return the network of a file; raises `InvalidInputError`."""
    optional = {'inputs': ['pose'], 'basis_points_see': None, 'seed_weight': 0.0}
    given = entries({**optional, **mapping(about, 'network')}, NETWORK_KEYS, 'network')
    layers = whole(
        given['layers'], 'layers', f'2 up to {MOST_LAYERS}', lambda n: 2 <= n <= MOST_LAYERS
    )
    inputs = given['inputs']
    if inputs not in (['pose'], ['pose', 'seed'], ['pose', 'scene']):
        raise InvalidInputError(
            f'inputs are {shortened(inputs)}; expected pose, and seed or scene'
        )
    kinds = {f'layer_{i}.{part}': 'float32' for i in range(layers) for part in ('weight', 'bias')}
    if 'scene' in inputs:
        kinds |= {'basis_points.world': 'float64', 'basis_points.target': 'float64'}
    arrays = entries(tensors, kinds, 'tensors')
    for name, kind in kinds.items():
        if arrays[name].dtype != kind:
            raise InvalidInputError(f'{name} is of type {arrays[name].dtype}; expected {kind}')
    scene = None
    if 'scene' in inputs:
        scene = BasisPoints(
            world=arrays['basis_points.world'],
            target=arrays['basis_points.target'],
            far=given['basis_points_see'],
        )
    return Network(
        weights=tuple(arrays[f'layer_{i}.weight'] for i in range(layers)),
        biases=tuple(arrays[f'layer_{i}.bias'] for i in range(layers)),
        activation=given['activation'],
        decoding=given['decoding'],
        heads=given['heads'],
        seed_joints=chain.joint_count if 'seed' in inputs else 0,
        seed_weight=given['seed_weight'],
        scene=scene,
    )
