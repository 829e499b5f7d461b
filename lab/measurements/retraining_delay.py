# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How long a scene takes to reach the served network, and what requests feel of it meanwhile.

    python -m lab.measurements.retraining_delay

It starts a node of its own, with a copy of the model that ships.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import Point
from rclpy.action import ActionClient
from rclpy.qos import DurabilityPolicy, QoSProfile

from learned_ik import IkModel, resources
from learned_ik_interfaces.action import Retrain
from learned_ik_interfaces.msg import ObstacleSpheres
from learned_ik_interfaces.srv import GetIK

SPHERES = [(0.5, 0.1, -0.1, 0.12), (0.35, -0.35, 0.1, 0.1), (0.6, -0.2, -0.2, 0.08)]  # [m]
KEPT = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
CALLS = 500  # of one measurement


def main() -> None:
    """Print the latencies, and what became of the retraining."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=30.0, help='of training')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / 'arm.safetensors'
        shutil.copy(resources.shipped_file('models/tiago_arm.safetensors'), path)
        server = subprocess.Popen(
            [sys.executable, '-m', 'learned_ik.ros.node', '--ros-args', '-p', f'model:={path}']
        )
        try:
            with rclpy.init():
                measure(rclpy.create_node('retraining_benchmark'), path, options.seconds)
        finally:
            server.terminate()
            server.wait()


def measure(node: Any, path: Path, seconds: float) -> None:
    """Send the spheres, retrain, and call all the while."""
    client = node.create_client(GetIK, '/learned_ik/get_ik')
    spheres = node.create_publisher(ObstacleSpheres, '/learned_ik/obstacles', KEPT)
    action = ActionClient(node, Retrain, '/learned_ik/retrain')
    client.wait_for_service()
    action.wait_for_server()
    chain = IkModel.load(path).chain
    poses = chain.forward(chain.sample(np.random.default_rng(0), CALLS))
    told = ObstacleSpheres(action=ObstacleSpheres.REPLACE)
    for x, y, z, radius in SPHERES:
        told.centers.append(Point(x=x, y=y, z=z))
        told.radii.append(radius)
    latencies(node, client, poses)
    began = time.monotonic()
    spheres.publish(told)
    time.sleep(0.5)
    print('at rest', line(latencies(node, client, poses)))
    sent = time.monotonic()
    goal = done(node, action.send_goal_async(Retrain.Goal(seconds=seconds)))
    result = goal.get_result_async()
    during: list[float] = []
    while not result.done():
        during += latencies(node, client, poses)
    print('while it trains', line(during))
    ended = time.monotonic()
    print(f'{ended - sent:.1f} s from the goal to the end, {ended - began:.1f} from the spheres')
    print(result.result().result.message)


def latencies(node: Any, client: Any, poses: Any) -> list[float]:
    """Return how long requests take [s]."""
    times = []
    for position, orientation in zip(*poses, strict=True):
        request = GetIK.Request()
        p, q = request.pose.pose.position, request.pose.pose.orientation
        p.x, p.y, p.z = map(float, position)
        q.x, q.y, q.z, q.w = map(float, orientation)
        began = time.perf_counter()
        done(node, client.call_async(request))
        times.append(time.perf_counter() - began)
    return times


def done(node: Any, future: Any) -> Any:
    """Wait for an answer."""
    rclpy.spin_until_future_complete(node, future)
    return future.result()


def line(times: list[float]) -> str:
    """Return percentiles of times [s]."""
    p50, p95, p99 = 1e3 * np.percentile(times, [50, 95, 99])
    return f'({len(times)} calls): median {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms'


if __name__ == '__main__':
    main()
