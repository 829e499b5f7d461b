# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkModel`: what is trained, as one file. Here the training and the serving wing meet.

The file is safetensors: tensors for the weights, one JSON string for all else. Nothing in it
is ever executed.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from learned_ik import __version__
from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.files import write_atomically
from learned_ik.network import Network, Weights
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

FORMAT_VERSION = 2  # 1, as long as the network takes nothing but a pose
METADATA_KEY = 'learned_ik'


@dataclasses.dataclass(frozen=True, eq=False)
class IkModel:
    """A robot's kinematic chain and the network that was trained for it."""

    chain: KinematicChain
    network: Network
    name: str = ''  # how reports and diagnostics call it
    training: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    # what made it: configuration, command, samples seen, seconds
    held_out: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    # errors of the network alone on poses that it was not trained on
    obstacles: tuple[tuple[float, float, float, float], ...] = ()
    # spheres it was trained with: x, y, z, radius [m], in the base frame
    body: Body | None = None  # the arm's capsules; None: files made before there were any
    package_version: str = __version__

    def __post_init__(self) -> None:
        """Raise `InvalidInputError` unless the network's last layer fits the chain."""
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
        """Write the model to one file; a crash half-way leaves the old file as it was.

        Raises:
            ModelFileError: the file cannot be written there.

        """
        path = Path(path)
        network, scene = self.network, self.network.scene
        description = {
            'format_version': FORMAT_VERSION if len(network.inputs) > 1 else 1,
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
        text = json.dumps(description, sort_keys=True, allow_nan=False)
        write_atomically(path, save(tensors, metadata={METADATA_KEY: text}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> IkModel:
        """Read a model file.

        Raises:
            ModelFileError: the file is missing, broken, truncated, foreign or of a newer format.

        """
        path = Path(path)
        if not path.is_file():
            raise ModelFileError(f"model file '{path}' does not exist or is not a file")
        try:
            with safe_open(path, framework='numpy') as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}
        except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
            raise ModelFileError(
                f"'{path}' is not a readable model file (broken or cut short?): {error}"
            ) from error
        if METADATA_KEY not in metadata:
            raise ModelFileError(
                f"'{path}' is a safetensors file, but not a learned_ik model: its metadata has "
                f"no entry '{METADATA_KEY}'"
            )
        try:
            description = json.loads(metadata[METADATA_KEY])
            version = description['format_version']
            if int(version) > FORMAT_VERSION:
                raise ModelFileError(
                    f"'{path}' has format version {version}, written by learned_ik "
                    f'{description.get("package_version", "unknown")}; this is {__version__}, '
                    f'which reads up to version {FORMAT_VERSION}: update learned_ik'
                )
            model = cls._from_parts(description, tensors)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            if isinstance(error, ModelFileError):
                raise
            raise ModelFileError(
                f"'{path}' is a damaged model file: {type(error).__name__}: {error}"
            ) from error
        if model.chain.fingerprint != description['fingerprint']:
            raise ModelFileError(
                f"'{path}' is a damaged model file: its chain has the fingerprint "
                f'{model.chain.fingerprint}, it says {description["fingerprint"]}'
            )
        return model

    @classmethod
    def _from_parts(
        cls, description: Mapping[str, Any], tensors: Mapping[str, Weights]
    ) -> IkModel:
        about = description['network']
        chain = KinematicChain.from_dict(description['chain'])
        body = description.get('body')
        layers = range(int(about['layers']))
        inputs = about.get('inputs', ['pose'])
        if inputs not in (['pose'], ['pose', 'seed'], ['pose', 'scene']):
            raise ValueError(f'its network takes {inputs}')
        scene = None
        if 'scene' in inputs:
            scene = BasisPoints(
                world=tensors['basis_points.world'].astype(np.float64),
                target=tensors['basis_points.target'].astype(np.float64),
                far=float(about['basis_points_see']),
            )
        return cls(
            chain=chain,
            network=Network(
                weights=tuple(tensors[f'layer_{i}.weight'].astype(np.float32) for i in layers),
                biases=tuple(tensors[f'layer_{i}.bias'].astype(np.float32) for i in layers),
                activation=about['activation'],
                decoding=about['decoding'],
                heads=int(about['heads']),
                seed_joints=chain.joint_count if 'seed' in inputs else 0,
                seed_weight=float(about.get('seed_weight', 0.0)),
                scene=scene,
            ),
            name=str(description['name']),
            training=dict(description['training']),
            held_out=dict(description['held_out']),
            obstacles=tuple(
                (float(x), float(y), float(z), float(r)) for x, y, z, r in description['obstacles']
            ),
            body=None if body is None else Body.from_dict(body, chain),
            package_version=str(description['package_version']),
        )
