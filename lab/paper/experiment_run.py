# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Run experiments by name: train what they ask for, measure, draw, and write it all down."""

import dataclasses
import datetime
import importlib
import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from lab.paper.presentation.experiment_page import write_page
from lab.paper.presentation.results import network_row
from lab.paper.training.budgets import BUDGETS, Budget
from lab.paper.training.catalogue import FULL
from lab.paper.training.shelf import NETWORKS, Shelf
from learned_ik import __version__
from learned_ik.errors import ConfigurationError
from learned_ik.files import write_atomically
from learned_ik.learning.execution.trials import Trial
from learned_ik.model import IkModel

log = logging.getLogger(__name__)

# Each is a module beside this one with TITLE, trials(budget) and report(budget, models, folder).
NAMES = ('table1', 'fig1', 'fig2', 'fig3', 'fig4', 'fig5', 'table2', 'fig6', 'related')
ALL = 'all'


def run(
    name: str, budget: Budget, folder: Path, command: str, jobs: int = 1
) -> dict[str, dict[str, Any]]:
    """Run one experiment, or all of them, and return what each comes to, ready for JSON.

    Writes NAME.json and its pictures as each is done, then `index.md`, which shows everything
    that is in the folder. Trained networks stay in `networks/` there and are used again.

    Args:
        name: one of `NAMES`, or 'all'.
        budget: how much it may cost.
        folder: for the results.
        command: how this was started, for the record.
        jobs: how many networks to train at the same time; -1: one on each core.

    Raises:
        ConfigurationError: there is no experiment of this name; wrong `jobs`.

    """
    shelf = Shelf(folder / NETWORKS, jobs)
    results = {}
    for each in chosen(name):
        results[each] = _run_one(each, budget, folder, command, shelf)
        write_page(folder, NAMES)
    return results


def chosen(name: str) -> Sequence[str]:
    """Return the experiments that a name stands for."""
    if name == ALL:
        return NAMES
    if name not in NAMES:
        raise ConfigurationError(f"no experiment '{name}'; there are: {', '.join(NAMES)}, {ALL}")
    return (name,)


def budget_named(name: str) -> Budget:
    """Return the budget of this name, or raise `ConfigurationError`."""
    if name not in BUDGETS:
        raise ConfigurationError(f"no budget '{name}'; there are: {', '.join(BUDGETS)}")
    return BUDGETS[name]


def module_of(name: str) -> ModuleType:
    """Return the module of an experiment."""
    return importlib.import_module(f'lab.paper.{name}')


def _run_one(
    name: str, budget: Budget, folder: Path, command: str, shelf: Shelf
) -> dict[str, Any]:
    experiment = module_of(name)
    log.info('%s: %s, budget %s', name, experiment.TITLE, budget.name)
    models = shelf.models(unique(experiment.trials(budget)))
    if getattr(experiment, 'TELLS_SAMPLES', False):
        models.update(_settled(experiment.trials(budget), shelf))
    began = time.process_time()
    report = experiment.report(budget, models, folder)
    networks = [network_row(*item) for item in models.items()]
    result = {
        'experiment': name,
        'title': experiment.TITLE,
        'command': command,
        'date': datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
        'package_version': __version__,
        'cores': len(os.sched_getaffinity(0)),
        'budget': dataclasses.asdict(budget),
        'samples': sum(row['samples'] for row in networks),
        'processor_seconds': {
            'training': round(sum(row['processor_seconds'] for row in networks), 1),
            'measuring': round(time.process_time() - began, 1),
        },
        'networks': networks,
        'units': {'position': 'm', 'orientation': 'rad'},
        **report.to_dict(),
    }
    _write(result, folder / f'{name}.json')
    return result


def _settled(trials: Sequence[Trial], shelf: Shelf) -> dict[str, IkModel]:
    """Return the networks of the full budget that are on the shelf, marked by their names.

    For experiments that say of each network how much it has seen.
    """
    found = {}
    for trial in unique(trials):
        longer = budget_named('full').given_to(trial)
        if longer.config.samples != trial.config.samples and shelf.path(longer).exists():
            found[trial.name + FULL] = shelf.models([longer])[trial.name]
    return found


def unique(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials, each once: several curves may share a network."""
    return list({trial.name: trial for trial in trials}.values())


def _write(result: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(result, allow_nan=False, indent=1) + '\n'
    write_atomically(path, content.encode(), 'result')
    log.info('wrote %s', path)
