# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of the house: floors import downwards, and the wings meet only in the model file."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'learned_ik'
LAB = Path(__file__).parents[1] / 'lab'

# Each room, and the rooms of the package that it may import from.
FOUNDATION = {
    'arrays', 'checks', 'errors', 'files', 'leftovers', 'notation', 'rotations',
    'storage', 'learned_ik',
}  # fmt: skip
MAY_IMPORT = {
    'robot': {'yaml_config', 'resources'},
    'kinematics': {'robot'},
    'kernels': set(),
    'trajectories': set(),
    'network': {'robot'},
    'model': {'robot', 'network', 'resources'},
    'learning': {'robot', 'kinematics', 'network', 'model', 'yaml_config'},
    'solving': {'robot', 'kernels', 'network', 'model', 'trajectories'},
    'tracking': {'robot', 'kernels', 'model', 'solving'},
    'reachability': {'robot', 'model', 'solving', 'trajectories'},
    'native': {'model', 'kernels', 'solving'},
    'viewing': {
        *('robot', 'kernels', 'network', 'model', 'solving', 'tracking', 'trajectories'),
        'resources',
    },
    'serving': {
        *('robot', 'model', 'kernels', 'solving', 'tracking', 'trajectories'),
        *('resources', 'yaml_config'),
    },
    'ros': {
        *('robot', 'model', 'solving', 'tracking', 'serving'),
        *('resources', 'yaml_config'),
    },
    'player': {'robot', 'trajectories', 'ros'},
}
# Each room of the lab, the rooms of the lab below it, and those of the package that it may use.
LAB_MAY_IMPORT = {
    'pinocchio_judge': (set(), {'robot'}),
    'robots': ({'pinocchio_judge'}, {'robot', 'model', 'resources'}),
    'peers': ({'pinocchio_judge'}, {'robot', 'model', 'solving', 'tracking'}),
    'protocols': (
        {'pinocchio_judge', 'robots', 'peers'},
        {'robot', 'model', 'solving', 'tracking', 'trajectories', 'viewing'},
    ),
    'methods': (set(), {'robot', 'kinematics', 'model', 'learning'}),
    'paper': (
        {'methods'},
        {'robot', 'kinematics', 'model', 'learning', 'solving', 'trajectories', 'viewing'},
    ),
    'fuzzing': (
        {'pinocchio_judge', 'robots'},
        {'robot', 'network', 'model', 'learning', 'solving', 'trajectories', 'resources'},
    ),
    'commands': ({'peers', 'protocols', 'paper', 'fuzzing', 'stress'}, {'commands', 'resources'}),
    'stress': (set(), {'model', 'learning', 'resources'}),
    # These look into every part of the package, but run none of its commands.
    'measurements': ({'robots', 'paper', 'protocols'}, set(MAY_IMPORT) | {'resources'}),
    'ablations': ({'robots', 'peers', 'paper'}, set(MAY_IMPORT) | {'resources'}),
}
HEAVY = {'torch', 'numba', 'rclpy', 'matplotlib'}


def imports(path: Path) -> Iterator[str]:
    """Yield the names of all modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{path}: relative import'
            yield node.module or ''
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def rooms(path: Path, package: Path = PACKAGE) -> set[str]:
    """Return the rooms of the package, or of the lab, that a file imports from."""
    parts = [name.split('.') for name in imports(path)]
    inside = {p[1] for p in parts if p[0] == package.name and len(p) > 1}
    known = {p.stem for p in package.iterdir()}
    return inside & known


def files(room: str, package: Path = PACKAGE) -> Iterator[Path]:
    """Yield the files of a room, which is a folder or one file."""
    place = package / room
    yield from place.rglob('*.py') if place.is_dir() else [place.with_suffix('.py')]


@pytest.mark.parametrize('room', MAY_IMPORT)
def test_nothing_imports_from_a_floor_above(room):
    for path in files(room):
        strange = rooms(path) - MAY_IMPORT[room] - FOUNDATION - {room}
        assert not strange, f'{path.relative_to(PACKAGE)} imports {strange}'


def test_the_lab_is_a_floor_above_the_package():
    for path in PACKAGE.rglob('*.py'):
        assert 'lab' not in {name.split('.')[0] for name in imports(path)}, path
        # The command line alone knows its commands by name, and looks for them when asked.
        assert path == PACKAGE / 'cli.py' or not re.search(r"""['"]lab\.""", path.read_text()), (
            path
        )


