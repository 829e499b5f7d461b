# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""On what the blocks of a map are solved: processes of this machine, or joblib's back ends.

Threads would wait for each other: between two batches, a block is Python. Through joblib there
are its own processes (`loky`) and the clusters of Dask and Ray; all three are installed apart.
What travels is the solver and the number of each block; what comes back is one `BlockAnswer`.
"""

import contextlib
import ctypes
import functools
import importlib.util
import logging
import multiprocessing
import os
import pickle
import signal
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from learned_ik.errors import ConfigurationError
from learned_ik.reachability.block_solving import BlockAnswer, BlockSolver

ENGINES = ('local', 'loky', 'dask', 'ray')
PACKAGES = {'loky': ('joblib',), 'dask': ('joblib', 'distributed'), 'ray': ('joblib', 'ray')}
TO_INSTALL = {'loky': 'joblib', 'dask': "joblib 'dask[distributed]'", 'ray': 'joblib ray'}
END_WITH_PARENT = 1  # of Linux' prctl: PR_SET_PDEATHSIG
BLOCKS_PER_WORKER = 4  # sent out at once; then they are kept, and the next ones go

_HERE: list[BlockSolver] = []  # of a worker: what solves its blocks


def check_engine(engine: str, workers: int | None) -> int:
    """Return how many workers there are to be, before any work begins.

    Raises:
        ConfigurationError: the engine is unknown, or a package of it is not installed.

    """
    if engine not in ENGINES:
        raise ConfigurationError(f"engine is '{engine}'; expected one of {', '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise ConfigurationError(f'workers is {workers}; expected 1 or more')
    for package in PACKAGES.get(engine, ()):
        if importlib.util.find_spec(package) is None:
            raise ConfigurationError(
                f"engine '{engine}' needs {package}, which is not installed: "
                f'pip install {TO_INSTALL[engine]}'
            )
    return workers or len(os.sched_getaffinity(0))


def answered(
    engine: str, workers: int, maker: BlockSolver, indices: Sequence[int]
) -> Iterator[tuple[int, BlockAnswer]]:
    """Yield the number of each block and what was found in it, as they are finished."""
    if engine != 'local':
        yield from _by_joblib(engine, workers, maker, indices)
    elif workers == 1:
        yield from ((index, maker.answer(index)) for index in indices)
    else:
        yield from _by_processes(workers, maker, indices)


def _by_processes(
    workers: int, maker: BlockSolver, indices: Sequence[int]
) -> Iterator[tuple[int, BlockAnswer]]:
    """Solve on copies of this process, which have the solver ready."""
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context('fork'), _begin_worker, (maker,)
    )
    try:
        with warnings.catch_warnings():  # libraries' threads hold nothing that a copy waits for
            warnings.simplefilter('ignore', DeprecationWarning)
            tasks = {pool.submit(_answer_here, index): index for index in indices}
        for task in as_completed(tasks):
            yield tasks.pop(task), task.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker(maker: BlockSolver) -> None:
    """Make a copy of this process a worker: it leaves Ctrl-C to its parent, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
    _HERE.append(maker)


def _answer_here(index: int) -> BlockAnswer:
    return _HERE[0].answer(index)


def _by_joblib(
    engine: str, workers: int, maker: BlockSolver, indices: Sequence[int]
) -> Iterator[tuple[int, BlockAnswer]]:
    import joblib

    job = pickle.dumps((maker.solver, maker.settings))
    with _connected(engine, workers):
        for begin in range(0, len(indices), BLOCKS_PER_WORKER * workers):
            group = indices[begin : begin + BLOCKS_PER_WORKER * workers]
            with joblib.parallel_config(engine, n_jobs=workers):
                answers = joblib.Parallel(batch_size=1)(
                    joblib.delayed(_answer)(job, index) for index in group
                )
            yield from zip(group, answers, strict=True)


def _connected(engine: str, workers: int) -> Any:
    """Return a context in which the engine's workers are there.

    Of a Dask or Ray cluster that is there already, those: its address is in DASK_SCHEDULER_ADDRESS
    or RAY_ADDRESS. Else so many on this machine.
    """
    if engine == 'dask':
        from distributed import Client

        logging.getLogger('distributed').setLevel(logging.WARNING)  # of each worker, ten lines
        address = os.environ.get('DASK_SCHEDULER_ADDRESS')
        if address:
            return Client(address)
        return Client(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    if engine == 'ray':
        import ray
        from ray.util.joblib import register_ray

        register_ray()
        if os.environ.get('RAY_ADDRESS'):
            ray.init()
        else:
            ray.init(num_cpus=workers, include_dashboard=False)
        return contextlib.closing(_RayEnd())
    return contextlib.nullcontext()


class _RayEnd:
    """Ends the connection to Ray."""

    def close(self) -> None:
        import ray

        ray.shutdown()


def _answer(job: bytes, index: int) -> BlockAnswer:
    """Solve one block, in whatever process this is."""
    return _maker(job).answer(index)


@functools.lru_cache(maxsize=1)
def _maker(job: bytes) -> BlockSolver:
    """Return the solver of the blocks; unpacked once in each process."""
    maker = BlockSolver(*pickle.loads(job))
    maker.solver.warm_up()
    return maker
