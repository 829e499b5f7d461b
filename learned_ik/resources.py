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

from learned_ik.errors import ConfigurationError, ModelFileError

PACKAGE = 'learned_ik'
LONGEST_NAME = 100  # letters, of what may be the name of a model


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


def shipped_model(path_or_name: str | os.PathLike[str]) -> str | os.PathLike[str]:
    """Return the file of a model that comes with the package for its bare name; else what came.

    A name has neither folder nor suffix, and names no file where we stand.

    Raises:
        ModelFileError: it is a name, but of none of our models; the error lists them.

    """
    if not isinstance(path_or_name, str | Path):
        return path_or_name
    name = str(path_or_name)
    if not (len(name) <= LONGEST_NAME and name.isascii() and name.replace('_', '').isalnum()):
        return path_or_name
    if Path(name).exists():
        return path_or_name
    models = {path.stem: path for path in shipped_files('models', '.safetensors')}
    if name not in models:
        raise ModelFileError(
            f"there is no file '{name}', and no model of that name comes with the "
            f'package; there are: {", ".join(models) or "none"}'
        )
    return models[name]


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
