# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Slices of a map as a picture: three planes through the middle of the arm, three quantities."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.errors import ConfigurationError
from learned_ik.files import write_atomically
from learned_ik.reachability.reachability_map import ReachabilityMap

DOTS_PER_INCH = 110
WIDTH = 13.0  # [inch]
PLANES = ((1, 'x', 'z'), (0, 'y', 'z'), (2, 'x', 'y'))  # axis across, axes in the picture


def check_can_draw() -> None:
    """Raise `ConfigurationError` where matplotlib is missing, before work begins."""
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            '--out draws pictures by matplotlib, which is not installed: pip install matplotlib'
        ) from error


def draw_slices(made: ReachabilityMap, path: Path) -> None:
    """Draw a map into a PNG file.

    Raises:
        ConfigurationError: matplotlib is not installed.
        ModelFileError: the file cannot be written.

    """
    check_can_draw()
    from matplotlib.figure import Figure

    rows = _quantities(made)
    size = (WIDTH, 4.1 * len(rows) + 0.7)
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout='constrained')
    panels = figure.subplots(len(rows), len(PLANES), squeeze=False)
    at = _middle(made)
    for row, (label, values, colours) in zip(panels, rows, strict=True):
        finite = values[np.isfinite(values)]
        high = float(finite.max()) if finite.size else 1.0
        for panel, plane in zip(row, PLANES, strict=True):
            image = _draw_plane(panel, made, values, plane, at[plane[0]], (high, colours))
        figure.colorbar(image, ax=list(row), label=label, shrink=0.85)
    figure.suptitle(f'{made.settings["tip"]} about {made.settings["base"]}: {made.verdict()}')
    picture = io.BytesIO()
    figure.savefig(picture, format='png')
    write_atomically(path, picture.getvalue(), 'picture')


def _quantities(made: ReachabilityMap) -> list[tuple[str, Any, str]]:
    """Return what there is to draw: label with unit, values (nx, ny, nz), colours."""
    share = 100 * made.share
    dexterity, margin = made.units
    rows = [
        ('reached directions [%]', np.where(share > 0, share, np.nan), 'viridis'),
        (f'manipulability, mean [{dexterity}]', made.manipulability, 'magma'),
    ]
    if np.isfinite(made.limit_margin).any():
        label = f'distance to joint limits, mean [{margin}]'
        rows.append((label, made.limit_margin, 'cividis'))
    return rows


def _middle(made: ReachabilityMap) -> tuple[int, int, int]:
    """Return the cell through which the planes are drawn: the middle of what is reached."""
    cells = np.argwhere(made.searched > 0)
    if not len(cells):
        x, y, z = (n // 2 for n in made.grid.shape)
    else:
        x, y, z = (round(float(value)) for value in (cells.min(axis=0) + cells.max(axis=0)) / 2)
    return x, y, z


def _draw_plane(
    panel: Any, made: ReachabilityMap, values: Any, plane: tuple[int, str, str], at: int,
    scale: tuple[float, str],
) -> Any:  # fmt: skip
    """Draw one plane of the cells; return the image."""
    across, right, up = plane
    axes = [made.grid.axis('xyz'.index(name)) for name in (right, up)]
    half = 0.5 * made.grid.cell
    image = panel.imshow(
        np.take(values, at, axis=across).T,
        origin='lower',
        extent=[axis for a in axes for axis in (a[0] - half, a[-1] + half)],
        vmin=0.0,
        vmax=scale[0],
        cmap=scale[1],
        interpolation='nearest',
    )
    panel.plot(0.0, 0.0, marker='+', color='#d62728', markersize=9, markeredgewidth=1.6)
    panel.set_xlabel(f'{right} [m]')
    panel.set_ylabel(f'{up} [m]')
    panel.set_title(f'{"xyz"[across]} = {made.grid.axis(across)[at]:.2f} m', fontsize=10)
    return image
