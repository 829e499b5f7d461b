# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Muon, as the trainer has it, beside other optimisers of the matrices between hidden layers.

    pip install pytorch_optimizer
    python -m lab.ablations.optimizer_choice --samples 1000000 --json optimizers.json

Everything else is the default recipe, Adam for the first and the last layer included. Each is
trained with several learning rates, whose best row counts; the other rows stand behind it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import torch

from lab.robots import ROBOTS, robot_named
from learned_ik import TrainingConfig
from learned_ik.files import write_atomically
from learned_ik.learning import optimizers, training
from learned_ik.learning.execution.trials import Trial, run_trial

# Names as pytorch_optimizer has them, options, and learning rates; 'ours' is the trainer's Muon.
FAST = (1e-2, 3e-2)
USUAL = (3e-3, 1e-2, 3e-2)
ROWS: dict[str, tuple[str, dict[str, Any], tuple[float, ...]]] = {
    'Muon, Polar Express (default)': ('ours', {}, (1e-2, 2e-2, 3e-2)),
    'Muon, Newton-Schulz': ('muon', {'use_adjusted_lr': True, 'weight_decay': 0.0}, FAST),
    'NorMuon': ('normuon', {'use_adjusted_lr': True, 'weight_decay': 0.0}, FAST),
    'AdaMuon': ('adamuon', {'use_adjusted_lr': True, 'weight_decay': 0.0}, FAST),
    'SOAP': ('soap', {'weight_decay': 0.0, 'precondition_frequency': 10}, (1e-2, 3e-2, 1e-1)),
    'SPlus': ('splus', {'weight_decay': 0.0}, (1e-1, 3e-1, 1.0)),
    'Conda': ('conda', {'weight_decay': 0.0}, USUAL),
    'Adam': ('adam', {}, USUAL),
    'AdEMAMix': ('ademamix', {'weight_decay': 0.0}, USUAL),
    'Adan': ('adan', {'weight_decay': 0.0}, USUAL),
    'MARS': ('mars', {'weight_decay': 0.0}, USUAL),
    'Lion': ('lion', {'weight_decay': 0.0}, (3e-4, 1e-3, 3e-3)),
}
STATISTICS = ('mean', 'median', 'p99')


def main() -> int:
    """Train what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--robot', default='tiago', choices=ROBOTS)
    parser.add_argument('--samples', type=int, default=1_000_000, help='poses in each training')
    parser.add_argument('--only', nargs='+', choices=ROWS, help='rows; default: all')
    parser.add_argument('--json', type=Path, help='file of the results, read and written')
    options = parser.parse_args()
    saved = json.loads(options.json.read_text()) if options.json and options.json.is_file() else {}
    chain = robot_named(options.robot).chain
    results: dict[str, dict[float, dict[str, Any]]] = {}
    for label in options.only or ROWS:
        name, arguments, rates = ROWS[label]
        for rate in rates:
            key = f'{options.robot}, {options.samples} samples, {label}, {rate:g}'
            if key not in saved:
                trial = Trial(key, chain, TrainingConfig(samples=options.samples))
                saved[key] = measured(trial, name, arguments, rate)
                print(f'{key}: {1e3 * saved[key]["position"]["mean"]:.2f} mm', file=sys.stderr)
                if options.json:
                    write_atomically(
                        options.json, f'{json.dumps(saved, indent=1)}\n'.encode(), 'result'
                    )
            results.setdefault(label, {})[rate] = saved[key]
    print(table(results))
    return 0


def measured(trial: Trial, name: str, arguments: dict[str, Any], rate: float) -> dict[str, Any]:
    """Return the figures of a training whose inner matrices another optimiser moves."""

    def optimizers_for(network: Any, config: TrainingConfig) -> list[torch.optim.Optimizer]:
        adam, muon = optimizers.optimizers_for(network, config)
        matrices = [matrix for group in muon.param_groups for matrix in group['params']]
        if name != 'ours':
            from pytorch_optimizer import load_optimizer

            groups = [{'params': matrices, **({'use_muon': True} if 'muon' in name else {})}]
            muon = load_optimizer(name)(groups, lr=rate, **arguments)
        muon.register_step_pre_hook(scale)  # the schedule sets one rate for all optimisers
        return [adam, muon]

    def scale(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        for group in optimizer.param_groups:
            group['lr'] *= rate / trial.config.learning_rate

    with mock.patch.object(training, 'optimizers_for', optimizers_for):
        outcome = run_trial(trial)
    held_out = outcome.model.held_out
    return {
        'position': held_out['position'],
        'orientation': held_out['orientation'],
        'seconds': outcome.processor_seconds,
    }


def table(results: dict[str, dict[float, dict[str, Any]]]) -> str:
    """Return the table in Markdown, best optimiser first."""
    lines = [
        '| optimiser | learning rate | position mean / median / p99 [mm] | orientation [deg] | s |'
        ' other learning rates: mean [mm] |',
        '|---|---|---|---|---|---|',
    ]
    rows = []
    for label, by_rate in results.items():
        best = min(by_rate, key=lambda rate: by_rate[rate]['position']['mean'])
        others = ', '.join(
            f'{rate:g}: {1e3 * row["position"]["mean"]:.2f}'
            for rate, row in by_rate.items()
            if rate != best
        )
        rows.append((by_rate[best]['position']['mean'], label, best, by_rate[best], others))
    for _, label, rate, row, others in sorted(rows, key=lambda each: each[0]):
        seconds = f'{row["seconds"]:.0f}'
        position, orientation = (
            ' / '.join(f'{scale * row[kind][s]:.2f}' for s in STATISTICS)
            for kind, scale in (('position', 1e3), ('orientation', 180 / torch.pi))
        )
        lines.append(f'| {label} | {rate:g} | {position} | {orientation} | {seconds} | {others} |')
    return '\n'.join(lines)


if __name__ == '__main__':
    sys.exit(main())
