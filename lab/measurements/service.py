# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""What the node costs beside a node that does nothing, in one run on one machine.

    python -m lab.measurements.service [--calls 2000] [--seconds 10] [--json]

1. Round trip of `~/get_ik`, in turns with an empty service of the same type in a second process:
   the same request, the same client, and a response of the same size that needs no thought.
2. Round trip of `~/get_ik_batch` with 1000 poses, beside 1000 calls of `~/get_ik` one by one.
3. A stream of targets at 1 kHz: time from publishing a target to hearing its command; lost ones.
4. Memory of the node's process, and the share of one core that it takes at 100 targets a second
   and when nobody asks.

Needs a sourced ROS 2, or the wheels of requirements/kilted/ros.txt.
"""

import argparse
import array
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState

from learned_ik import KinematicChain, resources
from learned_ik.ros.messages import fill_pose
from learned_ik_interfaces.srv import GetIK, GetIKBatch

ROOT = Path(__file__).resolve().parents[2]
DIRECT = ('--ros-args', '-p', 'target_mode:=direct')  # one command for each target, with its stamp
NODE = [sys.executable, '-m', 'learned_ik.ros.node', *DIRECT]
EMPTY = [sys.executable, '-m', 'lab.measurements.service', '--empty']
BLOCK = 50  # calls before the other service has its turn
BATCH, BATCHES = 1000, 50  # poses in one message; messages
PATIENCE = 180.0  # [s], for a first start, which compiles


class Client(Node):
    """Asks both services, and streams targets."""

    def __init__(self) -> None:
        super().__init__('measure')
        self.asked = {
            'learned_ik': self.create_client(GetIK, '/learned_ik/get_ik'),
            'empty': self.create_client(GetIK, '/empty/get_ik'),
        }
        self.batches = self.create_client(GetIKBatch, '/learned_ik/get_ik_batch')
        self.targets = self.create_publisher(PoseStamped, '/learned_ik/target_pose', 1)
        self.heard: dict[tuple[int, int], float] = {}  # when a command came, by its stamp
        self.create_subscription(JointState, '/learned_ik/joint_command', self._on_command, 10)
        self.executor_ = SingleThreadedExecutor()
        self.executor_.add_node(self)

    def _on_command(self, command: JointState) -> None:
        stamp = command.header.stamp
        self.heard[stamp.sec, stamp.nanosec] = time.perf_counter()

    def wait(self) -> None:
        """Wait until both services and the topics are there."""
        end = time.monotonic() + PATIENCE
        while not (
            all(one.service_is_ready() for one in (*self.asked.values(), self.batches))
            and self.targets.get_subscription_count()
            and self.count_publishers('/learned_ik/joint_command')
        ):
            if time.monotonic() > end:
                raise SystemExit(f'the nodes were not there within {PATIENCE:.0f} s')
            self.executor_.spin_once(timeout_sec=0.05)

    def call(self, service: Any, request: Any) -> tuple[float, Any]:
        """Return the round trip of one call [s] and its response."""
        began = time.perf_counter()
        future = service.call_async(request)
        self.executor_.spin_until_future_complete(future)
        return time.perf_counter() - began, future.result()

    def stream(self, poses: Sequence[PoseStamped], rate: float) -> np.ndarray:
        """Publish targets at a rate [Hz]; return the latency of each [s], NaN where none came."""
        self.heard.clear()
        sent: dict[tuple[int, int], float] = {}
        began = time.perf_counter()
        for i, pose in enumerate(poses):
            due = began + i / rate
            while (left := due - time.perf_counter()) > 0:
                self.executor_.spin_once(timeout_sec=left)
            pose.header.stamp.sec, pose.header.stamp.nanosec = 1, i
            sent[1, i] = time.perf_counter()
            self.targets.publish(pose)
        end = time.perf_counter() + 0.5
        while time.perf_counter() < end:
            self.executor_.spin_once(timeout_sec=0.01)
        return np.array([self.heard.get(key, np.nan) - at for key, at in sent.items()])


def stamped(position: Any, orientation: Any) -> PoseStamped:
    """Return a pose in the base link."""
    message = PoseStamped()
    fill_pose(message.pose, position, orientation)
    return message


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that ends with the block; its log goes nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command,
            env=os.environ | {'ROS_LOG_DIR': folder, 'PYTHONPATH': str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # rclpy sometimes misses the signal
                process.kill()
                process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process so far [s]."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def resident_mebibytes(pid: int) -> float:
    """Return the memory of a process [MiB]."""
    pages = int(Path(f'/proc/{pid}/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 2**20


def round_trips(client: Client, requests: Sequence[GetIK.Request]) -> dict[str, Any]:
    """Return round trips of both services [s], in turns, and the solver's own time [s]."""
    times: dict[str, list[float]] = {name: [] for name in client.asked}
    solver = []
    for begin in range(0, len(requests), BLOCK):
        for name, service in client.asked.items():
            client.call(service, requests[0])  # not counted
            for request in requests[begin : begin + BLOCK]:
                seconds, response = client.call(service, request)
                times[name].append(seconds)
                if name == 'learned_ik':
                    if response.error_code != GetIK.Response.SUCCESS:
                        raise SystemExit(f'not solved: {response.message}')
                    solver.append(response.solve_time)
    return {
        **{f'{name} [us]': percentiles(values) for name, values in times.items()},
        'solver [us]': percentiles(solver),
        'ratio of the medians': float(np.median(times['learned_ik']) / np.median(times['empty'])),
    }


