# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Every public call with a right value for each of its arguments, to be replaced by wrong ones."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from learned_ik import IkModel, IkSolver, KinematicChain, TrainingConfig
from learned_ik.learning.checkpoint import Checkpoint
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import preset
from learned_ik.network import Network
from learned_ik.robot.arms import artificial_arm_urdf
from learned_ik.robot.basis_points import BasisPoints
from learned_ik.robot.body import Body
from learned_ik.robot.comparison import NAMES
from learned_ik.robot.named import RobotConfig
from learned_ik.robot.spheres import checked_spheres
from learned_ik.rotations import normalized_quaternion
from learned_ik.trajectories.pose_paths import circle, line, spiral
from learned_ik.trajectories.timing import time_path


class Call(NamedTuple):
    """What is called, and with what it would go well."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]  # by name


def calls_of(solver: IkSolver) -> list[Call]:
    """Return the calls of a solver, which an answer comes back from."""
    chain = solver.chain
    q = chain.middle + 0.1 * (chain.upper - chain.middle)
    position, orientation = chain.forward(q)
    positions, orientations = np.stack([position] * 3), np.stack([orientation] * 3)
    bounds = {'position_tolerance': 1e-6, 'orientation_tolerance': 1e-6}
    scene = {'avoid_collisions': None, 'min_clearance': 0.0}
    one = {'position': position, 'orientation': orientation, 'seed': q}
    many = {'positions': positions, 'orientations': orientations}
    calls = [
        ('solve', {**one, 'prefer': None, **bounds, 'max_joint_change': math.inf,
                   'timeout': 0.01, **scene}),
        ('solve_all', {**one, 'limit': 2, **bounds, **scene}),
        ('solve_batch', {**many, 'seeds': q, 'prefer': None, **bounds,
                         'max_joint_change': math.inf, 'threads': 1, **scene}),
        ('follow', {**many, 'start': q, **bounds, 'jump': 0.2, 'timeout': 0.01, **scene}),
        ('forward', {'q': q}),
        ('jacobian', {'q': q}),
        ('set_obstacles', {'spheres': np.array([[9.0, 9.0, 9.0, 0.1]])}),
        ('fitted_to', {'tool': [0, 0, 0.1, 0, 0, 0, 1], 'robot': chain, 'calibration': 0.01}),
    ]  # fmt: skip
    if solver.model is not None:
        calls += [('predict', many), ('with_network', {'model': solver.model})]
    return [Call(f'IkSolver.{name}', getattr(solver, name), given) for name, given in calls]


def calls_of_data(model: IkModel, urdf: str) -> list[Call]:
    """Return the calls of chains, models, paths and configurations."""
    chain, network = model.chain, model.network
    q = chain.middle
    body = Body.from_chain(chain)
    spheres = np.array([[0.5, 0.1, 0.4, 0.1]])
    end = {'start': [0.3, 0.0, 0.2], 'end': [0.4, 0.1, 0.2], 'orientation': [0, 0, 0, 1]}
    round_ = {'poses': 5, 'centre': [0.4, 0, 0.3], 'radius': 0.1}
    turned = {'axis': [0, 0, 1], 'orientation': [0, 0, 0, 1]}
    calls: list[tuple[str, Callable[..., Any], dict[str, Any]]] = [
        ('IkSolver', IkSolver, {'model': model, 'joint_weights': np.ones(len(q)), 'body': body,
                                'tool': [0, 0, 0.1, 0, 0, 0, 1], 'robot': chain,
                                'calibration': 0.01}),
        ('IkModel', IkModel, {'chain': chain, 'network': network, 'name': 'arm', 'training': {},
                              'held_out': {}, 'obstacles': (), 'body': body,
                              'package_version': '1'}),
        ('IkModel.load', IkModel.load, {'path': '/nowhere/arm.safetensors'}),
        ('IkSolver.load', IkSolver.load, {'path': '/nowhere/arm.safetensors'}),
        ('Network', Network, {'weights': network.weights, 'biases': network.biases,
                              'activation': network.activation, 'decoding': network.decoding,
                              'heads': network.heads, 'seed_joints': 0, 'seed_weight': 0.0,
                              'scene': None}),
        ('Network.evaluate', network.evaluate, {'chain': chain, 'inputs': np.zeros((2, 12))}),
        ('BasisPoints', BasisPoints, {'world': np.zeros((2, 3)), 'target': np.zeros((1, 3)),
                                      'far': 0.3}),
        ('KinematicChain', KinematicChain, fields_of(chain)),
        ('KinematicChain.from_dict', KinematicChain.from_dict, {'fields': chain.to_dict()}),
        ('KinematicChain.forward', chain.forward, {'q': q}),
        ('KinematicChain.forward_matrix', chain.forward_matrix, {'q': q}),
        ('KinematicChain.frames', chain.frames, {'q': q}),
        ('KinematicChain.checked_joints', chain.checked_joints, {'q': q}),
        ('KinematicChain.sample', chain.sample, {'rng': np.random.default_rng(0), 'count': 2}),
        ('KinematicChain.with_limits', chain.with_limits, {'lower': chain.lower,
                                                           'upper': chain.upper}),
        ('KinematicChain.with_scaled_limits', chain.with_scaled_limits, {'fraction': 0.5}),
        ('KinematicChain.with_tool', chain.with_tool, {'tool': np.eye(4)}),
        ('KinematicChain.difference_from', chain.difference_from,
         {'robot': chain, 'calibration': 0.0, 'names': NAMES}),
        ('KinematicChain.deviation_from', chain.deviation_from, {'robot': chain}),
        ('KinematicChain.from_urdf', KinematicChain.from_urdf,
         {'urdf': urdf, 'base_link': chain.base_link, 'tip_link': chain.tip_link,
          'soft_limits': False}),
        ('Body', Body, {'links': body.links, 'frames': body.frames, 'ends': body.ends,
                        'radii': body.radii, 'pairs': body.pairs}),
        ('Body.from_dict', Body.from_dict, {'fields': body.to_dict(), 'chain': chain}),
        ('Body.from_chain', Body.from_chain, {'chain': chain, 'link_radius': 0.05}),
        ('Body.placed', body.placed, {'chain': chain, 'q': q}),
        ('checked_spheres', checked_spheres, {'values': spheres}),
        ('normalized_quaternion', normalized_quaternion, {'quaternion': [0, 0, 0, 1]}),
        ('artificial_arm_urdf', artificial_arm_urdf, {'joints': 3, 'limit_fraction': 1.0}),
        ('line', line, {'poses': 5, **end}),
        ('circle', circle, {**round_, **turned}),
        ('spiral', spiral, {**round_, 'height': 0.1, 'turns': 2.0, 'end_radius': 0.0, **turned}),
        ('time_path', time_path, {'path': np.stack([q, q + 0.1, q]), 'velocity': np.ones(len(q)),
                                  'acceleration': 1.0, 'scaling': 0.5}),
        ('RobotConfig.named', RobotConfig.named, {'name': 'panda'}),
        ('preset', preset, {'name': 'quick'}),
        ('Checkpoint.load', Checkpoint.load, {'path': '/nowhere/arm.checkpoint'}),
        ('SceneConfig', SceneConfig, {'obstacles': ((0.5, 0, 0.5, 0.1),)}),
        ('TrainingConfig', TrainingConfig, TrainingConfig().to_dict()),
    ]  # fmt: skip
    return [Call(*call) for call in calls]


def fields_of(data: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, by name, as they are."""
    return {name: getattr(data, name) for name in data.__dataclass_fields__}


def places(calls: list[Call]) -> Iterator[tuple[Call, str]]:
    """Yield each call with each of its arguments."""
    for call in calls:
        for name in call.arguments:
            yield call, name
