# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a training writes: checked before it begins, and rescued where the disk is full."""

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.errors import ConfigurationError, ModelFileError, TrainingError
from learned_ik.files import mode_to_keep
from learned_ik.leftovers import sweep_beside
from learned_ik.model import IkModel

REFINED, REFINED_SEED = 10_000, 3  # poses that a report has the solver refine
POSITION, ORIENTATION = 1e-5, 1e-4  # [m], [rad], within which a refined pose counts as solved


def checkpoint_path(out: Path) -> Path:
    """Return where the checkpoints of a training go whose model goes to `out`."""
    return out.with_suffix('.checkpoint')


def check_writable(path: Path, option: str = '--out') -> None:
    """Raise `ConfigurationError` unless a file can be written there: before hours of training."""
    try:
        target = Path(os.path.realpath(path))
        mode_to_keep(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        for written in (target, checkpoint_path(target)):  # what killed trainings have left
            sweep_beside(written)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{option} '{path}' cannot be written: {error}") from error


def save_or_rescue(model: IkModel, out: Path) -> None:
    """Write the model; where the disk has become full meanwhile, at least somewhere.

    Raises:
        TrainingError: it is not where it was wanted; the message says where it is.

    """
    try:
        model.save(out)
    except ModelFileError as error:
        # A folder of its own: in the one for all, somebody's link may wait under any name.
        rescued = Path(tempfile.mkdtemp(prefix='learned_ik_')) / out.name
        model.save(rescued)
        raise TrainingError(f"{error}; the model is saved as '{rescued}'") from error


def written_report(model: IkModel, folder: Path) -> Path:
    """Evaluate a model and write the report; return the path of its page."""
    from learned_ik.learning.reports.report import Report
    from learned_ik.learning.reports.report_page import write_report

    return write_report(Report.of(model), folder, refined_errors(model))


def refined_errors(model: IkModel, poses: int = REFINED) -> dict[str, Any] | None:
    """Return what the solver makes of a network's answers; None where it needs a seed or a scene.

    Args:
        model: what was trained.
        poses: how many, reachable.

    Returns:
        Quantiles of the errors, `position` [m] and `orientation` [rad], by forward kinematics; the
        share `solved`; the `seconds` of a pose in a batch.

    """
    from learned_ik.learning.reports.report import quantiles
    from learned_ik.solving.solver import IkSolver

    solver = IkSolver(model)
    if solver.takes_seed or model.network.scene is not None:
        return None
    solver.warm_up()
    q = solver.chain.sample(np.random.default_rng(REFINED_SEED), poses)
    batch = solver.solve_batch(
        *solver.forward(q), position_tolerance=POSITION, orientation_tolerance=ORIENTATION
    )
    return {
        'poses': poses,
        'solved': float(batch.success.mean()),
        'position': quantiles(batch.position_error),
        'orientation': quantiles(batch.orientation_error),
        'seconds': batch.solve_time / poses,
    }
