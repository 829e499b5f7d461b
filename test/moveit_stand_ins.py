# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""MoveIt's requests, without MoveIt: objects of the same fields, for tests."""

from types import SimpleNamespace

from learned_ik.ros.messages import fill_pose


def pose_message(position, orientation=(0.0, 0.0, 0.0, 1.0)):
    pose = SimpleNamespace(position=SimpleNamespace(), orientation=SimpleNamespace())
    fill_pose(pose, position, orientation)
    return pose


def header(frame=''):
    return SimpleNamespace(frame_id=frame, stamp=SimpleNamespace(sec=0, nanosec=0))


def stamped(position, orientation=(0.0, 0.0, 0.0, 1.0), frame=''):
    return SimpleNamespace(pose=pose_message(position, orientation), header=header(frame))


def robot_state(names=(), positions=(), is_diff=False):
    joints = SimpleNamespace(
        name=list(names), position=list(positions), header=SimpleNamespace(frame_id='')
    )
    return SimpleNamespace(
        joint_state=joints, multi_dof_joint_state=SimpleNamespace(), is_diff=is_diff
    )


def constraints():
    return SimpleNamespace(
        joint_constraints=[],
        position_constraints=[],
        orientation_constraints=[],
        visibility_constraints=[],
    )


def ik_request(pose, **fields):
    """Return a `PositionIKRequest` as SrvKinematicsPlugin fills it, but for the given fields."""
    return SimpleNamespace(
        **{
            'group_name': 'arm',
            'robot_state': robot_state(),
            'constraints': constraints(),
            'avoid_collisions': True,
            'ik_link_name': 'arm_tool_link',
            'pose_stamped': pose,
            'ik_link_names': [],
            'pose_stamped_vector': [],
            'timeout': SimpleNamespace(sec=0, nanosec=0),
            **fields,
        }
    )


def ik_response():
    return SimpleNamespace(solution=robot_state(), error_code=error_code())


def error_code():
    return SimpleNamespace(val=0, message='', source='')


def path_request(waypoints, **fields):
    """Return a `GetCartesianPath.Request` of Jazzy and later, but for the given fields."""
    return SimpleNamespace(
        **{
            'header': header('torso_lift_link'),
            'start_state': robot_state(),
            'group_name': 'arm',
            'link_name': '',
            'waypoints': waypoints,
            'max_step': 0.01,
            'jump_threshold': 0.0,
            'prismatic_jump_threshold': 0.0,
            'revolute_jump_threshold': 0.0,
            'avoid_collisions': True,
            'path_constraints': constraints(),
            'max_velocity_scaling_factor': 0.0,
            'max_acceleration_scaling_factor': 0.0,
            'cartesian_speed_limited_link': '',
            'max_cartesian_speed': 0.0,
            **fields,
        }
    )


def path_response():
    trajectory = SimpleNamespace(header=header(), joint_names=[], points=[])
    return SimpleNamespace(
        start_state=robot_state(),
        solution=SimpleNamespace(joint_trajectory=trajectory),
        fraction=0.0,
        error_code=error_code(),
    )


def trajectory_point():
    return SimpleNamespace(
        positions=[], velocities=[], time_from_start=SimpleNamespace(sec=0, nanosec=0)
    )
