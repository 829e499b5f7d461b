# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The command line: `learned_ik COMMAND`, or `python -m learned_ik COMMAND`.

In a ROS workspace it is `ros2 run learned_ik COMMAND`: see `ros2_run/ik_node`.

Results go to standard output, progress and errors to standard error. An error of the package's
own is one line and exit status 2; a pose without a solution is exit status 1, and a goal that a
training did not reach is exit status 3.
"""

import importlib
import json
import logging
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from learned_ik import __version__
from learned_ik.errors import LearnedIkError

PROGRAM = 'learned_ik'  # as setup.py installs it

# command: the class with its options, and what it does in one line
COMMANDS = {
    'train': ('learned_ik.commands.train:Train', 'train a network for an arm'),
    'sweep': ('learned_ik.commands.sweep:Sweep', 'many arms, many settings, several at once'),
    'evaluate': ('learned_ik.commands.evaluate:Evaluate', 'how good a model is'),
    'solve': ('learned_ik.commands.solve:Solve', 'joint positions for one pose'),
    'track': ('learned_ik.commands.track:Track', 'how an arm follows a hand, and a plot of it'),
    'reach': ('learned_ik.commands.reach:Reach', 'a map of what an arm reaches about its base'),
    'show': ('learned_ik.commands.show:Show', 'what is in a model file'),
    'body': (
        'learned_ik.commands.give_body:GiveBody',
        'give a model file the capsules of its arm',
    ),
    'export': ('learned_ik.commands.export:Export', 'a model for C++ and other runtimes'),
    'build-native': (
        'learned_ik.commands.build_native:BuildNative',
        'compile the kernels ahead of time, for Python and C++',
    ),
    'view': ('learned_ik.commands.view:View', 'look at an arm in the browser, and drag it'),
}
# the same for the lab: a folder beside the package in a clone, which is not installed
LAB_COMMANDS = {
    'experiment': (
        'lab.commands.experiment:Experiment',
        "the paper's tables and figures (in a clone)",
    ),
    'benchmark': ('lab.commands.benchmark:Benchmark', 'our solver against its peers (in a clone)'),
    'fuzz': ('lab.commands.fuzz:Fuzz', 'hostile requests by the million, judged (in a clone)'),
    'storm': ('lab.commands.storm:Storm', 'a node in a flood of messages (in a clone)'),
    'kill': ('lab.commands.kill:Kill', 'nodes and trainings that end at once (in a clone)'),
}
# node: its main function, which takes ROS arguments, and what it does
NODES = {
    'ik_node': ('learned_ik.ros.node:main', 'serve a model over ROS 2'),
    'trajectory_node': ('learned_ik.player.trajectory_node:main', 'make an arm follow a path'),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    command = arguments[0] if arguments else '--help'
    if command in ('-h', '--help'):
        _say(_help())
        return 0
    if command == '--version':
        _say(__version__)
        return 0
    if command in NODES:
        return run_node(command, arguments[1:])
    if command in LAB_COMMANDS and not _find_lab(command):
        print(
            f"error: '{command}' needs the lab, which comes with the source of learned_ik and is "
            f'not installed: clone the repository and run python -m {PROGRAM} {command} there',
            file=sys.stderr,
        )
        return 2
    if command not in COMMANDS | LAB_COMMANDS:
        known = ', '.join([*COMMANDS, *LAB_COMMANDS, *NODES])
        print(f"no command '{command}'; there are: {known}", file=sys.stderr)
        return 2
    return run(command, arguments[1:])


def run(command: str, arguments: Sequence[str]) -> int:
    """Run a command with its arguments and return the exit status."""
    arguments = without_ros_arguments(arguments)
    logging.basicConfig(level=logging.INFO, format='%(message)s', stream=sys.stderr)
    try:
        options_type = _imported((COMMANDS | LAB_COMMANDS)[command][0])
        options = _options(options_type, f'{program()} {command}', arguments)
        result = options.run(shlex.join([*program().split(), command, *arguments]))
    except LearnedIkError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        if (error.name or '').partition('.')[0] != 'tyro':
            raise
        print(f"error: {command} needs tyro: pip install 'learned_ik[train]'", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted', file=sys.stderr)
        return 130
    if result.shown:
        _say(json.dumps(result.content, allow_nan=False) if options.json else result.text)
    return 0 if result.success else result.failure


def _say(text: str) -> None:
    """Print a result; who reads no further, as `head` does, has seen enough."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _options(options_type: type, called: str, arguments: Sequence[str]) -> Any:
    """Return the options of a command, from its arguments."""
    from learned_ik.commands.arguments import is_described, parsed

    if is_described(options_type):
        return parsed(options_type, called, arguments)
    import tyro

    defaults = {}
    if hasattr(options_type, 'defaults_for'):  # some arguments change others' defaults
        defaults['default'] = options_type.defaults_for(arguments)
    return tyro.cli(
        options_type,
        prog=called,
        args=arguments,
        config=(
            tyro.conf.DisallowNone,  # no `--urdf None`: leave the option out
            tyro.conf.FlagCreatePairsOff,  # no `--no-json`
            tyro.conf.OmitArgPrefixes,  # `--minutes`, not `--training.minutes`
        ),
        **defaults,
    )


def run_node(node: str, arguments: Sequence[str]) -> int:
    """Run a ROS node until it ends and return the exit status."""
    from learned_ik.ros.stopping import ended_at_once

    try:
        with ended_at_once():  # by a signal: imports take seconds
            node_main = _imported(NODES[node][0])
    except ModuleNotFoundError as error:
        package = (error.name or '').partition('.')[0]
        if package == 'learned_ik':
            raise
        print(f'error: {node} needs {package}: source a ROS 2 workspace', file=sys.stderr)
        return 2
    return node_main([node, *arguments])


def program() -> str:
    """Return how the program was called, for usage texts and for what a model file tells."""
    path = Path(sys.argv[0])
    if path.name != PROGRAM:
        return f'python -m {PROGRAM}'
    if path.parent.name == PROGRAM:  # lib/learned_ik, where colcon puts it
        return f'ros2 run {PROGRAM}'
    return PROGRAM


def without_ros_arguments(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without those that are for ROS: from `--ros-args` to `--`."""
    kept, for_ros = [], False
    for argument in arguments:
        if argument == '--ros-args':
            for_ros = True
        elif for_ros and argument == '--':
            for_ros = False
        elif not for_ros:
            kept.append(argument)
    return kept


def _find_lab(command: str) -> bool:
    """Make the lab of this clone importable, from any folder; return whether there is one."""
    clone = Path(__file__).resolve().parents[1]
    if not (clone / 'lab' / 'commands' / f'{command}.py').is_file():
        return False
    if sys.path[0] != str(clone):  # before any other package of that name
        sys.path.insert(0, str(clone))
    return True


def _imported(place: str) -> Any:
    """Return what `module:name` means."""
    module, _, name = place.partition(':')
    return getattr(importlib.import_module(module), name)


def _help() -> str:
    lines = [
        f'usage: {program()} COMMAND ...',
        '',
        'Learned inverse kinematics of one robot arm.',
        '',
    ]
    known = COMMANDS | LAB_COMMANDS | NODES
    lines += [f'  {name:<15} {what}' for name, (_, what) in known.items()]
    return '\n'.join([*lines, '', f'{program()} COMMAND --help tells what a command takes.'])
