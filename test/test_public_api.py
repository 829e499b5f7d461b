# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What `help` says first of each public name can be read at a glance."""

import inspect
from collections.abc import Callable, Iterator

import pytest

import learned_ik

LONGEST = 700  # characters of a signature
EXPANDED = ('Buffer', '_SupportsArray', '_NestedSequence')  # of what ArrayLike stands for
A_FIELD_FOR_EACH_CHOICE = ('TrainingConfig',)


def public_callables() -> Iterator[tuple[str, Callable]]:
    """Yield each public function, class, and method, by its name."""
    for name in learned_ik.__all__:
        thing = getattr(learned_ik, name)
        if callable(thing):
            yield name, thing
        if inspect.isclass(thing):
            for method, function in inspect.getmembers(thing, callable):
                if not method.startswith('_') and method in vars(thing):
                    yield f'{name}.{method}', function


CALLABLES = dict(public_callables())


def test_all_of_them_are_looked_at():
    assert {'IkSolver.solve', 'IkSolver.load', 'KinematicChain.forward', 'train'} <= set(CALLABLES)
    assert {'IkModel', 'Solution', 'TrainingConfig', 'PathSolution'} <= set(CALLABLES)


@pytest.mark.parametrize('name', CALLABLES)
def test_a_signature_is_short(name):
    signature = str(inspect.signature(CALLABLES[name]))
    assert not [word for word in EXPANDED if word in signature]
    assert name in A_FIELD_FOR_EACH_CHOICE or len(signature) <= LONGEST
