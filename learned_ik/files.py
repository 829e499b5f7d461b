# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are read within bounds, and written whole or left as they were."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from learned_ik.checks import shortened, shortened_reason
from learned_ik.errors import ModelFileError
from learned_ik.leftovers import hold, sweep_beside

PART = '.part'  # how the name of a file ends that is being written
FOR_EVERYONE = 0o644  # who may do what with a new file: a temporary one would be private


def checked_path(path: Any, what: str) -> Path:
    """Return a path; raise `ModelFileError` for what is none."""
    if not isinstance(path, str | os.PathLike) or isinstance(path, bytes):
        raise ModelFileError(f'{what} is {shortened(path)}; expected a path')
    return Path(path)


def read_within(path: Any, what: str, largest: int) -> bytes:
    """Return what a file holds.

    Raises:
        ModelFileError: it is no file, cannot be read, or holds more than `largest` bytes; the
            message calls it `what`.

    """
    path = checked_path(path, what)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a name that is too long, or no name at all
        is_file = False
    if not is_file:
        raise ModelFileError(f"{what} '{shown_path(path)}' does not exist or is not a file")
    try:
        with path.open('rb') as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise ModelFileError(
            f"{what} '{shown_path(path)}' cannot be read: {shortened_reason(error)}"
        ) from error
    if len(content) > largest:
        raise ModelFileError(
            f"{what} '{shown_path(path)}' is larger than {largest} bytes; expected no more "
            'than that'
        )
    return content


def write_atomically(path: Path, content: bytes, what: str = 'model file') -> None:
    """Write a temporary file beside `path`, flush it to disk, then give it its name.

    A link remains one: the file that it leads to is written. The file keeps its permissions.

    Raises:
        ModelFileError: that is not possible; the message calls the file `what`. What was there
            before is as it was.

    """
    path = checked_path(path, what)
    try:
        target = Path(os.path.realpath(path))
        mode = mode_to_keep(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep_beside(target)
        _write(target, content, mode)
    except (OSError, ValueError) as error:
        raise ModelFileError(
            f"{what} '{shown_path(path)}' cannot be written: {shortened_reason(error)}"
        ) from error


def _write(target: Path, content: bytes, mode: int) -> None:
    file = tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=_prefix(target), suffix=PART, delete=False
    )
    temporary = Path(file.name)
    try:
        with file:
            hold(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:  # Ctrl-C too leaves nothing behind
        temporary.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # not every file system can do that
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def mode_to_keep(target: Path) -> int:
    """Return the permissions that a file is to have; raise OSError where none can be written.

    Args:
        target: the path with no link on its way, as `os.path.realpath` returns it.

    """
    try:
        there = target.lstat()
    except FileNotFoundError:
        return FOR_EVERYONE
    kind = next((name for is_kind, name in _KINDS if is_kind(there.st_mode)), None)
    if kind is not None:
        raise OSError(f'it is a {kind}; expected a file')
    if not os.access(target, os.W_OK):
        raise OSError('it is write-protected')
    return stat.S_IMODE(there.st_mode)


_KINDS = (
    (stat.S_ISDIR, 'folder'),
    (stat.S_ISFIFO, 'named pipe'),
    (stat.S_ISCHR, 'device'),
    (stat.S_ISBLK, 'device'),
    (stat.S_ISSOCK, 'socket'),
    (stat.S_ISLNK, 'link that leads in a circle'),
)


def _prefix(target: Path) -> str:
    return f'.{target.name[:100]}.'


def shown_path(path: str | os.PathLike[str]) -> str:
    """Return a path as a message shows it: short, and on one line."""
    return shortened(str(path)).strip('\'"')
