# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`IkClient` over DDS: whoever spins the node that asks, and where nobody answers."""

import os
import threading
import time

import numpy as np
import pytest
from ros_nodes import PATIENCE

from learned_ik.errors import DeadlockError, InvalidInputError, NoAnswerError
from learned_ik.serving.requests_and_answers import ErrorCode, SeedSource

TOLERANCE = 2e-6  # [m] and [rad]: of the node, with room for arithmetic


@pytest.fixture(scope='module')
def server(start_node):
    node = start_node()
    node.wait_for_log('ready')
    return node


@pytest.fixture(scope='module')
def context():
    rclpy = pytest.importorskip('rclpy')
    context = rclpy.Context()
    rclpy.init(context=context)
    yield context
    context.try_shutdown()


@pytest.fixture
def node(context):
    import rclpy

    node = rclpy.create_node(f'user_{os.getpid()}', context=context)
    yield node
    node.destroy_node()


@pytest.fixture
def ik(server, node):
    from learned_ik.ros.client import IkClient

    ik = IkClient(node)
    ik.wait_for_node(PATIENCE)
    return ik


@pytest.fixture
def spun(node):
    """Spin the node in another thread."""
    from rclpy.executors import SingleThreadedExecutor

    with SpunBy(SingleThreadedExecutor(context=node.context), node) as executor:
        yield executor


class SpunBy:
    """Spins nodes in a thread of its own, until the end of a block."""

    def __init__(self, executor, *nodes):
        self.executor = executor
        for node in nodes:
            executor.add_node(node)
        self.thread = threading.Thread(target=executor.spin)

    def __enter__(self):
        self.thread.start()
        return self.executor

    def __exit__(self, *_):
        self.executor.shutdown()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.fixture(scope='module')
def poses(chain):
    """Return positions (30, 3) [m] and orientations (30, 4) within reach."""
    return chain.forward(chain.sample(np.random.default_rng(8), 30))


@pytest.fixture(scope='module')
def line(chain):
    """Return 20 poses along a line, positions (20, 3) [m] and orientations (20, 4)."""
    positions = np.linspace([0.6, -0.2, 0.0], [0.6, -0.1, 0.1], 20)
    return positions, np.tile([0.0, 0.0, 0.0, 1.0], (20, 1))


def misses(chain, joints, position, orientation):
    """Return how far joints are from a pose [m], [rad], by forward kinematics."""
    reached, turned = chain.forward(joints)
    dot = np.abs(np.sum(turned * orientation, axis=-1) / np.linalg.norm(orientation, axis=-1))
    angle = 2 * np.arccos(np.clip(dot, -1, 1))
    return np.linalg.norm(reached - position, axis=-1).max(), angle.max()


def check(chain, reply, position, orientation):
    """Assert that an answer reaches a pose."""
    assert reply, reply.message
    assert reply.joint_names == chain.joint_names
    off = misses(chain, reply.joint_positions, position, orientation)
    assert off[0] <= TOLERANCE
    assert off[1] <= 1e-4  # what the arc cosine leaves


def test_a_pose_is_solved_where_nobody_spins(ik, node, chain, poses):
    for pose in zip(*poses, strict=True):
        check(chain, ik.solve(*pose), *pose)
    assert node.executor is None  # as before


def test_a_pose_is_solved_where_another_thread_spins(ik, spun, node, chain, poses):
    for pose in zip(*poses, strict=True):
        check(chain, ik.solve(*pose), *pose)
    assert node.executor is spun


def test_a_pose_is_solved_where_an_executor_is_idle(ik, node, chain, poses):
    from rclpy.executors import SingleThreadedExecutor

    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    pose = poses[0][0], poses[1][0]
    check(chain, ik.solve(*pose), *pose)
    assert node in executor.get_nodes()
    assert node.executor is executor
    executor.shutdown()


def test_a_pose_is_solved_beside_a_loop_that_spins_now_and_then(ik, node, chain, poses):
    from rclpy.executors import SingleThreadedExecutor

    executor, stop, raised = SingleThreadedExecutor(context=node.context), threading.Event(), []

    def loop():  # as `rclpy.spin_once(node)` does it: the node is in and out
        try:
            while not stop.is_set():
                executor.add_node(node)
                executor.spin_once(timeout_sec=0.002)
                executor.remove_node(node)
                time.sleep(0.002)
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        for pose in zip(*poses, strict=True):
            check(chain, ik.solve(*pose), *pose)
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not raised
    executor.shutdown()


