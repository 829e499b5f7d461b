# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What it costs to ask with anything but contiguous float64 arrays: TIAGo's arm, `IkSolver.solve`.

    python -m lab.measurements.call_overhead [--poses 1000] [--rounds 21] [--json]

Every form of the same request has its turn in each round, so that what else the machine does hits
all alike. A time is the median over rounds of the median over poses. Without a seed, and with one
that is off by up to 0.1 rad in each joint; values are the same in every form but for float32,
which is another request, by rounding.
"""

import argparse
import gc
import json
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from learned_ik import IkSolver, KinematicChain, resources
from learned_ik.arrays import Array

REFERENCE = 'contiguous float64'
SEED_RANGE = 0.1  # [rad], by which a seed is off
POSITION_TOLERANCE, ORIENTATION_TOLERANCE = 1e-5, 1e-4  # [m], [rad]


def read_only(values: Array) -> Array:
    """Return a copy that cannot be written to."""
    copy = values.copy()
    copy.flags.writeable = False
    return copy


def column(values: Array) -> Array:
    """Return a view of a column of a matrix, such as T[:3, 3]."""
    matrix = np.zeros((len(values), 4))
    matrix[:, 3] = values
    return matrix[:, 3]


FORMS: dict[str, Callable[[Array], Any]] = {
    REFERENCE: np.copy,
    'lists': np.ndarray.tolist,
    'tuples': lambda values: tuple(values.tolist()),
    'float32': lambda values: values.astype(np.float32),
    'strided views, as T[:3, 3]': column,
    'read-only arrays': read_only,
}


def main() -> None:
    """Print one table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--poses', type=int, default=1000)
    parser.add_argument('--rounds', type=int, default=21)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    solver = IkSolver.load(resources.shipped_file('models/tiago_arm.safetensors'))
    solver.warm_up()
    requests = poses_and_seeds(solver.chain, options.poses)
    rows = []
    for way, seeded in (('plain', False), ('seeded', True)):
        times = in_turns(solver, requests, seeded, options.rounds)
        for form, seconds in times.items():
            rows.append({
                'way': way, 'form': form, 'median [us]': 1e6 * seconds,
                'extra [us]': 1e6 * (seconds - times[REFERENCE]),
            })  # fmt: skip
    if options.json:
        print(json.dumps({'call_overhead': rows}))
        return
    print(f'{"":<8}{"":<28}{"median µs":>12}{"extra µs":>12}')
    for row in rows:
        figures = ''.join(f'{row[name]:>12.2f}' for name in ('median [us]', 'extra [us]'))
        print(f'{row["way"]:<8}{row["form"]:<28}{figures}')
    print(f'\nMedian time of one call; extra is beyond that of {REFERENCE}.')


def poses_and_seeds(chain: KinematicChain, count: int) -> list[tuple[Array, Array, Array]]:
    """Return the position [m], quaternion and seed [rad] of each request."""
    rng = np.random.default_rng(0)
    q = chain.sample(rng, count)
    seeds = np.clip(q + rng.uniform(-SEED_RANGE, SEED_RANGE, q.shape), chain.lower, chain.upper)
    return list(zip(*chain.forward(q), seeds, strict=True))


def in_turns(
    solver: IkSolver, requests: list[tuple[Array, Array, Array]], seeded: bool, rounds: int
) -> dict[str, float]:
    """Return the time of a call in each form [s]."""
    given = {
        form: [tuple(map(to_form, each if seeded else each[:2])) for each in requests]
        for form, to_form in FORMS.items()
    }
    times: dict[str, list[float]] = {form: [] for form in FORMS}
    gc.disable()  # as `timeit` does
    for _ in range(rounds):
        for form, each in given.items():
            times[form].append(median_time(solver, each))
    gc.enable()
    return {form: float(np.median(each)) for form, each in times.items()}


def median_time(solver: IkSolver, given: list[tuple[Any, ...]]) -> float:
    """Return the median time of a call [s]; the first of them does not count."""
    solve, times = solver.solve, []
    options = {
        'position_tolerance': POSITION_TOLERANCE, 'orientation_tolerance': ORIENTATION_TOLERANCE
    }  # fmt: skip
    solve(*given[0], **options)
    for each in given:
        began = perf_counter()
        solve(*each, **options)
        times.append(perf_counter() - began)
    return float(np.median(times))


if __name__ == '__main__':
    main()
