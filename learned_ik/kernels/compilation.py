# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How kernels become machine code: ahead of time, or by numba where there is nothing else.

The library that `python -m learned_ik build-native` makes holds every entry, and the hash of the
sources it was made of. Where that is the hash of the sources beside this file, an entry is what
the library has, and numba is not even imported. Else numba compiles each entry when it is first
needed: see `jit/just_in_time.py`.

`LEARNED_IK_KERNELS` may say which: `native` (an error where the library does not fit), `jit`, or
`auto`, the default.
"""

import functools
import hashlib
import importlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from learned_ik.errors import KernelsError

log = logging.getLogger(__name__)

LIBRARY = 'learned_ik.native.compiled'  # the extension module, where it was built
BUILD = 'python -m learned_ik build-native'
CHOICES = 'auto', 'native', 'jit'

# How each kind of kernel is compiled; the names are those of the decorators below.
ENTRY, INNER, INLINED, EXACT, SPLICED = 'kernel', 'inner', 'inlined', 'exact', 'spliced'

waiting: list[tuple[Callable, str]] = []  # inner kernels that numba does not know yet, their kind


def kernel(function: Callable) -> Callable:
    """Declare what Python calls: the library's function of that name, or numba's.

    It takes the types of `entries.py` alone.
    """
    return _declared(function, ENTRY)


def inner_kernel(function: Callable) -> Callable:
    """Compile what only other kernels call; a fifth of the time to compile is saved."""
    return _declared(function, INNER)


def inlined_kernel(function: Callable) -> Callable:
    """Compile as `inner_kernel`, and copy the code into each caller: for parts of a hot loop.

    A call would push every field of every array that it is given.
    """
    return _declared(function, INLINED)


def exact_kernel(function: Callable) -> Callable:
    """Compile as `inner_kernel`, but keep the order of every addition as it is written."""
    return _declared(function, EXACT)


def spliced_kernel(function: Callable) -> Callable:
    """Compile as a part of its caller, of which there should be one: nothing is compiled twice.

    What it calls is then optimised as often as what its caller calls: to other bits otherwise.
    """
    return _declared(function, SPLICED)


def bound(entry: Callable, *arguments: Any) -> Callable:
    """Return an entry that is given its first arguments once, for all calls.

    The library then looks at those arrays once, instead of in each call. They stay alive, and
    must keep their place in memory.
    """
    library = native_library()
    if library is not None and type(entry) is type(library.bound):
        return library.bound(entry, *arguments)
    return functools.partial(entry, *arguments)


@functools.cache
def native_library() -> ModuleType | None:
    """Return the library of the kernels, where it was made of these sources; None: numba compiles.

    Raises:
        KernelsError: `LEARNED_IK_KERNELS` asks for what is not there, or is no choice.

    """
    choice = os.environ.get('LEARNED_IK_KERNELS') or 'auto'
    if choice not in CHOICES:
        raise KernelsError(
            f"LEARNED_IK_KERNELS is '{choice}'; expected one of {', '.join(CHOICES)}"
        )
    if choice == 'jit' or os.environ.get('NUMBA_DISABLE_JIT', '0') not in ('', '0'):
        return None
    try:
        library = importlib.import_module(LIBRARY)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == LIBRARY
        reason = 'were not compiled ahead of time' if missing else f'cannot be loaded ({error})'
    else:
        if library.sources == sources_hash():
            return library
        reason = 'were compiled from other sources than these'
    if choice == 'native':
        raise KernelsError(f'the kernels {reason}, and LEARNED_IK_KERNELS is native; run: {BUILD}')
    log.warning('the kernels %s: numba compiles them now, up to a minute; run once: %s',
                reason, BUILD)  # fmt: skip
    return None


def is_native() -> bool:
    """Say whether the kernels were compiled ahead of time."""
    return native_library() is not None


def just_in_time() -> ModuleType:
    """Return what has numba compile.

    Raises:
        KernelsError: there is no numba.

    """
    try:
        return importlib.import_module('learned_ik.kernels.jit.just_in_time')
    except ModuleNotFoundError as error:
        if (error.name or '').partition('.')[0] not in ('numba', 'llvmlite'):
            raise
        raise KernelsError(
            f'there are no compiled kernels for these sources, and no {error.name} that could '
            "compile them; install a wheel of learned_ik, or run 'pip install numba'"
        ) from error


def wrong_types() -> tuple[type[Exception], ...]:
    """Return what an entry raises for arguments of other types."""
    return (TypeError,) if is_native() else just_in_time().WRONG_TYPES


def compile_for(entry: Callable, result: str, arguments: list[str]) -> None:
    """Have an entry ready for these types (see `entries.py`); it takes no others."""
    if hasattr(entry, 'compile'):  # not the library's
        just_in_time().compile_for(entry, result, arguments)


@functools.cache
def sources_hash() -> str:
    """Return the hash of all files of this folder, by which a library is known to fit them."""
    kernels, digest = Path(__file__).parent, hashlib.sha256()
    for path in sorted(kernels.rglob('*.py')):
        name = path.relative_to(kernels).as_posix()
        digest.update(name.encode() + b'\0' + path.read_bytes() + b'\0')
    return digest.hexdigest()[:16]


def _declared(function: Callable, kind: str) -> Callable:
    library = native_library()
    if library is None:
        return just_in_time().declared(function, kind)
    if kind is not ENTRY:
        waiting.append((function, kind))
        return function
    return getattr(library, function.__name__, None) or just_in_time().declared(function, kind)
