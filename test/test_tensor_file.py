# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files of tensors, judged by the library whose layout they have."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save

from learned_ik.storage.tensor_file import TYPES, read_tensors, tensor_file

MODELS = sorted((Path(__file__).parents[1] / 'models').glob('*.safetensors'))

names = st.text(st.characters(codec='utf-8'), max_size=8).filter(lambda n: n != '__metadata__')
tensors = st.dictionaries(
    names,
    st.sampled_from(list(TYPES.values())).flatmap(
        lambda code: arrays.arrays(code, arrays.array_shapes(min_dims=0, min_side=0, max_side=3))
    ),
    max_size=5,
)


def content_of(header: dict, data: bytes = b'') -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, 'little') + text + data


def entry(kind: str = 'F32', shape=(1,), offsets=(0, 4)) -> dict:
    return {'dtype': kind, 'shape': list(shape), 'data_offsets': list(offsets)}


def is_same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype
        and first[name].shape == second[name].shape
        and first[name].tobytes() == second[name].tobytes()
        for name in first
    )


def accepts(content: bytes) -> bool:
    try:
        load(content)
    except (SafetensorError, KeyError, ValueError, TypeError):
        return False
    return True


@given(tensors, st.text(st.characters(codec='utf-8'), max_size=9))
def test_a_file_is_the_librarys_to_the_byte(given, text):
    content = tensor_file(given, {'about': text})
    assert content == save(given, metadata={'about': text})
    found, metadata = read_tensors(content)
    assert is_same(found, given)
    assert metadata == {'about': text}
    assert all(tensor.flags.writeable for tensor in found.values())


@pytest.mark.parametrize('path', MODELS, ids=lambda path: path.stem)
def test_shipped_models_are_read_and_written_as_by_the_library(path):
    content = path.read_bytes()
    found, metadata = read_tensors(content)
    assert is_same(found, load(content))
    with safe_open(path, 'np') as file:
        assert metadata == file.metadata()
    assert tensor_file(found, metadata) == content


SMALL = tensor_file(
    {'a': np.arange(3, dtype=np.float32), 'b': np.ones((2, 1), np.int64), 'c': np.array([True])},
    {'about': 'x'},
)


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 255))
@example(8, ord('{') ^ ord('['))
def test_what_is_read_of_a_changed_file_the_library_reads_alike(at, change):
    content = SMALL[:at] + bytes([SMALL[at] ^ change]) + SMALL[at + 1 :]
    try:
        found, _ = read_tensors(content)
    except ValueError:
        return
    assert is_same(found, load(content))


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 3))
def test_a_file_cut_short_or_with_more_behind_it_is_refused(length, more):
    content = SMALL[:length] if more == 0 else SMALL + b'\0' * more
    with pytest.raises(ValueError, match=r'header|ends?|cut|bytes|begins|expected|Expecting'):
        read_tensors(content)
    assert not accepts(content)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (b'', 'its header says it has 0 bytes'),
        (b'\xff' * 8, 'its header says it has 18446744073709551615 bytes'),
        (content_of([1]), 'no JSON object'),
        (content_of({'a': entry()}), 'end|cut short'),
        (content_of({'a': entry()}, bytes(3)), 'end|cut short'),
        (content_of({'a': entry()}, bytes(5)), 'end at byte 4 of 5'),
        (content_of({'a': entry(offsets=(1, 5))}, bytes(5)), "'a' begins at 1; expected 0"),
        (content_of({'a': entry(), 'b': entry()}, bytes(4)), "'b' begins at 0; expected 4"),
        (
            content_of({'a': entry(), 'b': entry(offsets=(8, 12))}, bytes(12)),
            "'b' begins at 8; expected 4",
        ),
        (content_of({'a': entry('F31')}, bytes(4)), "type 'F31'; expected one of U64"),
        (content_of({'a': entry(shape=(2,))}, bytes(4)), 'expected 8 bytes for its shape'),
        (content_of({'a': entry(shape=(-1,))}, bytes(4)), 'expected whole numbers, 0 or more'),
        (content_of({'a': entry(shape=(1.0,))}, bytes(4)), 'expected whole numbers, 0 or more'),
        (content_of({'a': entry(shape=(True,))}, bytes(4)), 'expected whole numbers, 0 or more'),
        (content_of({'a': entry(shape=(2**63, 0))}, bytes(4)), 'expected whole numbers'),
        (content_of({'a': entry(offsets=(0, 4, 8))}, bytes(4)), 'and two of them'),
        (content_of({'a': entry(offsets=(4, 0))}, bytes(4)), 'expected 4 bytes for its shape'),
        (content_of({'a': [1]}), 'no entry of dtype'),
        (content_of({'a': entry(shape=33 * [1])}, bytes(4)), '33 dimensions; expected at most 32'),
        (content_of({'a': entry(shape=10**6 * [9])}, bytes(4)), '1000000 dimensions'),
        (content_of({'a': {**entry(), 'more': 1}}, bytes(4)), 'no entry of dtype'),
        (content_of({'__metadata__': {'a': 1}}), 'no texts by name'),
        (content_of({'__metadata__': 'a'}), 'no texts by name'),
        (content_of({'a': entry('BOOL', offsets=(0, 1))}, b'\2'), 'neither true nor false'),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(content, message):
    with pytest.raises(ValueError, match=message):
        read_tensors(content)


@pytest.mark.parametrize('value', [np.zeros(1, complex), np.zeros(1, object), np.zeros(1, 'U3')])
def test_what_the_layout_does_not_know_is_not_written(value):
    with pytest.raises(ValueError, match=r"tensor 'a' has the type .*; expected one of"):
        tensor_file({'a': value}, {})
