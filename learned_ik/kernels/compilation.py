# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`kernel`: numba's compiler with our options, and a disk cache that misses no edit.

numba's own cache looks at one file only, while our kernels call each other across files. So the
cache folder carries a hash of every file beside this one: an edit of any kernel starts afresh, and
an edit of anything else keeps what is compiled.
"""

import contextlib
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numba
from numba import config
from numba.core.typing import Signature
from numba.extending import register_jitable

log = logging.getLogger(__name__)

COMPLETE = 'complete'  # name of the file that notes that all kernels are on disk

OPTIONS = {
    '_nrt': False,  # no reference counts: nothing in a kernel allocates, and counting is atomic
    'nogil': True,  # batches run on threads
    'error_model': 'numpy',  # no test for a zero divisor: it would keep loops from vectorising
    # All of fastmath but 'nnan' and 'ninf', so that tests for NaN and infinity keep their meaning.
    'fastmath': {'reassoc', 'contract', 'arcp', 'nsz', 'afn'},
}


UNWRAPPED = {'no_cpython_wrapper': True, 'no_cfunc_wrapper': True}  # Python cannot call it


def kernel(function: Callable) -> Callable:
    """Declare what Python calls; `compile_for` compiles it, for the types of `entries.py` alone.

    The machine code, kept on disk if possible, holds all that the function calls: nothing else
    needs keeping. With `NUMBA_DISABLE_JIT`, it is plain, slow Python.
    """
    if config.DISABLE_JIT:
        return function
    dispatcher, folder = None, cache_folder()
    if folder is not None:
        with _cache_in(folder), contextlib.suppress(RuntimeError):
            dispatcher = numba.njit(cache=True, **OPTIONS)(function)
    if dispatcher is None:
        _warn_once()
        dispatcher = numba.njit(**OPTIONS)(function)
    return dispatcher


def compile_for(entry: Callable, signature: Signature) -> None:
    """Compile a kernel for these types, or load it from disk; from then on it takes no others."""
    if not config.DISABLE_JIT:
        entry.compile(signature)
        entry.disable_compile()


def inner_kernel(function: Callable) -> Callable:
    """Compile what only other kernels call; a fifth of the time to compile is saved."""
    return register_jitable(**OPTIONS, **UNWRAPPED)(function)


def inlined_kernel(function: Callable) -> Callable:
    """Compile as `inner_kernel`, and copy the code into each caller: for parts of a hot loop.

    A call would push every field of every array that it is given.
    """
    return register_jitable(**OPTIONS, **UNWRAPPED, forceinline=True)(function)


def exact_kernel(function: Callable) -> Callable:
    """Compile as `inner_kernel`, but keep the order of every addition as it is written."""
    return register_jitable(**{**OPTIONS, **UNWRAPPED, 'fastmath': False})(function)


def spliced_kernel(function: Callable) -> Callable:
    """Compile as a part of its caller, of which there should be one: nothing is compiled twice.

    What it calls is then optimised as often as what its caller calls: to other bits otherwise.
    """
    return numba.njit(**OPTIONS, inline='always')(function)


def callable_kernel(inner: Callable) -> Callable:
    """Return a compiled function that calls an inner kernel, and that Python can call: for tests.

    Called from Python, an inner kernel itself is plain, slow Python.
    """

    def call(*arguments):
        return inner(*arguments)

    return numba.njit(**OPTIONS)(call)


def cache_folder() -> Path | None:
    """Return where compiled kernels of this version of the sources are kept, if anywhere.

    It lies under `NUMBA_CACHE_DIR`, else `XDG_CACHE_HOME`, else `~/.cache`.
    """
    try:
        base = os.environ.get('NUMBA_CACHE_DIR') or os.environ.get('XDG_CACHE_HOME')
        parent = Path(base) if base else Path.home() / '.cache'
        folder = parent / 'learned_ik' / f'kernels-{_sources_hash()}'
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # read-only, not a folder, or no home at all
        return None
    return folder if os.access(folder, os.W_OK) else None


def is_compiled() -> bool:
    """Say whether an earlier process has left compiled kernels, so that starting is quick."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob('*.nbc'))


def all_is_compiled() -> bool:
    """Say whether an earlier process has noted that nothing is left to compile."""
    folder = cache_folder()
    return folder is not None and (folder / COMPLETE).exists()


def note_all_is_compiled() -> None:
    """Note that nothing is left to compile, where there is a place for it."""
    folder = cache_folder()
    if folder is not None:
        with contextlib.suppress(OSError):
            (folder / COMPLETE).touch()


def _sources_hash() -> str:
    kernels = Path(__file__).parent
    # numba keeps apart what lies at different paths: another copy has to compile for itself.
    digest = hashlib.sha256(f'{numba.__version__} {kernels}'.encode())
    for path in sorted(kernels.rglob('*.py')):
        name = path.relative_to(kernels).as_posix()
        digest.update(name.encode() + b'\0' + path.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Have numba look for its cache in `folder` while a function is being declared."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


_warned = False


def _warn_once() -> None:
    global _warned
    if not _warned:
        _warned = True
        log.warning(
            'no writable folder for compiled code: every start will compile for some seconds; '
            'set NUMBA_CACHE_DIR to a folder that can be written'
        )
