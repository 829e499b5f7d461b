# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked of followers, and what is counted of what they do."""

import numpy as np
import pytest

pytest.importorskip('pinocchio')

from lab.peers import FOLLOWERS, Field, assemble_followers
from lab.peers.contract import Task
from lab.peers.followers.follower import Pace
from lab.protocols import benchmark_tables
from lab.protocols.benchmark_settings import Settings
from lab.protocols.streaming import targets_followed
from lab.protocols.streaming.motions import BEYOND, FAST, JITTER, MOTIONS, RADIUS, runs_of
from lab.protocols.streaming.sways import RATE, sway
from lab.protocols.streaming.targets_followed import followed, judged_run, row_of, streaming
from lab.robots import robot_named
from learned_ik.errors import BenchmarkError

PACE = Pace(robot_named('tiago').chain)
SECONDS = 0.5


@pytest.fixture(scope='module')
def tiago():
    return robot_named('tiago')


def steps(run) -> np.ndarray:
    """Return how far the target goes from frame to frame [m]."""
    return np.linalg.norm(np.diff(run.poses.positions, axis=0), axis=-1)


@pytest.mark.parametrize('motion', MOTIONS)
def test_a_run_is_the_same_each_time_and_begins_within_the_limits(tiago, motion):
    first, again = (runs_of(motion, tiago, 1, SECONDS)[0] for _ in range(2))
    assert np.array_equal(first.poses.positions, again.poses.positions)
    assert len(first) == SECONDS * RATE
    assert tiago.judge.within_limits(first.start[None]).all()


def test_a_hand_is_as_fast_as_it_is_told(tiago):
    assert steps(runs_of('fast', tiago, 1, 10.0)[0]).max() * RATE == pytest.approx(FAST, rel=0.05)
    assert np.abs(sway(np.random.default_rng(0), 10.0)[0]).max() == 0


def test_what_goes_wrong_with_a_stream_goes_wrong(tiago):
    plain, shaken, dropped = (
        runs_of(motion, tiago, 1, 10.0)[0].poses.positions
        for motion in ('hand', 'jitter', 'dropped')
    )
    beside = np.linalg.norm(shaken - plain, axis=-1)
    assert 0.5 * JITTER < beside.max() <= JITTER
    still = (np.diff(dropped, axis=0) == 0).all(axis=-1).mean()
    assert 0.15 < still < 0.25


def test_the_line_leaves_the_reach_and_the_circle_closes(tiago):
    out = runs_of('out', tiago, 1, 10.0)[0].poses.positions
    assert np.linalg.norm(out, axis=-1).max() == pytest.approx(
        tiago.chain.reach + BEYOND, abs=1e-3
    )
    assert np.linalg.norm(out[-1] - out[0]) < 1e-9
    circle = runs_of('singular', tiago, 1, 10.0)[0].poses.positions
    assert np.ptp(circle, axis=0).max() <= 2 * RADIUS + 1e-9
    assert np.linalg.norm(circle[-1] - circle[0]) < 1e-9


class Obedient:
    """Goes from one given posture to the next, and holds where there is none."""

    label, setting = 'obedient', ''

    def __init__(self, commands):
        self._commands = commands

    def target(self, position, rotation):
        return None

    def start(self, q, target):
        self._left = iter(self._commands)
        return q

    def command(self, target):
        return next(self._left)


def test_flips_silence_and_speed_are_counted(tiago):
    run = runs_of('hand', tiago, 1, 4 / RATE)[0]
    q, step = run.start, np.eye(len(run.start))[0]
    tried = followed(Obedient([q, None, q + 0.3 * step, q + 0.3 * step]), run)
    assert tried.silent.tolist() == [False, True, False, False]
    assert np.array_equal(tried.joints[2], q)  # it stays where it was
    verdict = judged_run(tiago, run, tried)
    row = row_of([tried], [verdict], [np.array([True, True, False, False])], PACE)
    assert (row['flipped'], row['silent'], row['outside']) == (1, 0.25, 0)
    assert row['speed'] == pytest.approx(0.3 / PACE.step)
    assert row['near'] == np.mean(verdict.near[:2])
    assert verdict.near[0]
    assert not verdict.near[3]


def test_who_has_used_up_the_time_is_judged_by_what_it_did(tiago):
    run = runs_of('hand', tiago, 1, 4 / RATE)[0]
    tried = followed(Obedient([run.start] * 4), run, budget=0.0)
    assert len(tried.times) == 1
    row = row_of([tried], [judged_run(tiago, run, tried)], [np.ones(4, dtype=bool)], PACE)
    assert (row['frames'], row['near']) == (1, 1)


@pytest.mark.parametrize('name', [None, *FOLLOWERS])
def test_followers_stay_near_a_slow_hand_and_keep_to_the_speed(name):
    """On an arm that all of them take to: ssik holds often on TIAGo's."""
    try:
        ur10 = robot_named('ur10')
    except BenchmarkError as missing:
        pytest.skip(str(missing))
    pace = Pace(ur10.chain)
    field = assemble_followers(pace, None, [name] if name else [])
    chosen = [name] if name else ['ours-tracker', 'ours-bounded', 'ours-chosen']
    if name and name not in field.solvers:
        pytest.skip(str(field.absent))
    run = runs_of('hand', ur10, 2, SECONDS)[1]
    for follower in (field.solvers[one] for one in chosen):
        tried = followed(follower, run)
        verdict = judged_run(ur10, run, tried)
        assert verdict.inside.all()
        assert np.mean(verdict.near) > 0.9
        assert np.abs(np.diff(tried.joints, axis=0)).max() <= pace.step * (1 + 1e-6)


def test_the_table_has_a_row_for_each_motion_and_follower(tiago, monkeypatch, tmp_path):
    monkeypatch.setattr(targets_followed, 'SECONDS', SECONDS)
    file = tmp_path / 'hand.csv'
    frames = np.column_stack([np.linspace(0, 0.1, 80), *5 * [np.zeros(80)], np.ones(80)])
    np.savetxt(file, frames, delimiter=',', header='x,y,z,qx,qy,qz,qw', comments='')
    settings = Settings(peers=('pinocchio-clik',), poses=20, recording=file)
    section = streaming(tiago, Field({}, {}), Task(tiago.chain), settings)
    rows = {(row['motion'], row['name']): row for row in section['rows']}
    assert {motion for motion, _ in rows} == {*MOTIONS, 'recorded'}
    for motion in (*MOTIONS, 'recorded'):
        ours = rows[motion, 'ours-tracker']
        assert (ours['flipped'], ours['silent'], ours['outside']) == (0, 0, 0)
        assert ours['speed'] <= 1 + 1e-6
        if ours['near'] is not None:
            assert rows[motion, 'optimum']['near'] >= ours['near']
    text = '\n'.join(benchmark_tables.section_lines('streaming', section))
    assert text.count('learned_ik Tracker, chosen start') == len(MOTIONS) + 1
    assert 'Pinocchio CLIK, clamped' in text
