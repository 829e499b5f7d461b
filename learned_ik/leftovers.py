# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Temporary files of processes that were killed: known as ours, known as left, and removed.

A process holds a lock on each of its temporary files; the system lets go of it however the process
ends. So a file that nobody holds is one that nobody will finish.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

YOUNG = 2.0  # [s], of a file whose process may not have come to lock it
LOCK = 'lock'  # name of the file that is held, in a folder
RANDOM = r'[a-z0-9_]{8}'  # what tempfile puts into names


def hold(descriptor: int) -> None:
    """Lock an open file, as long as it is open, where the file system can do that."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def held_folder(prefix: str) -> tuple[Path, int]:
    """Return a new temporary folder, and the descriptor by which this process holds it.

    Raises:
        OSError: there is no room for it.

    """
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    descriptor = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    hold(descriptor)
    return folder, descriptor


def sweep_beside(path: Path) -> None:
    """Remove what a killed process has left of writing `path`: see `files.write_atomically`."""
    pattern = re.compile(rf'\.{re.escape(path.name[:100])}\.{RANDOM}(\.part)?')
    for left in _entries(path.parent, pattern):
        if _is_left(left, left):
            with contextlib.suppress(OSError):
                left.unlink()


def sweep_folders(prefix: str) -> None:
    """Remove the temporary folders of this prefix that killed processes have left."""
    for left in _entries(Path(tempfile.gettempdir()), re.compile(re.escape(prefix) + RANDOM)):
        if _is_left(left, left / LOCK):
            shutil.rmtree(left, ignore_errors=True)


def _entries(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    with contextlib.suppress(OSError):
        return [entry for entry in folder.iterdir() if pattern.fullmatch(entry.name)]
    return []


def _is_left(entry: Path, held: Path) -> bool:
    """Return whether an entry is old enough, of this user, and held by nobody."""
    try:
        status = entry.lstat()
        if status.st_uid != os.geteuid() or time.time() - status.st_mtime < YOUNG:
            return False
        descriptor = os.open(held, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return entry != held  # a folder whose process was killed before it came to hold it
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody holds it
        return False
    finally:
        os.close(descriptor)
    return True
