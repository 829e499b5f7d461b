# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How all pictures of the experiments look: one style, and colours that everyone can tell apart.

The colours are those of Okabe and Ito; lines also differ in dashes and markers.
"""

import io
from pathlib import Path
from typing import Any

from learned_ik.files import write_atomically

BLUE, ORANGE, GREEN, SKY = '#0072B2', '#D55E00', '#009E73', '#56B4E9'
PURPLE, YELLOW, BLACK, GREY = '#CC79A7', '#E69F00', '#000000', '#777777'
WIDTH = 9.0  # [inch], of a page
DPI = 110


def panels(columns: int, rows: int = 1, height: float = 3.4, **options: Any) -> tuple[Any, Any]:
    """Return a figure as wide as a page, and its axes (rows, columns)."""
    import matplotlib

    matplotlib.use('Agg')
    import matplotlib.pyplot as plt

    return plt.subplots(
        rows,
        columns,
        figsize=(WIDTH, height * rows),
        squeeze=False,
        layout='constrained',
        **options,
    )


def legend_below(figure: Any, axes: Any, columns: int = 4) -> None:
    """Put one legend for all axes below them."""
    looks: dict[str, Any] = {}
    for ax in axes:
        for line, label in zip(*ax.get_legend_handles_labels(), strict=True):
            looks.setdefault(label, line)
    figure.legend(
        looks.values(), looks.keys(), loc='outside lower center', ncols=columns, fontsize=8
    )


def plain_numbers(axis: Any) -> None:
    """Write the numbers of a logarithmic axis as people do: 20, not 2 x 10^1."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(StrMethodFormatter('{x:g}'))
    axis.set_minor_formatter(NullFormatter())


def save(figure: Any, path: Path) -> None:
    """Write a figure as PNG and forget it."""
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    figure.savefig(content, format='png', dpi=DPI)
    write_atomically(path, content.getvalue(), 'picture')
    plt.close(figure)
