# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""How a real move_group fares with one kinematics plugin after the other.

    python -m lab.measurements.moveit.move_group learned_ik/KinematicsPlugin \
        kdl_kinematics_plugin/KDLKinematicsPlugin [--poses 300] [--plans 40] [--json]

Panda with its stock configuration among four boxes: `compute_ik` with `avoid_collisions` for poses
of random postures, whose answers MoveIt's own `check_state_validity` judges and our forward
kinematics; and plans of OMPL to the same poses. Parameters of a plugin follow it:
PLUGIN:model=FILE. Needs a sourced ROS 2 with MoveIt, its Panda configuration and its OMPL planner.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
import yaml
from ament_index_python.packages import get_package_prefix, get_package_share_directory
from rclpy.node import Node

from learned_ik import KinematicChain
from learned_ik.arrays import Array
from learned_ik.ros.messages import fill_pose

GROUP, TIP, WORLD = 'panda_arm', 'panda_link8', 'world'
FINGERS = 'panda_finger_joint1', 'panda_finger_joint2'
READY = (0.0, -0.785, 0.0, -2.356, 0.0, 1.571, 0.785)  # [rad], where plans begin
BOXES = (  # [m], sizes and middles
    ((1.2, 1.6, 0.05), (0.3, 0.0, -0.05)),
    ((0.3, 0.3, 0.5), (0.5, 0.35, 0.25)),
    ((0.2, 0.5, 0.2), (0.4, -0.6, 0.6)),
    ((0.1, 0.1, 1.2), (-0.35, 0.3, 0.6)),
)
REACHED = 2e-5  # [m], that counts: KDL and pick_ik are asked for 1e-5
PLANNING_TIME = 2.0  # [s]
ADAPTERS = 'default_planning_request_adapters/', 'default_planning_response_adapters/'


def main() -> None:
    """Print one row for each plugin."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('plugins', nargs='+')
    parser.add_argument('--poses', type=int, default=300)
    parser.add_argument('--plans', type=int, default=40, help='of the poses, planned to')
    parser.add_argument('--timeout', type=float, default=0.05, help='for one pose [s]')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    with rclpy.init():
        for plugin in options.plugins:
            rows.append(measure(plugin, options.poses, options.plans, options.timeout))
            if not options.json:
                print('  '.join(f'{name} {value}' for name, value in rows[-1].items()), flush=True)
    if options.json:
        print(json.dumps({'move_group': rows}))


def measure(plugin: str, poses: int, plans: int, timeout: float) -> dict[str, Any]:
    """Return what one plugin solved, freely and rightly, and how long that took."""
    chain = KinematicChain.from_urdf(description()['robot_description'], 'panda_link0', TIP)
    q = chain.sample(np.random.default_rng(5), poses)
    wanted = list(zip(*chain.forward(q), strict=True))
    with running(plugin, timeout), client() as asking:
        asking.set_scene()
        answers, took = zip(*(asking.solve(*pose, timeout) for pose in wanted), strict=True)
        reached = [answer for answer in answers if answer is not None]
        row = {
            'plugin': plugin,
            'solved': len(reached),
            'of': poses,
            'free': sum(asking.is_free(answer) for answer in reached),
            'missed': sum(
                missed(chain, answer, pose)
                for answer, pose in zip(answers, wanted, strict=True)
                if answer is not None
            ),
            'median_ms': round(1e3 * float(np.median(took)), 2),
            'p99_ms': round(1e3 * float(np.percentile(took, 99)), 1),
        }
        if plans:
            planned, took = zip(*(asking.plan(*pose) for pose in wanted[:plans]), strict=True)
            row |= {
                'planned': sum(planned),
                'of_plans': plans,
                'plan_median_ms': round(1e3 * float(np.median(took)), 1),
            }
    return row


def missed(chain: KinematicChain, answer: dict[str, float], pose: tuple[Array, Array]) -> bool:
    """Say whether an answer does not reach its pose, or breaks the URDF's limits."""
    q = np.array([answer[name] for name in chain.joint_names])
    position, _ = chain.forward(q)
    within = (chain.lower - 1e-9 <= q).all() and (q <= chain.upper + 1e-9).all()
    return bool(np.linalg.norm(position - pose[0]) > REACHED or not within)


