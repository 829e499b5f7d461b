# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How steadily a node commands while it tracks a target that moves.

    python -m lab.measurements.command_rate [--rate 200] [--seconds 10] [--json]

Targets on a circle come at 72 Hz, as from a headset. Told is how far the intervals between two
commands are from the period, by the stamps that the node gives and as they are heard, and how many
commands were not heard. Needs a sourced ROS 2, or the wheels of requirements/kilted/ros.txt.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import JointState

from learned_ik import IkModel, resources
from learned_ik.ros.messages import fill_pose

TARGET_RATE = 72.0  # [1/s]
SIZE = 0.08  # [m], radius of the circle
PATIENCE = 180.0  # [s], for a first start, which compiles
START = (0.5, 0.2, -1.5, 1.6, 0.0, 0.5, 0.0)  # [rad], of TIAGo's arm


def main() -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rate', type=float, default=200.0, help='commands a second')
    parser.add_argument('--seconds', type=float, default=10.0)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options_of_node = ('-p', f'command_rate:={options.rate}')
    node = subprocess.Popen(
        [sys.executable, '-m', 'learned_ik.ros.node', '--ros-args', *options_of_node],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        row = measure(options.rate, options.seconds)
    finally:
        node.terminate()
        node.wait()
    if options.json:
        print(json.dumps({'command_rate': row}))
    else:
        print('\n'.join(f'{name:<28}{value:.4g}' for name, value in row.items()))


def measure(rate: float, seconds: float) -> dict[str, float]:
    """Return what was heard while targets came."""
    chain = IkModel.load(resources.shipped_file('models/tiago_arm.safetensors')).chain
    position, orientation = chain.forward(START)
    rclpy.init()
    client = rclpy.create_node('measure')
    executor = SingleThreadedExecutor()
    executor.add_node(client)
    stamps: list[int] = []
    heard: list[float] = []

    def on_command(message: JointState) -> None:
        heard.append(time.perf_counter())
        stamps.append(message.header.stamp.sec * 10**9 + message.header.stamp.nanosec)

    client.create_subscription(JointState, '/learned_ik/joint_command', on_command, 1000)
    targets = client.create_publisher(PoseStamped, '/learned_ik/target_pose', 1)
    end = time.monotonic() + PATIENCE
    while targets.get_subscription_count() == 0 or not heard:
        if time.monotonic() > end:
            raise TimeoutError(f'no command within {PATIENCE:g} s')
        message = PoseStamped()
        fill_pose(message.pose, position, orientation)
        targets.publish(message)
        executor.spin_once(timeout_sec=0.05)
    began = time.perf_counter()
    stamps.clear()
    heard.clear()
    sent = 0
    while (now := time.perf_counter() - began) < seconds:
        if now >= sent / TARGET_RATE:
            message = PoseStamped()
            turn = np.array([0.0, np.sin(2 * now), 1 - np.cos(2 * now)])
            fill_pose(message.pose, position + SIZE * turn, orientation)
            targets.publish(message)
            sent += 1
        executor.spin_once(timeout_sec=1e-3)
    executor.shutdown()
    rclpy.shutdown()
    by_stamp = np.abs(1e-6 * np.diff(stamps) - 1e3 / rate)
    as_heard = np.abs(1e3 * np.diff(heard) - 1e3 / rate)
    return {
        'commands': len(heard),
        'commands a second': (len(heard) - 1) / (heard[-1] - heard[0]),
        'jitter, median [ms]': float(np.median(by_stamp)),
        'jitter, p99 [ms]': float(np.quantile(by_stamp, 0.99)),
        'jitter, largest [ms]': float(by_stamp.max()),
        'jitter as heard, p99 [ms]': float(np.quantile(as_heard, 0.99)),
        'periods without a command': int((1e-6 * np.diff(stamps) > 1.5e3 / rate).sum()),
    }


if __name__ == '__main__':
    main()
