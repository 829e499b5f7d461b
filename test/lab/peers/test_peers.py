# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import sys

import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.peers import PEERS, assemble, check_names, versions
from lab.peers.contract import Task
from lab.protocols.call_timing import in_turns
from lab.protocols.scores import confirmed
from lab.robots import artificial_robot
from learned_ik.errors import ConfigurationError


@pytest.fixture(scope='module')
def arm():
    return artificial_robot(6)


def test_a_peer_that_is_not_installed_is_named_and_no_error(arm, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pytracik', None)  # importing it fails
    field = assemble(Task(arm.chain), None, ['pytracik', 'pinocchio-lm'])
    assert list(field.solvers) == ['ours-bare', 'pinocchio-lm']
    assert field.absent['TRAC-IK (pytracik)'] == 'not installed: pip install pytracik'
    assert 'no network' in field.absent['learned_ik']


def test_a_peer_that_breaks_is_named_and_no_error(arm, monkeypatch):
    from lab.peers.pinocchio_loops import PinocchioLm

    def panic(self, task):
        raise BaseException('panicked')

    monkeypatch.setattr(PinocchioLm, '__init__', panic)
    field = assemble(Task(arm.chain), None, ['pinocchio-lm'])
    assert 'panicked' in field.absent['Pinocchio LM']


def test_unknown_peers_are_refused():
    with pytest.raises(ConfigurationError, match='no peer'):
        check_names(['kdl'])
    assert set(versions(list(PEERS))) == set(PEERS)


@pytest.mark.parametrize('name', PEERS)
def test_every_installed_peer_solves_what_the_judge_confirms(arm, name):
    task = Task(arm.chain, timeout=0.1)
    field = assemble(task, None, [name])
    if name not in field.solvers:
        pytest.skip(
            next(reason for label, reason in field.absent.items() if label != 'learned_ik')
        )
    rng = np.random.default_rng(0)
    q = arm.chain.sample(rng, 10)
    near = np.clip(q + rng.uniform(-0.1, 0.1, q.shape), arm.chain.lower, arm.chain.upper)
    poses = arm.judge.poses(q)
    for seeds in (None, near):
        trials = in_turns(field.solvers, poses, seeds, arm.chain.joint_count, budget=20)
        for trial in trials.values():
            solved = confirmed(trial, arm.judge, poses, task)
            assert solved.mean() >= 0.8
            assert (solved | ~trial.claimed).all()


def test_our_solver_takes_part_with_and_without_a_network(arm, untrained):
    field = assemble(Task(arm.chain), untrained(arm.chain), [])
    assert [solver.label for solver in field.solvers.values()] == [
        'learned_ik',
        'learned_ik, network first',
        'learned_ik without the network',
    ]
    poses = arm.judge.poses(arm.chain.sample(np.random.default_rng(1), 50))
    for solver in field.solvers.values():
        joints = solver.read_batch(solver.batch(poses, threads=2)())
        assert arm.judge.errors(joints, poses)[0].max() < 1e-5
