# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The library is built when it has to be, whole or not at all; what it lacks is said."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from learned_ik.errors import KernelsError
from learned_ik.kernels.compilation import is_native, native_library, sources_hash
from learned_ik.native import build as builder
from learned_ik.native.build import HERE, LIBRARY, build, module_name
from learned_ik.native.emission import settings

PACKAGE = HERE.parent
native = pytest.mark.skipif(not is_native(), reason='the kernels are not compiled ahead of time')


@native
def test_what_is_there_is_not_built_again(monkeypatch):
    monkeypatch.setattr(builder, '_emit', lambda *_: pytest.fail('it was compiled'))
    lines = []
    assert all(builder._is_current(HERE / name) for name in (LIBRARY, module_name()))
    assert not build(say=lines.append)
    assert lines == [f'{HERE / LIBRARY} is of these kernels already']
    assert native_library().sources == sources_hash()


@pytest.fixture
def quick(monkeypatch):
    """Let a build take no time: its files hold what tells them apart, and no code."""
    calls = []

    def link(work, target, say, module):
        for name in (LIBRARY, module_name()):
            (work / name).write_bytes(builder._mark().encode())

    monkeypatch.setattr(builder, '_emit', lambda *_: calls.append('emitted'))
    monkeypatch.setattr(builder, '_link', link)
    return calls


def test_of_two_builds_at_once_the_second_finds_what_the_first_has_built(quick, tmp_path):
    built = []
    threads = [threading.Thread(target=lambda: built.append(build(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(built) == [False, False, False, True]
    assert quick == ['emitted']
    assert {LIBRARY, module_name()} <= {path.name for path in tmp_path.iterdir()}


def test_force_builds_in_any_case(quick, tmp_path):
    assert build(tmp_path)
    assert not build(tmp_path)
    assert build(tmp_path, force=True)


def test_a_build_that_ends_early_leaves_nothing(quick, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(builder, '_link', killed)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.suffix == '.so']


def test_what_building_needs_is_asked_for_by_name(tmp_path, monkeypatch):
    with pytest.raises(KernelsError, match=r"machine 'riscv64'; expected one of x86_64, aarch64"):
        build(tmp_path, 'riscv64')
    monkeypatch.setenv('CC', 'no-such-compiler')
    with pytest.raises(KernelsError, match="no C compiler 'no-such-compiler'; install gcc"):
        build(tmp_path)
    monkeypatch.delenv('CC')
    monkeypatch.setattr(importlib.metadata, 'version', lambda _: '0.56.4')
    with pytest.raises(KernelsError, match=r'numba is 0.56.4; .* 0.58 or newer'):
        build(tmp_path)

    def missing(_):
        raise importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(importlib.metadata, 'version', missing)
    with pytest.raises(KernelsError, match="there is none; run 'pip install numba'"):
        build(tmp_path)
    (tmp_path / 'file').write_text('')
    with pytest.raises(KernelsError, match=r'cannot be written to .*expected a folder'):
        build(tmp_path / 'file')


def test_a_compiler_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(builder, '_emit', lambda *_: None)
    monkeypatch.setattr(builder, '_link', lambda *_: builder._run(['false', 'x']))
    with pytest.raises(KernelsError, match='the C compiler false failed'):
        build(tmp_path)


@pytest.fixture
def checkout(tmp_path) -> Path:
    """Return a copy of the package, with the library."""
    shutil.copytree(PACKAGE, tmp_path / 'learned_ik', ignore=shutil.ignore_patterns('__pycache__'))
    return tmp_path


def loaded(checkout: Path, choice: str = '') -> subprocess.CompletedProcess[str]:
    program = 'from learned_ik.kernels.compilation import is_native; print(is_native())'
    return subprocess.run(
        [sys.executable, '-c', program],
        cwd=checkout,
        env={**os.environ, 'LEARNED_IK_KERNELS': choice},
        capture_output=True,
        text=True,
        check=False,
    )


@native
@pytest.mark.parametrize(
    ('damage', 'reason'),
    [
        (lambda p: (p / 'kernels' / 'search.py').open('a').write('\n'), 'from other sources'),
        (lambda p: (p / 'native' / module_name()).unlink(), 'were not compiled ahead of time'),
        (lambda p: (p / 'native' / module_name()).write_bytes(b'\x7fELF'), 'cannot be loaded'),
    ],
    ids=['edited', 'missing', 'cut short'],
)
def test_a_library_that_does_not_fit_is_not_used_and_one_line_says_so(checkout, damage, reason):
    assert loaded(checkout).stdout == 'True\n'
    damage(checkout / 'learned_ik')
    done = loaded(checkout)
    assert done.stdout == 'False\n'
    assert reason in done.stderr
    assert 'run once: python -m learned_ik build-native' in done.stderr
    assert len(done.stderr.splitlines()) == 1
    done = loaded(checkout, 'native')
    assert done.returncode != 0
    assert 'LEARNED_IK_KERNELS is native; run: python -m learned_ik build-native' in done.stderr


def test_a_choice_that_is_none_is_refused(checkout):
    done = loaded(checkout, 'fast')
    assert "LEARNED_IK_KERNELS is 'fast'; expected one of auto, native, jit" in done.stderr


def test_without_library_and_numba_it_is_said_what_to_do(checkout):
    program = (
        "import sys; sys.modules['numba'] = None\n"
        'from learned_ik.errors import KernelsError\n'
        'try:\n    from learned_ik import IkSolver\n'
        'except KernelsError as error:\n    print(error)'
    )
    (checkout / 'learned_ik' / 'native' / module_name()).unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, '-c', program],
        cwd=checkout, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "install a wheel of learned_ik, or run 'pip install numba'" in done.stdout


def test_an_isolated_build_finds_what_only_its_path_names(tmp_path, monkeypatch):
    """Numba of an isolated build of pip is in a folder that PYTHONPATH names, and nowhere else."""
    (tmp_path / 'only_here.py').write_text('there = True\n')
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    command = [sys.executable, '-c', 'import learned_ik, only_here; print(only_here.there)']
    found = subprocess.run(
        command, env=settings('x86-64-v2', None), capture_output=True, text=True, cwd=tmp_path
    )
    assert found.stdout == 'True\n', found.stderr
