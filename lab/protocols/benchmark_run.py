# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The whole run: every protocol for every robot, as one object that is ready for JSON."""

import dataclasses
import logging
import os
import platform
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import learned_ik
from lab.peers import ALL_PEERS, assemble, versions
from lab.peers.contract import Task
from lab.pinocchio_judge import imported_pinocchio
from lab.protocols.batch_rate import batch
from lab.protocols.benchmark_settings import Settings
from lab.protocols.followed_paths import paths
from lab.protocols.growth import growth
from lab.protocols.reachable import near, reachable
from lab.protocols.streaming.targets_followed import streaming
from lab.protocols.unreachable import unreachable
from lab.robots import robot_named
from learned_ik.errors import BenchmarkError

log = logging.getLogger(__name__)

PER_ROBOT = {
    'reachable': reachable,
    'near': near,
    'paths': paths,
    'unreachable': unreachable,
    'batch': batch,
    'streaming': streaming,
}


def run(settings: Settings) -> dict[str, Any]:
    """Measure everything that the settings name.

    Raises:
        BenchmarkError: Pinocchio is not installed: there would be no judge.

    """
    judge_version = imported_pinocchio().__version__
    result = {
        'settings': _plain(settings),
        'tolerances': {
            'position': Task.position_tolerance,
            'orientation': Task.orientation_tolerance,
        },
        'cap': Task.timeout,
        'units': {'position': 'm', 'orientation': 'rad', 'cap': 's', 'times of rows': 'µs'},
        'machine': _machine(),
        'versions': {'learned_ik': learned_ik.__version__, **versions(settings.peers)},
        'judge': f'Pinocchio {judge_version}',
        'robots': {},
        'protocols': {name: {} for name in settings.protocols},
    }
    for name in settings.robots:
        _measure_robot(name, settings, result)
    if 'growth' in settings.protocols:
        log.info('growth: the artificial arm with more and more joints')
        result['protocols']['growth'] = growth(settings)
    result['machine']['load_after'] = os.getloadavg()
    return result


def _measure_robot(name: str, settings: Settings, result: dict[str, Any]) -> None:
    """Add a robot to the result; one that is not installed is said to be missing."""
    try:
        robot = robot_named(name, settings.models)
    except BenchmarkError as error:
        log.warning('%s is left out: %s', name, error)
        result['robots'][name] = {'missing': str(error)}
        return
    task = Task(robot.chain)
    field = assemble(task, robot.model, settings.peers)
    result['robots'][name] = {
        'joints': robot.chain.joint_count,
        'base_link': robot.chain.base_link,
        'tip_link': robot.chain.tip_link,
        'model': robot.model_file,
    }
    for protocol, measure in PER_ROBOT.items():
        if protocol in settings.protocols:
            began = perf_counter()
            result['protocols'][protocol][name] = measure(robot, field, task, settings)
            log.info('%s, %s: %.0f s', name, protocol, perf_counter() - began)


def missing(result: dict[str, Any]) -> dict[str, str]:
    """Return the peers that were asked for and are not installed, and how to get them."""
    return {
        name: f'pip install {ALL_PEERS[name][1]}'
        for name, version in result['versions'].items()
        if version is None
    }


def _plain(settings: Settings) -> dict[str, Any]:
    fields = dataclasses.asdict(settings)
    fields['models'] = [path.name for path in settings.models]
    fields['recording'] = settings.recording and settings.recording.name
    return fields


def _machine() -> dict[str, Any]:
    processor = platform.processor() or platform.machine()
    try:
        lines = Path('/proc/cpuinfo').read_text(encoding='utf-8').splitlines()
        names = [line.partition(':')[2].strip() for line in lines if 'model name' in line]
        processor = names[0] if names else processor
    except OSError:
        pass
    return {
        'processor': processor,
        'cores': len(os.sched_getaffinity(0)),
        'system': f'{platform.system()} {platform.release()}',
        'python': sys.version.split()[0],
        'numpy': np.__version__,
        'load_before': os.getloadavg(),
    }
