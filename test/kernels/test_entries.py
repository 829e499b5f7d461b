# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The table of entries leaves none out, and takes no types but its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import learned_ik
from learned_ik.kernels.entries import ENTRIES, arguments_of, make_ready

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


def kernels(*kinds: str) -> dict[str, ast.FunctionDef]:
    """Return the functions with one of these decorators, by name."""
    return {
        node.name: node
        for path in (PACKAGE / 'kernels').rglob('*.py')
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and {ast.unparse(decorator) for decorator in node.decorator_list} & set(kinds)
    }


def table() -> dict[str, tuple[str, str]]:
    """Return result and words of each entry, by its name."""
    return {
        entry.__name__: signature
        for group in ENTRIES.values()
        for entry, signature in group.items()
    }


def test_every_kernel_that_python_can_call_is_in_the_table_once():
    assert set(kernels('kernel')) == set(table())
    assert len(table()) == sum(len(group) for group in ENTRIES.values())


def test_every_kernel_in_the_table_is_called_by_python():
    assert set(table()) <= imported_by_python()


def test_python_calls_no_kernel_of_another_kind():
    inner = set(kernels('inner_kernel', 'inlined_kernel', 'exact_kernel', 'spliced_kernel'))
    assert len(inner) > 50
    assert not inner & imported_by_python()


@pytest.mark.parametrize('name', sorted(table()))
def test_a_signature_has_as_many_arguments_as_its_kernel(name):
    result, words = table()[name]
    function = kernels('kernel')[name]
    assert len(arguments_of(words)) == len(function.args.args)
    assert (result == 'none') == (ast.unparse(function.returns) == 'None')


@pytest.mark.parametrize('group', ENTRIES)
def test_what_is_ready_refuses_other_types(group):
    make_ready(group)
    for entry, (_, words) in ENTRIES[group].items():
        with pytest.raises((TypeError, RuntimeError)):
            entry(*[object()] * len(arguments_of(words)))


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
