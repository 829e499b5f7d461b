# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the page's controls do, without the page."""

import math

import numpy as np
import pytest

from learned_ik import IkSolver, TrackingStatus, resources
from learned_ik.errors import ObstacleError
from learned_ik.robot.skeleton import joint_origins
from learned_ik.viewing.heads import head_answers
from learned_ik.viewing.session import (
    MIDDLE,
    MOST_OTHERS,
    NETWORK,
    TRACKING,
    WANTED_CLEARANCE,
    Session,
)
from learned_ik.viewing.usual_motion import usual_speeds

GOAL_IN_COLLISION = -12


@pytest.fixture(scope='module')
def solver():
    return IkSolver.load(resources.shipped_file('models/tiago_arm.safetensors'))


@pytest.fixture
def session(solver):
    return Session(solver)


def assert_reached(session):
    position, orientation = session.solver.chain.forward(session.q)
    np.testing.assert_allclose(position, session.target[0], atol=2e-6)
    assert abs(orientation @ session.target[1]) == pytest.approx(1.0, abs=1e-9)


def test_begins_with_the_target_at_the_tip(session):
    assert session.solution.success
    assert_reached(session)


@pytest.mark.parametrize('decoding', ['clipped', 'bounded', 'linear', 'biternion'])
def test_the_best_head_is_the_one_that_the_solver_predicts(tiago, untrained, decoding):
    solver = IkSolver(untrained(tiago, decoding))
    for q in tiago.sample(np.random.default_rng(0), 5):
        pose = tiago.forward(q)
        answers = head_answers(solver.model, *pose)
        predicted = solver.predict(*(part[None] for part in pose))[0]
        if decoding in ('clipped', 'bounded'):
            assert np.abs(answers - predicted).max(axis=-1).min() < 1e-3
        assert answers.shape == (solver.model.network.heads, tiago.joint_count)


def test_every_start_leads_to_the_target(session):
    assert session.starts[:2] == [TRACKING, NETWORK]
    assert session.starts[-1] == MIDDLE
    assert len(session.starts) == 3 + session.solver.model.network.heads
    target = session.solver.chain.forward(session.solver.chain.middle + 0.3)
    for start in session.starts:
        session.start = start
        assert session.move_target(*target).success
        assert_reached(session)


def test_a_bare_chain_has_no_heads_to_choose(tiago):
    assert Session(IkSolver(tiago)).starts == [TRACKING, MIDDLE]


def test_a_slider_moves_the_arm_and_leaves_the_tool(session):
    assert session.directions == 1
    before = session.q.copy()
    session.slide(0, 0.5)
    assert_reached(session)
    assert np.linalg.norm(session.q - before) > 0.2
    session.slide(0, 0.0)
    np.testing.assert_allclose(session.q, before, atol=0.02)


def test_sliding_begins_anew_when_the_target_moves(session):
    session.slide(0, 0.6)
    assert session.slid == pytest.approx([0.6])
    position, orientation = session.target
    session.move_target(position - [0.0, 0.0, 0.05], orientation)
    assert session.slid == pytest.approx([0.0])
    before = session.q.copy()
    session.slide(0, 0.01)
    assert np.abs(session.q - before).max() < 0.02
    session.move_target((3.0, 0.0, 0.0), orientation)  # not reached: nothing to slide from
    assert session.slid == pytest.approx([0.01])


def test_clearance_counts_what_moves(session):
    chain, body = session.solver.chain, session.solver.body
    far = [2.0, 0.0, 0.0, 0.1]
    ends = body.placed(chain, session.q)[body.moving]
    along = np.linspace(0, 1, 2001)[:, None]
    nearest = min(
        np.linalg.norm(a + along * (b - a) - far[:3], axis=1).min() - radius
        for (a, b), radius in zip(ends, body.radii[body.moving], strict=True)
    )
    assert session.clearance_of(far) == pytest.approx(nearest - 0.1, abs=1e-6)


