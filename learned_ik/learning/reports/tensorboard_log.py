# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A training's progress for TensorBoard, on request."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from learned_ik.errors import ConfigurationError
from learned_ik.learning.reports.progress import Listener, Progress


@contextlib.contextmanager
def tensorboard(folder: Path | None) -> Iterator[Listener | None]:
    """Give a listener that writes to a folder of TensorBoard's; None where there is no folder.

    Raises:
        ConfigurationError: tensorboard is not installed, or the folder cannot be written.

    """
    if folder is None:
        yield None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter

        writer = SummaryWriter(str(folder))
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            '--tensorboard needs tensorboard, which is not installed: pip install tensorboard'
        ) from error
    except OSError as error:
        raise ConfigurationError(f"--tensorboard '{folder}' cannot be written: {error}") from error

    def listen(progress: Progress) -> None:
        figures = {
            'position error/mean [m]': progress.position_error,
            'position error/median [m]': progress.position_median,
            'orientation error/mean [rad]': progress.orientation_error,
            'orientation error/median [rad]': progress.orientation_median,
            'pace/samples per second': progress.samples_per_second,
        }
        for name, value in figures.items():
            writer.add_scalar(name, value, progress.samples)

    with contextlib.closing(writer):
        yield listen