@pytest.mark.parametrize('room', LAB_MAY_IMPORT)
def test_rooms_of_the_lab_keep_to_their_floors(room):
    below, of_package = LAB_MAY_IMPORT[room]
    for path in files(room, LAB):
        strange = rooms(path, LAB) - below - {room}
        strange |= rooms(path) - of_package - FOUNDATION
        assert not strange, f'{path.relative_to(LAB)} imports {strange}'


def test_every_room_of_the_lab_has_its_floor_and_is_easy_to_survey():
    assert {path.stem for path in LAB.iterdir() if path.suffix == '.py' or path.is_dir()} - {
        '__init__',
        '__pycache__',
    } == set(LAB_MAY_IMPORT)
    for folder in LAB.rglob('*'):
        assert len(list(folder.glob('*.py'))) <= 15, folder


def test_the_wings_keep_to_their_compilers():
    wings = ('learning', 'numba'), ('solving', 'torch'), ('serving', 'torch'), ('ros', 'torch')
    for wing, foreign in (*wings, ('player', 'torch')):
        for path in (PACKAGE / wing).rglob('*.py'):
            assert foreign not in {name.split('.')[0] for name in imports(path)}, path


def test_only_what_trains_imports_tyro():
    """No rosdep key stands for it; `test_serving_alone.py` runs what serves without it."""
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*.py')
        if 'tyro' in {name.split('.')[0] for name in imports(path)}
    }
    assert found == {'cli.py', 'commands/sweep.py', 'commands/train.py'}


def test_serving_needs_no_ros():
    for path in (PACKAGE / 'serving').rglob('*.py'):
        packages = {name.split('.')[0] for name in imports(path)}
        ours = {name for name in packages if name.endswith(('_msgs', '_interfaces'))}
        assert not ours | packages & {'rclpy', 'tf2_ros', 'rcl_interfaces'}, path


def loaded(program: str) -> set[str]:
    """Return the heavy packages that a program loads."""
    listing = f'{program}\nimport sys\nprint(*sorted(sys.modules))'
    result = subprocess.run(
        [sys.executable, '-c', listing], capture_output=True, text=True, check=True
    )
    return HEAVY & set(result.stdout.split())


@pytest.mark.parametrize(
    ('program', 'expected'),
    [
        ('import learned_ik', set()),
        ('import learned_ik; learned_ik.KinematicChain; learned_ik.IkModel', set()),
        ('import learned_ik; learned_ik.TrainingConfig', set()),
        ('import learned_ik.cli', set()),
        ('import learned_ik; learned_ik.IkSolver', set()),
        ('import learned_ik; learned_ik.Tracker', set()),
    ],
)
def test_importing_brings_only_what_is_used(program, expected):
    assert loaded(program) == expected


def test_public_names_are_there():
    import learned_ik

    for name in learned_ik.__all__:
        assert getattr(learned_ik, name) is not None
    assert set(learned_ik.__all__) <= set(dir(learned_ik))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        learned_ik.nothing  # noqa: B018


