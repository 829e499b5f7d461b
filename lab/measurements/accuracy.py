# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How accurate the network alone is after a given time of training, arm by arm.

    python -m lab.measurements.accuracy --json accuracy.json
    python -m lab.measurements.accuracy --only 'TIAGo, 15 s' 'Panda, 5 min' --seeds 3 --jobs 2

How many samples that time is good for is measured first, on a machine that is otherwise idle; a
row is then trained for as many, so that its errors do not depend on what else runs. `--rates`
measures and stops; `--json` holds these, and every row that is done; `--picture` draws TIAGo's
error over the time of training. `--shipped` prints what the
models that come with the package say of themselves.
"""

import argparse
import dataclasses
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lab.measurements.training_speed import ours
from lab.paper.presentation import pictures
from lab.robots import robot_named
from learned_ik import IkModel, TrainingConfig
from learned_ik.files import write_atomically
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.execution.trials import Outcome, Trial, run_trials
from learned_ik.learning.training_config import preset
from learned_ik.resources import shipped_files

STATISTICS = ('mean', 'median', 'p99')
WARM_UP, MEASURED = 30, 150  # steps


@dataclasses.dataclass(frozen=True)
class Row:
    """A training, and the errors that it is to reach."""

    robot: str
    seconds: float  # of training
    goal: str  # mean position error [mm] and orientation error [deg]
    options: dict[str, Any] = dataclasses.field(default_factory=dict)  # beside the preset
    preset: str = 'default'
    threads: int = 1

    @property
    def shows_time(self) -> bool:
        """Whether it differs from the other trainings of TIAGo by its time alone."""
        return self.robot == 'tiago' and not self.options

    def config(self, **budget: int) -> TrainingConfig:
        """Return how to train; on one thread, since samples alone decide what comes of it."""
        return dataclasses.replace(preset(self.preset), **self.options, **budget)


ROWS = {
    'TIAGo, 15 s': Row('tiago', 15, '9, 2.3', preset='quick'),
    'TIAGo, 2 min': Row('tiago', 120, '6.5, 1.5'),
    'TIAGo, 15 min, two threads': Row('tiago', 900, '4, 0.9; p99 20, 4', threads=2),
    'TIAGo, position only, 2 min': Row('tiago', 120, '2', {'targets': 'position'}),
    'TIAGo, one head, 2 min': Row(
        'tiago', 120, '8, 3', {'heads': 1, 'hard_share': 0.0, 'rotation_weight': 0.25}
    ),
    'Panda, 5 min': Row('panda', 300, '7, 1.8'),
    'artificial arm, 7 joints, 2.5 min': Row('artificial7', 150, '9, 2'),
    'artificial arm, 20 joints, 5 min': Row('artificial20', 300, '10, 2'),
}


def main() -> int:
    """Measure the rates that are missing, train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seeds', type=int, default=1, help='trainings of each row')
    parser.add_argument('--only', nargs='+', choices=ROWS, help='rows; default: all')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at the same time')
    parser.add_argument('--rates', action='store_true', help='measure rates, and train nothing')
    parser.add_argument('--shipped', action='store_true', help='the table of shipped models')
    parser.add_argument('--json', type=Path, help='file of the results, read and written')
    parser.add_argument('--picture', type=Path, help='file of the picture of error over time')
    options = parser.parse_args()
    if options.shipped:
        print(shipped_table())
        return 0
    results = {'rates': {}, 'rows': {}}
    if options.json and options.json.is_file():
        results = json.loads(options.json.read_text(encoding='utf-8'))
    names = options.only or list(ROWS)

    def save() -> None:
        if options.json:
            write_atomically(options.json, f'{json.dumps(results, indent=1)}\n'.encode(), 'result')

    for name in names:
        if name not in results['rates']:
            results['rates'][name] = rate_of(ROWS[name])
            save()
        print(f'{name}: {results["rates"][name]:.0f} samples/s', file=sys.stderr)
    if options.rates:
        return 0
    trials = {}
    for seed in range(options.seeds):
        for name in names:
            key = f'{name}, seed {seed}'
            samples = int(ROWS[name].seconds * results['rates'][name])
            config = ROWS[name].config(samples=samples, seed=seed)
            trials[key] = Trial(key, robot_named(ROWS[name].robot).chain, config)
    missing = [trial for key, trial in trials.items() if key not in results['rows']]
    for outcome in run_trials(missing, options.jobs):
        if outcome.model.training['ended_early']:
            return 130
        results['rows'][outcome.trial.name] = row = measured(outcome)
        save()
        print(f'{outcome.trial.name}: {1e3 * row["position"]["mean"]:.2f} mm', file=sys.stderr)
    print(table(names, results))
    if options.picture:
        draw([name for name in names if ROWS[name].shows_time], results, options.picture)
    return 0


