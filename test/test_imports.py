# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each part may import: who serves needs no torch, who trains needs no numba."""

import importlib.util
import pkgutil
import subprocess
import sys

import pytest

import learned_ik

HEAVY = ('torch', 'numba', 'rclpy', 'matplotlib')


def imported_by(statement: str) -> set[str]:
    """Return which of the heavy packages a new Python has loaded after a statement."""
    code = f'import sys; {statement}; print(*sys.modules)'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert done.stderr == ''
    return set(HEAVY) & set(done.stdout.split())


def modules_of(room: str) -> str:
    package = importlib.import_module(f'learned_ik.{room}')
    return ', '.join(f'learned_ik.{room}.{m.name}' for m in pkgutil.iter_modules(package.__path__))


@pytest.mark.parametrize(
    'statement',
    [
        'import learned_ik',
        'import learned_ik.cli',
        'import learned_ik.learning.configuration',
        'from learned_ik import KinematicChain, IkModel, TrainingConfig',
        f'import {modules_of("commands")}',
        f'import {modules_of("robot")}',
        'from learned_ik.cli import main; main(["--help"])',
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(statement):
    assert imported_by(statement) == set()


def test_the_two_wings_never_import_each_other():
    for room, foreign in (('learning', 'numba'), ('solving', 'torch')):
        if importlib.util.find_spec('torch') is None and room == 'learning':
            pytest.skip('torch is not installed')
        assert foreign not in imported_by(f'import {modules_of(room)}')


def test_every_public_name_is_there():
    for name in learned_ik.__all__:
        assert getattr(learned_ik, name) is not None
    assert set(learned_ik.__all__) <= set(dir(learned_ik))
    with pytest.raises(AttributeError, match='solve_everything'):
        _ = learned_ik.solve_everything