def batch_round_trips(
    client: Client, requests: Sequence[GetIK.Request], reachable: Any
) -> dict[str, Any]:
    """Return round trips of batches, and of as many single calls in a row [s]."""
    positions, orientations = (
        array.array('d', np.resize(each, (BATCH, each.shape[1])).tobytes()) for each in reachable
    )
    request = GetIKBatch.Request(positions=positions, orientations=orientations)
    client.call(client.batches, request)  # not counted
    answers = [client.call(client.batches, request) for _ in range(BATCHES)]
    if any(response.error_code != GetIKBatch.Response.SUCCESS for _, response in answers):
        raise SystemExit(f'not solved: {answers[0][1].message}')
    began = time.perf_counter()
    for k in range(BATCH):
        client.call(client.asked['learned_ik'], requests[k % len(requests)])
    singly = time.perf_counter() - began
    return {
        'batch [us]': percentiles([seconds for seconds, _ in answers]),
        'solver [us]': percentiles([response.solve_time for _, response in answers]),
        'one by one [us]': 1e6 * singly,
    }


def percentiles(seconds: Any) -> dict[str, float]:
    """Return median and 99th percentile [us]."""
    values = 1e6 * np.asarray(seconds)
    return {'median': float(np.nanmedian(values)), 'p99': float(np.nanpercentile(values, 99))}


