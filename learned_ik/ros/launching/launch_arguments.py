# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments of a launch file that it does not have: told, and not swallowed."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from learned_ik.checks import suggestion
from learned_ik.errors import ConfigurationError
from learned_ik.resources import PACKAGE
from learned_ik.robot.description.names import shown


def check_arguments(file: str, known: Iterable[str], command: Sequence[str] | None = None) -> None:
    """Raise an error for an argument that was given to a launch file and that it does not have.

    Only the file that the command line names is checked: where another file includes it, the
    arguments are those of that file.

    Args:
        file: the launch file that asks.
        known: its arguments, and those of the files that it includes.
        command: the command line, default: that of this process.

    Raises:
        ConfigurationError: there is no such argument; the message says which one is nearest.

    """
    words = list(sys.argv if command is None else command)
    names = list(known)
    for place, word in enumerate(words):
        if _names(word, words[place - 1] if place else '', file):
            for argument in words[place + 1 :]:
                name, assigned, _ = argument.partition(':=')
                if assigned and not name.startswith('-') and name not in names:
                    raise ConfigurationError(
                        f"{Path(file).name} has no argument '{shown(name)}'"
                        f'{suggestion(name, names)}'
                    )
            return


def _names(word: str, before: str, file: str) -> bool:
    """Say whether a word of the command line, and the one before it, mean a launch file."""
    if ':=' in word or Path(word).name != Path(file).name:
        return False
    return before == PACKAGE or os.path.realpath(word) == os.path.realpath(file)
