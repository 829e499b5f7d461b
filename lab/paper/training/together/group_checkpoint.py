# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a group in training as one file: tensors and JSON under a checksum."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from learned_ik.errors import InvalidInputError, ModelFileError
from learned_ik.files import shown_path, write_atomically
from learned_ik.learning.execution.trials import Trial
from learned_ik.learning.flat_state import flattened, restored
from learned_ik.storage.sealed import sealed, unsealed

log = logging.getLogger(__name__)

METADATA_KEY = 'learned_ik checkpoint of a group'
MOST_BYTES = 2**30


class GroupCheckpoint:
    """The checkpoint of certain trials, in a certain file."""

    def __init__(self, path: Path, trials: Sequence[Trial]) -> None:
        """Remember what the file must say of itself."""
        self._path = path
        self._members = [
            {
                'name': trial.name,
                'robot': trial.chain.fingerprint,
                'configuration': {**trial.config.to_dict(), 'device': None, 'threads': None},
            }
            for trial in trials
        ]

    def save(self, state: dict[str, Any]) -> None:
        """Write it as a whole; training goes on, with a warning, where that is not possible."""
        tree, tensors = flattened(state)
        description = {'members': self._members, 'state': tree}
        try:
            content = sealed(description, tensors, METADATA_KEY, MOST_BYTES)
            write_atomically(self._path, content, what='checkpoint')
        except (ModelFileError, InvalidInputError) as error:
            log.warning('training goes on, but cannot be resumed from here: %s', error)

    def load(self) -> dict[str, Any] | None:
        """Return the state, or None where there is no file.

        Raises:
            ModelFileError: the file is broken, or of other trials.

        """
        if not self._path.exists():
            return None
        description, tensors, _ = unsealed(self._path, METADATA_KEY, 'checkpoint', MOST_BYTES)
        if description.get('members') != self._members:
            raise ModelFileError(
                f"'{shown_path(self._path)}' is the checkpoint of other networks; remove it to "
                'begin anew'
            )
        state: dict[str, Any] = restored(description['state'], tensors)
        return state
