# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The main job, seen from outside: poses go to the node over ROS 2, joint positions come back.

    python examples/demo.py

Starts the node with the shipped model of the TIAGo arm, in a process of its own. This process is
an ordinary ROS client: it calls `~/get_ik` for poses within reach, streams a spiral through
`~/target_pose`, judges each answer by forward kinematics of the URDF, prints a table and draws
`demo.png`. The exit status is 0 if every pose was solved.
"""

import argparse
import contextlib
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rclpy
from demo_picture import draw
from demo_table import Answer, Judgement, judge, table
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import JointState

from learned_ik import KinematicChain, resources
from learned_ik.ros.messages import fill_pose
from learned_ik.trajectories.pose_paths import spiral
from learned_ik_interfaces.srv import GetIK

Array = npt.NDArray[np.float64]

DIRECT = ('--ros-args', '-p', 'target_mode:=direct')  # an answer for each target, at once
START_PATIENCE = 600.0  # [s], for the first start on a slow machine, which compiles the solver
ANSWER_PATIENCE = 5.0  # [s], for one answer

# A cone in front of the robot. The tool, tilted by 45 degrees, winds forwards to its apex.
SPIRAL = {
    'centre': (0.6, -0.05, -0.2),  # [m], in torso_lift_link
    'radius': 0.2,  # [m]
    'height': 0.3,  # [m]
    'turns': 3.0,
    'axis': (1.0, 0.0, 0.0),
    'orientation': (0.0, math.sin(math.pi / 8), 0.0, math.cos(math.pi / 8)),  # x y z w
}


class Client(Node):
    """An ordinary node that asks the node `/learned_ik`."""

    def __init__(self) -> None:
        super().__init__('demo')
        self.service = self.create_client(GetIK, '/learned_ik/get_ik')
        self.targets = self.create_publisher(PoseStamped, '/learned_ik/target_pose', 1)
        self._commands: list[JointState] = []
        self.create_subscription(
            JointState, '/learned_ik/joint_command', self._commands.append, 10
        )

    def call(self, position: Array, orientation: Array) -> Answer:
        """Ask the service for one pose."""
        began = time.perf_counter()
        future = self.service.call_async(GetIK.Request(pose=self._stamped(position, orientation)))
        rclpy.spin_until_future_complete(self, future, timeout_sec=ANSWER_PATIENCE)
        round_trip = time.perf_counter() - began
        response = future.result()
        if response is None:
            raise SystemExit(f'no answer within {ANSWER_PATIENCE} s')
        if response.error_code != GetIK.Response.SUCCESS:
            print(f'      not solved: {response.message}')
            return Answer(None, round_trip)
        return Answer(np.array(response.joint_state.position), round_trip, response.solve_time)

    def stream(self, position: Array, orientation: Array) -> Answer:
        """Publish one pose, and wait for the command with its stamp."""
        target = self._stamped(position, orientation)
        began = time.perf_counter()
        self.targets.publish(target)
        while time.perf_counter() - began < ANSWER_PATIENCE:
            rclpy.spin_once(self, timeout_sec=0.1)
            while self._commands:
                command = self._commands.pop()
                if command.header.stamp == target.header.stamp:
                    return Answer(np.array(command.position), time.perf_counter() - began)
        raise SystemExit(f'no command within {ANSWER_PATIENCE} s')

    def _stamped(self, position: Array, orientation: Array) -> PoseStamped:
        message = PoseStamped()
        message.header.stamp = self.get_clock().now().to_msg()
        fill_pose(message.pose, position, orientation)
        return message


def main() -> int:
    """Run the demo; return its exit status."""
    options = argparse.ArgumentParser(description='Solve and stream poses of the TIAGo arm.')
    options.add_argument('--poses', type=int, default=200, help='calls of get_ik')
    options.add_argument('--targets', type=int, default=400, help='poses along the spiral')
    options.add_argument('--picture', type=Path, default=Path('demo.png'))
    given = options.parse_args()
    # This machine only, and a domain that no robot nearby is likely to use.
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does

    urdf = resources.shipped_file('config/tiago_arm.urdf').read_text(encoding='utf-8')
    chain = KinematicChain.from_urdf(urdf, 'torso_lift_link', 'arm_tool_link')
    reachable = chain.forward(chain.sample(np.random.default_rng(0), given.poses))
    path = spiral(given.targets, **SPIRAL)
    with running_node() as process, ros_client() as client:
        wait_until_ready(client, process)
        print(f'[2/4] calling get_ik for {given.poses} poses within reach')
        called = [client.call(*pose) for pose in zip(*reachable, strict=True)]
        print(f'[3/4] streaming a spiral of {given.targets} poses through target_pose')
        streamed = [client.stream(*pose) for pose in zip(*path, strict=True)]
    rows = {
        'get_ik (service)': judge(chain, reachable, called),
        'target_pose (topic)': judge(chain, path, streamed),
    }
    print(f'[4/4] drawing {given.picture}')
    joints = [answer.joints for answer in streamed if answer.joints is not None]
    if joints:
        draw(given.picture, urdf, path.positions, joints, caption(rows['target_pose (topic)']))
    print(f'\n{table(rows)}')
    return 0 if all(row.solved == row.asked for row in rows.values()) else 1


def caption(row: Judgement) -> str:
    """Return what there is to see in the picture."""
    return (
        f'TIAGo follows a spiral of {row.asked} poses: the tool, tilted by 45 degrees, winds '
        'forwards to the apex of a cone.\n'
        f'Wanted and reached path lie at most {1e6 * row.position_errors.max():.1g} µm apart: '
        'the thin black line runs in the middle of the orange one.'
    )


@contextlib.contextmanager
def running_node() -> Iterator[subprocess.Popen[bytes]]:
    """Run the node in a process of its own, which ends with the block, whatever happens in it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / 'node.log'
        with log.open('wb') as file:
            process = subprocess.Popen(
                [sys.executable, '-m', 'learned_ik.ros.node', *DIRECT],
                env={**os.environ, 'ROS_LOG_DIR': folder},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours: we stop it below
            )
            try:
                yield process
            except (Exception, SystemExit):
                print('the node said:', log.read_text(encoding='utf-8'), sep='\n')
                raise
            finally:
                stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process: politely, then by force."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def ros_client() -> Iterator[Client]:
    """Return a client on the ROS network, which leaves it with the block."""
    # Signals stay Python's, so that Ctrl-C ends the demo and not only its ROS part.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    client = Client()
    try:
        yield client
    finally:
        client.destroy_node()
        rclpy.shutdown()


def wait_until_ready(client: Client, process: subprocess.Popen[bytes]) -> None:
    """Wait until the node serves, and its topics and ours have found each other."""
    print('[1/4] starting the node')

    def ready() -> bool:
        return (
            client.service.service_is_ready()
            and client.targets.get_subscription_count() > 0
            and client.count_publishers('/learned_ik/joint_command') > 0
        )

    began = time.monotonic()
    told = 0
    while not ready():
        waited = time.monotonic() - began
        if process.poll() is not None:
            raise SystemExit(f'the node ended with status {process.returncode}')
        if waited > START_PATIENCE:
            raise SystemExit(f'the node was not ready after {START_PATIENCE:.0f} s')
        if waited > told + 5:
            told += 5
            print(f'      {told} s ...', flush=True)
        rclpy.spin_once(client, timeout_sec=0.05)


if __name__ == '__main__':
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
