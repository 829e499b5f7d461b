# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Real nodes in processes of their own, and a client that talks to them over DDS."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from learned_ik import KinematicChain
from learned_ik.ros.messages import fill_duration, fill_pose

# On this machine only, and apart from whatever else runs here; read when rclpy starts.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))

ROOT = Path(__file__).parents[1]
PATIENCE = 180.0  # [s], for a machine that has to compile first, with other work to do


class NodeProcess:
    """A node in a process of its own; its log is read as it comes."""

    def __init__(self, *ros_arguments: str, log_folder: Path, module: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, '-m', module, '--ros-args', *ros_arguments],
            env={**os.environ, 'ROS_LOG_DIR': str(log_folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Whoever runs the tests in the background has SIGINT ignored: undo that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ''))

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return ''.join(self.lines)

    def wait_for_log(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until its log contains `text`."""
        end = time.monotonic() + patience
        while text not in self.log:
            assert time.monotonic() < end, f'no {text!r} within {patience} s in:\n{self.log}'
            assert self.process.poll() is None or text in self.ended_log(), (
                f'ended with {self.process.returncode} before {text!r}:\n{self.log}'
            )
            time.sleep(0.01)

    def ended_log(self) -> str:
        """Return its whole log after its end."""
        self._reader.join(PATIENCE)
        return self.log

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(how)
        return self.exit_status()

    def exit_status(self) -> int:
        """Wait for its end."""
        return self.process.wait(PATIENCE)

    def __enter__(self) -> 'NodeProcess':
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Make sure that it is gone, whatever happened."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(PATIENCE)


@pytest.fixture(scope='module')
def start_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., NodeProcess]]:
    """Return a function that starts a node, an `ik_node` unless told; all end with the module."""
    pytest.importorskip('rclpy')
    started: list[NodeProcess] = []

    log_folder = tmp_path_factory.getbasetemp() / 'ros_log'

    def start(*ros_arguments: str, module: str = 'learned_ik.ros.node') -> NodeProcess:
        node = NodeProcess(*ros_arguments, log_folder=log_folder, module=module)
        started.append(node)
        return node

    yield start
    for node in started:
        node.end()


class Client:
    """An ordinary ROS node in this process, which asks the node `/learned_ik`."""

    def __init__(self, server: str = '/learned_ik') -> None:
        import rclpy
        from geometry_msgs.msg import PoseStamped
        from rclpy.executors import SingleThreadedExecutor
        from rclpy.qos import DurabilityPolicy, QoSProfile
        from sensor_msgs.msg import JointState
        from std_msgs.msg import String

        from learned_ik_interfaces.srv import GetIK

        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node(f'client_{os.getpid()}', context=self.context)
        self._executor = SingleThreadedExecutor(context=self.context)
        self._executor.add_node(self.node)
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.service = self.node.create_client(GetIK, f'{server}/get_ik')
        self.target = self.node.create_publisher(PoseStamped, f'{server}/target_pose', 1)
        self.description = self.node.create_publisher(String, '/robot_description', latched)
        self.commands: list[Any] = []
        self.node.create_subscription(
            JointState, f'{server}/joint_command', self.commands.append, 10
        )

    def close(self) -> None:
        """Leave the network."""
        self._executor.shutdown()
        self.node.destroy_node()
        self.context.try_shutdown()

    def spin_until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Receive messages until the condition holds."""
        end = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < end, f'it did not come about within {patience} s'
            self._executor.spin_once(timeout_sec=0.02)

    def wait_for_node(self) -> None:
        """Wait until the node answers, and its topics and ours have found each other."""
        self.spin_until(self.service.service_is_ready)
        ours = (self.target, self.description)
        self.spin_until(lambda: all(p.get_subscription_count() == 1 for p in ours))
        topic = self.target.topic_name.replace('target_pose', 'joint_command')
        self.spin_until(lambda: self.node.count_publishers(topic) == 1)

    def call(self, service: Any, request: Any) -> Any:
        """Return the response to a request."""
        future = service.call_async(request)
        self.spin_until(future.done)
        return future.result()

    def get_ik(
        self,
        position: Any,
        orientation: Any = (0.0, 0.0, 0.0, 1.0),
        frame: str = '',
        seed: Mapping[str, float] | None = None,
        timeout: float = 0.0,
        **tolerances: float,
    ) -> Any:
        """Return the node's answer to a pose: (3,) [m], (4,) x y z w; seed by joint name."""
        from learned_ik_interfaces.srv import GetIK

        request = GetIK.Request(**tolerances)
        request.pose = self.stamped_pose(position, orientation, frame)
        request.seed.name = list(seed or {})
        request.seed.position = list((seed or {}).values())
        fill_duration(request.timeout, timeout)
        return self.call(self.service, request)

    def stamped_pose(
        self, position: Any, orientation: Any = (0.0, 0.0, 0.0, 1.0), frame: str = ''
    ) -> Any:
        """Return a `PoseStamped` of this moment."""
        from geometry_msgs.msg import PoseStamped

        message = PoseStamped()
        message.header.stamp = self.node.get_clock().now().to_msg()
        message.header.frame_id = frame
        fill_pose(message.pose, position, orientation)
        return message

    def describe_robot(self, urdf: str) -> None:
        """Publish a robot description."""
        from std_msgs.msg import String

        self.description.publish(String(data=urdf))


@pytest.fixture(scope='module')
def client() -> Iterator[Client]:
    """Return an ordinary ROS node that asks."""
    pytest.importorskip('rclpy')
    pytest.importorskip('learned_ik_interfaces.srv')
    client = Client()
    yield client
    client.close()


@pytest.fixture(scope='session')
def tiago_urdf() -> str:
    """Return the text of config/tiago_arm.urdf."""
    return (ROOT / 'config' / 'tiago_arm.urdf').read_text(encoding='utf-8')


@pytest.fixture(scope='session')
def chain(tiago_urdf: str) -> KinematicChain:
    """Return TIAGo's arm, as the shipped model knows it."""
    return KinematicChain.from_urdf(tiago_urdf, 'torso_lift_link', 'arm_tool_link')
