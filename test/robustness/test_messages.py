# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Hostile messages of every interface to real nodes: each is answered, none ends or floods a node.

What is sent is built by small functions, so that a new interface is one line here.
"""

import itertools
import math

import numpy as np
import pytest
from ros_nodes import chain, client, start_node, tiago_urdf  # noqa: F401  # fixtures

pytest.importorskip('rclpy')

NAN, INF, TINY, HUGE = math.nan, math.inf, 5e-324, 1.7976931348623157e308
FLOATS = (NAN, INF, -INF, HUGE, -HUGE, TINY, -1.0, 1e45)
LONG = 'a' * 1_000_000
FORGED = '\n[FATAL] [0.0] [learned_ik]: forged\x1b[31m\r\x00\u2028'
NAMES = (LONG, FORGED, 'ü' * 1000, '/', ' ')
LATEST = 2**31 - 1  # the largest number of seconds in a message
SUCCESS, FAILURE = 1, 99999


@pytest.fixture(scope='module')
def node(start_node, client):  # noqa: F811
    node = start_node()
    client.wait_for_node()
    return node


@pytest.fixture(scope='module')
def pose(chain):  # noqa: F811
    return chain.forward(chain.sample(np.random.default_rng(3), 1)[0])


@pytest.fixture(autouse=True)
def still_sane(node, client, pose):  # noqa: F811
    """After every test, a sensible request is answered, and the log is one."""
    yield
    assert client.get_ik(*pose).error_code == SUCCESS
    assert node.process.poll() is None
    assert not any(line.startswith('[FATAL]') for line in node.lines)
    assert max(map(len, node.lines), default=0) < 2000
    assert 'Traceback' not in node.log, node.log[-3000:]
    assert '\x1b[31m' not in node.log


def check(response):
    """Assert what holds of every answer."""
    assert len(response.message) < 1500
    assert response.message.isprintable()
    if response.error_code == SUCCESS and hasattr(response, 'joint_state'):
        assert np.isfinite(response.joint_state.position).all()


def set_field(message, path, value):
    """Set `pose.pose.position.x` and the like."""
    *parents, last = path.split('.')
    for name in parents:
        message = getattr(message, name)
    setattr(message, last, value)


def hostile_poses(request, pose, floats, names=(), durations=()):
    """Yield requests, each with one field of it made hostile."""
    for field, value in itertools.chain(
        itertools.product(floats, FLOATS),
        itertools.product(names, NAMES),
        itertools.product(durations, (LATEST, -LATEST - 1)),
    ):
        message = request(pose)
        set_field(message, field, value)
        yield message


POSE_FLOATS = [f'{part}.{axis}' for part, axes in (('position', 'xyz'), ('orientation', 'xyzw'))
               for axis in axes]  # fmt: skip


def call_all(client, service, requests):  # noqa: F811
    """Send all requests at once, and return the answers."""
    futures = [service.call_async(request) for request in requests]
    client.spin_until(lambda: all(future.done() for future in futures))
    return [future.result() for future in futures]


@pytest.fixture(scope='module')
def deep(client, node):  # noqa: F811
    """Return a function that makes a client which loses nothing by itself."""
    from rclpy.qos import QoSProfile

    def make(kind, name):
        service = client.node.create_client(kind, name, qos_profile=QoSProfile(depth=2000))
        client.spin_until(service.service_is_ready)
        return service

    return make


def hostile_wishes(request, pose, has_preference=True):
    """Yield requests with hostile freedom, preference and bounds."""
    floats = [f'freedom.{bound}.{axis}' for bound in ('least', 'most') for axis in 'xyz']
    names, postures = [], []
    if has_preference:
        floats.append('max_joint_change')
        names.append('preference.prefer')
        postures = [
            ([LONG], [0.0], []), ([FORGED], [], [1.0]), ([], [NAN], []), ([], [], FLOATS),
            (['arm_1_joint'] * 3, [0.0] * 3, [0.0] * 3), ([str(k) for k in range(30_000)], [], []),
            *((['arm_1_joint'], [x], []) for x in FLOATS),
            *((['arm_1_joint'], [0.1], [x]) for x in FLOATS),
            (['arm_1_joint', 'arm_2_joint'], [0.1] * 2, [TINY, HUGE]),
        ]  # fmt: skip
    yield from hostile_poses(request, pose, floats, names)
    for posture_names, positions, weights in postures:
        message = request(pose)
        message.preference.posture.name = posture_names
        message.preference.posture.position = positions
        message.preference.weights = weights
        yield message
    for axes, position_only in ((255, False), (2, False), (255, True)):
        message = request(pose)
        message.freedom.axes, message.position_only = axes, position_only
        yield message


def test_poses(client, deep, pose):  # noqa: F811
    from learned_ik_interfaces.srv import GetIK

    def request(pose):
        return GetIK.Request(pose=client.stamped_pose(*pose))

    floats = [f'pose.pose.{name}' for name in POSE_FLOATS]
    floats += ['position_tolerance', 'orientation_tolerance']
    durations = 'timeout.sec', 'pose.header.stamp.sec'
    requests = [*hostile_poses(request, pose, floats, ['pose.header.frame_id'], durations)]
    for names, positions in (
        ([LONG], [0.0]), ([FORGED], []), ([], [NAN]), (['arm_1_joint'] * 3, [0.0] * 2),
        ([str(k) for k in range(30_000)], [0.0] * 30_000),
    ):  # fmt: skip
        message = request(pose)
        message.seed.name, message.seed.position = names, positions
        requests.append(message)
    requests += [GetIK.Request(collisions=255), GetIK.Request()]
    requests += hostile_wishes(request, pose)
    for answer in call_all(client, deep(GetIK, '/learned_ik/get_ik'), requests):
        check(answer)
        assert answer.error_code != FAILURE, answer.message


def test_paths(client, deep, pose):  # noqa: F811
    from geometry_msgs.msg import Pose

    from learned_ik_interfaces.srv import GetIKPath

    def request(pose):
        stamped = client.stamped_pose(*pose).pose
        return GetIKPath.Request(poses=[stamped, stamped])

    floats = 'position_tolerance', 'orientation_tolerance', 'jump_threshold', 'acceleration'
    durations = 'timeout.sec', 'header.stamp.sec'
    requests = [
        *hostile_poses(
            request, pose, [*floats, 'velocity_scaling'], ['header.frame_id'], durations
        )
    ]
    for message in hostile_poses(lambda _: Pose(), pose, POSE_FLOATS):
        requests.append(GetIKPath.Request(poses=[message] * 3))
    requests += hostile_wishes(request, pose, has_preference=False)
    requests += [GetIKPath.Request(), GetIKPath.Request(poses=[Pose()] * 20_000)]
    answers = call_all(client, deep(GetIKPath, '/learned_ik/get_ik_path'), requests)
    for answer in answers:
        check(answer)
        assert answer.error_code != FAILURE, answer.message
    assert 'expected one or more, at most 3000' in answers[-1].message


def test_batches(client, deep, pose):  # noqa: F811
    from learned_ik_interfaces.srv import GetIKBatch

    def request(pose):
        return GetIKBatch.Request(
            positions=np.tile(pose[0], 2).tolist(), orientations=np.tile(pose[1], 2).tolist()
        )

    floats, durations = ('position_tolerance', 'orientation_tolerance'), ('timeout.sec',)
    requests = [*hostile_poses(request, pose, floats, ['header.frame_id'], durations)]
    requests += hostile_wishes(request, pose)
    for place in range(14):
        for value in FLOATS:
            message = request(pose)
            numbers = message.positions if place < 6 else message.orientations
            numbers[place if place < 6 else place - 6] = value
            requests.append(message)
    joints = [f'arm_{k}_joint' for k in range(1, 8)]
    for names, seeds in (
        ([LONG], [0.0]), ([FORGED], []), ([], [NAN]), (joints, [HUGE] * 7), (joints, [NAN] * 14),
        (joints * 2, [0.1] * 28), (joints, [0.1] * 13), ([str(k) for k in range(30_000)], [0.0]),
    ):  # fmt: skip
        message = request(pose)
        message.seed_names, message.seeds = names, seeds
        requests.append(message)
    for many, turns in ((0, 0), (1, 4), (3, 3), (3, 8), (30_003, 40_004), (3_000_000, 4)):
        requests.append(GetIKBatch.Request(positions=[0.1] * many, orientations=[0.5] * turns))
    requests.append(GetIKBatch.Request(collisions=255))
    answers = call_all(client, deep(GetIKBatch, '/learned_ik/get_ik_batch'), requests)
    for answer in answers:
        check(answer)
        assert np.isfinite(answer.joint_positions).all()
        assert answer.error_code != FAILURE, answer.message
    assert 'has 1000000 poses; expected one or more, at most 10000' in answers[-2].message


def test_several_solutions(client, deep, pose):  # noqa: F811
    from learned_ik_interfaces.srv import GetIKSolutions

    def request(pose):
        return GetIKSolutions.Request(pose=client.stamped_pose(*pose))

    floats = [f'pose.pose.{name}' for name in POSE_FLOATS]
    floats += ['position_tolerance', 'orientation_tolerance']
    durations = 'timeout.sec', 'pose.header.stamp.sec'
    requests = [*hostile_poses(request, pose, floats, ['pose.header.frame_id'], durations)]
    requests += hostile_wishes(request, pose, has_preference=False)
    requests += [GetIKSolutions.Request(limit=2**32 - 1), GetIKSolutions.Request()]
    for answer in call_all(client, deep(GetIKSolutions, '/learned_ik/get_ik_solutions'), requests):
        check(answer)
        assert answer.error_code != FAILURE, answer.message
        assert (answer.error_code == SUCCESS) == bool(answer.solutions)
        for each in answer.solutions:
            assert np.isfinite(each.joint_positions).all()


def test_targets(client, pose):  # noqa: F811
    def target(pose):
        return client.stamped_pose(*pose)

    floats = [f'pose.{name}' for name in POSE_FLOATS]
    client.commands.clear()
    messages = hostile_poses(target, pose, floats, ['header.frame_id'], ['header.stamp.sec'])
    for message in messages:
        client.target.publish(message)
        assert client.get_ik(*pose).error_code == SUCCESS
    for command in client.commands:
        assert np.isfinite(command.position).all()
    client.commands.clear()
    client.target.publish(target(pose))
    client.spin_until(lambda: client.commands)


def test_joint_states(client, node, pose):  # noqa: F811
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import JointState

    publisher = client.node.create_publisher(JointState, '/joint_states', qos_profile_sensor_data)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)
    joints = [f'arm_{k}_joint' for k in range(1, 8)]
    for names, positions in (
        (joints, [NAN] * 7), (joints, [INF] * 7), (joints, [HUGE] * 7), (joints, []),
        ([], [0.0] * 7), ([LONG], [0.0]), ([FORGED] * 9, [1.0] * 8), (joints * 2000, [0.1]),
    ):  # fmt: skip
        publisher.publish(JointState(name=names, position=positions))
        check(client.get_ik(*pose))
    publisher.publish(JointState(name=joints, position=[0.5] * 7))
    client.node.destroy_publisher(publisher)


def test_obstacles(client, node):  # noqa: F811
    from geometry_msgs.msg import Point
    from rclpy.qos import DurabilityPolicy, QoSProfile

    from learned_ik_interfaces.msg import ObstacleSpheres

    kept = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = client.node.create_publisher(ObstacleSpheres, '/learned_ik/obstacles', kept)
    client.spin_until(lambda: publisher.get_subscription_count() == 1)
    sphere = {'centers': [Point(x=1.0)], 'radii': [0.1]}
    hostile = [
        ObstacleSpheres(centers=[Point(x=x)], radii=[0.1]) for x in FLOATS if not abs(x) <= 1
    ]
    hostile += [ObstacleSpheres(centers=[Point()], radii=[x]) for x in (NAN, INF, -1.0, HUGE)]
    for ids in ([LONG, LONG], [FORGED] * 2, ['', ''], [str(k) for k in range(30_000)] * 2):
        hostile.append(ObstacleSpheres(centers=[Point(x=1.0)] * len(ids), radii=[0.1], ids=ids))
    hostile.append(ObstacleSpheres(**{**sphere, 'radii': [0.1] * 2}))
    hostile.append(ObstacleSpheres(**sphere, action=200))
    hostile.append(ObstacleSpheres(**sphere, action=2))
    hostile.append(ObstacleSpheres(centers=[Point(x=1.0)] * 50_000, radii=[0.1] * 50_000))
    for name in NAMES:
        message = ObstacleSpheres(**sphere)
        message.header.frame_id = name
        hostile.append(message)
    for message in hostile:
        lines = len(node.lines)
        publisher.publish(message)
        client.spin_until(lambda at=lines: 'the old set stays' in ''.join(node.lines[at:]), 30)
    client.node.destroy_publisher(publisher)


def test_descriptions(client, node, pose, tiago_urdf):  # noqa: F811
    for text in ('', LONG, FORGED, '<robot', f'<robot name="{LONG}"/>', '<a>' * 20_000):
        client.describe_robot(text)
        client.spin_until(lambda: client.get_ik(*pose).error_code == FAILURE, 30)
        answer = client.get_ik(*pose)
        check(answer)
        client.describe_robot(tiago_urdf)
        client.spin_until(lambda: client.get_ik(*pose).error_code == SUCCESS)


def test_parameters(deep, client):  # noqa: F811
    from rcl_interfaces import srv
    from rcl_interfaces.msg import Parameter, ParameterValue

    def value(kind, **content):
        return ParameterValue(type=kind, **content)

    values = [value(kind) for kind in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99, 255)]
    values += [value(3, double_value=x) for x in FLOATS]
    values += [value(4, string_value=name) for name in NAMES]
    values += [value(8, double_array_value=[x] * 7) for x in FLOATS]
    names = ('timeout', 'position_tolerance', 'obstacles', 'tool', 'calibration_tolerance',
             'prefer', 'min_clearance', '', FORGED, LONG)  # fmt: skip
    each = deep(srv.SetParameters, '/learned_ik/set_parameters')
    together = deep(srv.SetParametersAtomically, '/learned_ik/set_parameters_atomically')
    told = []
    for name in names:
        for parameter in [Parameter(name=name, value=v) for v in values]:
            request = srv.SetParameters.Request(parameters=[parameter])
            told += list(client.call(each, request).results)
    for parameters in ([], [Parameter(name='timeout', value=values[-1])] * 2, [Parameter()]):
        request = srv.SetParametersAtomically.Request(parameters=parameters)
        told.append(client.call(together, request).result)
    wrong = Parameter(name='timeout', value=value(99))
    request = srv.SetParametersAtomically.Request(parameters=[wrong])
    told.append(client.call(together, request).result)
    assert not told[-1].successful
    for result in told:
        assert len(result.reason) < 1500
        assert result.reason.isprintable()
    back = [Parameter(name='tool', value=value(8)), Parameter(name='obstacles', value=value(8))]
    back += [
        Parameter(name='timeout', value=value(3, double_value=0.05)),
        Parameter(name='position_tolerance', value=value(3, double_value=1e-6)),
        Parameter(name='min_clearance', value=value(3, double_value=0.0)),
    ]
    answer = client.call(each, srv.SetParameters.Request(parameters=back))
    assert all(result.successful for result in answer.results), answer.results
    for kind in (srv.GetParameters, srv.DescribeParameters, srv.GetParameterTypes):
        name = {
            srv.GetParameters: 'get_parameters',
            srv.DescribeParameters: 'describe_parameters',
            srv.GetParameterTypes: 'get_parameter_types',
        }[kind]
        client.call(deep(kind, f'/learned_ik/{name}'), kind.Request(names=[*NAMES, 'no']))


def test_goals(client, node):  # noqa: F811
    """What is refused is accepted and aborted with the reason: a rejected goal carries no text."""
    from action_msgs.msg import GoalStatus
    from rclpy.action import ActionClient

    from learned_ik_interfaces.action import Retrain

    action = ActionClient(client.node, Retrain, '/learned_ik/retrain')
    client.spin_until(action.server_is_ready)
    for seconds in (NAN, INF, -INF, -1.0, HUGE):
        sent = action.send_goal_async(Retrain.Goal(seconds=seconds))
        client.spin_until(sent.done)
        ended = sent.result().get_result_async()
        client.spin_until(ended.done)
        assert ended.result().status == GoalStatus.STATUS_ABORTED
        assert 'retraining refused: ' in ended.result().result.message
    action.destroy()


def test_two_hundred_at_once_from_several_clients(start_node, node, deep, pose, client):  # noqa: F811
    """More than any queue of ROS keeps by itself; also those that rclpy serves."""
    from lifecycle_msgs.srv import GetState
    from rcl_interfaces.srv import GetParameters

    from learned_ik_interfaces.srv import GetIK, GetIKPath

    ik = [deep(GetIK, '/learned_ik/get_ik') for _ in range(4)]
    path = deep(GetIKPath, '/learned_ik/get_ik_path')
    state = deep(GetState, '/learned_ik/get_state')
    values = deep(GetParameters, '/learned_ik/get_parameters')
    stamped = client.stamped_pose(*pose)
    futures = [one.call_async(GetIK.Request(pose=stamped)) for _ in range(50) for one in ik]
    for service, request in (
        (path, GetIKPath.Request(poses=[stamped.pose])),
        (state, GetState.Request()),
        (values, GetParameters.Request(names=['timeout'])),
    ):
        futures += [service.call_async(request) for _ in range(100)]
    client.spin_until(lambda: all(future.done() for future in futures))
    assert all(future.result().error_code == SUCCESS for future in futures[:300])
    assert {future.result().current_state.label for future in futures[300:400]} == {'active'}


def test_to_the_player(start_node, client):  # noqa: F811
    """What `trajectory_node` hears: paths, commands, descriptions, parameters."""
    from geometry_msgs.msg import Pose, PoseStamped
    from nav_msgs.msg import Path
    from rcl_interfaces.msg import Parameter, ParameterValue
    from rcl_interfaces.srv import SetParameters
    from sensor_msgs.msg import JointState

    player = start_node(
        '-p', 'path:=topic', '-p', 'mode:=stream', '-p', 'server:=nobody',
        module='learned_ik.player.trajectory_node',
    )  # fmt: skip
    service = client.node.create_client(SetParameters, '/trajectory/set_parameters')
    commands = client.node.create_publisher(JointState, '/nobody/joint_command', 10)
    paths = client.node.create_publisher(Path, '/trajectory/path', 1)
    heard = []
    client.node.create_subscription(JointState, '/joint_states', heard.append, 10)
    client.spin_until(service.service_is_ready)
    client.spin_until(lambda: commands.get_subscription_count() and paths.get_subscription_count())
    for names, positions in (
        (['a', 'b'], [1.0]), ([], [1.0]), (['a'], [NAN]), ([LONG], []),
        ([str(k) for k in range(30_000)], [0.0] * 30_000),
    ):  # fmt: skip
        commands.publish(JointState(name=names, position=positions))
    for poses in ([], [NAN], [HUGE] * 2, [0.0] * 5000):
        path = Path(poses=[PoseStamped(pose=Pose()) for _ in poses])
        for stamped, x in zip(path.poses, poses, strict=True):
            stamped.pose.position.x = x
        path.header.frame_id = FORGED
        paths.publish(path)
    wrong = [Parameter(name='radius', value=ParameterValue(type=t)) for t in (0, 3, 4, 99)]
    client.call(service, SetParameters.Request(parameters=wrong))
    commands.publish(JointState(name=['wrist'], position=[0.25]))
    client.spin_until(lambda: heard and 'wrist' in heard[-1].name)
    assert player.process.poll() is None
    assert 'Traceback' not in player.log
    assert max(map(len, player.lines), default=0) < 2000
    assert player.stop() == 0
