# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The example in C++ that asks a node: compiled where rclcpp is found, and run against a node."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / 'examples' / 'ros_cpp'


def prefixes():
    """Return where packages of ROS may be: in this environment, and in those that are sourced."""
    named = ':'.join(os.environ.get(f'{kind}_PREFIX_PATH', '') for kind in ('AMENT', 'CMAKE'))
    places = [*named.replace(';', ':').split(':'), sys.prefix]
    return [place for place in dict.fromkeys(places) if place]


def has(package):
    return any((Path(place) / 'share' / package / 'cmake').is_dir() for place in prefixes())


@pytest.fixture(scope='module')
def program(tmp_path_factory):
    """Compile the example, with every warning an error; return the program."""
    cmake = shutil.which('cmake', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}')
    missing = [name for name in ('rclcpp', 'learned_ik_interfaces') if not has(name)]
    if cmake is None or missing:
        wanted = ', '.join(missing or ['cmake'])
        pytest.skip(f'not installed: {wanted}; looked in {", ".join(prefixes())}')
    build = tmp_path_factory.mktemp('ros_cpp')
    paths = {'AMENT_PREFIX_PATH': ':'.join(prefixes())}
    paths['PATH'] = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    for step in (
        [
            '-S', str(SOURCE), '-B', str(build), f'-DCMAKE_PREFIX_PATH={";".join(prefixes())}',
            f'-DPython3_EXECUTABLE={sys.executable}', '-DCMAKE_CXX_FLAGS=-Werror',
            # The wheels' libraries for Python leave Python to whoever loads them.
            '-DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed,--allow-shlib-undefined',
        ],
        ['--build', str(build)],
    ):  # fmt: skip
        result = subprocess.run(
            [cmake, *step], env={**os.environ, **paths}, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return build / 'ask'


def run(program):
    """Return how the program has ended; it is lent Python, which the wheels' librcl asks for."""
    python = Path(sysconfig.get_config_var('LIBDIR'), sysconfig.get_config_var('INSTSONAME'))
    libraries = [f'{place}/lib' for place in prefixes()]
    libraries.append(os.environ.get('LD_LIBRARY_PATH', ''))
    preloaded = {'LD_PRELOAD': str(python)} if python.is_file() else {}
    return subprocess.run(
        [str(program)],
        env={**os.environ, 'LD_LIBRARY_PATH': ':'.join(libraries), **preloaded},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_program_in_cpp_waits_and_is_called_back(program, start_node, client):
    start_node()
    client.wait_for_node()
    result = run(program)
    assert result.returncode == 0, result.stdout + result.stderr
    said = result.stdout.splitlines()
    assert {'waited for: solved', 'called back: solved'} <= set(said)
    assert sum(line.endswith(' rad') for line in said) == 14
    assert 'nobody: no service /nobody/get_ik: is the node running?' in said
