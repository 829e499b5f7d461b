# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""C++ programs around the library, compiled for tests as strictly as it goes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from learned_ik.kernels.compilation import is_native
from learned_ik.native.build import HERE

ROOT = Path(__file__).parents[1]
CPP = shutil.which(os.environ.get('CXX') or 'g++')
FLAGS = ('-std=c++17', '-O1', '-g', '-Wall', '-Wextra', '-Wshadow', '-Werror', '-pthread')
SANITIZERS = ('-fsanitize=address,undefined', '-fno-sanitize-recover=all')

NEEDED = [
    pytest.mark.skipif(CPP is None, reason='there is no C++ compiler'),
    pytest.mark.skipif(not is_native(), reason='the kernels are not compiled ahead of time'),
]


def compiled(source: Path, program: Path, *flags: str) -> Path:
    """Compile a program that uses the headers and the library, and return it."""
    linked = (f'-I{ROOT / "include"}', f'-L{HERE}', '-llearned_ik', f'-Wl,-rpath,{HERE}')
    subprocess.run([CPP, *FLAGS, *flags, str(source), *linked, '-o', program], check=True)
    return program
