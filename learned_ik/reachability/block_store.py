# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is finished of a map, kept on disk: settings, and a file for each block, written whole."""

import dataclasses
import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from learned_ik.errors import ConfigurationError
from learned_ik.files import read_within, write_atomically
from learned_ik.reachability.block_solving import BlockAnswer
from learned_ik.reachability.map_settings import check_same

LARGEST_SETTINGS = 2**24  # bytes


class BlockStore:
    """The folder `blocks` of a map that is being made."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """Begin a map in a folder, or go on with the one that was begun there.

        Raises:
            ConfigurationError: what is there was begun with other settings, or is none.
            ModelFileError: a file cannot be read or written.

        """
        self._blocks = folder / 'blocks'
        path = self._blocks / 'settings.json'
        if path.is_file():
            check_same(kept_settings(path), settings, str(folder))
        else:
            write_atomically(path, json.dumps(settings, indent=1).encode(), 'settings')

    def finished(self, count: int) -> set[int]:
        """Return which of so many blocks are there."""
        numbers = {int(p.stem) for p in self._blocks.glob('*.npz') if p.stem.isdecimal()}
        return {number for number in numbers if number < count}

    def keep(self, index: int, answer: BlockAnswer) -> None:
        """Write what was found in a block."""
        arrays = {f.name: getattr(answer, f.name) for f in dataclasses.fields(answer)}
        arrays['shape'] = np.array(answer.reached.shape)
        arrays['reached'] = np.packbits(answer.reached)
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        write_atomically(self._path(index), file.getvalue(), 'block')

    def read(self, index: int) -> BlockAnswer | None:
        """Return what was found in a block; None where its file is broken: it is made again."""
        try:
            with np.load(self._path(index), allow_pickle=False) as kept:
                arrays = dict(kept)
            shape = arrays.pop('shape')
            bits = np.unpackbits(arrays.pop('reached'), count=int(np.prod(shape)))
            return BlockAnswer(reached=bits.reshape(shape).astype(bool), **arrays)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return None

    def remove(self) -> None:
        """Remove the blocks, when the map is made of them."""
        shutil.rmtree(self._blocks, ignore_errors=True)

    def _path(self, index: int) -> Path:
        return self._blocks / f'{index:06d}.npz'


def kept_settings(path: Path) -> dict[str, Any]:
    """Return the settings in a file; raise `ConfigurationError` where it holds none."""
    try:
        settings = json.loads(read_within(path, 'settings', LARGEST_SETTINGS))
    except ValueError as error:
        raise ConfigurationError(
            f"'{path}' is damaged; remove its folder to begin anew"
        ) from error
    if not isinstance(settings, dict):
        raise ConfigurationError(f"'{path}' holds no settings; remove its folder to begin anew")
    return settings
