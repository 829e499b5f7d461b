# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What each choice of the trainer is worth: the default, and one thing changed at a time.

    python -m lab.ablations.training_choices --samples 3000000 --json ablation.json
    python -m lab.ablations.training_choices --only 'fresh samples' 'density 1' --seeds 3 --jobs 2

Every row saw the same number of samples. The table goes to standard output as it stands in
`training_choices.md`; a row that --json already holds, of as many samples, is not trained again.
"""

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lab.robots import ROBOTS, robot_named
from learned_ik import TrainingConfig
from learned_ik.files import write_atomically
from learned_ik.learning.execution.trials import Outcome, Trial, run_trials
from learned_ik.learning.reports.report import Report

VARIANTS: dict[str, dict[str, Any]] = {
    'default': {},
    # which samples
    'fresh samples': {'hard_share': 0.0},
    'hard examples fade from the beginning': {'hard_end': 0.0},
    'hard examples to the end': {'hard_end': 0.999},
    'hard examples 25 %': {'hard_share': 0.25},
    'density 0.5': {'density_power': 0.5},
    'density 1': {'density_power': 1.0},
    'bootstrapped 20 %': {'bootstrap_share': 0.2},
    'density 0.5, fresh': {'density_power': 0.5, 'hard_share': 0.0},
    'bootstrapped 20 %, fresh': {'bootstrap_share': 0.2, 'hard_share': 0.0},
    # heads
    'one head': {'heads': 1},
    '4 heads': {'heads': 4},
    '16 heads': {'heads': 16},
    'one head, seed as input': {'heads': 1, 'seed_input': True, 'seed_weight': 0.005},
    'mean of heads until half-time': {'mean_end': 0.5},
    'no mean of heads': {'mean_weight': 0.0},
    # the optimiser and its schedule
    'Adam, 2e-3': {'optimizer': 'adam', 'learning_rate': 2e-3},
    'learning rate 5e-3': {'learning_rate': 5e-3},
    'learning rate 2e-2': {'learning_rate': 2e-2},
    'batch 500': {'batch': 500},
    'batch 2000': {'batch': 2000},
    # the loss
    'mean squares': {'loss': 'squared', 'rotation_weight': 1.0},
    'rotation weight 0.15': {'rotation_weight': 0.15},
    'rotation weight 0.6': {'rotation_weight': 0.6},
    # the network
    'bounded encoding': {'encoding': 'bounded'},
    'linear encoding': {'encoding': 'linear'},
    'biternion encoding': {'encoding': 'biternion'},
    'inputs as in the paper': {'inputs': 'paper'},
    'ReLU': {'activation': 'relu'},
    '3 x 128': {'hidden': (128,) * 3},
    '6 x 96': {'hidden': (96,) * 6},
    '10 x 64': {'hidden': (64,) * 10},
    '3 x 256': {'hidden': (256,) * 3},
}
STATISTICS = ('mean', 'median', 'p99')


def main() -> int:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robot', default='tiago', choices=ROBOTS)
    parser.add_argument('--samples', type=int, default=3_000_000, help='poses in each training')
    parser.add_argument('--seeds', type=int, default=1, help='trainings of each row')
    parser.add_argument('--only', nargs='+', choices=VARIANTS, help='rows; default: all')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at the same time')
    parser.add_argument('--json', type=Path, help='file of the results, read and written')
    options = parser.parse_args()
    rows = _saved(options.json)
    chain = robot_named(options.robot).chain
    wanted = {}
    for name in options.only or VARIANTS:
        for seed in range(options.seeds):
            config = TrainingConfig(samples=options.samples, seed=seed, **VARIANTS[name])
            key = f'{options.robot}, {options.samples} samples, {name}, seed {seed}'
            wanted[key] = (name, config)
    trials = [Trial(key, chain, config) for key, (_, config) in wanted.items() if key not in rows]
    for outcome in run_trials(trials, options.jobs):
        if outcome.model.training['ended_early']:
            return 130
        rows[outcome.trial.name] = row = measured(outcome)
        print(f'{outcome.trial.name}: {1e3 * row["position"]["mean"]:.2f} mm', file=sys.stderr)
        if options.json:
            write_atomically(options.json, f'{json.dumps(rows, indent=1)}\n'.encode(), 'result')
    print(table({key: rows[key] for key in wanted}, {k: name for k, (name, _) in wanted.items()}))
    return 0


def measured(outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a training, ready for JSON."""
    summary = Report.of(outcome.model).summary()
    place = summary['over_workspace']
    return {
        'position': outcome.model.held_out['position'],
        'orientation': outcome.model.held_out['orientation'],
        'limits_broken': outcome.model.held_out['limits_broken'],
        'variation': place['deviation_of_cells'] / place['mean_of_cells'],
        'worst_cell': place['worst_cell'],
        'distinct': summary['distinct_solutions']['mean'],
        'parameters': outcome.model.network.parameter_count,
        'samples': outcome.model.training['samples'],
        'processor_seconds': outcome.processor_seconds,
        'configuration': dataclasses.asdict(outcome.trial.config),
    }


def table(rows: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Return the table in Markdown: a line for each name, the mean over its seeds."""
    lines = [
        '| change | position mean / median / p99 [mm] | orientation [deg] | outside limits '
        '| uneven | worst cell [mm] | distinct | s |',
        '|---|---|---|---|---|---|---|---|',
    ]
    for name in dict.fromkeys(names.values()):
        of_name = [row for key, row in rows.items() if names[key] == name]

        def mean(*path: str, of_name: list[Mapping[str, Any]] = of_name) -> float:
            values = []
            for row in of_name:
                for key in path:
                    row = row[key]
                values.append(row)
            return float(np.mean(values))

        position = ' / '.join(f'{1e3 * mean("position", s):.2f}' for s in STATISTICS)
        angle = ' / '.join(f'{math.degrees(mean("orientation", s)):.2f}' for s in STATISTICS)
        lines.append(
            f'| {name} | {position} | {angle} | {100 * mean("limits_broken"):.1f} % '
            f'| {mean("variation"):.2f} | {1e3 * mean("worst_cell"):.0f} '
            f'| {mean("distinct"):.1f} | {mean("processor_seconds"):.0f} |'
        )
    return '\n'.join(lines)


def _saved(path: Path | None) -> dict[str, Any]:
    if path is None or not path.is_file():
        return {}
    return json.loads(path.read_text(encoding='utf-8'))


if __name__ == '__main__':
    sys.exit(main())
