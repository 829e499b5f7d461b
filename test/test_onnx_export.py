# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain, cli
from learned_ik.errors import ModelFileError
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.rotations import quaternion_from_matrix

pytest.importorskip('onnx')
onnxruntime = pytest.importorskip('onnxruntime')

from learned_ik.onnx_export import onnx_model, write_onnx  # noqa: E402

SLIDER = """
<robot name="slider">
  <link name="base"/> <link name="cart"/> <link name="arm"/> <link name="tip"/>
  <joint name="slide" type="prismatic">
    <parent link="base"/> <child link="cart"/> <axis xyz="1 0 0"/>
    <limit lower="-0.2" upper="0.6" effort="1" velocity="1"/>
  </joint>
  <joint name="turn" type="continuous">
    <parent link="cart"/> <child link="arm"/> <axis xyz="0 0 1"/>
  </joint>
  <joint name="bend" type="revolute">
    <origin xyz="0.3 0 0"/> <parent link="arm"/> <child link="tip"/> <axis xyz="0 1 0"/>
    <limit lower="-1" upper="2" effort="1" velocity="1"/>
  </joint>
</robot>
"""


def poses_of(position: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """Return what a network is shown: (n, 12)."""
    return np.concatenate([position, rotation.reshape(-1, 9)], axis=1)


def run(model: IkModel, dtype=np.float32, **inputs) -> np.ndarray:
    content = onnx_model(model, double=dtype == np.float64).SerializeToString()
    session = onnxruntime.InferenceSession(content, providers=['CPUExecutionProvider'])
    inputs = {name: values.astype(dtype) for name, values in inputs.items()}
    return session.run(['joint_positions'], inputs)[0]


@pytest.mark.parametrize('activation', ['silu', 'relu'])
@pytest.mark.parametrize('decoding', ['clipped', 'bounded', 'linear', 'biternion'])
def test_onnxruntime_gives_the_networks_answers(untrained, evaluated, decoding, activation):
    chain = KinematicChain.from_urdf(SLIDER)
    model = untrained(chain, decoding=decoding, activation=activation)
    q = chain.sample(np.random.default_rng(0), 300)
    rotation, position = chain.forward_matrix(q)
    orientation = quaternion_from_matrix(rotation) * np.linspace(0.3, -3, 300)[:, None]
    found = run(model, position=position, orientation=orientation)
    assert found.shape == (300, 3, 3)
    expected = evaluated(model.network, model.chain, poses_of(position, rotation))
    difference = found - expected
    if decoding == 'biternion':  # half a turn and minus half a turn are one angle
        turned = (difference[..., 1:] + np.pi) % (2 * np.pi) - np.pi
        difference = np.concatenate([difference[..., :1], turned], axis=-1)
    most = {'biternion': 1e-4, 'clipped': 1e-5}.get(decoding, 2e-6)  # of a short sine and cosine
    assert np.abs(difference).max() < most
    assert np.median(np.abs(difference)) < 1e-6


@pytest.mark.parametrize('decoding', ['clipped', 'bounded', 'linear'])
def test_in_double_it_is_the_same_to_the_last_digits(untrained, evaluated, tiago, decoding):
    model = untrained(tiago, decoding=decoding)
    rotation, position = tiago.forward_matrix(tiago.sample(np.random.default_rng(0), 300))
    orientation = quaternion_from_matrix(rotation)
    found = run(model, np.float64, position=position, orientation=orientation)
    expected = evaluated(model.network, tiago, poses_of(position, rotation))
    np.testing.assert_allclose(found, expected, atol=1e-11)


def test_a_network_that_takes_a_seed_has_a_third_input(untrained, tiago):
    model = untrained(tiago)
    wider = np.hstack([model.network.weights[0], np.full((18, 7), 0.1, np.float32)])
    weights = (wider, *model.network.weights[1:])
    seeded = dataclasses.replace(model.network, weights=weights, seed_joints=7)
    seeded = dataclasses.replace(model, network=seeded)
    rotation, position = tiago.forward_matrix(tiago.sample(np.random.default_rng(0), 5))
    inputs = {'position': position, 'orientation': quaternion_from_matrix(rotation)}
    blind = run(model, **inputs)
    np.testing.assert_allclose(run(seeded, **inputs, seed=np.zeros((5, 7))), blind, atol=1e-6)
    assert np.abs(run(seeded, **inputs, seed=np.ones((5, 7))) - blind).max() > 1e-2


def test_a_network_that_takes_the_scene_has_a_third_input(untrained, tiago):
    model, points = untrained(tiago), BasisPoints.for_chain(tiago)
    wider = np.hstack([model.network.weights[0], np.full((18, len(points)), 0.1, np.float32)])
    weights = (wider, *model.network.weights[1:])
    seeing = dataclasses.replace(model.network, weights=weights, scene=points)
    rotation, position = tiago.forward_matrix(tiago.sample(np.random.default_rng(0), 5))
    inputs = {'position': position, 'orientation': quaternion_from_matrix(rotation)}
    nothing = np.full((5, len(points)), points.far)
    found = run(dataclasses.replace(model, network=seeing), **inputs, scene=nothing)
    open_ = run(dataclasses.replace(model, network=seeing.in_the_open()), **inputs)
    np.testing.assert_allclose(found, open_, atol=1e-5)


def test_the_command_writes_it_and_says_what_is_in_it(tmp_path, untrained, tiago, capsys):
    untrained(tiago).save(tmp_path / 'arm.safetensors')
    arguments = ['export', str(tmp_path / 'arm.safetensors'), '--onnx', str(tmp_path / 'arm.onnx')]
    assert cli.main([*arguments, '--json']) == 0
    content = json.loads(capsys.readouterr().out)
    assert content['outputs'] == {'joint_positions': ['n', 3, 7]}
    session = onnxruntime.InferenceSession(tmp_path / 'arm.onnx')
    assert [(i.name, i.shape) for i in session.get_inputs()] == [
        ('position', ['n', 3]),
        ('orientation', ['n', 4]),
    ]
    about = session.get_modelmeta().custom_metadata_map
    assert about['joint_names'].split() == list(tiago.joint_names)
    with pytest.raises(ModelFileError, match=r'ONNX file .* cannot be written'):
        write_onnx(untrained(tiago), tmp_path / 'arm.onnx' / 'below')
