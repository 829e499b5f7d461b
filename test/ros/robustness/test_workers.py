# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import threading

import pytest

from learned_ik.ros.robustness import workers as module
from learned_ik.ros.robustness.workers import Workers, all_idle


@pytest.fixture
def workers(node):
    workers = Workers(node, 'test')
    yield workers
    workers.close()


def test_the_executor_goes_on_while_a_thread_works(spin, workers):
    free, order = threading.Event(), []

    async def long():
        order.append(await workers.do(lambda: free.wait(10) and 'long'))

    async def short():
        order.append('short')
        free.set()

    spin.executor.create_task(long)
    spin.executor.create_task(short)
    spin(lambda: len(order) == 2)
    assert order == ['short', 'long']


def test_jobs_are_done_in_their_order(spin, workers):
    done = []

    async def one(k):
        done.append(await workers.do(lambda: k))

    for k in range(20):
        spin.executor.create_task(one, k)
    spin(lambda: len(done) == 20)
    assert sorted(done) == list(range(20))


def test_what_a_job_raises_is_raised_where_it_is_awaited(spin, workers):
    caught = []

    async def failing():
        try:
            await workers.do(lambda: 1 // 0)
        except ZeroDivisionError as error:
            caught.append(error)

    spin.executor.create_task(failing)
    spin(lambda: caught)


def test_too_many_are_told_so(spin, workers, monkeypatch):
    monkeypatch.setattr(module, 'MOST_WAITING', 2)
    free, done = threading.Event(), []

    async def one():
        done.append(await workers.do(lambda: free.wait(10)))

    assert not workers.full
    for _ in range(4):  # one is at work, and the others wait
        spin.executor.create_task(one)
    spin(lambda: workers.full)
    free.set()
    spin(lambda: len(done) == 4)
    assert not workers.full


def test_threads_that_are_at_work_are_known(spin, workers):
    free = threading.Event()

    async def long():
        await workers.do(lambda: free.wait(10))

    task = spin.executor.create_task(long)
    spin(lambda: workers._threads)
    workers.close()
    assert not all_idle(0.01)
    free.set()
    spin(task.done)
    assert all_idle(5.0)
