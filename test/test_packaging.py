# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The packages as ROS sees them: what they declare, and what a colcon workspace holds of them."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

import learned_ik
from learned_ik import cli

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = {
    'learned_ik': ROOT / 'ros_package' / 'package.xml',
    'learned_ik_interfaces': ROOT / 'learned_ik_interfaces' / 'package.xml',
    'learned_ik_moveit': ROOT / 'learned_ik_moveit' / 'package.xml',
}

OPTIONAL = {'moveit_msgs'}  # imported where it is installed
PACKAGE_OF = {'tf2_ros': 'tf2_ros_py'}  # what is imported, and the package that has it
COMMANDS = ('train', 'evaluate', 'solve', 'show', 'view')
INSTALLED = (  # what `pip install .` reads of a checkout
    *('setup.py', 'setup.cfg', 'LICENSE'),
    *('learned_ik', 'ros_package', 'ros2_run', 'launch', 'config', 'models', 'resource'),
    *('include', 'cmake'),
)


def run(*command: str, cwd: Path = ROOT, **env: str) -> str:
    """Run a command, in the repository's root; its output, or a failure that shows all."""
    result = subprocess.run(
        command, cwd=cwd, env=os.environ | env, capture_output=True, text=True, timeout=1200
    )
    assert result.returncode == 0, f'{shlex.join(command)}\n{result.stdout}{result.stderr}'
    return result.stdout


@pytest.mark.parametrize('name', MANIFESTS)
def test_manifest_is_complete(name: str) -> None:
    package = ElementTree.parse(MANIFESTS[name]).getroot()
    assert package.get('format') == '3'
    assert package.findtext('name') == name
    assert package.findtext('license') == 'Apache-2.0'
    assert package.findtext('description').strip()
    # Without an address that looks like one, colcon takes the package for plain Python.
    assert re.fullmatch(r'\S+@\S+\.\w+', package.find('maintainer').get('email'))
    build_type = 'ament_python' if name == 'learned_ik' else 'ament_cmake'
    assert package.findtext('export/build_type') == build_type


@pytest.mark.parametrize('name', MANIFESTS)
def test_manifest_is_as_rep_149_says(name: str) -> None:
    parse_package = pytest.importorskip('catkin_pkg.package').parse_package
    warnings: list[str] = []
    parse_package(str(MANIFESTS[name]), warnings=warnings).validate(warnings=warnings)
    assert not warnings


@pytest.mark.parametrize('name', MANIFESTS)
def test_manifest_fits_the_schema_that_it_names(name: str, tmp_path: Path) -> None:
    etree = pytest.importorskip('lxml.etree')
    manifest = etree.parse(MANIFESTS[name])
    address = re.search(r'href="(http\S+)"', str(manifest.getroot().getprevious())).group(1)
    address = os.environ.get('PACKAGE_SCHEMA', address)
    try:
        schema = etree.XMLSchema(etree.parse(str(downloaded(address, tmp_path))))
    except OSError as error:
        pytest.skip(f'{address} cannot be reached: {error}')
    assert schema.validate(manifest), schema.error_log


