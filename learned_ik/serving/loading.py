# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""From a model file to a solver that answers at full speed, and what to say about it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from learned_ik import resources
from learned_ik.kernels.compilation import is_native, just_in_time
from learned_ik.leftovers import sweep_beside, sweep_folders
from learned_ik.robot.description.names import printable
from learned_ik.serving.beside.worker_process import FOLDER
from learned_ik.serving.retraining_process import retrained_path
from learned_ik.solving.solver import IkSolver

SHIPPED_MODEL = 'models/tiago_arm.safetensors'


def load_solver(
    path: str, say: Callable[[str], Any], tool: Sequence[float] | None = None
) -> IkSolver:
    """Return a solver that is ready to answer at full speed.

    Args:
        path: the model file; empty: the one that comes with the package.
        say: called with a line of text before anything that takes long.
        tool: (7,), as for `IkSolver`.

    Raises:
        InvalidInputError: the tool is none.
        ModelFileError: there is no model there, or none that can be read.

    """
    path = path or str(resources.shipped_file(SHIPPED_MODEL))
    say(f'loading {path}')
    sweep_beside(Path(path))
    sweep_beside(retrained_path(Path(path)))
    return made_ready(IkSolver.load(path, tool=tool), say)


def made_ready(solver: IkSolver, say: Callable[[str], Any]) -> IkSolver:
    """Make a solver answer its first request at full speed, and return it.

    Args:
        solver: with a network or without.
        say: called with a line of text before anything that takes long.

    """
    sweep_folders(FOLDER)
    if not is_native() and not just_in_time().all_is_compiled():
        say('compiling the solver once, up to a minute; later starts take it from the cache')
        from learned_ik.kernels.jit.precompile import precompile

        precompile()
    solver.warm_up()
    solver.prepare_to_avoid()
    return solver


def description_of(solver: IkSolver) -> str:
    """Return one line that names model, chain and network, as far as there are any."""
    model, chain = solver.model, solver.trained_chain
    if model is None:
        return (
            f'{printable(chain.base_link)} → {printable(chain.tip_link)}, '
            f'{chain.joint_count} joints; without a network'
        )
    network = model.network
    widths = ' × '.join(str(weight.shape[0]) for weight in network.weights[:-1])
    return (
        f"model '{model.name or 'unnamed'}', {chain.base_link} → {chain.tip_link}, "
        f'{chain.joint_count} joints; network {widths}, {network.heads} heads'
        + (', told of obstacles' if network.scene is not None else '')
    )
