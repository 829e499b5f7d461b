# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""numba's compiler with our options, and a disk cache that misses no edit and no damage.

The developer's way, and the way of a machine without compiled kernels. numba's own cache looks at
one file only, while our kernels call each other across files. So the cache folder carries a hash
of every file of kernels/: an edit of any kernel starts afresh, and an edit of anything else
keeps what is compiled. Nor does numba's cache look whether a file is whole before it unpickles and
runs it: `CheckedFiles` does.
"""

import contextlib
import hashlib
import logging
import os
import pickle
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba import boolean, config, float32, float64, int64, types
from numba.core.caching import FunctionCache
from numba.core.errors import NumbaTypeError
from numba.core.serialize import dumps
from numba.core.typing import Signature
from numba.extending import register_jitable

import learned_ik.kernels.jit.view_lowering  # noqa: F401
from learned_ik.kernels import compilation
from learned_ik.kernels.compilation import (
    ENTRY,
    EXACT,
    INLINED,
    SPLICED,
    sources_hash,
)

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
WRONG_TYPES = (TypeError, NumbaTypeError)  # what a compiled entry raises for other types

# The words of `entries.py`.
NUMBA_TYPES = {
    'none': types.void,
    'int64': int64,
    'float64': float64,
    'boolean': boolean,
    'int64[]': int64[::1],
    'float64[]': float64[::1],
    'float32[]': float32[::1],
    'float64[][]': float64[:, ::1],
    'float64[*]': types.Array(float64, 1, 'A', readonly=True, aligned=False),
}


def declared(function: Callable, kind: str) -> Callable:
    """Return a kernel as numba compiles it; for the kinds see `compilation.py`."""
    if kind == ENTRY:
        return _entry(function)
    if kind == SPLICED:
        return numba.njit(**OPTIONS, inline='always')(function)
    return _inner(function, kind)


def _inner(function: Callable, kind: str) -> Callable:
    options = {**OPTIONS, **UNWRAPPED}
    if kind == EXACT:
        options['fastmath'] = False
    if kind == INLINED:
        options['forceinline'] = True
    return register_jitable(**options)(function)


def _entry(function: Callable) -> Callable:
    """Return what Python calls; the machine code, kept on disk if possible, holds all of it.

    With `NUMBA_DISABLE_JIT`, it is plain, slow Python.
    """
    if config.DISABLE_JIT:
        return function
    _declare_waiting()
    dispatcher, folder = numba.njit(**OPTIONS)(function), cache_folder()
    if folder is not None:
        with _cache_in(folder), contextlib.suppress(RuntimeError):  # no place: it says so
            dispatcher._cache = CheckedCache(function)  # as `cache=True` sets its own
            return dispatcher
    _warn_once(
        'place',
        'no writable folder for compiled code: every start will compile for some seconds; '
        'set NUMBA_CACHE_DIR to a folder that can be written',
    )
    return dispatcher


def signature_of(result: str, arguments: list[str]) -> Signature:
    """Return numba's signature for the words of `entries.py`."""
    return NUMBA_TYPES[result](*(NUMBA_TYPES[word] for word in arguments))


def compile_for(entry: Callable, result: str, arguments: list[str]) -> None:
    """Compile a kernel for these types, or load it from disk; from then on it takes no others."""
    if not config.DISABLE_JIT:
        entry.compile(signature_of(result, arguments))
        entry.disable_compile()


def _declare_waiting() -> None:
    """Have numba know the kernels that were declared while the library was there."""
    for function, kind in compilation.waiting:
        _inner(function, kind)
    compilation.waiting.clear()


def callable_kernel(inner: Callable) -> Callable:
    """Return a compiled function that calls an inner kernel, and that Python can call: for tests.

    Called from Python, an inner kernel itself is plain, slow Python.
    """
    _declare_waiting()

    def call(*arguments):
        return inner(*arguments)

    return numba.njit(**OPTIONS)(call)


class CheckedCache(FunctionCache):
    """numba's cache of one function, on files that are checked."""

    def __init__(self, function: Callable) -> None:
        """Find a place for it; raise `RuntimeError` where there is none."""
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = CheckedFiles(Path(self._cache_path), self._impl.filename_base, stamp)


