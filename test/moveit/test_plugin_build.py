# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The package learned_ik_moveit: compiled where MoveIt is, and complete everywhere."""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'learned_ik_moveit'
FIND = """cmake_minimum_required(VERSION 3.20)
project(find CXX)
find_package(moveit_core REQUIRED)
find_package(generate_parameter_library REQUIRED)
find_package(learned_ik REQUIRED)
"""


def configured(source: Path, build: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ['cmake', '-S', source, '-B', build, *os.environ.get('CMAKE_ARGS', '').split()],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_plugin_compiles_where_moveit_is(tmp_path):
    if shutil.which('cmake') is None:
        pytest.skip('there is no cmake')
    (tmp_path / 'CMakeLists.txt').write_text(FIND)
    if configured(tmp_path, tmp_path / 'find').returncode != 0:
        pytest.skip('moveit_core, or what the plugin needs beside it, is not installed')
    done = configured(PACKAGE, tmp_path / 'build')
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        ['cmake', '--build', tmp_path / 'build'], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert list((tmp_path / 'build').glob('liblearned_ik_kinematics_plugin.*'))


def test_pluginlib_finds_what_is_exported():
    described = ET.parse(PACKAGE / 'kinematics_plugin_description.xml').getroot()
    (plugin,) = described.iter('class')
    assert plugin.get('name') == 'learned_ik/KinematicsPlugin'
    assert plugin.get('base_class_type') == 'kinematics::KinematicsBase'
    source = (PACKAGE / 'src' / 'kinematics_plugin.cpp').read_text()
    exported = f'PLUGINLIB_EXPORT_CLASS({plugin.get("type")}, {plugin.get("base_class_type")})'
    assert exported in source
    lists = (PACKAGE / 'CMakeLists.txt').read_text()
    assert f'add_library({described.get("path")} SHARED' in lists
    assert 'pluginlib_export_plugin_description_file(moveit_core' in lists


def test_what_cmake_looks_for_is_what_the_package_depends_on():
    depends = {each.text for each in ET.parse(PACKAGE / 'package.xml').getroot().iter('depend')}
    lists = (PACKAGE / 'CMakeLists.txt').read_text()
    found = {
        line.split('(')[1].split()[0] for line in lists.splitlines() if 'find_package(' in line
    }
    assert found - {'ament_cmake'} == depends
