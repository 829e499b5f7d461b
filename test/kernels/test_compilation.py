# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Kernels are kept on disk, no edit is missed, and nothing breaks where nothing can be kept."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / 'learned_ik'

PROGRAM = """
import numpy as np
from learned_ik.kernels.compilation import compile_for
from learned_ik.kernels.entries import ENTRIES, TYPES
from learned_ik.kernels.tips import jacobian
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.solving.packing import empty_numbers, pack_model
from learned_ik import KinematicChain
chain = KinematicChain.from_urdf(artificial_arm_urdf(2))
result, words = ENTRIES['one pose'][jacobian]
compile_for(jacobian, result(*(each for word in words.split() for each in TYPES[word])))
packed, columns = pack_model(chain, None), np.zeros((2, 6))
jacobian(*packed, empty_numbers(packed), np.zeros(2), columns)
print(columns[0, 1])
"""


@pytest.fixture
def checkout(tmp_path) -> Path:
    """Return a copy of the package that a test may edit."""
    ignored = shutil.ignore_patterns('__pycache__')
    shutil.copytree(PACKAGE, tmp_path / 'checkout' / 'learned_ik', ignore=ignored)
    return tmp_path / 'checkout'


def run(
    checkout: Path, cache: Path, program: str = PROGRAM, **environment: str
) -> tuple[str, str]:
    result = subprocess.run(
        [sys.executable, '-c', program],
        cwd=checkout,
        env={**os.environ, 'NUMBA_CACHE_DIR': str(cache), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip(), result.stderr


def compiled_files(cache: Path) -> set[Path]:
    return set(cache.rglob('*.nbc'))


def test_a_second_process_compiles_nothing(checkout, tmp_path):
    cache = tmp_path / 'cache'
    first, _ = run(checkout, cache)
    kept = compiled_files(cache)
    assert kept
    second, _ = run(checkout, cache)
    assert second == first
    assert compiled_files(cache) == kept


def test_an_edit_in_another_file_is_not_missed(checkout, tmp_path):
    """Entries call kernels of other files; here the called one changes, in a file of its own."""
    cache = tmp_path / 'cache'
    helper = checkout / 'learned_ik' / 'kernels' / 'helper.py'
    caller = (
        'import numpy as np\n'
        'from learned_ik.kernels.compilation import kernel\n'
        'from learned_ik.kernels.helper import helper\n'
        '@kernel\n'
        'def caller(x):\n'
        '    return helper(x)\n'
        'print(caller(1.0))\n'
    )
    (checkout / 'learned_ik' / 'kernels' / 'caller.py').write_text(caller)
    text = (
        'from learned_ik.kernels.compilation import kernel\n'
        '@kernel\ndef helper(x):\n    return x + {}\n'
    )
    program = 'import learned_ik.kernels.caller'
    helper.write_text(text.format(1))
    assert run(checkout, cache, program)[0] == '2.0'
    assert run(checkout, cache, program)[0] == '2.0'
    helper.write_text(text.format(5))
    assert run(checkout, cache, program)[0] == '6.0'


FOLDER = 'from learned_ik.kernels.compilation import cache_folder; print(cache_folder().name)'


@pytest.mark.parametrize(
    'file',
    ['errors.py', '__init__.py', 'arrays.py', 'solving/solver.py', 'robot/chain.py', 'network.py'],
)
def test_an_edit_of_anything_else_keeps_what_is_compiled(checkout, tmp_path, file):
    before, _ = run(checkout, tmp_path, FOLDER)
    path = checkout / 'learned_ik' / file
    path.write_text(path.read_text() + '\n# an edit\n')
    (path.parent / 'a_new_file.py').write_text('')
    assert run(checkout, tmp_path, FOLDER)[0] == before


@pytest.mark.parametrize(
    'file',
    ['compilation.py', 'layout.py', 'entries.py', 'heads/ranking.py', 'path/ladder.py',
     'avoidance/walk.py', 'avoidance/__init__.py'],
)  # fmt: skip
def test_an_edit_of_any_kernel_starts_afresh(checkout, tmp_path, file):
    before, _ = run(checkout, tmp_path, FOLDER)
    path = checkout / 'learned_ik' / 'kernels' / file
    text = path.read_text()
    path.write_text(text + '\n# an edit\n')
    assert run(checkout, tmp_path, FOLDER)[0] != before
    path.write_text(text)
    assert run(checkout, tmp_path, FOLDER)[0] == before
    (path.parent / 'a_new_file.py').write_text('')
    assert run(checkout, tmp_path, FOLDER)[0] != before


def test_every_file_with_kernels_is_watched():
    for path in PACKAGE.rglob('*.py'):
        text = path.read_text()
        if re.search(r'^@\w*kernel$', text, re.MULTILINE):
            assert PACKAGE / 'kernels' in path.parents
        assert 'njit' not in text or path.name == 'compilation.py', f'{path} compiles by itself'


@pytest.mark.skipif(os.geteuid() == 0, reason='root may write anywhere')
def test_a_read_only_cache_is_survived(checkout, tmp_path):
    cache = tmp_path / 'cache'
    cache.mkdir(mode=0o500)
    value, errors = run(checkout, cache)
    assert value == run(checkout, tmp_path / 'other')[0]
    assert errors.count('no writable folder for compiled code') == 1


def test_a_cache_that_cannot_be_a_folder_is_survived(checkout, tmp_path):
    file = tmp_path / 'file'
    file.write_text('')
    value, errors = run(checkout, file / 'cache')
    assert value == run(checkout, tmp_path / 'other')[0]
    assert errors.count('no writable folder for compiled code') == 1


def test_without_a_home_folder(checkout, tmp_path):
    environment = {'HOME': '/nonexistent', 'XDG_CACHE_HOME': '', 'NUMBA_CACHE_DIR': ''}
    value, _ = run(checkout, tmp_path, **environment)
    assert value == run(checkout, tmp_path / 'other')[0]


def test_that_all_is_compiled_is_noted_for_this_version_of_the_sources(monkeypatch, tmp_path):
    from learned_ik.kernels.compilation import all_is_compiled, note_all_is_compiled

    monkeypatch.setenv('NUMBA_CACHE_DIR', str(tmp_path))
    assert not all_is_compiled()
    note_all_is_compiled()
    assert all_is_compiled()
    monkeypatch.setenv('NUMBA_CACHE_DIR', '/proc/no')
    note_all_is_compiled()
    assert not all_is_compiled()
