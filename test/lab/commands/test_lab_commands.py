# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The lab's commands: from any folder of a clone, and what an installation says instead."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learned_ik.cli import COMMANDS, LAB_COMMANDS

ROOT = Path(__file__).parents[3]


def run(*arguments: str, package_in: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-m', 'learned_ik', *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, 'PYTHONPATH': str(package_in)},
        timeout=120,
    )


@pytest.fixture(scope='module')
def installed(tmp_path_factory) -> Path:
    """Return a folder with the package alone, as an installation has it."""
    folder = tmp_path_factory.mktemp('site-packages')
    shutil.copytree(
        ROOT / 'learned_ik', folder / 'learned_ik', ignore=shutil.ignore_patterns('__pycache__')
    )
    return folder


@pytest.mark.parametrize('command', LAB_COMMANDS)
def test_commands_of_the_lab_work_from_any_folder(command, tmp_path):
    (tmp_path / 'lab').mkdir()  # another one, which is not meant
    (tmp_path / 'lab' / '__init__.py').write_text('raise RuntimeError("not this one")\n')
    done = run(command, '--help', package_in=ROOT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f'python -m learned_ik {command}' in done.stdout


@pytest.mark.parametrize('command', LAB_COMMANDS)
@pytest.mark.parametrize('option', ['--help', '--json'])
def test_an_installation_says_in_one_line_where_the_lab_is(command, option, installed, tmp_path):
    done = run(command, option, package_in=installed, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ''
    assert done.stderr.startswith(f"error: '{command}' needs the lab, which comes with the source")
    assert done.stderr.endswith(
        f'clone the repository and run python -m learned_ik {command} there\n'
    )
    assert done.stderr.count('\n') == 1


def test_an_installation_still_has_its_own_commands(installed, tmp_path):
    done = run('solve', '--help', package_in=installed, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_help_names_the_commands_of_the_lab_and_where_they_are():
    done = run('--help', package_in=ROOT, cwd=ROOT)
    for name in LAB_COMMANDS:
        line = next(line for line in done.stdout.splitlines() if line.split()[:1] == [name])
        assert line.endswith('(in a clone)')
    assert not set(COMMANDS) & set(LAB_COMMANDS)


def test_setup_installs_the_package_without_the_lab():
    setup = (ROOT / 'setup.py').read_text(encoding='utf-8')
    assert "find_packages(include=[package_name, package_name + '.*'])" in setup
    assert 'experiment' not in setup
