# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik.ros.robustness import guard
from learned_ik.ros.robustness.guard import GuardedExecutor, NodeLog


class Noting:
    """Stands in for a node and its logger."""

    def __init__(self):
        self.lines = []
        self.info = self.warning = self.error = self.fatal = self.lines.append

    def get_logger(self):
        return self


@pytest.fixture
def noting():
    return Noting()


def test_a_message_is_one_short_line(noting):
    log = NodeLog(noting)
    for tell in (log.info, log.warning, log.error, log.fatal):
        tell('name\n[FATAL] forged\x1b[31m' + 'a' * 1_000_000)
    for line in noting.lines:
        assert '\n' not in line
        assert '\x1b' not in line
        assert len(line) < 1500


def test_a_fault_is_told_with_its_traceback_once(noting, monkeypatch):
    log = NodeLog(noting)
    for _ in range(100):
        try:
            raise ValueError('bad\nname')
        except ValueError as error:
            told = log.fault('get_ik failed', error)
    assert 'fault in the node' in told
    assert len(noting.lines) == 1
    assert noting.lines[0].startswith('get_ik failed:\nTraceback')
    assert noting.lines[0].endswith('ValueError: bad\\nname')
    monkeypatch.setattr(guard, 'QUIET', 0.0)
    log.fault('get_ik failed', ValueError('bad\nname'))
    assert len(noting.lines) == 2


def test_many_kinds_of_faults_take_no_memory(noting):
    log = NodeLog(noting)
    for k in range(3 * guard.MOST_KINDS):
        log.fault('here', ValueError(f'{k}'))
    assert len(log._told) <= guard.MOST_KINDS


def test_the_executor_goes_on_after_a_fault_and_ends_with_its_context(node, noting):
    executor, calls = GuardedExecutor(NodeLog(noting), node.context), []
    executor.add_node(node)

    def fail():
        calls.append(1)
        if len(calls) == 3:
            node.context.try_shutdown()
        raise RuntimeError('a fault')

    node.create_timer(0.01, fail)
    executor.spin()
    assert len(calls) == 3
    assert len(noting.lines) == 1
