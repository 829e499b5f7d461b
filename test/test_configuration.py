# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import os
from pathlib import Path
from typing import Literal

import pytest

from learned_ik import TrainingConfig
from learned_ik.errors import ConfigurationError
from learned_ik.yaml_config import from_mapping, load_yaml


@dataclasses.dataclass(frozen=True)
class Arm:
    """One field of every type that our configurations have."""

    name: str
    reach: float = 1.0
    joints: int = 7
    left: bool = False
    hand: Literal['none', 'gripper'] = 'none'
    widths: tuple[int, ...] = (1, 2)
    urdf: Path | None = None


def test_a_file_becomes_a_dataclass(tmp_path):
    path = tmp_path / 'arm.yaml'
    path.write_text('name: a\nreach: 2\nleft: true\nhand: gripper\nwidths: [3]\nurdf: b.urdf\n')
    arm = load_yaml(Arm, path)
    assert arm == Arm('a', 2.0, 7, True, 'gripper', (3,), Path('b.urdf'))
    assert isinstance(arm.reach, float)


def test_what_is_left_out_has_its_default_and_null_is_none():
    assert from_mapping(Arm, {'name': 'a', 'urdf': None}, 'here') == Arm('a')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'nam': 'a'}, "here: unknown key 'nam'; did you mean 'name'\\?"),
        ({'name': 'a', 'zzz': 1}, "unknown key 'zzz'; expected some of name, reach, joints"),
        ({}, "here: 'name' is missing"),
        ({'name': 3}, "'name' is 3, of type int; expected a text"),
        ({'name': 'a', 'joints': 7.5}, "'joints' is 7.5, of type float; expected a whole number"),
        ({'name': 'a', 'joints': True}, "'joints' is True, of type bool; expected a whole"),
        ({'name': 'a', 'left': 1}, "'left' is 1, of type int; expected true or false"),
        ({'name': 'a', 'reach': '1e-3'}, "'reach' is '1e-3', of type str; expected a number"),
        ({'name': 'a', 'hand': 'hook'}, "'hand' is 'hook'; expected one of .*'gripper'"),
        ({'name': 'a', 'widths': 3}, "'widths' is 3, of type int; expected a list"),
        (
            {'name': 'a', 'widths': [3, 'b']},
            "'widths', entry 1 is 'b', of type str; expected a wh",
        ),
        ({'name': 'a', 'urdf': 3}, "'urdf' is 3, of type int; expected a path"),
        ({'name': None}, "'name' is None, of type NoneType; expected a text"),
        (['name'], 'here holds list; expected a mapping of name, reach'),
        (None, 'here holds NoneType; expected a mapping'),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(content, message):
    with pytest.raises(ConfigurationError, match=message):
        from_mapping(Arm, content, 'here')


def test_a_value_out_of_range_names_the_file_too():
    with pytest.raises(ConfigurationError, match='here: heads is 0; expected 1 up to 1024'):
        from_mapping(TrainingConfig, {'heads': 0}, 'here')


@pytest.mark.parametrize('text', ['name: [', 'name: !!python/object/apply:os.getcwd []', '\0'])
def test_a_file_that_is_no_plain_yaml_is_refused(tmp_path, text):
    path = tmp_path / 'arm.yaml'
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r'arm\.yaml.* cannot be read as YAML'):
        load_yaml(Arm, path)


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r'none\.yaml'):
        load_yaml(Arm, tmp_path / 'none.yaml')


@pytest.mark.parametrize(
    'content',
    [
        '[' * 20_000,
        'heads: ' + '9' * 10_000,
        'minutes: ' + '9' * 400,
        'heads: [1, 2',
        'a: &a [1]\nb: *nothing',
        '? [1, 2]\n: 3',
        '\x00',
        'x: ' + 'y' * 5_000_000,
        'heads: 1.5',
        'preferred: [' + '9' * 400 + ']',
    ],
    ids=lambda content: content[:12],
)
def test_whatever_a_yaml_file_holds_the_error_is_ours(tmp_path, content):
    path = tmp_path / 'hostile.yaml'
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=r'hostile\.yaml') as caught:
        load_yaml(TrainingConfig, path)
    assert len(str(caught.value)) < 1500


def test_a_yaml_file_that_is_none_is_told(tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    for path in (tmp_path / 'pipe', tmp_path, '/dev/zero', 'a\0b', None):
        with pytest.raises(ConfigurationError, match='cannot be read as YAML'):
            load_yaml(TrainingConfig, path)
