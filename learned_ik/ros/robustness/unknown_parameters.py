# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that were given to a node and that it does not have: told, and not swallowed."""

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rclpy.node import Node

from learned_ik.checks import suggestion
from learned_ik.errors import ConfigurationError
from learned_ik.robot.description.names import shown
from learned_ik.ros.robustness.guard import NodeLog
from learned_ik.yaml_config import read_yaml

OF_ROS = 'qos_overrides.'  # how the names of parameters begin that rclpy may not declare


def check_parameters(node: Node, log: NodeLog, arguments: Sequence[str] | None = None) -> None:
    """Refuse parameters that a node does not have.

    Those of a file's section for several nodes, such as `/**`, may be meant for another one: they
    are only warned of.

    Args:
        node: has declared all parameters that it has.
        log: of the node.
        arguments: as ROS takes them from the command line; None: those of this process.

    Raises:
        ConfigurationError: names the first one, and the nearest that there is.

    """
    known = sorted(node.get_parameters_by_prefix(''))
    # Not public, but the only place where rclpy keeps what nobody has declared.
    given = node._parameter_overrides
    shared = set(_shared(sys.argv if arguments is None else arguments))
    for name in given:
        if name in known or name.startswith(OF_ROS):
            continue
        told = f"no parameter '{shown(name)}'{suggestion(name, known)}"
        if name not in shared:
            raise ConfigurationError(told)
        log.warning(f'{told} (given to several nodes, and ignored by this one)')


def _shared(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the names that files give to several nodes."""
    for option, path in itertools.pairwise(arguments):
        if option == '--params-file':
            try:
                yield from _of_many(read_yaml(path), False)
            except ConfigurationError:  # rcl has read it its own way
                continue


def _of_many(content: Any, is_shared: bool) -> Iterator[str]:
    """Yield the names in the sections of a file that stand for several nodes."""
    if not isinstance(content, Mapping):
        return
    for key, value in content.items():
        if key != 'ros__parameters':
            yield from _of_many(value, is_shared or '*' in str(key))
        elif is_shared:
            yield from _names(value, '')


def _names(content: Any, prefix: str) -> Iterator[str]:
    """Yield the names of parameters, which a file may nest."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _names(value, f'{prefix}.{key}' if prefix else str(key))
    else:
        yield prefix