def description() -> dict[str, str]:
    """Return Panda as MoveIt's configuration package describes it."""
    robot = Path(get_package_share_directory('moveit_resources_panda_description'))
    config = Path(get_package_share_directory('moveit_resources_panda_moveit_config')) / 'config'
    return {
        'robot_description': (robot / 'urdf' / 'panda.urdf').read_text(),
        'robot_description_semantic': (config / 'panda.srdf').read_text(),
    }


def parameters(plugin: str, timeout: float) -> dict[str, Any]:
    """Return all parameters of move_group."""
    config = Path(get_package_share_directory('moveit_resources_panda_moveit_config')) / 'config'
    name, *settings = plugin.split(':', 1)
    solver: dict[str, Any] = {
        'kinematics_solver': name,
        'kinematics_solver_search_resolution': 0.005,
        'kinematics_solver_timeout': timeout,
    }
    if 'pick_ik' in name:
        solver |= {'position_threshold': 1e-5, 'orientation_threshold': 1e-5}
    solver |= dict(setting.split('=', 1) for setting in settings)
    ompl = yaml.safe_load((config / 'ompl_planning.yaml').read_text())
    ompl |= {
        'planning_plugins': ['ompl_interface/OMPLPlanner'],
        'request_adapters': [
            ADAPTERS[0] + each
            for each in (
                'ResolveConstraintFrames',
                'ValidateWorkspaceBounds',
                'CheckStartStateBounds',
                'CheckStartStateCollision',
            )
        ],
        'response_adapters': [
            ADAPTERS[1] + each for each in ('AddTimeOptimalParameterization', 'ValidateSolution')
        ],
    }
    return description() | {
        'robot_description_planning': yaml.safe_load((config / 'joint_limits.yaml').read_text()),
        'robot_description_kinematics': {GROUP: solver},
        'planning_pipelines': ['ompl'],
        'default_planning_pipeline': 'ompl',
        'ompl': ompl,
        'allow_trajectory_execution': False,
    }


