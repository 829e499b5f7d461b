# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What numba compiles is kept, no edit is missed, nothing breaks where nothing can be kept."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learned_ik.kernels.jit import just_in_time
from learned_ik.kernels.jit.just_in_time import (
    CheckedFiles,
    all_is_compiled,
    note_all_is_compiled,
)

PACKAGE = Path(__file__).parents[2] / 'learned_ik'

PROGRAM = """
import numpy as np
from learned_ik.kernels.compilation import compile_for
from learned_ik.kernels.entries import ENTRIES, arguments_of
from learned_ik.kernels.tips import jacobian
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.solving.packing import empty_numbers, pack_model
from learned_ik import KinematicChain
chain = KinematicChain.from_urdf(artificial_arm_urdf(2))
result, words = ENTRIES['one pose'][jacobian]
compile_for(jacobian, result, arguments_of(words))
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
        env={
            **os.environ,
            'LEARNED_IK_KERNELS': 'jit',
            'NUMBA_CACHE_DIR': str(cache),
            **environment,
        },
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


FOLDER = 'from learned_ik.kernels.jit.just_in_time import cache_folder; print(cache_folder().name)'


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


COMPILERS = 'just_in_time.py', 'emission.py'


def test_every_file_with_kernels_is_watched():
    for path in PACKAGE.rglob('*.py'):
        text = path.read_text()
        if re.search(r'^@\w*kernel$', text, re.MULTILINE):
            assert PACKAGE / 'kernels' in path.parents
        assert 'njit' not in text or path.name in COMPILERS, f'{path} compiles by itself'


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
    monkeypatch.setenv('NUMBA_CACHE_DIR', str(tmp_path))
    assert not all_is_compiled()
    note_all_is_compiled()
    assert all_is_compiled()
    monkeypatch.setenv('NUMBA_CACHE_DIR', '/proc/no')
    note_all_is_compiled()
    assert not all_is_compiled()


KEY = ('signature', ('x86_64', 'this processor', 'its features'), 'byte code')


@pytest.fixture
def files(tmp_path) -> CheckedFiles:
    """Return the place of one function's machine code, with some code in it."""
    files = CheckedFiles(tmp_path, 'search-1.py311', 'stamp')
    files.save(KEY, {'machine': 'code' * 100})
    assert files.load(KEY) == {'machine': 'code' * 100}
    return files


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


def in_place_of(path: Path, make) -> None:
    path.unlink()
    make(path)


@pytest.mark.parametrize(
    'damage',
    [
        lambda path: path.write_bytes(b''),
        lambda path: path.write_bytes(path.read_bytes()[:50]),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b'\0'),
        lambda path: path.write_bytes(os.urandom(500)),
        lambda path: path.write_bytes(pickle.dumps(('a', 'pickle', 'of', 'somebody else'))),
        *(lambda path, k=k: path.write_bytes(flipped(path.read_bytes(), k)) for k in (3, 40, 90)),
        lambda path: in_place_of(path, Path.mkdir),
        lambda path: in_place_of(path, os.mkfifo),
        lambda path: in_place_of(path, lambda p: p.symlink_to(p.parent)),
        lambda path: path.chmod(0o666),
    ],
)
def test_damaged_or_foreign_code_is_not_even_unpickled(files, damage, monkeypatch, caplog):
    (path,) = files._folder.iterdir()
    damage(path)
    monkeypatch.setattr(pickle, 'loads', lambda code: 1 / 0)
    monkeypatch.setattr(just_in_time, '_warned', set())
    assert files.load(KEY) is None
    assert files.load(KEY) is None
    assert [record.message for record in caplog.records] == [caplog.records[0].message]
    assert 'is not used but compiled anew' in caplog.text


def test_what_is_compiled_anew_takes_the_place_of_what_was_damaged(files):
    (path,) = files._folder.iterdir()
    path.write_bytes(b'')
    files.save(KEY, 'sound')
    assert files.load(KEY) == 'sound'
    assert list(files._folder.iterdir()) == [path]


def test_code_for_something_else_is_not_used(files, tmp_path, caplog):
    assert files.load(('another signature', *KEY[1:])) is None
    assert CheckedFiles(tmp_path, 'search-1.py311', 'edited').load(KEY) is None
    (path,) = files._folder.iterdir()
    path.rename(files._path('another'))  # a copy under another's name
    assert files.load('another') is None
    assert not caplog.records


def test_code_that_cannot_be_kept_is_told_and_no_harm(files, monkeypatch, caplog):
    monkeypatch.setattr(just_in_time, '_warned', set())
    (path,) = files._folder.iterdir()
    in_place_of(path, Path.mkdir)
    files.save(KEY, 'code')
    assert 'cannot be kept' in caplog.text
    assert list(files._folder.iterdir()) == [path]


def test_what_a_killed_process_has_half_written_is_swept(files):
    (path,) = files._folder.iterdir()
    left = path.with_name(path.name + '.tmp.abcd1234')
    left.write_bytes(b'half')
    os.utime(left, (1.0, 1.0))
    files.save(KEY, 'code')
    assert list(files._folder.iterdir()) == [path]


def test_a_damaged_folder_is_mended_by_the_next_start(checkout, tmp_path):
    cache = tmp_path / 'cache'
    kernel = checkout / 'learned_ik' / 'kernels' / 'tiny.py'
    kernel.write_text(
        'from learned_ik.kernels.compilation import kernel\n'
        '@kernel\ndef tiny(x):\n    return x + 1\n'
        'print(tiny(1.0))\n'
    )
    program = 'import learned_ik.kernels.tiny'
    assert run(checkout, cache, program)[0] == '2.0'
    (path,) = compiled_files(cache)
    path.write_bytes(flipped(path.read_bytes(), -50))
    value, errors = run(checkout, cache, program)
    assert value == '2.0'
    assert 'is not used but compiled anew' in errors
    assert run(checkout, cache, program) == ('2.0', '')
