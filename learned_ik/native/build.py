# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The build of the library: every processor's code by a process of its own, then the C compiler.

What is written, into one folder: `liblearned_ik.so` for C and C++, and the extension module
`compiled`, with the same code inside, for Python. Each takes its name only when it is whole.
"""

import contextlib
import dataclasses
import fcntl
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from learned_ik.errors import KernelsError
from learned_ik.files import write_atomically
from learned_ik.kernels.compilation import sources_hash
from learned_ik.native.c_sources import (
    EntrySignature,
    entries_header,
    entries_source,
    kernels_header,
)
from learned_ik.native.emission import LEVELS, SIGNATURES, settings

HERE = Path(__file__).parent
LIBRARY = 'liblearned_ik.so'
MODULE = 'compiled'
HEADER = 'kernels.h'
BUILDERS = ('build.py', 'c_sources.py', 'emission.py', 'named_numbers.py')
OLDEST_NUMBA = (0, 58)
STABLE_ABI = (3, 11)  # the first Python whose stable ABI has buffers
FLAGS = ('-O2', '-fPIC', '-shared', '-Wall', '-Wextra', '-Werror', '-fvisibility=hidden',
         '-Wl,--no-undefined', '-Wl,-z,noexecstack')  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Target:
    """A kind of machine: for which processors there is code, and who links it."""

    levels: tuple[str, ...]  # the best first
    triple: str | None = None  # None: this machine's kind
    compiler: str = 'cc'


TARGETS = {
    'x86_64': Target(('x86-64-v3', 'x86-64-v2')),
    'aarch64': Target(('generic',), 'aarch64-unknown-linux-gnu', 'aarch64-linux-gnu-gcc'),
}


def build(
    folder: Path = HERE,
    machine: str | None = None,
    say: Callable[[str], object] = lambda line: None,
    *,
    force: bool = False,
) -> bool:
    """Build the library, unless one of the same kernels is there; return whether it was built.

    Args:
        folder: where it is written.
        machine: one of `TARGETS`; default: this one. For another, only the library is built.
        say: called with a line of text as the work goes on.
        force: build in any case.

    Raises:
        KernelsError: something that building needs is missing, or failed.

    """
    here = platform.machine()
    machine = machine or here
    if machine not in TARGETS:
        raise KernelsError(
            f"no code can be made for the machine '{machine}'; expected one of "
            f'{", ".join(TARGETS)}'
        )
    target = TARGETS[machine]
    if machine == here:
        target = dataclasses.replace(target, triple=None, compiler=_own_compiler())
    module = folder / module_name() if machine == here else None
    made = [path for path in (folder / LIBRARY, module) if path is not None]
    with _alone(folder, say):
        if not force and all(_is_current(path) for path in made):
            say(f'{folder / LIBRARY} is of these kernels already')
            return False
        _check_numba()
        _check_compiler(target.compiler, module is not None)
        with tempfile.TemporaryDirectory(prefix='learned_ik-') as work:
            _emit(Path(work), target, say)
            _link(Path(work), target, say, module)
            for path in made:
                write_atomically(path, (Path(work) / path.name).read_bytes(), 'library')
                say(f'{path}: {path.stat().st_size / 1e6:.1f} MB')
    return True


def _emit(work: Path, target: Target, say: Callable[[str], object]) -> None:
    """Have numba compile every entry for every level, a process for each."""
    say(f'compiling the kernels for {", ".join(target.levels)}: one to two minutes')
    processes: list[subprocess.Popen] = []

    def follow(process: subprocess.Popen, level: str) -> None:
        for done, name in enumerate(process.stdout or (), 1):
            say(f'  {level} {done:>3} {name.strip()}')

    try:
        for level in target.levels:
            processes.append(_emitting(work, level, target.triple))
        threads = [
            threading.Thread(target=follow, args=pair)
            for pair in zip(processes, target.levels, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for process, level in zip(processes, target.levels, strict=True):
            if process.wait() != 0:
                reason = (work / f'{level}.log').read_text().strip() or 'it was killed'
                raise KernelsError(
                    f'numba could not compile the kernels for {level}: {reason.splitlines()[-1]}'
                )
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _emitting(work: Path, level: str, triple: str | None) -> subprocess.Popen:
    """Return the process that compiles for one level; its errors go to a file."""
    command = [sys.executable, '-m', 'learned_ik.native.emission', str(work), level]
    with (work / f'{level}.log').open('w') as errors:
        return subprocess.Popen(
            [*command, *([triple] if triple else [])],
            env=settings(level, triple), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip


def _link(work: Path, target: Target, say: Callable[[str], object], module: Path | None) -> None:
    """Write the C around the kernels, compile it, and link all of it."""
    described = json.loads((work / SIGNATURES).read_text())
    entries = [EntrySignature(*each) for each in described['entries']]
    (work / HEADER).write_text(kernels_header(entries, described['numbers']))
    (work / 'entries.h').write_text(entries_header(entries, target.levels))
    (work / 'entries.c').write_text(
        entries_source(entries, target.levels, sources_hash(), _mark())
    )
    objects = [
        str(work / f'{entry.name}.{LEVELS[level]}.o')
        for level in target.levels
        for entry in entries
    ]
    written = [str(work / 'entries.c'), str(HERE / 'levels.c'), str(HERE / 'numba_runtime.c')]
    common = [*written, *objects, '-lm']
    compiler = [*shlex.split(target.compiler), *FLAGS, f'-I{work}']
    say('linking')
    _run([*compiler, '-DLEARNED_IK_API=__attribute__((visibility("default")))',
          f'-Wl,-soname,{LIBRARY}', '-o', str(work / LIBRARY), *common])  # fmt: skip
    if module is not None:
        stable = ['-DLEARNED_IK_STABLE_ABI'] if '.abi3' in module.name else []
        flags = [flag for flag in compiler if flag != '-Wl,--no-undefined']  # Python has them
        _run([*flags, *stable, f'-I{sysconfig.get_path("include")}', '-o', str(work / module.name),
              str(HERE / 'python_module.c'), *common])  # fmt: skip


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if 'error' in line), done.stderr)
        raise KernelsError(f'the C compiler {command[0]} failed: {reason.strip()}')


@contextlib.contextmanager
def _alone(folder: Path, say: Callable[[str], object]) -> Iterator[None]:
    """Hold a folder for one build; others wait, and find what this one has built."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / '.build.lock').open('w')
    except OSError as error:
        raise KernelsError(
            f"the library cannot be written to '{folder}': {error.strerror}; expected a folder "
            'that can be written'
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f'waiting for another build in {folder}')
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def _mark() -> str:
    """Return what a library holds that was made of these kernels by this builder."""
    digest = hashlib.sha256(sources_hash().encode())
    for path in (*(HERE / name for name in BUILDERS), *sorted(HERE.glob('*.c'))):
        digest.update(path.read_bytes())
    return f'learned_ik {digest.hexdigest()[:16]}'


