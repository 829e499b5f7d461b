# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Model files that are damaged, hostile or absurd: refused, in bounded time and memory."""

import dataclasses
import hashlib
import json
import resource
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from learned_ik import IkModel
from learned_ik.errors import LearnedIkError, ModelFileError
from learned_ik.model import METADATA_KEY
from learned_ik.robot.body import Body
from learned_ik.storage.sealed import MOST_BYTES, MOST_TEXT

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / 'models').glob('*.safetensors'))
FLIPS = 400


@pytest.fixture(scope='module')
def small(tmp_path_factory, artificial, untrained) -> Path:
    """Return the file of a small model with a body."""
    chain = artificial(3)
    path = tmp_path_factory.mktemp('small') / 'small.safetensors'
    model = untrained(chain, heads=2, width=6)
    model = dataclasses.replace(model, body=Body.from_chain(chain), training={'seconds': 1.5})
    model.save(path)
    return path


def parts_of(path: Path) -> tuple[dict, dict, bytes]:
    """Return the header of a file, its description, and the bytes of its tensors."""
    content = path.read_bytes()
    (length,) = struct.unpack('<Q', content[:8])
    header = json.loads(content[8 : 8 + length])
    return header, json.loads(header['__metadata__'][METADATA_KEY]), content[8 + length :]


def written(path: Path, header: dict, description: dict | str, tensors: bytes) -> Path:
    """Write a file of any content, sealed like one of ours where it is to be."""
    text = description if isinstance(description, str) else json.dumps(description, sort_keys=True)
    header['__metadata__'][METADATA_KEY] = text
    encoded = json.dumps(header).encode()
    content = struct.pack('<Q', len(encoded)) + encoded + tensors
    zeros, entry = '0' * 64, '\\"sha256\\": \\"%s\\"'
    if (entry % zeros).encode() in content:
        digest = hashlib.sha256(content).hexdigest()
        content = content.replace((entry % zeros).encode(), (entry % digest).encode())
    path.write_bytes(content)
    return path


@pytest.fixture
def changed(small, tmp_path):
    """Return a function that writes the small model with its description changed, sealed anew."""

    def write(change) -> Path:
        header, description, tensors = parts_of(small)
        description['sha256'] = '0' * 64
        result = change(description)
        return written(
            tmp_path / 'changed.safetensors',
            header,
            result if isinstance(result, str) else description,
            tensors,
        )

    return write


def test_a_file_sealed_by_hand_is_taken(changed, small):
    """What the other tests write is refused for what they changed, and for nothing else."""
    model = IkModel.load(changed(lambda description: description['training'].update(more=1)))
    assert model.training['more'] == 1
    assert model.chain.fingerprint == IkModel.load(small).chain.fingerprint


@pytest.mark.parametrize('path', MODELS, ids=lambda path: path.stem)
def test_every_shipped_model_is_sealed_and_saves_to_the_same_bytes(path, tmp_path):
    _, description, _ = parts_of(path)
    assert description['format_version'] == 3
    IkModel.load(path).save(tmp_path / 'again.safetensors')
    assert (tmp_path / 'again.safetensors').read_bytes() == path.read_bytes()


def test_every_bit_counts(small, tmp_path):
    """Each bit of length, blanks and checksum, and some hundred of all others, turned over."""
    content, path = small.read_bytes(), tmp_path / 'flipped.safetensors'
    (length,) = struct.unpack('<Q', content[:8])
    header = content[8 : 8 + length]
    blanks = [8 + i for i in range(len(header.rstrip()) - 2, length)]
    version = 8 + header.index(b'format_version')
    checksum = 8 + header.index(b'sha256')
    places = [*range(8), *blanks, *range(version, version + 22), *range(checksum, checksum + 12)]
    bits = [8 * place + bit for place in places for bit in range(8)]
    rng = np.random.default_rng(0)
    bits += rng.integers(0, 8 * len(content), FLIPS).tolist()
    bits += rng.integers(8 * (8 + length), 8 * len(content), FLIPS).tolist()
    for bit in bits:
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(ModelFileError):
            IkModel.load(path)


