# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a training shows while it runs: a bar on a terminal, elsewhere a log line now and then."""

import contextlib
import dataclasses
import logging
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping

logger = logging.getLogger('learned_ik.training')

SHOW_INTERVAL = 0.25  # [s] between two updates of the bar, or of whoever else listens
FIRST_LOG_LINE = 2.0  # [s] after which the pace is told where there is no terminal
LOG_INTERVAL = 30.0  # [s] between two log lines


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a training has come."""

    fraction: float  # of the budget that is used up, 0 to 1
    samples: int  # poses seen
    seconds: float  # since training began
    position_error: float  # [m], mean over a few test poses, when last looked at
    orientation_error: float  # [rad], the same
    position_median: float = math.nan  # [m], the median over them
    orientation_median: float = math.nan  # [rad], the same

    @classmethod
    def of(
        cls, fraction: float, samples: int, seconds: float, errors: Mapping[str, float]
    ) -> 'Progress':
        """Return the progress with the errors of a check, as `Errors.row` tells them."""
        names = ('position_mean', 'orientation_mean', 'position_median', 'orientation_median')
        return cls(fraction, samples, seconds, *(errors[name] for name in names))

    @property
    def samples_per_second(self) -> float:
        """[1/s] Mean over the whole training."""
        return self.samples / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """[s] At the pace so far; NaN before there is a pace."""
        return self.seconds * (1 / self.fraction - 1) if self.fraction > 0 else math.nan

    @property
    def short(self) -> str:
        """The means, as `until_error` compares them, and the pace in few characters, for a bar."""
        return (
            f'mean {1e3 * self.position_error:.1f} mm, '
            f'{math.degrees(self.orientation_error):.2f} deg  '
            f'{1e-3 * self.samples_per_second:.0f}k/s'
        )

    def __str__(self) -> str:
        return (
            f'median {1e3 * self.position_median:.1f} mm, '
            f'{math.degrees(self.orientation_median):.2f} deg, '
            f'mean {1e3 * self.position_error:.1f} mm, '
            f'{math.degrees(self.orientation_error):.2f} deg, '
            f'{1e-3 * self.samples_per_second:.0f}k samples/s'
        )


Listener = Callable[[Progress], None]


@contextlib.contextmanager
def reporting(shown: bool, listener: Listener | None) -> Iterator[Listener]:
    """Give the function that takes each step's `Progress` and passes on a few in a second.

    Args:
        shown: as a bar on standard error where that is a terminal, else in log lines.
        listener: who else wants to know.

    """
    with _bar() if shown and sys.stderr.isatty() else contextlib.nullcontext(_LogLines()) as show:
        listeners = [each for each in (show if shown else None, listener) if each is not None]
        last = -math.inf

        def report(progress: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= SHOW_INTERVAL or progress.fraction >= 1:
                last = now
                for each in listeners:
                    each(progress)

        yield report


@contextlib.contextmanager
def _bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (  # all together no wider than 80 characters
        TextColumn('training'),
        BarColumn(bar_width=10),
        TextColumn('{task.percentage:3.0f} %  {task.description}  {task.fields[left]}'),
    )
    with Bar(*columns, console=Console(stderr=True), refresh_per_second=4) as bar:
        task = bar.add_task('', total=1.0, left='')

        def show(progress: Progress) -> None:
            left = '' if math.isnan(progress.seconds_left) else _duration(progress.seconds_left)
            bar.update(task, completed=progress.fraction, description=progress.short, left=left)

        yield show


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(math.ceil(seconds), 60)
    return f'{minutes}:{seconds:02d} left'


class _LogLines:
    """Logs one line soon, and then one every `LOG_INTERVAL`."""

    def __init__(self) -> None:
        self._next = FIRST_LOG_LINE

    def __call__(self, progress: Progress) -> None:
        """Log it if it is time."""
        if progress.seconds >= self._next:
            self._next = progress.seconds + LOG_INTERVAL
            logger.info('%3.0f %%: %s', 100 * progress.fraction, progress)
