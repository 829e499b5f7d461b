# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Write docs/parameters.md: all that can be set, as the code declares it.

    python scripts/parameters_page.py [--check]

With --check nothing is written; the exit status is 1 where the page is not what the code says.
"""

import ast
import dataclasses
import inspect
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from learned_ik.files import write_atomically
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.player import trajectory_parameters
from learned_ik.robot.named import RobotConfig
from learned_ik.ros import parameters
from learned_ik.ros.parameters import NodeParameter

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / 'docs' / 'parameters.md'
TYPES = {str: 'string', float: 'double', int: 'integer', bool: 'bool', list: 'double[]'}
INTRODUCTION = """\
# Parameters, launch arguments and training choices

`python scripts/parameters_page.py` writes this page from the code. Please do not edit it.

Set the parameters of a node when it starts, `--ros-args -p NAME:=VALUE`. Most of them may also be
changed while it runs, `ros2 param set NODE NAME VALUE`. `ros2 param describe` shows the same as
the tables. A value of another type, or out of range, is refused with a message that names it:
write `timeout:=1.0`, not `timeout:=1`.
"""


def main() -> int:
    """Write the page, or compare it with the code."""
    text = page()
    if '--check' not in sys.argv:
        write_atomically(PAGE, text.encode(), 'page')
        return 0
    if PAGE.read_text(encoding='utf-8') == text:
        return 0
    print(f'{PAGE.name} is out of date: python scripts/parameters_page.py', file=sys.stderr)
    return 1


def page() -> str:
    """Return the whole page."""
    return '\n'.join(
        [
            INTRODUCTION,
            '## The node `ik_node`\n',
            *node_table(parameters.ALL),
            '## The node `trajectory_node`\n',
            *node_table(trajectory_parameters.ALL),
            *launch_tables(),
            '## A robot by name: `config/NAME.yaml`\n',
            *field_table(RobotConfig),
            '## Training\n',
            'Fields of `TrainingConfig`, each an option of `train`: `learning_rate` is '
            '`--learning-rate`.\n',
            *field_table(TrainingConfig),
            '## Training with obstacles\n',
            'Fields of `SceneConfig`. The spheres are `--obstacle` of `train`.\n',
            *field_table(SceneConfig),
        ]
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a table as lines of Markdown, with an empty one behind it."""
    head = list(head)
    lines = [head, ['---'] * len(head), *rows]
    return [f'| {" | ".join(cell.replace("|", "&#124;") for cell in row)} |' for row in lines] + [
        ''
    ]


def node_table(declared: Iterable[NodeParameter]) -> list[str]:
    """Return what `ros2 param describe` says of each."""
    rows = [
        (
            f'`{each.name}`',
            TYPES[type(each.default)],
            literal(each.default),
            accepted(each),
            'no' if each.read_only else 'yes',
            each.description,
        )
        for each in declared
    ]
    return table(('name', 'type', 'default', 'accepted', 'changes while it runs', 'meaning'), rows)


def accepted(parameter: NodeParameter) -> str:
    """Return the range or the choices."""
    if parameter.limits is not None:
        low, high = parameter.limits
        return f'{low:g} … {high:g}'
    return ', '.join(parameter.choices or ())


def literal(value: Any) -> str:
    """Return a value as one writes it."""
    if value in ('', None):
        return 'empty' if value == '' else 'none'
    if isinstance(value, bool):
        return str(value).lower()
    return f'`{value}`'


def launch_tables() -> Iterator[str]:
    """Return what `ros2 launch learned_ik FILE --show-args` says of each launch file."""
    for file in sorted((ROOT / 'launch').glob('*.launch.py')):
        yield f'## Arguments of `{file.name}`\n'
        tree = ast.parse(file.read_text(encoding='utf-8'))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        rows = [
            launch_row(call)
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id == 'DeclareLaunchArgument'
        ]
        yield from table(('name', 'default', 'accepted', 'meaning'), rows)


def launch_row(call: ast.Call) -> tuple[str, str, str, str]:
    """Return name, default, choices and description of one `DeclareLaunchArgument`."""
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    return (
        f'`{ast.literal_eval(call.args[0])}`',
        literal(given['default_value']),
        ', '.join(given.get('choices', ())),
        given['description'],
    )


def field_table(config: type) -> list[str]:
    """Return the fields of a dataclass, with the comments that stand beside them."""
    meanings, types = comments(config), get_type_hints(config)
    rows = [
        (
            f'`{field.name}`',
            'required' if field.default is dataclasses.MISSING else literal(field.default),
            ', '.join(get_args(types[field.name])) if is_choice(types[field.name]) else '',
            meanings[field.name],
        )
        for field in dataclasses.fields(config)
    ]
    return table(('name', 'default', 'accepted', 'meaning'), rows)


def is_choice(kind: Any) -> bool:
    """Return whether a field's type lists what it may be."""
    return get_origin(kind) is Literal


def comments(config: type) -> dict[str, str]:
    """Return the comment behind each field of a dataclass, which may go on below it."""
    source = inspect.getsource(config)
    lines: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0]] = token.string.lstrip('# ')
    fields = [n for n in ast.parse(source).body[0].body if isinstance(n, ast.AnnAssign)]
    found = {}
    for field in fields:
        last = field.end_lineno
        while last + 1 in lines and source.splitlines()[last].lstrip().startswith('#'):
            last += 1
        found[field.target.id] = ' '.join(
            lines[n] for n in range(field.lineno, last + 1) if n in lines
        )
    return found


if __name__ == '__main__':
    sys.exit(main())
