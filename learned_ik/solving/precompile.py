# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Compile all kernels by several processes at once, the first time on a machine.

numba compiles one function after the other, and takes a lock for it: only processes help. What
one of them has compiled, the others find on disk. No model is needed: all arms share the kernels.
"""

import os
import subprocess
import sys
from collections.abc import Callable

from learned_ik.kernels.compilation import all_is_compiled, cache_folder
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.chain import KinematicChain
from learned_ik.solving import paths
from learned_ik.solving.solver import IkSolver

GROUPS: dict[str, Callable[[IkSolver], None]] = {  # the longest first
    'obstacles': IkSolver.prepare_to_avoid,
    'paths': lambda solver: paths.compile_kernels(solver.path_tools()),
    'one pose': IkSolver.warm_up,
}


def precompile() -> None:
    """Leave every kernel on disk, if there is a place and they are not all there yet.

    A process that fails leaves its kernels to whoever needs them first.
    """
    if all_is_compiled() or cache_folder() is None:
        return
    *others, last = GROUPS
    if len(os.sched_getaffinity(0)) == 1:
        return  # whoever needs a kernel first compiles it
    program = 'from learned_ik.solving import precompile; precompile.compile_group'
    helpers: list[subprocess.Popen] = []
    try:
        for name in others:
            command = [sys.executable, '-c', f'{program}({name!r})']
            helpers.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
        compile_group(last)
        for helper in helpers:
            helper.wait()
    finally:
        for helper in helpers:
            helper.kill()
            helper.wait()


def compile_group(name: str) -> None:
    """Compile the kernels of one group."""
    GROUPS[name](IkSolver(KinematicChain.from_urdf(artificial_arm_urdf(3))))


if __name__ == '__main__':
    precompile()