def follow_to_rest(session, period=0.02):
    """Follow until the arm rests; return each step's status, and the largest step of a joint."""
    statuses, largest = [], 0.0
    for _ in range(3000):
        before = session.q
        session.follow(period)
        if not session.moving:
            return statuses, largest
        statuses.append(session.step.status)
        largest = max(largest, float(np.abs(session.q - before).max()))
    raise AssertionError('the arm is still moving')


def test_the_arm_follows_at_its_speed_and_arrives_exactly(session):
    position, orientation = session.target
    before = session.q.copy()
    session.aim(position - [0.1, 0.0, 0.1], orientation)
    np.testing.assert_array_equal(session.q, before)
    statuses, largest = follow_to_rest(session)
    assert TrackingStatus.CATCHING_UP in statuses
    assert largest <= session.speed * usual_speeds(session.solver.chain).max() * 0.02 + 1e-9
    assert session.step is None
    assert session.solution.success
    assert_reached(session)
    session.follow(0.02)  # there is nothing more to do
    assert not session.moving


def test_half_the_speed_takes_longer(session):
    position, orientation = session.target
    times = []
    for speed in (1.0, 0.1):
        session.speed = speed
        session.move_target(position, orientation)
        session.aim(position - [0.15, 0.0, 0.1], orientation)
        statuses, _ = follow_to_rest(session)
        times.append(statuses.index(TrackingStatus.ON_TARGET))
    assert times[1] > 2 * times[0]


def test_the_speed_may_change_on_the_way_without_a_jump(session):
    position, orientation = session.target
    session.speed = 1.0
    session.aim(position - [0.2, 0.0, 0.1], orientation)
    for _ in range(10):
        session.follow(0.02)
    before = session.q.copy()
    session.speed = 0.1
    session.follow(0.02)
    share = np.abs(session.q - before) / usual_speeds(session.solver.chain) / 0.02
    assert share.max() <= 0.1 + 1e-9
    np.testing.assert_allclose(session.speed_shares, share, atol=1e-6)
    follow_to_rest(session)
    assert_reached(session)


def test_out_of_reach_it_rests_at_the_closest_and_comes_back(session):
    position, orientation = session.target
    session.aim([5.0, 0.0, 0.0], orientation)
    follow_to_rest(session)
    assert session.step.status is TrackingStatus.CLOSEST
    assert session.step.message
    stood = session.q.copy()
    session.slide(0, 0.5)  # from there, nothing slides
    np.testing.assert_array_equal(session.q, stood)
    session.aim(position, orientation)
    follow_to_rest(session)
    assert session.solution.success
    assert_reached(session)


def test_an_arm_on_its_way_does_not_slide(session):
    position, orientation = session.target
    session.aim(position - [0.1, 0.0, 0.1], orientation)
    stood = session.q.copy()
    session.slide(0, 0.5)
    np.testing.assert_array_equal(session.q, stood)
    follow_to_rest(session)
    assert session.slid == pytest.approx([0.0])


def test_a_search_takes_an_arm_off_its_way(session):
    position, orientation = session.target
    session.aim(position - [0.3, 0.0, 0.1], orientation)
    session.follow(0.02)
    assert session.move_target(position, orientation).success
    assert not session.moving
    assert_reached(session)


def test_an_arm_with_four_joints_to_spare_has_four_sliders(artificial):
    session = Session(IkSolver(artificial(10)))
    chain = session.solver.chain
    session.move_target(*chain.forward(chain.sample(np.random.default_rng(0), 1)[0]))
    assert session.directions == 4
    for direction in range(4):
        session.slide(direction, 0.3)
        assert_reached(session)