def rate_of(row: Row) -> float:
    """Return how many samples a second a row is trained with."""
    torch.set_num_threads(row.threads)
    chain = robot_named(row.robot).chain
    config, device = row.config(), torch.device('cpu')
    step = ours(chain, config, config.batch, device, BatchedKinematics(chain, device))
    for _ in range(WARM_UP):
        step()
    began = time.perf_counter()
    for _ in range(MEASURED):
        step()
    return MEASURED * config.batch / (time.perf_counter() - began)


def measured(outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a training, ready for JSON."""
    model = outcome.model
    return {
        'position': model.held_out['position'],
        'orientation': model.held_out['orientation'],
        'limits_broken': model.held_out['limits_broken'],
        'samples': model.training['samples'],
        'parameters': model.network.parameter_count,
        'processor_seconds': outcome.processor_seconds,
        'configuration': dataclasses.asdict(outcome.trial.config),
        'curve': [
            [point['samples'], point['position_mean'], point['orientation_mean']]
            for point in model.training['curve']
        ],
    }


def table(names: Sequence[str], results: Mapping[str, Any]) -> str:
    """Return the table in Markdown: the mean over a row's seeds, and its span for the mean."""
    lines = [
        '| training | samples | parameters | position mean (span) / median / p99 [mm] '
        '| orientation [deg] | goal [mm, deg] | seeds |',
        '|---|---|---|---|---|---|---|',
    ]
    for name in names:
        rows = [row for key, row in results['rows'].items() if key.startswith(f'{name}, seed ')]
        if not rows:
            continue
        position = _statistics(rows, 'position', 1e3, 2)
        angle = _statistics(rows, 'orientation', math.degrees(1), 2)
        if ROWS[name].options.get('targets') == 'position':
            angle = '–'
        lines.append(
            f'| {name} | {1e-6 * rows[0]["samples"]:.1f} M | {rows[0]["parameters"]} '
            f'| {position} | {angle} | {ROWS[name].goal} | {len(rows)} |'
        )
    return '\n'.join(lines)


def draw(names: Sequence[str], results: Mapping[str, Any], path: Path) -> None:
    """Draw errors over the time of training: each training's way, and where it ends."""
    figure, (axes,) = pictures.panels(2)
    looks = zip(names, (pictures.BLUE, pictures.ORANGE, pictures.GREEN), 'os^', strict=False)
    for name, colour, marker in looks:
        rate = results['rates'][name]
        trainings = [r for key, r in results['rows'].items() if key.startswith(f'{name}, seed ')]
        for k, row in enumerate(trainings):
            label = name.removeprefix('TIAGo, ') if k == 0 else None
            for ax, column, unit, error in zip(
                axes, (1, 2), (1e3, math.degrees(1)), ('position', 'orientation'), strict=True
            ):
                way = np.array(row['curve'])[1:]
                ax.loglog(way[:, 0] / rate, unit * way[:, column], color=colour, lw=0.8, alpha=0.6)
                end = row['samples'] / rate, unit * row[error]['mean']
                ax.loglog(*end, marker, color=colour, label=label)
    for ax, label in zip(axes, ('position [mm]', 'orientation [deg]'), strict=True):
        ax.set_xlabel('time of training [s]')
        ax.set_ylabel(f'mean error, {label}')
        ax.grid(which='both', alpha=0.25)
    axes[0].legend(title='budget')
    pictures.save(figure, path)


def shipped_table() -> str:
    """Return the held-out errors of the models that come with the package, in Markdown."""
    lines = [
        '| `--robot` | joints | samples | parameters | position mean / median / p99 [mm] '
        '| orientation [deg] |',
        '|---|---|---|---|---|---|',
    ]
    for path in shipped_files('models', '.safetensors'):
        model = IkModel.load(path)
        position = _statistics([model.held_out], 'position', 1e3, 2)
        angle = _statistics([model.held_out], 'orientation', math.degrees(1), 2)
        lines.append(
            f'| {path.stem} | {model.chain.joint_count} '
            f'| {1e-6 * model.training["samples"]:.0f} M | {model.network.parameter_count} '
            f'| {position} | {angle} |'
        )
    return '\n'.join(lines)


def _statistics(rows: Sequence[Mapping[str, Any]], error: str, unit: float, digits: int) -> str:
    values = {name: unit * np.array([row[error][name] for row in rows]) for name in STATISTICS}
    parts = [f'{values[name].mean():.{digits}f}' for name in STATISTICS]
    if len(rows) > 1:
        parts[0] += f' ({values["mean"].min():.{digits}f} to {values["mean"].max():.{digits}f})'
    return ' / '.join(parts)


if __name__ == '__main__':
    sys.exit(main())
