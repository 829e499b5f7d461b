# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Where the files are that come with the package: `config/...`, `models/...`.

In a source checkout and in an editable install they lie beside the package's folder; an installed
package has them in `share/learned_ik` of its prefix, where ROS looks.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from learned_ik.errors import ConfigurationError

PACKAGE = 'learned_ik'


def shipped_file(relative: str | Path) -> Path:
    """Return the path of a file that comes with the package, such as `config/tiago_arm.yaml`.

    Raises:
        ConfigurationError: there is no such file; the error lists those that there are.

    """
    for root in roots():
        if (root / relative).is_file():
            return root / relative
    folder, suffix = Path(relative).parent, Path(relative).suffix
    there = ', '.join(path.name for path in shipped_files(folder, suffix)) or 'nothing'
    raise ConfigurationError(
        f"learned_ik comes without a file '{relative}'; in {folder}/ there is: {there}"
    )


def shipped_files(folder: str | Path, suffix: str = '') -> list[Path]:
    """Return the files of one folder that come with the package, sorted by name."""
    paths: dict[str, Path] = {}
    for root in roots():
        for path in (root / folder).glob(f'*{suffix}'):
            if path.is_file():
                paths.setdefault(path.name, path)
    return [paths[name] for name in sorted(paths)]


def roots() -> Iterator[Path]:
    """Yield the folders that may hold `config/` and `models/`; the nearest comes first."""
    package_folder = Path(__file__).resolve().parent
    if (package_folder.parent / 'ros_package' / 'package.xml').is_file():
        yield package_folder.parent
    prefixes = [*package_folder.parents, Path(sys.prefix)]
    prefixes += map(Path, filter(None, os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)))
    for prefix in prefixes:
        share = prefix / 'share' / PACKAGE
        if share.is_dir():
            yield share
