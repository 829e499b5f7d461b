# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`export`: a model's network for other runtimes."""

import dataclasses
from pathlib import Path

from learned_ik.commands.arguments import flag, option, positional
from learned_ik.commands.result import Result
from learned_ik.model import IkModel


@dataclasses.dataclass(frozen=True)
class Export:
    """Write a model's network as an ONNX file, all heads, without refinement."""

    model: Path = positional('model file')
    onnx: Path = option('ONNX file to write')
    double: bool = flag('float64 instead of float32: to compare to the last digits')
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Write it, and tell what goes in and comes out."""
        from learned_ik.onnx_export import write_onnx

        model = IkModel.load(self.model)
        write_onnx(model, self.onnx, double=self.double)
        joints = model.chain.joint_count
        inputs = {'position': ['n', 3], 'orientation': ['n', 4]}
        if model.network.seed_joints:
            inputs['seed'] = ['n', joints]
        scene = model.network.scene
        if scene is not None:
            inputs['scene'] = ['n', len(scene)]
        outputs = {'joint_positions': ['n', model.network.heads, joints]}
        content = {
            'onnx': str(self.onnx),
            'inputs': inputs,
            'outputs': outputs,
            'basis_points': None
            if scene is None
            else {
                'world': scene.world.tolist(),
                'target': scene.target.tolist(),
                'far': scene.far,
            },
            'joint_names': list(model.chain.joint_names),
            'units': {'length': 'm', 'angle': 'rad', 'quaternion': 'x y z w'},
        }
        lines = [f'{self.onnx}:']
        lines += [f'  in   {name} {tuple(shape)}' for name, shape in inputs.items()]
        lines += [f'  out  {name} {tuple(shape)}' for name, shape in outputs.items()]
        return Result(content, '\n'.join(lines))