def downloaded(address: str, folder: Path) -> Path:
    """Return a schema as a file, with what it includes beside it."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        content = answer.read()
    for included in re.findall(r'<xs:include schemaLocation="(.*?)"', content.decode()):
        downloaded(urllib.parse.urljoin(address, included), folder)
    file = folder / address.rsplit('/', 1)[-1]
    file.write_bytes(content)
    return file


def test_manifest_names_what_nodes_and_launch_files_use() -> None:
    package = ElementTree.parse(MANIFESTS['learned_ik']).getroot()
    declared = {e.text for e in package if e.tag in ('depend', 'exec_depend')}
    imported = set()
    folders = (ROOT / name for name in ('learned_ik/ros', 'learned_ik/player', 'launch'))
    for file in (file for folder in folders for file in folder.rglob('*.py')):
        text = file.read_text()
        imported |= set(re.findall(r'^\s*(?:from|import) (\w+)', text, re.MULTILINE))
        imported |= set(re.findall(r"package='(\w+)'", text))
    ours = {*sys.stdlib_module_names, 'learned_ik', 'numpy'}
    used = {PACKAGE_OF.get(name, name) for name in imported} - ours
    assert {'rclpy', 'rviz2', 'tf2_ros_py'} <= used
    assert used - OPTIONAL <= declared


def test_versions_agree() -> None:
    versions = {
        name: ElementTree.parse(file).getroot().findtext('version')
        for name, file in MANIFESTS.items()
    }
    for name in ('learned_ikConfigVersion.cmake', 'learned_ik.pc'):
        text = (ROOT / 'cmake' / name).read_text()
        versions[name] = re.search(r'(?:Version: |PACKAGE_VERSION ")([\d.]+)', text).group(1)
    versions['setup.py'] = run(sys.executable, 'setup.py', '--version').split()[-1]
    versions['learned_ik.__version__'] = learned_ik.__version__
    changes = (ROOT / 'CHANGELOG.rst').read_text()
    released = re.search(r'^(\d+\.\d+\.\d+)\b.*\n-+$', changes, re.MULTILINE)
    if released:
        versions['CHANGELOG.rst'] = released.group(1)
    else:  # nothing is released yet
        assert re.search(r'^Forthcoming\n-+$', changes, re.MULTILINE)
    assert len(set(versions.values())) == 1, versions


# --------------------------------------------------------------------------------------- by pip


@pytest.fixture(scope='module')
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository to install from: setuptools leaves files in it."""
    copy = tmp_path_factory.mktemp('checkout')
    for name in INSTALLED:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, copy / name, symlinks=True)
        else:
            shutil.copy(place, copy)
    return copy


def installed_by_pip(checkout: Path, prefix: Path, *options: str) -> set[str]:
    """Install the package alone below a prefix; return the programs that this puts on the path."""
    pytest.importorskip('pip')
    alone = ('--no-deps', '--no-build-isolation', '--no-index', '--ignore-installed', '--quiet')
    place = ('--prefix', str(prefix), *options, str(checkout))
    # The copy, not the checkout of the tests, is what an editable installation points to.
    run(sys.executable, '-m', 'pip', 'install', *alone, *place, PYTHONPATH='')
    return {program.name for program in (prefix / 'bin').iterdir()}