@contextlib.contextmanager
def running(plugin: str, timeout: float) -> Iterator[None]:
    """Run move_group with a plugin."""
    program = Path(get_package_prefix('moveit_ros_move_group')) / 'lib' / 'moveit_ros_move_group'
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
        yaml.safe_dump({'/**': {'ros__parameters': parameters(plugin, timeout)}}, file)
        file.flush()
        process = subprocess.Popen(
            [program / 'move_group', '--ros-args', '--params-file', file.name],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def client() -> Iterator['Client']:
    """Ask move_group's services."""
    node = rclpy.create_node('measure')
    try:
        yield Client(node)
    finally:
        node.destroy_node()


class Client:
    """What asks move_group, and stands for the robot."""

    def __init__(self, node: Node) -> None:
        """Wait for move_group, and publish where the joints are."""
        from moveit_msgs.srv import (
            ApplyPlanningScene,
            GetMotionPlan,
            GetPositionIK,
            GetStateValidity,
        )
        from sensor_msgs.msg import JointState

        self._node = node
        chain = KinematicChain.from_urdf(description()['robot_description'], 'panda_link0', TIP)
        self._names, self._middle = [*chain.joint_names, *FINGERS], [*chain.middle, 0.0, 0.0]
        self._ik = node.create_client(GetPositionIK, '/compute_ik')
        self._scene = node.create_client(ApplyPlanningScene, '/apply_planning_scene')
        self._validity = node.create_client(GetStateValidity, '/check_state_validity')
        self._plan = node.create_client(GetMotionPlan, '/plan_kinematic_path')
        publisher = node.create_publisher(JointState, '/joint_states', 10)

        def publish() -> None:
            state = JointState(name=self._names, position=[*READY, 0.0, 0.0])
            state.header.stamp = node.get_clock().now().to_msg()
            publisher.publish(state)

        node.create_timer(0.02, publish)
        for service in (self._ik, self._scene, self._validity, self._plan):
            if not service.wait_for_service(timeout_sec=60):
                raise TimeoutError(f'{service.srv_name} is not there')

    def _call(self, service: Any, request: Any) -> Any:
        future = service.call_async(request)
        rclpy.spin_until_future_complete(self._node, future, timeout_sec=30)
        if not future.done():
            raise TimeoutError(f'{service.srv_name} does not answer')
        return future.result()

    def set_scene(self) -> None:
        """Put the boxes around the robot, and it where plans begin."""
        from moveit_msgs.msg import CollisionObject
        from moveit_msgs.srv import ApplyPlanningScene
        from shape_msgs.msg import SolidPrimitive

        request = ApplyPlanningScene.Request()
        request.scene.is_diff = request.scene.robot_state.is_diff = True
        for number, (size, middle) in enumerate(BOXES):
            box = CollisionObject(id=f'box{number}', operation=CollisionObject.ADD)
            box.header.frame_id = WORLD
            shape = SolidPrimitive(type=SolidPrimitive.BOX, dimensions=list(size))
            box.primitives.append(shape)
            box.primitive_poses.append(_pose(middle, (0.0, 0.0, 0.0, 1.0)))
            request.scene.world.collision_objects.append(box)
        if not self._call(self._scene, request).success:
            raise RuntimeError('move_group has not taken the scene')

    def solve(
        self, position: Array, orientation: Array, timeout: float
    ) -> tuple[dict[str, float] | None, float]:
        """Return joint positions by name, or None, and how long it took [s]."""
        from moveit_msgs.srv import GetPositionIK

        request = GetPositionIK.Request()
        asked = request.ik_request
        asked.group_name, asked.avoid_collisions = GROUP, True
        asked.pose_stamped.header.frame_id = WORLD
        asked.pose_stamped.pose = _pose(position, orientation)
        asked.timeout.nanosec = int(1e9 * timeout)
        asked.robot_state.is_diff = True
        asked.robot_state.joint_state.name = self._names
        asked.robot_state.joint_state.position = [float(value) for value in self._middle]
        began = time.perf_counter()
        response = self._call(self._ik, request)
        took = time.perf_counter() - began
        if response.error_code.val != response.error_code.SUCCESS:
            return None, took
        state = response.solution.joint_state
        return dict(zip(state.name, state.position, strict=True)), took

    def is_free(self, answer: dict[str, float]) -> bool:
        """Say whether MoveIt calls a state valid."""
        from moveit_msgs.srv import GetStateValidity

        request = GetStateValidity.Request(group_name=GROUP)
        request.robot_state.joint_state.name = list(answer)
        request.robot_state.joint_state.position = list(answer.values())
        return bool(self._call(self._validity, request).valid)

    def plan(self, position: Array, orientation: Array) -> tuple[bool, float]:
        """Say whether there is a plan to a pose, and how long it took [s]."""
        from moveit_msgs.msg import Constraints, OrientationConstraint, PositionConstraint
        from moveit_msgs.srv import GetMotionPlan
        from shape_msgs.msg import SolidPrimitive

        request = GetMotionPlan.Request()
        asked = request.motion_plan_request
        asked.group_name, asked.num_planning_attempts = GROUP, 1
        asked.allowed_planning_time = PLANNING_TIME
        asked.max_velocity_scaling_factor = asked.max_acceleration_scaling_factor = 1.0
        asked.start_state.is_diff = True
        pose = _pose(position, orientation)
        where = PositionConstraint(link_name=TIP, weight=1.0)
        where.header.frame_id = WORLD
        ball = SolidPrimitive(type=SolidPrimitive.SPHERE, dimensions=[1e-3])
        where.constraint_region.primitives.append(ball)
        where.constraint_region.primitive_poses.append(_pose(position, (0.0, 0.0, 0.0, 1.0)))
        turned = OrientationConstraint(link_name=TIP, weight=1.0, orientation=pose.orientation)
        turned.header.frame_id = WORLD
        turned.absolute_x_axis_tolerance = turned.absolute_y_axis_tolerance = 1e-2
        turned.absolute_z_axis_tolerance = 1e-2
        asked.goal_constraints.append(
            Constraints(position_constraints=[where], orientation_constraints=[turned])
        )
        began = time.perf_counter()
        answer = self._call(self._plan, request).motion_plan_response
        return answer.error_code.val == answer.error_code.SUCCESS, time.perf_counter() - began


def _pose(position: Sequence[float] | Array, orientation: Sequence[float] | Array) -> Any:
    from geometry_msgs.msg import Pose

    pose = Pose()
    fill_pose(pose, np.asarray(position), np.asarray(orientation))
    return pose


if __name__ == '__main__':
    main()