class CheckedFiles:
    """The machine code of one function, a file for each signature and processor.

    A file holds what it was made from (a hash), a checksum over all of it, and the code, pickled.
    What fails the checksum, or could have been written by another user, is not even unpickled: it
    counts as not there, so that numba compiles anew and writes over it.
    """

    HASH = 32  # bytes, of sha256
    STALE = 60.0  # [s], of a temporary file: whoever wrote it was killed

    def __init__(self, folder: Path, name: str, stamp: Any) -> None:
        """Keep files in a folder; `stamp` tells one version of the source file from another."""
        self._folder, self._name = folder, name
        self._versions = numba.__version__, llvmlite.__version__, stamp

    def flush(self) -> None:
        """Forget nothing: what is stale is noticed when it is read."""

    def load(self, key: Any) -> Any:
        """Return what was saved for a key (signature, processor, byte code); None: nothing."""
        path = self._path(key)
        try:
            content = _own_file(path)
            made_from, checksum = content[: self.HASH], content[self.HASH : 2 * self.HASH]
            code = content[2 * self.HASH :]
            if hashlib.sha256(made_from + code).digest() != checksum:
                raise OSError('its checksum does not match')
        except FileNotFoundError:
            return None
        except OSError as error:
            _warn_once('read', f"compiled code '{path}' is not used but compiled anew: {error}")
            return None
        return pickle.loads(code) if made_from == self._made_from(key) else None

    def save(self, key: Any, data: Any) -> None:
        """Write down what was compiled, whole or not at all."""
        path, made_from, code = self._path(key), self._made_from(key), dumps(data)
        checksum = hashlib.sha256(made_from + code).digest()
        temporary = None
        try:
            self._sweep(path)
            with tempfile.NamedTemporaryFile(
                dir=self._folder, prefix=f'{path.name}.tmp.', delete=False
            ) as file:
                temporary = Path(file.name)
                file.write(made_from + checksum + code)
            temporary.replace(path)
        except OSError as error:  # a full disk, a folder in its place
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            _warn_once('write', f"compiled code cannot be kept as '{path}': {error}")

    def _path(self, key: Any) -> Path:
        return self._folder / f'{self._name}.{_sha256(key).hex()[:16]}.nbc'

    def _made_from(self, key: Any) -> bytes:
        return _sha256((self._versions, key))

    def _sweep(self, path: Path) -> None:
        """Remove what killed processes have left half-written."""
        for left in self._folder.glob(f'{path.name}.tmp.*'):
            if time.time() - left.stat().st_mtime > self.STALE:
                left.unlink(missing_ok=True)


def _sha256(value: Any) -> bytes:
    return hashlib.sha256(repr(value).encode()).digest()


def _own_file(path: Path) -> bytes:
    """Return what a file holds that nobody else can have written; raise `OSError` for others."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not keep us waiting
    with open(descriptor, 'rb') as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError('it is no file')
        if status.st_uid not in (0, os.geteuid()) or status.st_mode & stat.S_IWOTH:
            raise OSError('another user may have written it')
        return file.read()


def cache_folder() -> Path | None:
    """Return where compiled kernels of this version of the sources are kept, if anywhere.

    It lies under `NUMBA_CACHE_DIR`, else `XDG_CACHE_HOME`, else `~/.cache`.
    """
    try:
        base = os.environ.get('NUMBA_CACHE_DIR') or os.environ.get('XDG_CACHE_HOME')
        parent = Path(base) if base else Path.home() / '.cache'
        folder = parent / 'learned_ik' / f'kernels-{_place_hash()}'
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # read-only, not a folder, or no home at all
        return None
    return folder if os.access(folder, os.R_OK | os.W_OK | os.X_OK) else None


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


def _place_hash() -> str:
    # numba keeps apart what lies at different paths: another copy has to compile for itself.
    place = f'{numba.__version__} {Path(__file__).parent} {sources_hash()}'
    return hashlib.sha256(place.encode()).hexdigest()[:16]


@contextlib.contextmanager
def _cache_in(folder: Path) -> Iterator[None]:
    """Have numba look for its cache in `folder` while a function is being declared."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


_warned: set[str] = set()


def _warn_once(of: str, message: str) -> None:
    """Log a warning, the first of its kind: a damaged folder has many files."""
    if of not in _warned:
        _warned.add(of)
        log.warning(message)
