# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik.ros.robustness.turns import Turns


def test_one_after_the_other_in_the_order_in_which_they_came_and_faults_pass_it_on(node, spin):
    from rclpy.task import Future

    turns, gate, seen, came = Turns(node), Future(executor=spin.executor), [], []

    async def one(k):
        came.append(k)
        async with turns:
            seen.append(('in', k))
            if k == 0:
                await gate
            seen.append(('out', k))
            if k == 1:
                raise RuntimeError('a fault')

    tasks = []
    for k in range(4):  # one by one: of several new tasks, Jazzy begins with the last
        tasks.append(spin.executor.create_task(one, k))
        spin(lambda k=k: k in came)
    spin(lambda: seen == [('in', 0)])
    gate.set_result(None)
    spin.executor.wake()
    with pytest.raises(RuntimeError, match='a fault'):
        spin(lambda: all(task.done() for task in tasks))
    spin(lambda: all(task.done() for task in tasks))
    assert seen == [(what, k) for k in range(4) for what in ('in', 'out')]