def test_waiting_in_a_callback_that_waiting_brings_about_is_refused(ik, node, chain, poses):
    pose, outcome = (poses[0][0], poses[1][0]), []

    def callback():
        timer.cancel()
        try:
            ik.solve(*pose)
        except DeadlockError as error:
            outcome.append(error)

    timer = node.create_timer(0.0, callback)
    while not outcome:
        check(chain, ik.solve(*pose), *pose)
    node.destroy_timer(timer)


def test_what_a_callback_raises_meanwhile_comes_out_and_the_node_is_as_before(ik, node, poses):
    def callback():
        timer.cancel()
        raise RuntimeError('of the user')

    timer = node.create_timer(0.0, callback)
    time.sleep(0.05)  # it is due
    with pytest.raises(RuntimeError, match='of the user'):
        ik.solve_batch(*poses, timeout=1.0)
    assert node.executor is None
    assert ik.solve(poses[0][0], poses[1][0])
    node.destroy_timer(timer)


def test_a_shutdown_ends_the_waiting():
    import rclpy
    from rclpy.executors import ExternalShutdownException

    from learned_ik.ros.client import IkClient

    context = rclpy.Context()
    rclpy.init(context=context)
    nobody = IkClient(rclpy.create_node('ends', context=context), '/nobody', patience=PATIENCE)
    threading.Timer(0.2, context.shutdown).start()
    with pytest.raises(ExternalShutdownException):
        nobody.solve([0.6, -0.2, 0.0], [0, 0, 0, 1])


def test_many_threads_may_ask(ik, chain, poses):
    answers = {}

    def ask(index):
        answers[index] = ik.solve(poses[0][index], poses[1][index])

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    for index in range(8):
        check(chain, answers[index], poses[0][index], poses[1][index])


def in_a_callback(node, executor, ask):
    """Return what `ask` returns, or raises, in a callback of the node."""
    done, outcome = threading.Event(), []

    def callback():
        timer.cancel()
        try:
            outcome.append(ask())
        except Exception as error:
            outcome.append(error)
        done.set()

    timer = node.create_timer(0.01, callback)
    with SpunBy(executor, node):
        assert done.wait(PATIENCE)
    node.destroy_timer(timer)
    return outcome[0]


def test_waiting_in_a_callback_is_refused(ik, node, poses):
    from rclpy.executors import SingleThreadedExecutor

    executor = SingleThreadedExecutor(context=node.context)
    error = in_a_callback(node, executor, lambda: ik.solve(poses[0][0], poses[1][0]))
    assert isinstance(error, DeadlockError)
    assert '_async' in str(error)
    assert node.get_fully_qualified_name() in str(error)


def test_waiting_in_a_callback_is_fine_where_other_threads_receive(ik, node, chain, poses):
    from rclpy.executors import MultiThreadedExecutor

    pose = poses[0][0], poses[1][0]
    executor = MultiThreadedExecutor(2, context=node.context)
    check(chain, in_a_callback(node, executor, lambda: ik.solve(*pose)), *pose)


def test_a_callback_may_await(ik, node, chain, poses):
    from rclpy.executors import SingleThreadedExecutor

    answers, executor = [], SingleThreadedExecutor(context=node.context)
    done = threading.Event()

    async def callback():
        timer.cancel()
        for pose in zip(*poses, strict=True):
            answers.append(await ik.solve_async(*pose))
        done.set()

    timer = node.create_timer(0.01, callback)
    with SpunBy(executor, node):
        assert done.wait(PATIENCE)
    for reply, *pose in zip(answers, *poses, strict=True):
        check(chain, reply, *pose)


def test_all_of_many_futures_come(ik, spun, chain, poses):
    futures = [ik.solve_async(*pose) for pose in zip(*poses, strict=True) for _ in range(10)]
    until = time.monotonic() + PATIENCE
    while not all(future.done() for future in futures):
        assert time.monotonic() < until
        time.sleep(0.01)
    for future, pose in zip(futures[::10], zip(*poses, strict=True), strict=True):
        check(chain, future.result(), *pose)


