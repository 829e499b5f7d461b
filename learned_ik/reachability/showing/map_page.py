# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""A map as one page that needs no network: a slider through its slices, and what each cell has."""

import base64
import json
from pathlib import Path

import numpy as np

from learned_ik.files import write_atomically
from learned_ik.reachability.reachability_map import ReachabilityMap
from learned_ik.reachability.showing.map_page_template import TEMPLATE

MOST_CELLS = 1_500_000  # on a page; of a larger map every second cell is shown, or every third
NOTHING, LEVELS = 255, 254  # of a cell: nothing is reached; the largest value


def write_page(made: ReachabilityMap, path: Path) -> None:
    """Write a page with all of its data inside; raise `ModelFileError` where that fails."""
    every = 1
    while made.grid.cells / every**3 > MOST_CELLS:
        every += 1
    share = made.share
    quantities = [('reached directions', '%', np.where(share > 0, 100 * share, np.nan))]
    quantities.append(('manipulability, mean', made.units[0], made.manipulability))
    if np.isfinite(made.limit_margin).any():
        quantities.append(('distance to joint limits, mean', made.units[1], made.limit_margin))
    if np.isfinite(made.clearance).any():
        quantities.append(('clearance, mean', 'm', made.clearance))
    data = {
        'title': f'{made.settings["tip"]} about {made.settings["base"]}',
        'verdict': made.verdict(),
        'told': made.told(),
        'axes': [made.grid.axis(k)[::every].tolist() for k in range(3)],
        'cell': made.grid.cell,
        'every': every,
        'quantities': [
            _packed(name, unit, np.asarray(values)[::every, ::every, ::every])
            for name, unit, values in quantities
        ],
    }
    # '<' may not stand in a script as it is: a name could hold '</script>'.
    text = json.dumps(data, allow_nan=False).replace('<', '\\u003c')
    write_atomically(path, TEMPLATE.replace('/*DATA*/', text).encode(), 'page')


def _packed(name: str, unit: str, values: np.ndarray) -> dict[str, object]:
    """Return values (nx, ny, nz) in 255 levels; the script on the page multiplies them."""
    finite = np.isfinite(values)
    high = float(values[finite].max()) if finite.any() else 1.0
    high = high if high > 0 else 1.0
    clipped = np.clip(np.where(finite, values, 0.0), 0.0, high)
    levels = np.where(finite, np.rint(LEVELS * clipped / high), NOTHING).astype(np.uint8)
    packed = base64.b64encode(np.ascontiguousarray(levels).tobytes()).decode()
    return {'name': name, 'unit': unit, 'high': high, 'levels': packed}
