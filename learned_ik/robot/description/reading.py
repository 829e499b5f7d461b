# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What a file holds, as long as that is not too much."""

from pathlib import Path

from learned_ik.errors import UrdfError

PIECE = 1 << 20  # bytes read at once


def bounded_content(path: Path, most: int) -> bytes:
    """Return the bytes of a file, which may be a pipe or a device and have no end.

    Raises:
        UrdfError: there are more than `most`.
        OSError: it cannot be read.

    """
    pieces, size = [], 0
    with path.open('rb') as file:
        while size <= most and (piece := file.read(PIECE)):
            pieces.append(piece)
            size += len(piece)
    if size > most:
        raise UrdfError(f'it has more than {most} bytes, the most that are read')
    return b''.join(pieces)