def test_a_target_out_of_reach_keeps_the_nearest_try(session):
    solution = session.move_target((3.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    assert not solution.success
    assert 'out of reach' in solution.message
    session.slide(0, 0.5)  # nothing to slide on, and no fault
    assert session.move_target(*session.solver.chain.forward(session.begin)).success


def test_gives_way_to_a_sphere_where_it_can(solver):
    session = Session(IkSolver(solver.model))
    session.move_target([0.6, -0.2, 0.0], [0.0, 0.0, 0.0, 1.0])
    assert session.solution.clearance == math.inf
    sphere = [*joint_origins(session.solver.chain, session.q)[4], 0.05]
    assert session.clearance_of(sphere) < 0
    session.place_spheres([sphere])
    solution = session.solve()
    assert solution.success
    assert solution.clearance >= WANTED_CLEARANCE
    assert session.clearance_of(sphere) >= solution.clearance  # which counts the arm itself too
    assert_reached(session)
    session.slide(0, 3.0)
    session.slide(0, -3.0)
    assert session.solution.clearance >= 0
    assert_reached(session)


def test_a_sphere_that_nobody_can_avoid_leaves_the_old_ones(session):
    session = Session(IkSolver(session.solver.model))
    session.place_spheres([[0.5, 0.5, 0.5, 0.1]])
    with pytest.raises(ObstacleError, match='swallows the base'):
        session.place_spheres([[0.0, 0.0, 0.0, 0.5]])
    np.testing.assert_allclose(session.spheres, [[0.5, 0.5, 0.5, 0.1]])


def test_a_target_within_a_sphere_says_what_is_in_the_way(session):
    session = Session(IkSolver(session.solver.model))
    session.place_spheres([[*session.target[0], 0.1]])
    solution = session.solve()
    assert solution.status == GOAL_IN_COLLISION
    assert 'obstacle 0' in solution.message


def test_the_spiral_begins_at_the_target_and_is_followed(session):
    path, solution = session.spiral()
    np.testing.assert_allclose(path.positions[0], session.target[0], atol=1e-9)
    assert len(solution) == len(path.positions)
    assert solution.success, solution.message


def test_moved_joints_take_the_target_along(session):
    q = session.q + 0.1
    solution = session.move_joints(q)
    assert solution.success
    np.testing.assert_array_equal(session.q, q)
    assert_reached(session)
    chain = session.solver.chain
    session.move_joints(chain.upper + 1.0)
    np.testing.assert_array_equal(session.q, chain.upper)


def test_joints_may_be_moved_into_a_sphere(solver):
    session = Session(IkSolver(solver.model))
    session.place_spheres([[*session.target[0], 0.1]])
    q = session.q.copy()
    solution = session.move_joints(q)
    np.testing.assert_array_equal(session.q, q)
    assert solution.clearance < 0


def test_other_solutions_reach_the_target_and_are_others(session):
    others = session.other_solutions()
    assert 1 < len(others.postures) <= MOST_OTHERS
    assert others.time > 0
    for q in others.postures:
        np.testing.assert_allclose(
            session.solver.chain.forward(q)[0], session.target[0], atol=2e-6
        )
        assert np.abs(q - session.q).max() > 0.05


def test_an_arm_that_reaches_nothing_has_no_other_solutions(session):
    session.move_target((3.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    assert session.other_solutions().postures.shape == (0, 7)


def test_the_networks_answer_is_near_and_not_exact(session):
    answer = session.network_answer()
    position, _ = session.solver.chain.forward(answer.joint_positions)
    error = np.linalg.norm(position - session.target[0])
    assert answer.position_error == pytest.approx(error)
    assert 1e-6 < answer.position_error < 0.05
    assert 0 < answer.orientation_error < 0.2
    session.start = session.starts[3]  # a head of its own
    np.testing.assert_array_equal(
        session.network_answer().joint_positions,
        head_answers(session.solver.model, *session.target, seed=session.q)[1],
    )


def test_a_bare_chain_has_no_networks_answer(tiago):
    assert Session(IkSolver(tiago)).network_answer() is None


def test_random_targets_are_reached(session):
    rng = np.random.default_rng(1)
    for _ in range(10):
        assert session.jump(*session.random_target(rng)).success
        assert_reached(session)


def test_every_answer_is_timed(session):
    before = len(session.times)
    session.solve()
    position, orientation = session.target
    session.aim(position - [0.1, 0.0, 0.1], orientation)
    session.follow(0.02)
    assert len(session.times) == before + 2
    assert (session.times.rows[:, 1] > 0).all()
