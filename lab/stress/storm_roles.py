# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Who takes part in a storm, each in a process of its own.

python -m lab.stress.storm_roles client 60       # asks for a minute, then tells what came of it
python -m lab.stress.storm_roles weather 60      # targets, obstacles, descriptions, models
"""

import collections
import json
import sys
import time
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import Point, Pose, PoseStamped
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from learned_ik import resources
from learned_ik_interfaces.msg import ObstacleSpheres
from learned_ik_interfaces.srv import GetIK, GetIKPath

SERVER = '/learned_ik'
DEEP = QoSProfile(depth=10_000)  # whatever is lost, the server loses
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
KEPT = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
BURST, BETWEEN_BURSTS, BETWEEN_PATHS = 50, 1.0, 2.0  # requests at once; [s]; [s]
BETWEEN_MODELS = 5.0  # [s]
PATIENCE = 30.0  # [s], for the last answers
MIDDLE = np.array([0.6, -0.2, 0.0])  # [m], where the arm works


class Timetable:
    """Says what is due, of things that are done at some rate."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self._next: dict[str, float] = {}

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.end

    def due(self, what: str, period: float) -> bool:
        """Return True once a period [s]; what was missed is not made up for."""
        now = time.monotonic()
        if now < self._next.setdefault(what, now):
            return False
        self._next[what] = max(self._next[what] + period, now - period)
        return True


def pose(rng: np.random.Generator, spread: float) -> Pose:
    """Return a pose near the middle of the arm's workspace, now and then out of reach."""
    pose = Pose()
    x, y, z = MIDDLE + rng.uniform(-spread, spread, 3)
    pose.position.x, pose.position.y, pose.position.z = float(x), float(y), float(z)
    pose.orientation.w = 1.0
    return pose


def client(seconds: float) -> dict[str, Any]:
    """Ask for poses, one by one and in bursts, and for paths; count what is answered."""
    node, executor = _node('storm_client')
    get_ik = node.create_client(GetIK, f'{SERVER}/get_ik', qos_profile=DEEP)
    get_path = node.create_client(GetIKPath, f'{SERVER}/get_ik_path', qos_profile=DEEP)
    get_ik.wait_for_service()
    rng, table = np.random.default_rng(time.time_ns()), Timetable(seconds)
    asked: collections.Counter[str] = collections.Counter()
    waiting: dict[Any, tuple[str, float]] = {}
    slowest = collections.defaultdict(float)
    answered: collections.Counter[str] = collections.Counter()

    def ask(service: Any, request: Any, what: str) -> None:
        asked[what] += 1
        waiting[service.call_async(request)] = what, time.monotonic()

    def take() -> None:
        for future in [future for future in waiting if future.done()]:
            what, began = waiting.pop(future)
            answered[what] += 1
            slowest[what] = max(slowest[what], time.monotonic() - began)

    while not table.over or (waiting and time.monotonic() < table.end + PATIENCE):
        if not table.over:
            if table.due('pose', 0.02):
                ask(get_ik, _pose_request(rng), 'get_ik')
            if table.due('burst', BETWEEN_BURSTS):
                for _ in range(BURST):
                    ask(get_ik, _pose_request(rng), 'get_ik in bursts')
            if table.due('path', BETWEEN_PATHS):
                poses = [pose(rng, 0.2)] * 200
                ask(get_path, GetIKPath.Request(poses=poses), 'get_ik_path')
        executor.spin_once(timeout_sec=0.005)
        take()
    return {'asked': asked, 'answered': answered, 'slowest': slowest}


def weather(seconds: float) -> dict[str, Any]:
    """Send targets at 1 kHz, obstacles and descriptions at 10 Hz, joint states, and models."""
    node, executor = _node('storm_weather')
    targets = node.create_publisher(PoseStamped, f'{SERVER}/target_pose', 1)
    obstacles = node.create_publisher(ObstacleSpheres, f'{SERVER}/obstacles', KEPT)
    descriptions = node.create_publisher(String, '/robot_description', LATCHED)
    joints = node.create_publisher(JointState, '/joint_states', 10)
    set_parameters = node.create_client(
        SetParameters, f'{SERVER}/set_parameters', qos_profile=DEEP
    )
    commands: list[Any] = []
    node.create_subscription(JointState, f'{SERVER}/joint_command', commands.append, 10)
    set_parameters.wait_for_service()
    urdf = resources.shipped_file('config/tiago_arm.urdf').read_text(encoding='utf-8')
    model = str(resources.shipped_file('models/tiago_arm.safetensors'))
    rng, table = np.random.default_rng(0), Timetable(seconds)
    sent: collections.Counter[str] = collections.Counter()
    swaps = []
    while not table.over:
        if table.due('targets', 1e-3):
            targets.publish(PoseStamped(pose=pose(rng, 0.3)))
            sent['targets'] += 1
        if table.due('obstacles', 0.1):
            message = ObstacleSpheres(action=1)
            for x, y, z in MIDDLE + rng.uniform(-0.5, 0.5, (10, 3)):
                message.centers.append(Point(x=float(x) + 0.5, y=float(y), z=float(z)))
                message.radii.append(0.03)
            obstacles.publish(message)
            sent['obstacles'] += 1
        if table.due('descriptions', 0.1):
            other = f'<link name="x{sent["descriptions"]}"/></robot>'
            text = urdf if sent['descriptions'] % 10 else urdf.replace('</robot>', other)
            descriptions.publish(String(data=text))
            sent['descriptions'] += 1
        if table.due('joint states', 0.02):
            names = [f'arm_{k}_joint' for k in range(1, 8)]
            joints.publish(JointState(name=names, position=[0.5] * 7))
            sent['joint states'] += 1
        if table.due('models', BETWEEN_MODELS):
            parameter = Parameter('model', value=model).to_parameter_msg()
            swaps.append(set_parameters.call_async(SetParameters.Request(parameters=[parameter])))
        executor.spin_once(timeout_sec=0.0)
        time.sleep(1e-4)
    until = time.monotonic() + PATIENCE
    while not all(swap.done() for swap in swaps) and time.monotonic() < until:
        executor.spin_once(timeout_sec=0.05)
    sent['models'] = len(swaps)
    done = [swap.result() for swap in swaps if swap.done()]
    return {
        'sent': sent,
        'commands': len(commands),
        'bad commands': sum(not np.isfinite(c.position).all() for c in commands),
        'models answered': len(done),
        'models set': sum(answer.results[0].successful for answer in done),
    }


def _pose_request(rng: np.random.Generator) -> GetIK.Request:
    return GetIK.Request(pose=PoseStamped(pose=pose(rng, 0.3)))


def _node(name: str) -> tuple[Any, Any]:
    node = rclpy.create_node(f'{name}_{time.time_ns()}')
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    return node, executor


def main() -> None:
    """Play a role, and print what came of it as JSON."""
    role = {'client': client, 'weather': weather}[sys.argv[1]]
    with rclpy.init():
        print(json.dumps(role(float(sys.argv[2]))))


if __name__ == '__main__':
    main()