def measure(calls: int, seconds: float) -> dict[str, Any]:
    """Return all figures."""
    urdf = resources.shipped_file('config/tiago_arm.urdf').read_text(encoding='utf-8')
    chain = KinematicChain.from_urdf(urdf, 'torso_lift_link', 'arm_tool_link')
    reachable = chain.forward(chain.sample(np.random.default_rng(0), calls))
    requests = [GetIK.Request(pose=stamped(*pose)) for pose in zip(*reachable, strict=True)]
    position, orientation = chain.forward(chain.middle)
    circle = np.linspace(0.0, 2 * np.pi, 1000)
    around = position + 0.03 * np.stack([0 * circle, np.cos(circle), np.sin(circle)], axis=-1)
    with running(NODE) as node, running(EMPTY):
        client = Client()
        client.wait()
        result: dict[str, Any] = {
            'round trip': round_trips(client, requests),
            'batch': batch_round_trips(client, requests, reachable),
        }
        cpu = cpu_seconds(node.pid)
        time.sleep(seconds)
        result['idle [% of one core]'] = 100 * (cpu_seconds(node.pid) - cpu) / seconds
        for rate in (1000.0, 100.0):
            poses = [stamped(around[i % 1000], orientation) for i in range(int(rate * seconds))]
            cpu, began = cpu_seconds(node.pid), time.perf_counter()
            latency = client.stream(poses, rate)
            share = (cpu_seconds(node.pid) - cpu) / (time.perf_counter() - began)
            result[f'targets at {rate:.0f} Hz'] = {
                'latency [us]': percentiles(latency),
                'lost': int(np.isnan(latency).sum()),
                'sent': len(latency),
                'cpu [% of one core]': 100 * share,
            }
        result['memory [MiB]'] = resident_mebibytes(node.pid)
        client.destroy_node()
    return result


def text(result: dict[str, Any]) -> str:
    """Return the figures for people."""
    trip = result['round trip']
    lines = ['round trip of a service      median [us]   p99 [us]']
    for name, what in (('learned_ik', '~/get_ik'), ('empty', 'an empty service')):
        row = trip[f'{name} [us]']
        lines.append(f'{what:<28} {row["median"]:>11.0f} {row["p99"]:>10.0f}')
    row = trip['solver [us]']
    lines.append(f'{"of it in the solver":<28} {row["median"]:>11.0f} {row["p99"]:>10.0f}')
    lines.append(f'ratio of the medians: {trip["ratio of the medians"]:.2f}')
    row, named = result['batch'], {'batch [us]': '~/get_ik_batch', 'solver [us]': 'of it, solver'}
    for name, what in named.items():
        text_of = f'{what}, {BATCH} poses'
        lines.append(f'{text_of:<28} {row[name]["median"]:>11.0f} {row[name]["p99"]:>10.0f}')
    lines.append(f'{f"{BATCH} calls of ~/get_ik":<28} {row["one by one [us]"]:>11.0f}')
    for name, row in result.items():
        if name.startswith('targets'):
            lines.append(
                f'{name}: latency {row["latency [us]"]["median"]:.0f} us, p99 '
                f'{row["latency [us]"]["p99"]:.0f} us; {row["lost"]} of {row["sent"]} lost; '
                f'{row["cpu [% of one core]"]:.0f} % of one core'
            )
    lines.append(f'nobody asks: {result["idle [% of one core]"]:.0f} % of one core')
    return '\n'.join([*lines, f'memory of the node: {result["memory [MiB]"]:.0f} MiB'])


def serve_nothing() -> None:
    """Be the empty service: the same type, seven joints in the answer, no thought."""
    node = Node('empty')
    names = [f'arm_{i}_joint' for i in range(1, 8)]

    def answer(_: GetIK.Request, response: GetIK.Response) -> GetIK.Response:
        response.error_code = GetIK.Response.SUCCESS
        response.joint_state.name = names
        response.joint_state.position = [0.0] * 7
        return response

    node.create_service(GetIK, '~/get_ik', answer)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    with contextlib.suppress(KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        executor.spin()


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description='What the node costs beside an empty one.')
    options.add_argument('--calls', type=int, default=2000, help='calls of each service')
    options.add_argument('--seconds', type=float, default=10.0, help='length of each stream')
    options.add_argument('--json', action='store_true', help='one JSON object on standard output')
    options.add_argument('--empty', action='store_true', help=argparse.SUPPRESS)
    given = options.parse_args()
    if not given.empty:  # this machine only, apart from other programs
        os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        os.environ.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))
    rclpy.init()
    if given.empty:
        serve_nothing()
        return
    result = measure(given.calls, given.seconds)
    rclpy.try_shutdown()
    print(json.dumps(result) if given.json else text(result))


if __name__ == '__main__':
    main()