def module_imports(path: Path, modules: set[str]) -> set[str]:
    """Return the package's own modules that a file imports, but for those for type checkers."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test):
            node.body = []
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f'{node.module}.{alias.name}' for alias in node.names}
            names |= inner & modules or {node.module or ''}
    return names & modules


def import_graph() -> dict[str, set[str]]:
    """Return of each module of the package those that it imports, at once or in a function."""
    paths = {
        '.'.join(path.relative_to(PACKAGE.parent).with_suffix('').parts).removesuffix(
            '.__init__'
        ): path
        for path in PACKAGE.rglob('*.py')
    }
    return {name: module_imports(path, set(paths)) for name, path in paths.items()}


def test_no_files_import_each_other_in_a_circle():
    graph = import_graph()
    assert len(graph) > 100
    while leaves := {name for name, others in graph.items() if not others & set(graph)}:
        graph = {name: others for name, others in graph.items() if name not in leaves}
    # What is left lies in a circle, or imports something that does.
    assert not graph, {name: sorted(others & set(graph)) for name, others in graph.items()}


def test_a_file_in_a_function_counts_and_one_for_type_checkers_does_not(tmp_path):
    path = tmp_path / 'a.py'
    path.write_text(
        'from typing import TYPE_CHECKING\n'
        'from learned_ik.robot import chain\n'
        'if TYPE_CHECKING:\n    from learned_ik import model\n'
        'def f():\n    from learned_ik.errors import UrdfError\n'
    )
    modules = set(import_graph())
    assert module_imports(path, modules) == {'learned_ik.robot.chain', 'learned_ik.errors'}


def test_no_folder_holds_more_than_fifteen_files():
    counts = {
        folder.relative_to(PACKAGE).as_posix(): len(list(folder.glob('*.py')))
        for folder in [PACKAGE, *PACKAGE.rglob('*/')]
    }
    assert not {name: count for name, count in counts.items() if count > 15}


def test_nothing_in_solving_imports_the_solver():
    for path in (PACKAGE / 'solving').rglob('*.py'):
        assert 'learned_ik.solving.solver' not in set(imports(path)), path


def test_a_file_of_a_name_is_there_once():
    stems = [path.stem for path in PACKAGE.rglob('*.py') if path.stem != '__init__']
    assert not {stem for stem in stems if stems.count(stem) > 1}


def test_kernels_import_nothing_of_the_package_but_kernels_arrays_and_errors():
    for path in (PACKAGE / 'kernels').rglob('*.py'):
        modules = {name.split('.')[1] for name in imports(path) if name.startswith('learned_ik.')}
        assert modules <= {'kernels', 'arrays', 'errors'}, (
            f'{path.relative_to(PACKAGE)} imports {modules}'
        )
        assert 'learned_ik' not in {name for name in imports(path) if '.' not in name}, path


MOST_POSITIONAL = 8


def too_many_positional(path: Path) -> set[str]:
    """Return the functions of a file that take more than eight arguments by their place."""
    tree = ast.parse(path.read_text())
    methods = {
        function
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for function in node.body
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and 'staticmethod' not in {ast.unparse(each) for each in function.decorator_list}
    }
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            count = len(node.args.posonlyargs) + len(node.args.args) - (node in methods)
            if count > MOST_POSITIONAL:
                names.add(getattr(node, 'name', '<lambda>'))
    return names


def test_no_function_but_a_compiled_entry_takes_more_than_eight_positional_arguments():
    from learned_ik.kernels.entries import ENTRIES

    entries = {entry.__name__ for group in ENTRIES.values() for entry in group}
    found = {}
    for path in PACKAGE.rglob('*.py'):
        allowed = entries if PACKAGE / 'kernels' in path.parents else set()
        if many := too_many_positional(path) - allowed:
            found[path.relative_to(PACKAGE).as_posix()] = many
    assert not found


def test_positional_arguments_are_counted_without_self_and_without_keywords(tmp_path):
    path = tmp_path / 'a.py'
    eight = 'a, b, c, d, e, f, g, h'
    path.write_text(
        f'def eight({eight}, *, i, j): ...\n'
        f'def nine({eight}, i): ...\n'
        f'def only(a, b, /, {eight[6:]}, i): ...\n'
        f'class A:\n'
        f'    def fits(self, {eight}): ...\n'
        f'    def does_not(self, {eight}, i): ...\n'
        f'    @staticmethod\n'
        f'    def static({eight}, i): ...\n'
        f'many = lambda {eight}, i: 0\n'
    )
    assert too_many_positional(path) == {'nine', 'only', 'does_not', 'static', '<lambda>'}


def private_reads(path: Path) -> set[str]:
    """Return how a file reads attributes of a solver that are its own, `solver._x`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Attribute) or not node.attr.startswith('_'):
            continue
        if node.attr.startswith('__'):
            continue
        owner = node.value
        while isinstance(owner, ast.Call):  # of what a call returns, as of what it is called on
            owner = owner.func
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, 'id', '')
        is_own = isinstance(owner, ast.Name) and owner.id in {'self', 'cls'}
        its_engine = node.attr == '_engine' and not is_own
        if its_engine or 'solver' in name.lower():
            found.add(ast.unparse(node))
    return found


def test_nobody_reaches_into_a_solver():
    found = {}
    places = [PACKAGE, LAB, PACKAGE.parent / 'examples']
    assert all(place.is_dir() for place in places)
    for path in (path for place in places for path in place.rglob('*.py')):
        if path == PACKAGE / 'solving' / 'solver.py':
            continue
        if reads := private_reads(path):
            found[path.relative_to(PACKAGE.parent).as_posix()] = reads
    assert not found


def test_what_reaches_into_a_solver_is_seen(tmp_path):
    path = tmp_path / 'a.py'
    path.write_text(
        'solver._packed\nself.solver._memory()\nIkSolver(model)._heads\nfree_solver._x\n'
        'other._engine.chain\nsolver.chain\nself._engine\nself._solver.chain\n'
        'solver.__class__\n'
    )
    assert private_reads(path) == {
        'solver._packed',
        'self.solver._memory',
        'IkSolver(model)._heads',
        'free_solver._x',
        'other._engine',
    }
