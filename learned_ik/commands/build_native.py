# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`build-native`: the kernels as a library, compiled ahead of time."""

import dataclasses
import sys
from pathlib import Path
from time import perf_counter

from learned_ik.commands.arguments import flag, option
from learned_ik.commands.result import Result


@dataclasses.dataclass(frozen=True)
class BuildNative:
    """Compile the kernels ahead of time: no process on this machine compiles them any more.

    Writes `liblearned_ik.so`, for C and C++, and the module that Python calls. Needs numba and a C
    compiler; takes one to two minutes, and no time where nothing has changed.
    """

    machine: str | None = option('x86_64 or aarch64; default: this one', None)
    folder: Path | None = option(
        'where to; default: beside the package, where Python finds it', None
    )
    force: bool = flag('build even where nothing has changed')
    json: bool = flag('print one JSON object, and nothing else, on standard output')

    def run(self, command: str) -> Result:
        """Build, and tell where the library is."""
        from learned_ik.native.build import HERE, LIBRARY, build

        began, folder = perf_counter(), self.folder or HERE
        built = build(
            folder, self.machine, lambda line: print(line, file=sys.stderr), force=self.force
        )
        seconds = perf_counter() - began
        content = {'library': str(folder / LIBRARY), 'built': built, 'seconds': seconds}
        done = f'built in {seconds:.0f} s' if built else 'nothing has changed'
        return Result(content, f'{folder / LIBRARY}: {done}')