def test_a_flipped_bit_of_a_shipped_model_is_refused(tmp_path):
    content, path = MODELS[0].read_bytes(), tmp_path / 'flipped.safetensors'
    for bit in np.random.default_rng(1).integers(0, 8 * len(content), 40).tolist():
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(ModelFileError):
            IkModel.load(path)


def test_what_is_cut_or_longer_is_refused(small, tmp_path):
    content, path = small.read_bytes(), tmp_path / 'cut.safetensors'
    lengths = np.random.default_rng(2).integers(0, len(content), 60).tolist()
    for damaged in (
        *(content[:n] for n in (*lengths, 0, 7, 8, 9)),
        content + b'\0',
        b' ' + content,
    ):
        path.write_bytes(damaged)
        with pytest.raises(ModelFileError):
            IkModel.load(path)


def seal_off(description: dict, **changes) -> None:
    del description['sha256']
    description.update(changes)


def test_an_entry_that_looks_like_the_checksums_place_is_not_saved(small, tmp_path):
    model, path = IkModel.load(small), tmp_path / 'model.safetensors'
    for field in ('training', 'held_out'):
        with pytest.raises(LearnedIkError, match="has an entry 'sha256' of zeros"):
            dataclasses.replace(model, **{field: {'of': {'sha256': '0' * 64}}}).save(path)
        other = dataclasses.replace(model, **{field: {'of': {'sha256': '1' * 64}}})
        other.save(path)
        assert getattr(IkModel.load(path), field) == getattr(other, field)


def test_a_files_name_is_told_in_short_and_on_one_line(small, tmp_path):
    path = tmp_path / 'a\n[ERROR] forged'
    for content in (b'', small.read_bytes()[:-1], small.read_bytes() + b'x'):
        path.write_bytes(content)
        with pytest.raises(ModelFileError) as caught:
            IkModel.load(path)
        assert '\n' not in str(caught.value)


def test_neither_version_nor_checksum_can_be_taken_away(changed):
    with pytest.raises(ModelFileError, match='it has no checksum; version 3 has one'):
        IkModel.load(changed(seal_off))
    with pytest.raises(ModelFileError, match=r"has \['sha257'\]"):
        IkModel.load(changed(lambda d: seal_off(d, format_version=2, sha257='0' * 64)))
    with pytest.raises(ModelFileError, match='its checksum is none'):
        IkModel.load(changed(lambda d: d.update(sha256=None)))
    with pytest.raises(ModelFileError, match='is not that of what it holds'):
        IkModel.load(changed(lambda d: d.update(format_version=1, sha256='a' * 64)))


def put(*keys_and_value):
    """Return a function that puts a value somewhere into a description."""
    *keys, last, value = keys_and_value

    def change(description: dict) -> None:
        place = description
        for key in keys:
            place = place[key]
        place[last] = value

    return change


def text_with(old: str, new: str):
    """Return a function that replaces a part of the description's text."""

    def change(description: dict) -> str:
        text = json.dumps(description, sort_keys=True)
        assert old in text
        return text.replace(old, new, 1)

    return change


