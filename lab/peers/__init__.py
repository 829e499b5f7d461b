# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Who takes part: our own solver, three times, and every peer that is installed."""

import dataclasses
import importlib
import importlib.metadata
import logging
from collections.abc import Sequence
from typing import Any

from lab.peers.contract import Task, UnsuitedError
from lab.peers.followers.follower import Pace
from learned_ik.errors import ConfigurationError
from learned_ik.model import IkModel

log = logging.getLogger(__name__)

PEERS = {  # name on the command line: its adapter, the distribution that brings it
    'pytracik': ('lab.peers.trac_ik:TracIk', 'pytracik'),
    'pinocchio-clik': ('lab.peers.pinocchio_loops:PinocchioClik', 'pin'),
    'pinocchio-lm': ('lab.peers.pinocchio_loops:PinocchioLm', 'pin'),
    'roboticstoolbox': (
        'lab.peers.robotics_toolbox:RoboticsToolbox',
        'roboticstoolbox-python',
    ),
    'optik': ('lab.peers.opt_ik:OptIk', 'optik-py'),
    'ssik': ('lab.peers.ssik_artifact:Ssik', 'ssik'),
    'eaik': ('lab.peers.eaik_robot:Eaik', 'eaik'),
}
FOLLOWERS = {  # likewise, of the protocol `streaming`
    'pink': ('lab.peers.followers.pink_follower:PinkFollower', 'pin-pink'),
    'mink': ('lab.peers.followers.mink_follower:MinkFollower', 'mink'),
    'placo': ('lab.peers.followers.placo_follower:PlacoFollower', 'placo'),
    'ssik': ('lab.peers.followers.ssik_follower:SsikFollower', 'ssik'),
    'pinocchio-clik': ('lab.peers.followers.clamped:ClampedClik', 'pin'),
    'roboticstoolbox': ('lab.peers.followers.clamped:ClampedToolbox', 'roboticstoolbox-python'),
}
ALL_PEERS = {**PEERS, **FOLLOWERS}  # each name once: a peer of both has one distribution


@dataclasses.dataclass
class Field:
    """All solvers that take part for one arm, and why others do not."""

    solvers: dict[str, Any]  # by name: a `Solver` each, or for a stream a `Follower`
    absent: dict[str, str]  # label: the reason


def check_names(peers: Sequence[str]) -> None:
    """Raise `ConfigurationError` for a name that is none of a peer."""
    for name in peers:
        if name not in ALL_PEERS:
            raise ConfigurationError(f"no peer '{name}'; there are: {', '.join(ALL_PEERS)}")


def versions(peers: Sequence[str]) -> dict[str, str | None]:
    """Return the installed version of each peer; None where it is missing."""
    found = {}
    for name in peers:
        try:
            found[name] = importlib.metadata.version(ALL_PEERS[name][1])
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def assemble(task: Task, model: IkModel | None, peers: Sequence[str]) -> Field:
    """Prepare every solver for a task; a peer that is missing or fails is left out and named."""
    from lab.peers.ours import Ours

    field = Field({}, {})
    if model is not None:
        field.solvers['ours'] = Ours(task, model)
        field.solvers['ours-network'] = Ours(task, model, network_first=True)
    else:
        field.absent['learned_ik'] = 'no network was trained for this arm'
    field.solvers['ours-bare'] = Ours(task, None)
    for name in peers:
        if name in PEERS:
            _add(field, name, PEERS[name], task)
    return field


def assemble_followers(pace: Pace, model: IkModel | None, peers: Sequence[str]) -> Field:
    """Prepare every follower; a peer that is missing or fails is left out and named."""
    from lab.peers.followers.ours import Solving, Tracking

    field = Field({}, {})
    field.solvers['ours-tracker'] = Tracking(pace, model)
    field.solvers['ours-chosen'] = Tracking(pace, model, chooses=True)
    field.solvers['ours-solve'] = Solving(pace, model)
    field.solvers['ours-bounded'] = Solving(pace, model, bounded=True)
    for name in peers:
        if name in FOLLOWERS:
            _add(field, name, FOLLOWERS[name], pace)
    return field


def _add(field: Field, name: str, entry: tuple[str, str], task: Task | Pace) -> None:
    """Add a peer to the field, or the reason why it is not there."""
    module, _, adapter_name = entry[0].partition(':')
    adapter = getattr(importlib.import_module(module), adapter_name)
    try:
        importlib.import_module(adapter.package)
        field.solvers[name] = adapter(task)
    except ImportError:
        field.absent[adapter.label] = f'not installed: pip install {entry[1]}'
    except UnsuitedError as reason:
        field.absent[adapter.label] = str(reason)
    except BaseException as error:  # compiled peers panic with more than Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        field.absent[adapter.label] = f'failed to start: {error!r:.200}'
        log.warning('%s failed to start: %r', adapter.label, error)
