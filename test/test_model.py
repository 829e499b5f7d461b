# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0

import dataclasses
import json
import math

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from learned_ik import IkModel
from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.model import METADATA_KEY
from learned_ik.network import Network
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body


@pytest.fixture
def model(tiago, untrained) -> IkModel:
    return dataclasses.replace(
        untrained(tiago),
        training={'minutes': 2.0, 'command': 'python -m learned_ik train'},
        held_out={'position_mean': 0.006},
        obstacles=((0.1, 0.2, 0.3, 0.05),),
        body=Body.from_chain(tiago, 0.06),
    )


@pytest.fixture
def path(model, tmp_path):
    model.save(tmp_path / 'arm.safetensors')
    return tmp_path / 'arm.safetensors'


def description_of(path) -> dict:
    with safe_open(path, framework='numpy') as file:
        return json.loads(file.metadata()[METADATA_KEY])


def described(path, change) -> None:
    """Rewrite a model file as earlier releases did, with its description changed by a function."""
    description = description_of(path)
    del description['sha256']
    description['format_version'] = 2
    change(description)
    save_file(load_file(path), path, metadata={METADATA_KEY: json.dumps(description)})


def test_what_is_saved_is_what_is_loaded(model, path):
    loaded = IkModel.load(path)
    assert loaded.chain.fingerprint == model.chain.fingerprint
    for mine, theirs in zip(model.network.weights, loaded.network.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for mine, theirs in zip(model.network.biases, loaded.network.biases, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for field in ('activation', 'decoding', 'heads'):
        assert getattr(loaded.network, field) == getattr(model.network, field)
    for field in ('name', 'training', 'held_out', 'obstacles', 'package_version'):
        assert getattr(loaded, field) == getattr(model, field)


def test_the_body_travels_with_it(model, path):
    loaded = IkModel.load(path)
    assert loaded.body.to_dict() == model.body.to_dict()


def test_a_file_from_before_there_were_bodies_is_read(path):
    described(path, lambda description: description.pop('body'))
    assert IkModel.load(path).body is None


def test_a_body_that_does_not_fit_the_chain_is_a_damaged_file(path):
    described(path, lambda description: description['body']['frames'].__setitem__(0, 99))
    with pytest.raises(ModelFileError, match='capsules on frame 99; expected 0 up to 7'):
        IkModel.load(path)


def test_saving_twice_gives_the_same_bytes(model, path, tmp_path):
    model.save(tmp_path / 'again.safetensors')
    assert (tmp_path / 'again.safetensors').read_bytes() == path.read_bytes()


def test_there_is_no_pickle_in_it(path):
    assert path.read_bytes()[8:9] == b'{'  # safetensors: eight bytes of length, then JSON


@pytest.mark.parametrize('share', [0.0, 0.001, 0.1, 0.5, 0.99])
def test_a_truncated_file(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFileError, match='broken or cut short'):
        IkModel.load(path)


def test_a_missing_file_and_a_folder(tmp_path):
    for place in (tmp_path / 'nowhere', tmp_path):
        with pytest.raises(ModelFileError, match='does not exist or is not a file'):
            IkModel.load(place)


def test_a_foreign_file(path, tmp_path):
    foreign = tmp_path / 'foreign.safetensors'
    save_file({'weight': np.zeros(3, np.float32)}, foreign)
    with pytest.raises(ModelFileError, match='not a learned_ik model'):
        IkModel.load(foreign)
    foreign.write_bytes(b'PK\x03\x04 a pickle of torch')
    with pytest.raises(ModelFileError, match='broken or cut short'):
        IkModel.load(foreign)


def test_a_newer_file(path):
    described(path, lambda d: d.update(format_version=99, package_version='9.9'))
    with pytest.raises(ModelFileError, match=r"version 99, written by learned_ik '9\.9'.*update"):
        IkModel.load(path)


@pytest.mark.parametrize(
    'change',
    [
        lambda d: d.pop('chain'),
        lambda d: d.pop('network'),
        lambda d: d.pop('format_version'),
        lambda d: d.update(format_version='one'),
        lambda d: d['network'].update(heads=7),
        lambda d: d['network'].update(heads='many'),
        lambda d: d['network'].update(activation='gelu'),
        lambda d: d['network'].update(layers=9),
        lambda d: d['chain'].update(joint_names=[]),
        lambda d: d['chain'].update(joint_names=None),
        lambda d: d['chain']['lower'].pop(),
        lambda d: d['chain']['source'].__setitem__(0, 99),
        lambda d: d['chain']['transforms'][1][0].__setitem__(3, 0.5),
        lambda d: d.update(obstacles=[[1, 2]]),
        lambda d: d.update(obstacles='none'),
        lambda d: d.update(training=3),
        lambda d: d.update(more=3),
        lambda d: d.update(name=3),
        lambda d: d.update(format_version=True),
        lambda d: d.update(format_version=-1),
        lambda d: d.update(fingerprint=None),
        lambda d: d['network'].update(heads=True),
        lambda d: d['network'].update(layers=-1),
        lambda d: d['network'].update(width=3),
        lambda d: d['body'].update(pairs=[[0, 1]] * 200_000),
        lambda d: d['body'].update(pairs=[[0, 99]]),
        lambda d: d['body']['radii'].__setitem__(0, -0.1),
        lambda d: d['body'].pop('links'),
    ],
)
def test_every_kind_of_damage_is_a_model_file_error(path, change):
    described(path, change)
    with pytest.raises(ModelFileError, match='damaged model file'):
        IkModel.load(path)


def test_damaged_json(path):
    save_file(load_file(path), path, metadata={METADATA_KEY: '{"format_version": 1,'})
    with pytest.raises(ModelFileError, match='damaged'):
        IkModel.load(path)


def test_weights_that_are_not_finite(path):
    described(path, lambda description: None)
    with safe_open(path, framework='numpy') as file:
        metadata = file.metadata()
    tensors = load_file(path)
    for value in (np.nan, np.inf, 1e30):
        tensors['layer_1.weight'][0, 0] = value
        save_file(tensors, path, metadata=metadata)
        with pytest.raises(ModelFileError, match='layer 1 has weights or biases of size'):
            IkModel.load(path)


def test_a_network_must_fit_its_chain(tiago, artificial, untrained):
    with pytest.raises(InvalidInputError, match='gives 42 numbers; expected 30'):
        IkModel(chain=artificial(5), network=untrained(tiago).network)


def test_a_network_that_takes_a_seed_has_the_newer_format(
    tiago, untrained, with_seed_input, tmp_path
):
    model = untrained(tiago)
    network = with_seed_input(model, seed_weight=0.02).network
    path = tmp_path / 'seeded.safetensors'
    dataclasses.replace(model, network=network).save(path)
    loaded = IkModel.load(path).network
    assert (loaded.seed_joints, loaded.seed_weight) == (7, 0.02)
    with safe_open(path, framework='numpy') as file:
        about = json.loads(file.metadata()['learned_ik'])
    assert (about['format_version'], about['network']['inputs']) == (3, ['pose', 'seed'])
    with pytest.raises(InvalidInputError, match=r'expected \(n, 12\)'):
        dataclasses.replace(network, seed_joints=0, seed_weight=0.0)
    for weight in (-0.1, np.nan, np.inf):
        with pytest.raises(InvalidInputError, match='seed_weight is'):
            dataclasses.replace(network, seed_weight=weight)
    with pytest.raises(InvalidInputError, match='0 where there are none'):
        dataclasses.replace(model.network, seed_weight=0.02)


def test_files_of_earlier_releases_are_read(model, path):
    for version in (1, 2):
        described(path, lambda d, version=version: d.update(format_version=version))
        assert 'sha256' not in description_of(path)
        loaded = IkModel.load(path)
        np.testing.assert_array_equal(loaded.network.weights[0], model.network.weights[0])
        model.save(path)


def test_what_json_does_not_know_is_not_saved(model, path):
    before = path.read_bytes()
    for training in ({'seconds': math.nan}, {'x': object()}, {'all': 'x' * 5_000_000}):
        with pytest.raises(InvalidInputError, match='to be saved'):
            dataclasses.replace(model, training=training).save(path)
    assert path.read_bytes() == before


@pytest.fixture
def seeing(tiago, untrained) -> IkModel:
    """Return a model whose network takes the scene."""
    model, points = untrained(tiago), BasisPoints.for_chain(tiago)
    more = np.random.default_rng(1).normal(0, 0.3, (18, len(points))).astype(np.float32)
    weights = (np.hstack([model.network.weights[0], more]), *model.network.weights[1:])
    network = dataclasses.replace(model.network, weights=weights, scene=points)
    return dataclasses.replace(model, network=network)


def first_layer(network: Network, inputs: np.ndarray) -> np.ndarray:
    return inputs @ network.weights[0].T.astype(np.float64) + network.biases[0]


def test_a_network_that_takes_the_scene_keeps_its_points(seeing, tmp_path):
    path = tmp_path / 'seeing.safetensors'
    seeing.save(path)
    points, loaded = seeing.network.scene, IkModel.load(path).network
    assert (loaded.scene.world == points.world).all()
    assert (loaded.scene.target == points.target).all()
    assert loaded.scene.far == points.far
    assert (loaded.weights[0] == seeing.network.weights[0]).all()
    with safe_open(path, framework='numpy') as file:
        about = json.loads(file.metadata()['learned_ik'])
    assert (about['format_version'], about['network']['inputs']) == (3, ['pose', 'scene'])
    with pytest.raises(InvalidInputError, match=r'expected \(n, 12\)'):
        dataclasses.replace(seeing.network, scene=None)
    with pytest.raises(InvalidInputError, match='a seed or the scene'):
        dataclasses.replace(seeing.network, seed_joints=7)


def test_what_is_known_of_the_scene_becomes_part_of_the_biases(seeing):
    network, points = seeing.network, seeing.network.scene
    pose, about = np.linspace(-1, 1, 12), np.linspace(-points.far, points.far, 32)
    spheres = np.array([[0.5, 0.1, 0.2, 0.2], [0.2, -0.3, -0.1, 0.1]])
    known = points.world_distances(spheres)
    assert (known < points.far).any()
    expected = first_layer(network, np.concatenate([pose, known, about]))
    there = first_layer(network.in_world(spheres), np.concatenate([pose, about]))
    np.testing.assert_allclose(there, expected, atol=1e-5)
    nothing = np.full(len(points), points.far)
    expected = first_layer(network, np.concatenate([pose, nothing]))
    np.testing.assert_allclose(first_layer(network.in_the_open(), pose), expected, atol=1e-5)
    assert network.in_the_open().scene is None


def test_a_file_without_its_basis_points_is_damaged(seeing, tmp_path):
    path = tmp_path / 'seeing.safetensors'
    seeing.save(path)
    with safe_open(path, framework='numpy') as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    del tensors['basis_points.world']
    save_file(tensors, path, metadata=metadata)
    with pytest.raises(ModelFileError, match='damaged model file'):
        IkModel.load(path)
