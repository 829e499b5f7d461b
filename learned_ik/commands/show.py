# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`show`: what is in a model file."""

import dataclasses
from pathlib import Path

from learned_ik.commands.arguments import flag, positional
from learned_ik.commands.give_body import sentence, summary
from learned_ik.commands.result import Result, error_lines
from learned_ik.model import IkModel


@dataclasses.dataclass(frozen=True)
class Show:
    """Show what is in a model file."""

    model: Path = positional('model file')
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Read the file, and describe it."""
        model = IkModel.load(self.model)
        chain, network = model.chain, model.network
        layers = [network.weights[0].shape[1], *(len(bias) for bias in network.biases)]
        joints = [
            {'name': name, 'type': kind, 'lower': low, 'upper': high}
            for name, kind, low, high in zip(
                chain.joint_names,
                chain.joint_types,
                chain.lower.tolist(),
                chain.upper.tolist(),
                strict=True,
            )
        ]
        content = {
            'model': str(self.model),
            'name': model.name,
            'package_version': model.package_version,
            'fingerprint': chain.fingerprint,
            'base_link': chain.base_link,
            'tip_link': chain.tip_link,
            'joints': joints,
            'reach': chain.reach,
            'network': {
                'layers': layers,
                'parameters': network.parameter_count,
                'heads': network.heads,
                'activation': network.activation,
                'decoding': network.decoding,
                'inputs': list(network.inputs),
            },
            'training': dict(model.training),
            'held_out': dict(model.held_out),
            'obstacles': [list(sphere) for sphere in model.obstacles],
            'body': summary(model.body),
        }
        lines = [
            f"{self.model}: model '{model.name}', written by learned_ik {model.package_version}",
            f'chain {chain.base_link} to {chain.tip_link}, fingerprint {chain.fingerprint}, '
            f'reach {chain.reach:.3f} m',
            *(
                f'  {joint["name"]}, {joint["type"]}: '
                f'{joint["lower"]:.4f} to {joint["upper"]:.4f} {_unit(joint["type"])}'
                for joint in joints
            ),
            f'network {" x ".join(map(str, layers))}, {network.activation}, '
            f'{network.parameter_count} parameters, {network.heads} heads, {network.decoding}; '
            f'it takes {" and ".join(network.inputs)}',
            sentence(model.body),
            f'trained by: {model.training.get("command", "unknown")}',
            *error_lines(model.held_out),
        ]
        return Result(content, '\n'.join(lines))


def _unit(joint_type: str) -> str:
    return 'm' if joint_type == 'prismatic' else 'rad'
