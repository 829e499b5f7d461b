# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A model's network as an ONNX graph, for C++ and other runtimes: poses in, all heads' joints out.

Which head is best, forward kinematics must say; refinement is left to whoever runs the graph.
"""

import os
from typing import Any

import numpy as np

from learned_ik.checks import flag, instance
from learned_ik.errors import TrainingError
from learned_ik.files import checked_path, write_atomically
from learned_ik.model import IkModel
from learned_ik.network import angle_stretch

OPSET = 17
IR_VERSION = 8  # of the file: read by every onnxruntime since 1.14


def write_onnx(model: IkModel, path: str | os.PathLike[str], *, double: bool = False) -> None:
    """Write a model's network as an ONNX file.

    Inputs: `position` (n, 3) [m] of the tip in the base frame; `orientation` (n, 4), quaternion
    x y z w of any length above 0; `seed` (n, joints) [rad or m], only of a network that takes
    one; `scene` (n, points) [m], likewise: the clipped distances from the basis points of the
    world, and from those of the target, to the nearest obstacle. Output: `joint_positions`
    (n, heads, joints) [rad or m]. All of them are float32, or with `double` float64.

    Raises:
        ModelFileError: the file cannot be written there.
        TrainingError: the package onnx is not installed.

    """
    content = onnx_model(model, double=flag(double, 'double')).SerializeToString()
    write_atomically(checked_path(path, 'ONNX file'), content, what='ONNX file')


def onnx_model(model: IkModel, *, double: bool = False) -> Any:
    """Return the graph; see `write_onnx`."""
    instance(model, IkModel, 'model')
    try:
        from onnx import TensorProto, checker, helper
    except ModuleNotFoundError as error:
        raise TrainingError(
            'export needs onnx, which is not installed: pip install onnx'
        ) from error
    network, chain = model.network, model.chain
    joints, heads = chain.joint_count, network.heads
    graph = _Graph(np.float64 if double else np.float32)

    # The rotation matrix of the quaternion, row by row.
    squares = graph('Mul', 'orientation', 'orientation')
    length = graph('Sqrt', graph('ReduceSum', squares, graph.constant([1], np.int64)))
    unit = graph('Div', 'orientation', length)
    x, y, z, w = (graph('Gather', unit, graph.constant([k], np.int64), axis=1) for k in range(4))
    twice = {
        name: graph('Mul', graph('Mul', a, b), graph.constant(2.0))
        for name, a, b in (
            *(('xx', x, x), ('yy', y, y), ('zz', z, z)),
            *(('xy', x, y), ('xz', x, z), ('yz', y, z)),
            *(('xw', x, w), ('yw', y, w), ('zw', z, w)),
        )
    }

    def diagonal(a: str, b: str) -> str:
        return graph('Sub', graph.constant(1.0), graph('Add', twice[a], twice[b]))

    def aside(operation: str, a: str, b: str) -> str:
        return graph(operation, twice[a], twice[b])

    rotation = [
        *(diagonal('yy', 'zz'), aside('Sub', 'xy', 'zw'), aside('Add', 'xz', 'yw')),
        *(aside('Add', 'xy', 'zw'), diagonal('xx', 'zz'), aside('Sub', 'yz', 'xw')),
        *(aside('Sub', 'xz', 'yw'), aside('Add', 'yz', 'xw'), diagonal('xx', 'yy')),
    ]
    more = {'seed': network.seed_joints, 'scene': len(network.scene or ())}
    more = {name: width for name, width in more.items() if width}
    h = graph('Concat', 'position', *rotation, *more, axis=1)  # (n, 12), or more

    # The layers, then what the last one's numbers mean (see `network.Network`).
    last = len(network.weights) - 1
    for i, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        h = graph('Gemm', h, graph.constant(weight), graph.constant(bias), transB=1)
        if i < last and network.activation == 'silu':
            h = graph('Mul', h, graph('Sigmoid', h))
        elif i < last:
            h = graph('Relu', h)
    y = graph(
        'Reshape', h, graph.constant([-1, heads, network.outputs_for(joints) // heads], np.int64)
    )
    middle = graph.constant(chain.middle)
    half_range = graph.constant(0.5 * (chain.upper - chain.lower))
    if network.decoding == 'bounded':
        q = graph('Add', middle, graph('Mul', half_range, graph('Tanh', y)))
    elif network.decoding == 'linear':
        q = y
    else:
        places = np.arange(2 * joints)
        sine = graph('Gather', y, graph.constant(places[:joints], np.int64), axis=2)
        cosine = graph('Gather', y, graph.constant(places[joints:], np.int64), axis=2)
        angle = _atan2(graph, sine, cosine)
        if network.decoding == 'clipped':
            stretched = graph('Mul', graph.constant(angle_stretch(chain)), angle)
            inside = graph('Max', graph('Min', stretched, half_range), graph('Neg', half_range))
            q = graph('Add', middle, inside)
        else:
            slides = graph.constant([kind == 'prismatic' for kind in chain.joint_types], np.bool_)
            q = graph('Where', slides, graph('Add', middle, graph('Mul', half_range, sine)), angle)
    graph.nodes.append(helper.make_node('Identity', [q], ['joint_positions']))

    def tensor(name: str, *shape: int | str) -> Any:
        kind = TensorProto.DOUBLE if double else TensorProto.FLOAT
        return helper.make_tensor_value_info(name, kind, ['n', *shape])

    inputs = [tensor('position', 3), tensor('orientation', 4)]
    inputs += [tensor(name, width) for name, width in more.items()]
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            'inverse_kinematics',
            inputs,
            [tensor('joint_positions', heads, joints)],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid('', OPSET)],
        producer_name='learned_ik',
        producer_version=model.package_version,
        doc_string=write_onnx.__doc__,
    )
    made.ir_version = IR_VERSION
    about = {
        'base_link': chain.base_link,
        'tip_link': chain.tip_link,
        'joint_names': ' '.join(chain.joint_names),
        'fingerprint': chain.fingerprint,
    }
    helper.set_model_props(made, about)
    checker.check_model(made, full_check=True)
    return made


class _Graph:
    """Collects nodes and constants, and names them."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype  # of its numbers
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        from onnx import helper

        name = f'{operation.lower()}_{len(self.nodes)}'
        self.nodes.append(helper.make_node(operation, list(inputs), [name], **attributes))
        return name

    def constant(self, values: Any, dtype: Any = None) -> str:
        """Add a constant and return its name."""
        from onnx import numpy_helper

        name = f'constant_{len(self.constants)}'
        array = np.ascontiguousarray(np.asarray(values, dtype or self.dtype))
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def _atan2(graph: _Graph, sine: str, cosine: str) -> str:
    """Return atan2, which ONNX lacks.

    With r the length of (cosine, sine), 2 atan(sine / (r + |cosine|)) is the angle to the nearer
    half of the cosine's axis: nothing is divided by a small number. Runtimes have atan in single
    precision alone; in double, one step of Newton's method makes up for that.
    """
    square = graph('Add', graph('Mul', sine, sine), graph('Mul', cosine, cosine))
    length = graph('Sqrt', square)
    size = graph('Add', length, graph('Abs', cosine))
    acute = graph('Mul', _atan(graph, graph('Div', sine, size)), graph.constant(2.0))
    # In the left half plane: the angle to the negative axis, taken from half a turn.
    down = graph('Less', sine, graph.constant(0.0))
    half_turn = graph('Where', down, graph.constant(-np.pi), graph.constant(np.pi))
    obtuse = graph('Sub', half_turn, acute)
    angle = graph('Where', graph('Less', cosine, graph.constant(0.0)), obtuse, acute)
    if graph.dtype == np.float32:
        return angle
    across = graph('Mul', sine, graph('Cos', angle))
    along = graph('Mul', cosine, graph('Sin', angle))
    return graph('Add', angle, graph('Div', graph('Sub', across, along), length))


def _atan(graph: _Graph, x: str) -> str:
    from onnx import TensorProto

    if graph.dtype == np.float32:
        return graph('Atan', x)
    single = graph('Atan', graph('Cast', x, to=TensorProto.FLOAT))
    return graph('Cast', single, to=TensorProto.DOUBLE)
