# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole, or stay as they were."""

import os
import tempfile
from pathlib import Path

from learned_ik.errors import ModelFileError
from learned_ik.leftovers import hold, sweep_beside


def write_atomically(path: Path, content: bytes, what: str = 'model file') -> None:
    """Write a temporary file beside `path`, flush it to disk, then give it its name.

    Raises:
        ModelFileError: that is not possible; the message calls the file `what`.

    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep_beside(path)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f'.{path.name}.', delete=False
        ) as file:
            temporary = Path(file.name)
            hold(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(0o644)  # a temporary file is private; a model is for everyone
            temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ModelFileError(f"{what} '{path}' cannot be written: {error}") from error
