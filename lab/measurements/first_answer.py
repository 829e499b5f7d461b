# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How long a fresh process takes to its first answer, with compiled code on disk and without.

    python -m lab.measurements.first_answer [MODEL] [--warm 5] [--json]

Measured from the start of the interpreter, so that imports count.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from learned_ik import resources

WORK = {  # what the process does
    'solve': 'solver.solve(*pose)',
    'solve and choose': 'solver.solve(*pose, prefer="middle")',
    'follow a path': 'solver.follow(pose[0][None], pose[1][None])',
}
PROGRAM = """
from learned_ik import IkSolver
solver = IkSolver.load({model!r})
pose = solver.chain.forward(solver.chain.middle)
assert {work}.success
"""


def main() -> None:
    """Print one line for each kind of work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('model', nargs='?', type=Path, help='default: the model that ships')
    parser.add_argument('--warm', type=int, default=5, help='starts of which the median counts')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    model = str(options.model or resources.shipped_file('models/tiago_arm.safetensors'))
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for work, code in WORK.items():
            program = PROGRAM.format(model=model, work=code)
            first, *later = (seconds(program, cache) for _ in range(1 + options.warm))
            rows.append({'work': work, 'first': first, 'warm': float(np.median(later))})
            if not options.json:
                print(f'{work:<20}first ever {first:6.1f} s, later {rows[-1]["warm"]:.2f} s')
    if options.json:
        print(json.dumps({'first_answer': rows}))


def seconds(program: str, cache: str) -> float:
    """Return how long a process takes [s] whose compiled code lies in a folder."""
    began = perf_counter()
    environment = {**os.environ, 'NUMBA_CACHE_DIR': cache}
    subprocess.run([sys.executable, '-c', program], check=True, env=environment)
    return perf_counter() - began


if __name__ == '__main__':
    main()