def _is_current(path: Path) -> bool:
    """Say whether a library need not be made anew, without loading it."""
    try:
        return _mark().encode() in path.read_bytes()
    except OSError:
        return False


def _check_numba() -> None:
    try:
        version = importlib.metadata.version('numba')
    except importlib.metadata.PackageNotFoundError:
        raise KernelsError(
            "building the kernels needs numba, and there is none; run 'pip install numba'"
        ) from None
    numbers = tuple(int(part) for part in version.split('.')[:2])
    if numbers < OLDEST_NUMBA:
        oldest = '.'.join(map(str, OLDEST_NUMBA))
        raise KernelsError(f'numba is {version}; building the kernels takes {oldest} or newer')


def _check_compiler(compiler: str, with_python: bool) -> None:
    if shutil.which(shlex.split(compiler)[0]) is None:
        raise KernelsError(
            f"there is no C compiler '{compiler}'; install gcc, or name yours in CC"
        )
    header = Path(sysconfig.get_path('include')) / 'Python.h'
    if with_python and not header.is_file():
        raise KernelsError(
            f"'{header}' is missing; install the headers of this Python (python3-dev)"
        )


def _own_compiler() -> str:
    return os.environ.get('CC') or 'cc'


def module_name() -> str:
    """Return the name of the extension's file, for every Python where this one allows it."""
    if sys.version_info >= STABLE_ABI and not sysconfig.get_config_var('Py_GIL_DISABLED'):
        return f'{MODULE}.abi3.so'
    return f'{MODULE}{sysconfig.get_config_var("EXT_SUFFIX")}'
