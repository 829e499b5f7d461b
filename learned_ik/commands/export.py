# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`export`: a model for other runtimes."""

import dataclasses
from pathlib import Path
from typing import Any

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.errors import ConfigurationError
from learned_ik.model import IkModel


@dataclasses.dataclass(frozen=True)
class Export:
    """Write a model for other runtimes.

    As an ONNX file: the network, all heads, without refinement. As a packed model: all that the
    solver needs, for C++ (`include/learned_ik/ik.hpp`).
    """

    model: Path = positional('model file')
    onnx: Path | None = option('ONNX file to write', None)
    native: Path | None = option('packed model to write, for C++', None)
    double: bool = flag('float64 instead of float32 in the ONNX file: to compare the last digits')
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Write what is asked for, and tell what is in it."""
        if self.onnx is None and self.native is None:
            raise ConfigurationError(
                'nothing to write; expected --onnx FILE, --native FILE, or both'
            )
        model = IkModel.load(self.model)
        content: dict[str, Any] = {'joint_names': list(model.chain.joint_names)}
        lines = []
        if self.native is not None:
            from learned_ik.native.packed_model import write_packed

            write_packed(model, self.native)
            content['native'] = str(self.native)
            lines.append(f'{self.native}: {self.native.stat().st_size / 1e3:.0f} kB, for C++')
        if self.onnx is not None:
            about = self._write_onnx(model, self.onnx)
            content |= about
            lines.append(f'{self.onnx}:')
            lines += [f'  in   {name} {tuple(shape)}' for name, shape in about['inputs'].items()]
            lines += [f'  out  {name} {tuple(shape)}' for name, shape in about['outputs'].items()]
        return Result(content, '\n'.join(lines))

    def _write_onnx(self, model: IkModel, path: Path) -> dict[str, Any]:
        """Write the network, and return what goes in and comes out."""
        from learned_ik.onnx_export import write_onnx

        write_onnx(model, path, double=self.double)
        joints = model.chain.joint_count
        inputs = {'position': ['n', 3], 'orientation': ['n', 4]}
        if model.network.seed_joints:
            inputs['seed'] = ['n', joints]
        scene = model.network.scene
        if scene is not None:
            inputs['scene'] = ['n', len(scene)]
        return {
            'onnx': str(path),
            'inputs': inputs,
            'outputs': {'joint_positions': ['n', model.network.heads, joints]},
            'basis_points': None
            if scene is None
            else {
                'world': scene.world.tolist(),
                'target': scene.target.tolist(),
                'far': scene.far,
            },
            'units': {'length': 'm', 'angle': 'rad', 'quaternion': 'x y z w'},
        }
