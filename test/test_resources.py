# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import learned_ik
from learned_ik.errors import ConfigurationError
from learned_ik.resources import shipped_file, shipped_files

ROOT = Path(learned_ik.__file__).parents[1]

FIND = 'from learned_ik.resources import shipped_file; print(shipped_file("config/arm.yaml"))'


def installed_copy(prefix: Path) -> Path:
    """Copy what resources.py needs to where an install below `prefix` would have it."""
    package = prefix / 'lib' / 'python3' / 'site-packages' / 'learned_ik'
    package.mkdir(parents=True)
    for file in ('__init__.py', 'errors.py', 'resources.py'):
        shutil.copy(ROOT / 'learned_ik' / file, package)
    return package.parent


def with_yaml(prefix: Path) -> Path:
    """Put config/arm.yaml into the share folder of a prefix, and return its path."""
    path = prefix / 'share' / 'learned_ik' / 'config' / 'arm.yaml'
    path.parent.mkdir(parents=True)
    path.write_text('name: arm\n')
    return path


def found_by(python_path: Path, **environment: str) -> Path:
    done = subprocess.run(
        [sys.executable, '-c', FIND],
        env={'PYTHONPATH': str(python_path), **environment},
        cwd='/',
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(done.stdout.strip())


def test_a_checkout_has_its_files_beside_the_package():
    assert shipped_file('config/tiago_arm.yaml') == ROOT / 'config' / 'tiago_arm.yaml'
    assert ROOT / 'config' / 'tiago_arm.yaml' in shipped_files('config', '.yaml')
    assert all(path.suffix == '.yaml' for path in shipped_files('config', '.yaml'))


def test_an_installed_package_has_them_in_share_of_its_prefix(tmp_path):
    expected = with_yaml(tmp_path / 'prefix')
    assert found_by(installed_copy(tmp_path / 'prefix')) == expected


def test_else_they_are_where_ament_says(tmp_path):
    expected = with_yaml(tmp_path / 'workspace')
    prefixes = f'{tmp_path / "other"}::{tmp_path / "workspace"}'
    package = installed_copy(tmp_path / 'prefix')
    assert found_by(package, AMENT_PREFIX_PATH=prefixes) == expected


def test_a_missing_file_is_refused_with_those_that_there_are():
    with pytest.raises(ConfigurationError, match=r"'config/none\.yaml'.*tiago_arm\.yaml"):
        shipped_file('config/none.yaml')
    with pytest.raises(ConfigurationError, match='in nowhere/ there is: nothing'):
        shipped_file('nowhere/none.yaml')
