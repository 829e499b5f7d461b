# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The table of entries leaves none out, and takes no types but its own."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_modules import dispatchers
from numba import types

import learned_ik
from learned_ik.kernels.entries import ENTRIES, TYPES, make_ready

PACKAGE = Path(learned_ik.__file__).parent


def imported_by_python() -> set[str]:
    """Return the names of kernels that files outside of kernels/ import."""
    names = set()
    for path in PACKAGE.rglob('*.py'):
        if PACKAGE / 'kernels' in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
                'learned_ik.kernels'
            ):
                names |= {alias.name for alias in node.names}
    return names


def table() -> dict[str, tuple[types.Type, str]]:
    """Return result and words of each entry, by its name."""
    return {
        entry.__name__: signature
        for group in ENTRIES.values()
        for entry, signature in group.items()
    }


def test_every_kernel_that_python_can_call_is_in_the_table_once():
    callable_ones = {
        name for name, each in dispatchers().items() if 'inline' not in each.targetoptions
    }
    assert callable_ones == set(table())
    assert len(table()) == sum(len(group) for group in ENTRIES.values())


def test_every_kernel_in_the_table_is_called_by_python():
    assert set(table()) <= imported_by_python()


def test_python_calls_no_kernel_of_another_kind():
    inner = set()
    for path in (PACKAGE / 'kernels').rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                kinds = {ast.unparse(decorator) for decorator in node.decorator_list}
                if kinds & {'inner_kernel', 'inlined_kernel', 'exact_kernel', 'spliced_kernel'}:
                    inner.add(node.name)
    assert len(inner) > 50
    assert not inner & imported_by_python()


@pytest.mark.parametrize('name', sorted(table()))
def test_a_signature_has_as_many_arguments_as_its_kernel(name):
    result, words = table()[name]
    entry = dispatchers()[name]
    arguments = [each for word in words.split() for each in TYPES[word]]
    assert len(arguments) == len(inspect.signature(entry.py_func).parameters)
    assert (result is types.void) == (entry.py_func.__annotations__['return'] is None)


@pytest.mark.parametrize('group', ENTRIES)
def test_what_is_ready_takes_one_signature_and_refuses_all_others(group):
    make_ready(group)
    for entry, (_, words) in ENTRIES[group].items():
        arguments = tuple(each for word in words.split() for each in TYPES[word])
        assert entry.signatures == [arguments]
        with pytest.raises((TypeError, RuntimeError)):
            entry(*[object()] * len(arguments))


def test_several_threads_may_make_ready_at_once():
    program = """
import threading
from learned_ik.kernels.entries import ENTRIES, make_ready
barrier, failures = threading.Barrier(4), []
def work():
    barrier.wait()
    try:
        for group in ENTRIES:
            make_ready(group)
    except Exception as error:
        failures.append(repr(error))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failures, failures
"""
    result = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
