# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""Retraining for obstacles, as a process of its own beside the one that serves.

Run as `python -m learned_ik.learning.retraining`; see `beside/job.py`.
"""

import dataclasses
import sys
from typing import Any

from learned_ik.checks import mapping
from learned_ik.errors import ConfigurationError
from learned_ik.learning.beside.job import say, teller, work
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.training_config import HELD_OUT_SEED, TrainingConfig
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.spheres import checked_spheres, sphere_tuples

LEARNING_RATE = 1e-3  # low: the network is to change where the obstacles are
MOST_POSES = 10_000  # of a batch, whatever the model was trained with
MOST_NUMBERS = 500_000_000  # of a step, in single precision
JUDGED_POSES = 8_000  # on which old and new network are compared
FAR = 0.15  # [m], a posture with more clearance counts as outside of the scene
NOT_WORSE = 1.1  # times the old error outside of the scene is still no loss
# What only a posture is known to reach that touches, need not be learned.
SCENE = SceneConfig(obstacle_weight=0.5, blocked_weight=0.0)


def retrained(model: IkModel, spheres: list[list[float]], seconds: float) -> IkModel:
    """Return the model, trained for some spheres [m], from the weights it has."""
    from learned_ik.learning.training import train

    scene = dataclasses.replace(SCENE, obstacles=sphere_tuples(checked_spheres(spheres)))
    config = configuration_for(model, seconds)
    new = train(
        model.chain, config, start_from=model, scene=scene, body=model.body,
        show_progress=False, on_progress=teller(),
    )  # fmt: skip
    # One step back is told: files that are retrained each day must not grow for ever.
    before = {name: v for name, v in model.training.items() if name != 'retrained_from'}
    history = {'retrained_from': {**before, 'obstacles': list(model.obstacles)}}
    return dataclasses.replace(new, name=model.name, training={**new.training, **history})


def configuration_for(model: IkModel, seconds: float) -> TrainingConfig:
    """Return how to train a model further: as it was made, in its shape, within bounds.

    What a model file says is not trusted with this machine's memory.

    Raises:
        ConfigurationError: the file's configuration has a value out of range.

    """
    before = mapping(model.training.get('configuration', {}), 'configuration', ConfigurationError)
    known = {field.name for field in dataclasses.fields(TrainingConfig)}
    network = model.network
    shape = {
        'hidden': tuple(len(bias) for bias in network.biases[:-1]),
        'heads': network.heads,
        'activation': network.activation,
        'encoding': network.decoding,
        'batch_norm': False,  # it is folded into the weights
        'seed_input': network.seed_joints > 0,
        'seed_weight': network.seed_weight,
    }
    budget = {'minutes': seconds / 60, 'samples': None, 'until_error': None, 'held_out': 20_000}
    config = TrainingConfig(
        **{
            **{name: value for name, value in before.items() if name in known},
            **shape,
            **budget,
            'learning_rate': LEARNING_RATE,
            'threads': 1,
            'device': 'cpu',
            'cycles': 1,
        }
    )
    return dataclasses.replace(config, batch=min(config.batch, most_poses(model)))


def most_poses(model: IkModel) -> int:
    """Return how many poses a batch may have, so that a step takes some 2 GB at the most."""
    network, body = model.network, model.body
    of_head = 100 * model.chain.motion_count
    if body is not None:
        of_head += 60 * (len(body) + len(body.pairs))
    of_pose = 8 * sum(len(bias) for bias in network.biases) + network.heads * of_head
    return max(2, min(MOST_POSES, MOST_NUMBERS // of_pose))


def compared(old: IkModel, new: IkModel) -> dict[str, Any]:
    """Return how both networks do in the new one's scene and outside of it, on held-out poses.

    Outside are poses whose postures stay far from every obstacle.
    """
    import numpy as np
    import torch

    from learned_ik.kinematics.batched import BatchedKinematics
    from learned_ik.learning.encoding import JointDecoder
    from learned_ik.learning.folding import FoldedNetwork
    from learned_ik.learning.reports.evaluation import poses_at
    from learned_ik.learning.scenes.scene_evaluation import errors_in_scene
    from learned_ik.learning.scenes.scene_loss import SceneLoss

    chain = new.chain
    body = new.body if new.body is not None else Body.from_chain(chain)
    loss = SceneLoss(chain, dataclasses.replace(SCENE, obstacles=new.obstacles), body)
    nothing = SceneLoss(chain, SceneConfig(((1e3, 0, 0, 0.1),)), body)
    rng = np.random.default_rng(HELD_OUT_SEED + 1)
    q = chain.sample(rng, JUDGED_POSES)
    clearance = loss.clearances(torch.as_tensor(q, dtype=torch.float32)).numpy()
    spread = new.training['configuration']['seed_spread'] if new.network.seed_joints else None
    poses = poses_at(chain, q, rng, seed_spread=spread)
    kinematics = BatchedKinematics(chain)
    result = {}
    for name, model in (('old', old), ('new', new)):
        network = FoldedNetwork(model.network)
        decode = JointDecoder(chain, model.network.decoding)
        result[name] = {
            'scene': errors_in_scene(loss, poses[clearance > 0], network, decode, kinematics),
            'outside': errors_in_scene(
                nothing, poses[clearance > FAR], network, decode, kinematics
            ),
        }
    return result


def is_better(result: dict[str, Any]) -> bool:
    """Say whether the new network is better in the scene and not worse outside of it."""
    old, new = result['old'], result['new']
    return (
        new['scene']['score'] < old['scene']['score']
        and new['outside']['score'] <= NOT_WORSE * old['outside']['score']
    )


def run(job: dict[str, Any]) -> None:
    """Do one job: train, compare, write the new model file."""
    old = IkModel.load(job['model'])
    if old.body is None:
        old = dataclasses.replace(old, body=Body.from_chain(old.chain))
    new = retrained(old, job['spheres'], job['seconds'])
    result = compared(old, new)
    better = is_better(result)
    new = dataclasses.replace(new, held_out={**new.held_out, 'compared': result})
    new.save(job['out'])
    say('done', better=better, compared=result)


if __name__ == '__main__':
    sys.exit(work(run))