def test_futures_come_while_another_answer_is_waited_for(ik, chain, poses):
    first, second = zip(*(part[:2] for part in poses), strict=True)
    future = ik.solve_async(*first)
    check(chain, ik.solve(*second), *second)
    check(chain, ik.wait(lambda: future), *first)


def test_seeds_are_arrays_dictionaries_or_messages(ik, poses, node):
    from sensor_msgs.msg import JointState

    from learned_ik.ros.client import IkClient

    pose = poses[0][0], poses[1][0]
    start = ik.solve(*pose)
    fresh = IkClient(node)  # it knows no joint names yet, and asks for them
    state = JointState(name=start.joint_names, position=start.joint_positions.tolist())
    for seed in (start.joint_positions, start.by_name(), state):
        reply = fresh.solve(*pose, seed)
        assert reply
        assert reply.seed_source == SeedSource.REQUEST
        assert np.abs(reply.joint_positions - start.joint_positions).max() < 1e-5
    assert fresh.joint_names == start.joint_names
    fresh.close()


def test_a_seed_of_another_length_is_refused(ik, poses, node):
    from learned_ik.ros.client import IkClient

    fresh = IkClient(node)
    with pytest.raises(InvalidInputError, match='7 joints'):
        fresh.solve(poses[0][0], poses[1][0], [0.0, 0.1])
    reply = fresh.solve(poses[0][0], poses[1][0], {'elbow': 0.1})
    assert reply.error_code == ErrorCode.INVALID_ROBOT_STATE
    fresh.close()


def test_what_the_node_refuses_comes_back_as_a_reply(ik):
    reply = ik.solve([0.6, -0.2, 0.0], [0, 0, 0, 1], frame='nowhere')
    assert not reply
    assert reply.error_code is ErrorCode.FRAME_TRANSFORM_FAILURE
    assert 'nowhere' in reply.message
    far = ik.solve([9.0, 0.0, 0.0], [0, 0, 0, 1])
    assert far.error_code is ErrorCode.NO_IK_SOLUTION
    assert far.joint_positions.shape == (7,)


def test_freedom_and_preference_arrive(ik, chain, poses):
    position, orientation = poses[0][1], poses[1][1]
    free = ik.solve(position, orientation, orientation_tolerance=(1e-6, 1e-6, np.inf))
    assert free, free.message
    anyhow = ik.solve(position, position_only=True)
    assert anyhow, anyhow.message
    for reply in (free, anyhow):
        reached, _ = chain.forward(reply.joint_positions)
        assert np.linalg.norm(reached - position) <= TOLERANCE
    posture = np.full(7, np.nan)
    posture[2] = anyhow.joint_positions[2] + 0.3
    plain, near = (
        ik.solve(position, position_only=True, seed=anyhow.joint_positions, prefer=prefer)
        for prefer in (None, posture)
    )
    assert near, near.message
    assert abs(near.joint_positions[2] - posture[2]) < abs(plain.joint_positions[2] - posture[2])
    held = ik.solve(position, orientation, seed=anyhow.joint_positions, max_joint_change=1e-3)
    assert not held or np.abs(held.joint_positions - anyhow.joint_positions).max() <= 1.1e-3


def test_several_solutions_differ_and_all_reach(ik, chain, poses):
    pose = poses[0][2], poses[1][2]
    replies = ik.solve_all(*pose, limit=6, timeout=0.5)
    assert 2 <= len(replies) <= 6
    assert replies.joint_positions.shape == (len(replies), 7)
    for reply in replies:
        check(chain, reply, *pose)
    assert np.abs(replies.joint_positions[0] - replies.joint_positions[1]).max() >= 0.05


def test_a_batch_is_solved_in_its_order(ik, chain, poses):
    reply = ik.solve_batch(*poses)
    assert len(reply) == 30
    assert reply.success.all()
    check(chain, reply, *poses)
    near = ik.solve_batch(*poses, reply.joint_positions)
    assert np.abs(near.joint_positions - reply.joint_positions).max() < 1e-4
    places = ik.solve_batch(poses[0], position_only=True)
    assert places, places.message