@pytest.mark.parametrize('options', [(), ('--editable',)], ids=['installed', 'editable'])
def test_pip_puts_one_program_on_the_path(
    checkout: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert installed_by_pip(checkout, tmp_path, *options) == {'learned_ik'}
    help_text = run(str(tmp_path / 'bin' / 'learned_ik'), '--help', PYTHONPATH=str(ROOT))
    assert help_text.startswith('usage: learned_ik COMMAND')


def test_pip_installs_what_ros2_run_looks_for_and_the_mark_of_types(
    checkout: Path, tmp_path: Path
) -> None:
    installed_by_pip(checkout, tmp_path)
    executables = tmp_path / 'lib' / 'learned_ik'
    assert {file.name for file in executables.iterdir()} == {*cli.COMMANDS, *cli.NODES}
    assert all(os.access(file, os.X_OK) for file in executables.iterdir())
    help_text = run(str(executables / 'show'), '--help', PYTHONPATH=str(ROOT))
    assert help_text.startswith('usage: learned_ik show ')
    assert [*tmp_path.rglob('site-packages/learned_ik/py.typed')]


def test_pip_installs_the_compiled_kernels(checkout: Path, tmp_path: Path) -> None:
    installed_by_pip(checkout, tmp_path)
    assert_has_compiled_kernels(tmp_path)


def assert_has_compiled_kernels(prefix: Path) -> None:
    """For Python beside the package, and for C and C++ where those look."""
    assert len([*prefix.rglob('site-packages/learned_ik/native/compiled.*so')]) == 1
    assert (prefix / 'lib' / 'liblearned_ik.so').is_file()


def test_a_project_in_cpp_finds_what_pip_installs(checkout: Path, tmp_path: Path) -> None:
    cmake = shutil.which('cmake', path=f'{Path(sys.executable).parent}:{os.environ["PATH"]}')
    if cmake is None:
        pytest.skip('cmake is not installed')
    prefix, build, model = tmp_path / 'prefix', tmp_path / 'build', tmp_path / 'tiago.ik'
    installed_by_pip(checkout, prefix)
    prefix = prefix.rename(tmp_path / 'elsewhere')  # it finds itself wherever it is
    release = ('-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror')
    source = ROOT / 'examples' / 'cpp'
    run(cmake, '-S', str(source), '-B', str(build), f'-DCMAKE_PREFIX_PATH={prefix}', *release)
    run(cmake, '--build', str(build))
    shipped = str(ROOT / 'models' / 'tiago_arm.safetensors')
    run(sys.executable, '-m', 'learned_ik', 'export', shipped, '--native', str(model))
    output = run(str(build / 'solve'), str(model))
    assert output.startswith('arm_1_joint ')
    assert 'clear of everything' in output
    if pkg_config := shutil.which('pkg-config'):
        path = {'PKG_CONFIG_PATH': str(prefix / 'lib' / 'pkgconfig')}
        flags = run(pkg_config, '--cflags', '--libs', 'learned_ik', **path).split()
        program, file = str(tmp_path / 'solve'), str(source / 'solve.cpp')
        run('g++', '-std=c++17', file, *flags, f'-Wl,-rpath,{prefix}/lib', '-o', program)
        assert run(program, str(model)) == output


def test_what_ros2_run_looks_for_says_when_the_program_is_missing(tmp_path: Path) -> None:
    shutil.copy(ROOT / 'ros2_run' / 'show', tmp_path)
    result = subprocess.run([tmp_path / 'show'], capture_output=True, text=True, check=False)
    assert result.returncode == 127
    assert result.stderr.startswith('error: no program learned_ik in ')


# ------------------------------------------------------------------------------- in a workspace


@pytest.fixture(scope='module')
def colcon() -> Callable[..., str]:
    """Return a function that runs colcon in a workspace, as after `source .../setup.bash`."""
    # It stands beside the interpreter, in a virtual environment that nobody need activate.
    programs = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    if shutil.which('colcon', path=programs) is None:
        pytest.skip('colcon is not installed')
    env = {'PATH': programs, 'VIRTUAL_ENV': sys.prefix}
    if (Path(sys.prefix) / 'share' / 'rclpy').exists():  # ROS 2 from wheels: nothing is sourced
        env |= {'AMENT_PREFIX_PATH': sys.prefix, 'CMAKE_PREFIX_PATH': sys.prefix}
    return lambda workspace, *arguments: run('colcon', *arguments, cwd=workspace, **env)


@pytest.fixture(scope='module')
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that has the whole repository in `src/`, as the README says."""
    folder = tmp_path_factory.mktemp('workspace')
    shutil.copytree(
        ROOT,
        folder / 'src' / 'learned_ik',
        symlinks=True,
        ignore=shutil.ignore_patterns('.*', '__pycache__', 'build', 'install', 'log'),
    )
    return folder


@pytest.fixture(scope='module')
def install(colcon: Callable[..., str], workspace: Path) -> Path:
    """Return the install folder of the workspace, built as the README says."""
    colcon(workspace, 'build')
    return workspace / 'install'


def in_workspace(install: Path, command: str) -> str:
    """Run a shell command after sourcing the workspace."""
    return run('bash', '-c', f'source {shlex.quote(str(install))}/setup.bash && {command}')


def test_colcon_finds_the_packages_and_takes_them_for_what_they_are(
    colcon: Callable[..., str], workspace: Path
) -> None:
    listed = colcon(workspace, 'list').splitlines()
    kinds = {line.split()[0]: line.split()[-1] for line in listed}
    assert kinds == {
        'learned_ik': '(ros.ament_python)',
        'learned_ik_interfaces': '(ros.ament_cmake)',
        'learned_ik_moveit': '(ros.ament_cmake)',
    }


def test_rosdep_finds_them_too(workspace: Path) -> None:
    # By this function, which looks into no folder below a manifest.
    find_packages = pytest.importorskip('catkin_pkg.packages').find_packages
    found = find_packages(str(workspace / 'src')).values()
    assert {package.name for package in found} == set(MANIFESTS)


def test_what_colcon_builds_is_the_repository_itself() -> None:
    links = [path for path in (ROOT / 'ros_package').iterdir() if path.is_symlink()]
    assert {path.resolve() for path in links} <= {ROOT / name for name in INSTALLED}
    assert {path.name for path in links} == {*INSTALLED} - {'ros_package', 'LICENSE'}


@pytest.mark.parametrize('name', ['ik_node', 'trajectory_node', *COMMANDS])
def test_ros2_run_finds_the_executable(install: Path, name: str) -> None:
    # `ros2 run` looks for executable files in lib/PACKAGE.
    assert os.access(install / 'learned_ik' / 'lib' / 'learned_ik' / name, os.X_OK)


@pytest.mark.parametrize('name', COMMANDS)
def test_command_explains_itself(install: Path, name: str) -> None:
    command = install / 'learned_ik' / 'lib' / 'learned_ik' / name
    assert 'usage' in in_workspace(install, f'{shlex.quote(str(command))} --help').lower()


def test_a_workspace_has_the_program_beside_what_ros2_run_looks_for(install: Path) -> None:
    folder = install / 'learned_ik' / 'lib' / 'learned_ik'
    assert {file.name for file in folder.iterdir()} == {'learned_ik', *cli.COMMANDS, *cli.NODES}
    help_text = in_workspace(install, f'{shlex.quote(str(folder / "show"))} --help')
    assert help_text.startswith('usage: ros2 run learned_ik show ')


def test_a_workspace_of_links_runs_too(
    colcon: Callable[..., str], checkout: Path, tmp_path: Path
) -> None:
    alone = ('--base-paths', str(checkout / 'ros_package'))  # without the interfaces
    colcon(tmp_path, 'build', '--symlink-install', *alone)
    linked = tmp_path / 'install'
    folder = linked / 'learned_ik' / 'lib' / 'learned_ik'
    assert {file.name for file in folder.iterdir()} == {'learned_ik', *cli.COMMANDS, *cli.NODES}
    for name in (*cli.COMMANDS, *cli.NODES):
        assert os.access(folder / name, os.X_OK), name
    help_text = in_workspace(linked, f'{shlex.quote(str(folder / "show"))} --help')
    assert help_text.startswith('usage: ros2 run learned_ik show ')


@pytest.mark.parametrize('folder', ['launch', 'config', 'models'])
def test_share_holds_what_the_repository_holds(install: Path, folder: str) -> None:
    ours = {file.name for file in (ROOT / folder).glob('[!_.]*')}
    shared = install / 'learned_ik' / 'share' / 'learned_ik' / folder
    assert ours
    assert {file.name for file in shared.iterdir()} == ours


def test_a_workspace_has_the_compiled_kernels(install: Path) -> None:
    assert_has_compiled_kernels(install / 'learned_ik')


def test_package_is_in_the_ament_index(install: Path) -> None:
    index = 'share/ament_index/resource_index/packages'
    for name in MANIFESTS:
        assert (install / name / index / name).is_file()


def test_interface_imports_from_the_workspace(install: Path) -> None:
    script = (
        'import learned_ik_interfaces; from learned_ik_interfaces.srv import GetIK; '
        'print(learned_ik_interfaces.__file__, GetIK.Response.NO_IK_SOLUTION)'
    )
    file, code = in_workspace(install, f'{sys.executable} -c {shlex.quote(script)}').split()
    assert Path(file).is_relative_to(install)
    assert int(code) == -31