HUGE = 10**12
CHANGES = {
    'limits the wrong way round': (put('chain', 'lower', 0, 9.0), 'lower <= upper'),
    'a limit of NaN': (put('chain', 'lower', 0, float('nan')), 'NaN is not finite'),
    'an infinite limit': (put('chain', 'upper', 0, float('inf')), 'Infinity is not finite'),
    'a transform of NaN': (put('chain', 'transforms', 1, 0, 3, float('nan')), 'not finite'),
    'a transform of 1e308': (put('chain', 'transforms', 1, 0, 3, 1e308), r'transforms\[1\]'),
    'a scaled rotation': (put('chain', 'transforms', 1, 0, 0, 2.0), r'\[1\] .* not scaled'),
    'a mirror': (
        put('chain', 'transforms', 0, [[-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
        r'transforms\[0\]',
    ),
    'a projection': (put('chain', 'transforms', 1, 3, 0, 0.1), r'transforms\[1\]'),
    'a multiplier of NaN': (put('chain', 'multiplier', 0, float('nan')), 'not finite'),
    'a huge multiplier': (put('chain', 'multiplier', 0, 1e300), 'multiplier'),
    'an unknown type': (put('chain', 'joint_types', 0, 'bogus'), 'joint_types'),
    'a type too few': (put('chain', 'joint_types', ['revolute'] * 2), 'joint_types'),
    'a joint that drives nothing': (put('chain', 'source', [0, 0, 0]), 'source'),
    'half a source': (put('chain', 'source', 0, 0.5), 'source .* whole numbers'),
    'a name twice': (lambda d: put('chain', 'joint_names', ['a', 'a', 'b'])(d), 'joint_names'),
    'a number as a name': (put('chain', 'tip_link', 3), 'tip_link is 3; expected a text'),
    'a truth as a number': (put('chain', 'offset', 0, True), 'offset .* expected numbers'),
    'a number as a truth': (put('chain', 'prismatic', 0, 1), 'prismatic .* True or False'),
    'a negative velocity': (put('chain', 'velocity', 0, -1.0), 'velocity'),
    'a base frame that is none': (put('chain', 'base_frames', {'a': [[1.0]]}), 'frame'),
    'an unknown field': (put('chain', 'colour', 'red'), r"the chain has \['colour'\]"),
    'negative layers': (put('network', 'layers', -1), 'layers is -1; expected 2 up to 64'),
    'many layers': (put('network', 'layers', HUGE), 'layers is 1000000000000; expected'),
    'many heads': (put('network', 'heads', 100_000), 'heads is 100000; expected 1 up to 1024'),
    'heads as a truth': (put('network', 'heads', True), 'heads is True'),
    'heads of 400 digits': (put('network', 'heads', 10**400), 'heads is a whole number of about'),
    'a seed weight of a text': (put('network', 'seed_weight', '0'), "seed_weight is '0'"),
    'many capsules': (
        lambda d: d['body'].update(links=['a'] * 5000, frames=[0] * 5000, radii=[1.0] * 5000,
                                   ends=[[[0, 0, 0]] * 2] * 5000),
        'the body has 5000 capsules; expected 1024 at most',
    ),
    'many pairs': (put('body', 'pairs', [[0, 1]] * 150_000), 'has 150000 pairs of capsules'),
    'a pair of nothing': (put('body', 'pairs', [[0, 77]]), 'pairs of the body name capsules'),
    'a radius of 0': (put('body', 'radii', 0, 0.0), 'radii above 0'),
    'a capsule far away': (put('body', 'ends', 0, 0, 0, 1e9), 'the body has ends up to 1e.09 m'),
    'a capsule beyond the chain': (put('body', 'frames', 0, 9), 'frame 9; expected 0 up to 3'),
    'an obstacle of NaN': (put('obstacles', [[0, 0, 1, float('nan')]]), 'not finite'),
    'too many obstacles': (put('obstacles', [[0.0, 0, 1, 0.1]] * 2000), '2000 spheres'),
    'a description of 4 MB': (put('training', 'text', 'x' * MOST_TEXT), 'its header says'),
    'a number of 1e400': (text_with('"seconds": 1.5', '"seconds": 1e400'), '1e400 is not finite'),
    'a key twice': (text_with('"seconds": 1.5', '"seconds": 1, "seconds": 2'), 'there twice'),
    'deep nesting': (
        text_with('"seconds": 1.5', '"seconds": ' + '[' * 100_000 + ']' * 100_000),
        'recursion',
    ),
    'no description': (lambda d: '[1, 2]', 'its description is a list'),
    'half a description': (text_with('"seconds": 1.5}', ''), 'damaged'),
}  # fmt: skip


@pytest.mark.parametrize(('change', 'message'), CHANGES.values(), ids=CHANGES)
def test_what_cannot_be_is_refused_with_file_and_field(changed, change, message):
    """However well it is sealed."""
    path = changed(change)
    with pytest.raises(ModelFileError, match=message) as caught:
        IkModel.load(path)
    assert path.name in str(caught.value)
    assert len(str(caught.value)) < 1500


def header_with(name: str, entry: dict):
    def change(header: dict) -> None:
        header[name] = entry

    return change


HEADERS = {
    '8 GB': header_with(
        'layer_0.weight', {'dtype': 'F32', 'shape': [2**31, 1], 'data_offsets': [0, 2**33]}
    ),
    'a type nobody has': header_with(
        'layer_0.bias', {'dtype': 'F8_E4M3', 'shape': [6], 'data_offsets': [0, 6]}
    ),
    'a negative shape': header_with(
        'layer_0.bias', {'dtype': 'F32', 'shape': [-6], 'data_offsets': [0, 24]}
    ),
    'a shape that overflows': header_with(
        'layer_0.bias', {'dtype': 'F32', 'shape': [2**62, 2**62], 'data_offsets': [0, 24]}
    ),
    'an unknown tensor': header_with(
        'layer_9.bias', {'dtype': 'F32', 'shape': [0], 'data_offsets': [0, 0]}
    ),
    'no offsets': header_with('layer_0.bias', {'dtype': 'F32', 'shape': [6]}),
    'a list': header_with('layer_0.bias', []),
}  # fmt: skip


@pytest.mark.parametrize('change', HEADERS.values(), ids=HEADERS)
def test_tensors_that_cannot_be_are_refused(small, tmp_path, change):
    header, description, tensors = parts_of(small)
    description['sha256'] = '0' * 64
    change(header)
    path = written(tmp_path / 'tensors.safetensors', header, description, tensors)
    with pytest.raises(ModelFileError):
        IkModel.load(path)


def test_a_file_of_many_gigabytes_is_refused_without_being_read(small, tmp_path):
    """In a process that may take no more memory than the largest file needs."""
    path = tmp_path / 'large.safetensors'
    path.write_bytes(struct.pack('<Q', 2**40))
    with path.open('r+b') as file:
        file.truncate(2**36)  # a hole
    program = (
        'import resource, sys\n'
        'from learned_ik import IkModel\n'
        'from learned_ik.errors import ModelFileError\n'
        'before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n'
        'try:\n'
        '    IkModel.load(sys.argv[1])\n'
        'except ModelFileError as error:\n'
        '    print(error)\n'
        'print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n'
    )
    done = subprocess.run(
        [sys.executable, '-c', program, str(path)], capture_output=True, text=True, timeout=120
    )
    message, kilobytes = done.stdout.strip().splitlines()
    assert f'is larger than {MOST_BYTES} bytes' in message
    assert int(kilobytes) < 2 * MOST_BYTES / 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_random_damage_of_an_older_file_is_refused_or_harmless(changed, tmp_path):
    """Files of earlier releases have no checksum: whatever loads is a model that can be asked."""
    content = bytearray(changed(lambda d: seal_off(d, format_version=2)).read_bytes())
    path, rng = tmp_path / 'older.safetensors', np.random.default_rng(3)
    loaded = 0
    for _ in range(200):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            model = IkModel.load(path)
        except ModelFileError:
            continue
        loaded += 1
        position, orientation = model.chain.forward(model.chain.middle)
        assert np.isfinite(position).all()
        assert np.isfinite(orientation).all()
        assert np.isfinite(model.network.evaluate(model.chain, np.zeros(12))).all()
    assert loaded < 200


def test_a_training_configuration_from_a_file_is_bounded(small):
    """What retraining would take from a model file cannot take all memory."""
    from learned_ik.learning.retraining import configuration_for

    model = IkModel.load(small)
    wild = {'batch': 900_000, 'held_out': 10**7, 'threads': 1000, 'samples': 10**15}
    config = configuration_for(
        dataclasses.replace(model, training={'configuration': wild}), seconds=1.0
    )
    assert config.batch <= 10_000
    assert config.held_out <= 20_000
    assert config.threads == 1
    for strange in ({'batch': 10**9}, {'batch': 'all'}, {'hard_share': [1]}, 'none', [1]):
        with pytest.raises(LearnedIkError):
            configuration_for(
                dataclasses.replace(model, training={'configuration': strange}), seconds=1.0
            )