def test_a_path_is_followed_and_comes_with_its_trajectory(ik, chain, line):
    start = ik.solve(line[0][0], line[1][0])
    reply = ik.follow(*line, start.joint_positions, velocity_scaling=0.5)
    check(chain, reply, *line)
    assert len(reply) == 20
    assert len(reply.trajectory.points) == 20
    assert (np.diff(reply.times) > 0).all()
    assert reply.largest_step <= 0.2
    assert reply.start_source == SeedSource.REQUEST
    broken = ik.follow(line[0] + [[9.0, 0.0, 0.0]], line[1])
    assert not broken
    assert len(broken.failures) == 20


def test_a_node_that_is_not_there_is_told(context, node):
    from learned_ik.ros.client import IkClient

    nobody = IkClient(node, '/nobody', patience=0.2)
    with pytest.raises(NoAnswerError, match=r"'/nobody/get_ik' within 0\.2 s"):
        nobody.solve([0.6, -0.2, 0.0], [0, 0, 0, 1])
    with pytest.raises(NoAnswerError, match=r'/nobody/'):
        nobody.wait_for_node(0.1)
    with pytest.raises(NoAnswerError, match=r'/nobody/get_ik'):  # asked for the joints' names
        nobody.solve([0.6, -0.2, 0.0], [0, 0, 0, 1], seed=np.zeros(7))
    nobody.close()


def test_a_node_that_never_answers_is_told(node):
    import rclpy

    from learned_ik.ros.client import IkClient
    from learned_ik_interfaces.srv import GetIK

    silent = rclpy.create_node('silent', context=node.context)  # nobody spins it
    silent.create_service(GetIK, '/silent/get_ik', lambda request, response: response)
    asking = IkClient(node, '/silent', patience=0.3)
    with pytest.raises(NoAnswerError, match=r"no answer from '/silent/get_ik' within 0\.3 s"):
        asking.solve([0.6, -0.2, 0.0], [0, 0, 0, 1])
    with pytest.raises(NoAnswerError, match=r'within 0\.5 s'):  # the search has its time, too
        asking.solve([0.6, -0.2, 0.0], [0, 0, 0, 1], timeout=0.2)
    silent.destroy_node()
    asking.close()


def test_a_future_fails_in_time_too(spun, node):
    from learned_ik.ros.client import IkClient

    nobody = IkClient(node, '/nobody', patience=0.2)
    future = nobody.solve_async([0.6, -0.2, 0.0], [0, 0, 0, 1])
    until = time.monotonic() + PATIENCE
    while not future.done():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert isinstance(future.exception(), NoAnswerError)
    nobody.close()


def test_a_request_waits_for_its_service(spun, node, start_node):
    from learned_ik.ros.client import IkClient

    late = IkClient(node, '/late/learned_ik', patience=PATIENCE)
    future = late.solve_async([0.6, -0.2, 0.0], [0, 0, 0, 1])
    start_node('-r', '__ns:=/late')
    until = time.monotonic() + PATIENCE
    while not future.done():
        assert time.monotonic() < until
        time.sleep(0.01)
    assert future.result(), future.result().message
    late.close()


def test_what_is_no_pose_is_refused_before_it_is_sent(ik):
    for pose in (([0.6, -0.2], [0, 0, 0, 1]), ([0.6, -0.2, 0.0], None), ('here', [0, 0, 0, 1])):
        with pytest.raises(InvalidInputError, match='expected'):
            ik.solve(*pose)
        with pytest.raises(InvalidInputError, match='expected'):
            ik.solve_async(*pose)


def test_both_forms_say_alike_what_they_take():
    import inspect

    from learned_ik.ros.client import IkClient

    for name in ('solve', 'solve_all', 'solve_batch', 'follow'):
        now, later = getattr(IkClient, name), getattr(IkClient, f'{name}_async')
        assert now.__name__ == name
        assert now.__doc__ == later.__doc__
        assert inspect.signature(now).parameters == inspect.signature(later).parameters
        assert 'Future' not in str(inspect.signature(now).return_annotation)


def test_solve_takes_what_the_solver_takes():
    import inspect

    from learned_ik import IkSolver
    from learned_ik.ros.client import IkClient

    other_names = {'min_clearance', 'threads', 'starts'}  # those are the node's
    for name in ('solve', 'solve_all', 'solve_batch', 'follow'):
        ours = set(inspect.signature(getattr(IkClient, name)).parameters)
        solvers = set(inspect.signature(getattr(IkSolver, name)).parameters)
        assert solvers - other_names <= ours, name
