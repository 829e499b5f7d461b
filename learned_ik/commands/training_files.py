# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where a training writes: checked before it begins, and rescued where the disk is full."""

import tempfile
from pathlib import Path

from learned_ik.errors import ConfigurationError, ModelFileError, TrainingError
from learned_ik.leftovers import sweep_beside
from learned_ik.model import IkModel


def checkpoint_path(out: Path) -> Path:
    """Return where the checkpoints of a training go whose model goes to `out`."""
    return out.with_suffix('.checkpoint')


def check_writable(path: Path, option: str = '--out') -> None:
    """Raise `ConfigurationError` unless a file can be written there: before hours of training."""
    try:
        if path.is_dir():
            raise IsADirectoryError('it is a folder')
        path.parent.mkdir(parents=True, exist_ok=True)
        for written in (path, checkpoint_path(path)):  # what killed trainings have left
            sweep_beside(written)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise ConfigurationError(f"{option} '{path}' cannot be written: {error}") from error


def save_or_rescue(model: IkModel, out: Path) -> None:
    """Write the model; where the disk has become full meanwhile, at least somewhere.

    Raises:
        TrainingError: it is not where it was wanted; the message says where it is.

    """
    try:
        model.save(out)
    except ModelFileError as error:
        rescued = Path(tempfile.gettempdir()) / out.name
        if rescued == out:
            raise
        model.save(rescued)
        raise TrainingError(f"{error}; the model is saved as '{rescued}'") from error


def written_report(model: IkModel, folder: Path) -> Path:
    """Evaluate a model and write the report; return the path of its page."""
    from learned_ik.learning.reports.report import Report
    from learned_ik.learning.reports.report_page import write_report

    return write_report(Report.of(model), folder)
