# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every kernel that Python calls, with the types of its arguments: the one table of them.

Arrays are C-contiguous but for the pose and seed of a single request, which are taken as the user
has them. A kernel is compiled for these types and for no others.
"""

import threading
from collections.abc import Callable

from learned_ik.kernels.avoidance.clear_ranking import measure_clearance
from learned_ik.kernels.avoidance.clear_search import predict_clear, search_clear
from learned_ik.kernels.compilation import compile_for
from learned_ik.kernels.path.branches import gather
from learned_ik.kernels.path.ladder import climb, steer_again
from learned_ik.kernels.path.tracking import (
    measure_angles,
    read_targets,
    track_first_that_holds,
)
from learned_ik.kernels.preference.choice import choose
from learned_ik.kernels.search import predict, search
from learned_ik.kernels.servo.bounded_motion import brake
from learned_ik.kernels.servo.elsewhere import try_elsewhere
from learned_ik.kernels.servo.servoing import servo, servo_clear
from learned_ik.kernels.tips import forward_many, jacobian

# Words of a signature, for one or more arguments in a row. `float64[*]` is a row as the user has
# it: read-only, of any stride, perhaps not aligned; all other arrays are C-contiguous.
TYPES = {
    'model': ('int64[]', 'float64[]', 'float32[]'),  # layout, robot, weights
    'memory': ('float64[]', 'float32[]'),  # numbers, activations
    'body': ('int64[]', 'float64[]', 'float64[]'),  # body_layout, shapes, walk_numbers
    'given': ('boolean', *3 * ['float64[*]']),  # whether they are: position, orientation, seed
    'matrix': ('float64[][]',),
    'vector': ('float64[]',),
    'integers': ('int64[]',),
    'number': ('float64',),
    'count': ('int64',),
    'flag': ('boolean',),
}

# What Python calls: the kernel, its result, its arguments. A group is compiled at once.
ENTRIES: dict[str, dict[Callable, tuple[str, str]]] = {
    'one pose': {
        search: (
            'none',
            'model memory matrix matrix given flag number number count count',
        ),
        choose: (
            'none',
            'model memory matrix matrix flag number number vector vector flag',
        ),
        predict: ('none', 'model memory matrix matrix flag'),
        forward_many: ('none', 'model vector matrix matrix'),
        jacobian: ('none', 'model vector vector matrix'),
    },
    'paths': {
        read_targets: ('none', 'matrix matrix'),
        track_first_that_holds: (
            'int64',
            'model vector matrix count count matrix vector '  # up to `demand`
            'matrix matrix matrix matrix count count',
        ),
        gather: ('int64', 'model memory vector vector vector count count matrix vector count'),
        climb: (
            'none',
            'model vector matrix count count vector matrix vector count matrix '  # up to `fresh`
            'matrix vector vector integers integers matrix vector matrix matrix integers',
        ),
        measure_angles: ('none', 'model vector matrix matrix vector matrix'),
        steer_again: ('none', 'model vector matrix count count vector vector matrix matrix'),
    },
    'tracking': {
        servo: ('boolean', 'model vector vector vector matrix number matrix vector'),
        brake: ('none', 'matrix number matrix'),
        try_elsewhere: ('none', 'model memory vector vector count vector vector'),
    },
    'tracking among obstacles': {
        servo_clear: (
            'boolean',
            'model vector vector vector matrix number matrix vector body matrix vector matrix '
            'matrix flag number',
        ),
    },
    'obstacles': {
        search_clear: (
            'none',
            'model memory matrix matrix body matrix matrix integers vector matrix matrix '
            'flag number given flag number number count count',
        ),
        measure_clearance: ('none', 'model vector body matrix flag matrix vector matrix'),
        predict_clear: ('none', 'model memory matrix matrix body matrix matrix'),
    },
}


def arguments_of(words: str) -> list[str]:
    """Return the type of each argument, as one word."""
    return [each for word in words.split() for each in TYPES[word]]


def make_ready(group: str) -> None:
    """Have the kernels of a group ready to be called; once in a process.

    Those of the library are. Others numba compiles now, or loads from disk.
    """
    if group in _ready:
        return
    with _lock:
        if group not in _ready:
            for entry, (result, words) in ENTRIES[group].items():
                compile_for(entry, result, arguments_of(words))
            _ready.add(group)


_ready: set[str] = set()
_lock = threading.Lock()
