# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""ssik: enumerative analytic solutions for arms of six and seven revolute joints."""

import importlib.util
import logging
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from lab.peers.contract import Task, UnsuitedError, homogeneous
from lab.peers.stripped_urdf import stripped_urdf
from learned_ik.arrays import Array
from learned_ik.robot.chain import KinematicChain

BUILD_TIME = 120.0  # [s], within which `ssik build` has to finish


def manipulator(chain: KinematicChain) -> Any:
    """Return ssik's `Manipulator` of a chain, which is silent.

    Raises:
        UnsuitedError: ssik does not take such an arm.

    """
    import ssik

    if chain.joint_count not in (6, 7) or chain.prismatic.any():
        raise UnsuitedError('only arms of 6 or 7 revolute joints')
    logging.getLogger('ssik').setLevel(logging.WARNING)  # writing a line a call takes time
    limits = np.stack([chain.lower, chain.upper], axis=-1)
    return ssik.Manipulator.from_transforms(chain.transforms, limits=limits)


class Ssik:
    """One solution, the nearest to the seed.

    Arms with a closed form get the compiled artifact that `ssik build` makes, which is how its
    authors mean it to be used. For others that takes up to 20 minutes an arm: they get
    `Manipulator`, which asks for nothing beforehand.
    """

    package = 'ssik'
    label = 'ssik'

    def __init__(self, task: Task) -> None:
        """Build the solver for the chain."""
        chain = task.chain
        solver = manipulator(chain)
        self.setting = f'{solver.solver_name}, one solution, '
        if solver.dispatch_plan.tier == 0:
            solver = _artifact(chain)
            self.setting += 'artifact of `ssik build`'
        else:
            warnings.filterwarnings('ignore', message='.*ssik build')  # that one would be faster
            self.setting += 'Manipulator without a build'
        self._middle = chain.middle
        self._solver = solver
        self.call = self._solve

    def arguments(self, position: Array, rotation: Array, seed: Array | None) -> tuple[Any, ...]:
        """Return the pose as a matrix, and the seed."""
        return homogeneous(position, rotation), self._middle if seed is None else seed

    def read(self, answer: list[Any]) -> Array | None:
        """Return the first of the solutions, if there are any."""
        return answer[0].q if answer else None

    def _solve(self, pose: Array, seed: Array) -> list[Any]:
        return self._solver.solve(pose, max_solutions=1, q_seed=seed)


def _artifact(chain: KinematicChain) -> ModuleType:
    """Build a module for the chain, and import it."""
    with tempfile.TemporaryDirectory() as folder:
        urdf, module_file = Path(folder) / 'chain.urdf', Path(folder) / 'chain_ik.py'
        urdf.write_text(stripped_urdf(chain), encoding='utf-8')
        links = ('--base', chain.base_link, '--ee', chain.tip_link)
        command = (sys.executable, '-m', 'ssik.cli', 'build', str(urdf), *links)
        subprocess.run(
            (*command, '--out', str(module_file), '--no-validate'),
            capture_output=True,
            check=True,
            timeout=BUILD_TIME,
        )
        spec = importlib.util.spec_from_file_location(f'chain_to_{chain.tip_link}', module_file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # its dataclasses look themselves up there
        spec.loader.exec_module(module)
    return module
