# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`sweep`: many trainings, of many arms or with many settings, from one YAML file."""

import dataclasses
import logging
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tyro.conf import Positional

from learned_ik.commands.result import Result
from learned_ik.commands.training_files import check_writable
from learned_ik.errors import ConfigurationError
from learned_ik.learning.training_config import TrainingConfig
from learned_ik.robot.chain import KinematicChain
from learned_ik.robot.named import RobotConfig, chain_from_file
from learned_ik.yaml_config import from_mapping, load_yaml

logger = logging.getLogger('learned_ik.training')


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a sweep's YAML file holds: every robot is trained with every setting."""

    robots: dict  # name: {} for one that comes with the package, or urdf, base, tip
    settings: dict  # name: fields of the training configuration


@dataclasses.dataclass(frozen=True)
class Described:
    """A robot of a plan that does not come with the package."""

    urdf: Path  # relative to the plan
    base: str | None = None
    tip: str | None = None
    soft_limits: bool = False


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Train every robot of a YAML file with every setting in it, several at the same time.

    The file has two mappings: `robots` (name: {urdf, base, tip}, or name: {} for one that comes
    with the package) and `settings` (name: fields of the training configuration).
    """

    plan: Positional[Path]  # YAML file
    out: Path = Path('sweep')  # folder for the models, ROBOT_SETTING.safetensors
    jobs: int = 1  # trainings at the same time, each in a process of its own; -1: one a core
    json: bool = False  # print one JSON object, and nothing else, on standard output

    def run(self, command: str) -> Result:
        """Train for all, write the models, and tell how good each network is."""
        trials = dict(self._trials())
        check_writable(self.out / 'any.safetensors')
        from learned_ik.learning.execution.trials import Trial, run_trials

        rows = {}
        todo = [Trial(name, chain, config) for name, (chain, config) in trials.items()]
        logger.info('%d trainings, %s at the same time', len(todo), self.jobs)
        for outcome in run_trials(todo, self.jobs):
            name = outcome.trial.name
            training = {**outcome.model.training, 'command': command}
            dataclasses.replace(outcome.model, training=training).save(
                self.out / f'{name}.safetensors'
            )
            rows[name] = {
                'position': outcome.model.held_out['position'],
                'orientation': outcome.model.held_out['orientation'],
                'limits_broken': outcome.model.held_out['limits_broken'],
                'samples': outcome.model.training['samples'],
                'processor_seconds': outcome.processor_seconds,
            }
            logger.info('%d of %d: %s', len(rows), len(todo), name)
        rows = {name: rows[name] for name in trials if name in rows}
        content = {
            'out': str(self.out),
            'results': rows,
            'units': {'position': 'm', 'orientation': 'rad'},
        }
        return Result(content, '\n'.join(_lines(rows)))

    def _trials(self) -> Iterator[tuple[str, tuple[KinematicChain, TrainingConfig]]]:
        """Yield the name, chain and configuration of every training."""
        plan = load_yaml(Plan, self.plan)
        for kind in ('robots', 'settings'):
            if not getattr(plan, kind):
                raise ConfigurationError(f'{self.plan}: {kind} is empty; expected at least one')
        for robot, place in plan.robots.items():
            chain = self._chain(robot, place)
            for setting, fields in plan.settings.items():
                where = f"{self.plan}: setting '{setting}'"
                config = from_mapping(TrainingConfig, fields or {}, where)
                yield f'{robot}_{setting}', (chain, config)

    def _chain(self, robot: str, place: Any) -> KinematicChain:
        if not place:
            return RobotConfig.named(robot).chain()
        found = from_mapping(Described, place, f"{self.plan}: robot '{robot}'")
        return chain_from_file(
            self.plan.parent / found.urdf, found.base, found.tip, soft_limits=found.soft_limits
        )


def _lines(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    width = max(len(name) for name in rows)
    lines = [f'{"":<{width}}  position mean, median, p99 [mm]   orientation [deg]']
    for name, row in rows.items():
        position = ''.join(f'{1e3 * row["position"][k]:>9.2f}' for k in _STATISTICS)
        angle = ''.join(f'{math.degrees(row["orientation"][k]):>8.2f}' for k in _STATISTICS)
        lines.append(f'{name:<{width}}  {position}   {angle}')
    return lines


_STATISTICS = ('mean', 'median', 'p99')
