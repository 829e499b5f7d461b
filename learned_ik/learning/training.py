# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`train`: the one loop, from a robot to its model, to be read from top to bottom.

python -m learned_ik train --urdf robot.urdf --base base_link --tip tool0 --out arm.safetensors
"""

import contextlib
import copy
import logging
import math
import threading
import time
from collections.abc import Iterator

import torch

from learned_ik.errors import ConfigurationError, TrainingError
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.configuration import HELD_OUT_SEED, TrainingConfig
from learned_ik.learning.evaluation import errors_on, evaluate, poses_within
from learned_ik.learning.folding import folded, unfold_into
from learned_ik.learning.interruption import set_by_signals
from learned_ik.learning.losses import POSE_LOSSES, chosen_heads
from learned_ik.learning.network import PoseNetwork
from learned_ik.learning.obstacles import judged, poses_in_the_open, scene_loss
from learned_ik.learning.optimizers import one_cycle, optimizers_for
from learned_ik.learning.progress import Listener, Progress, reporting
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scene import SceneConfig
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

logger = logging.getLogger('learned_ik.training')

CHECKS = 50  # how often in a training the network is judged; the best of these is exported
CHECK_POSES = 2_000  # on how many poses
CHECK_SEED = 2  # which are others than the held-out ones
MOST_ROLLBACKS = 3  # of a training whose weights are no longer numbers


def train(
    chain: KinematicChain,
    config: TrainingConfig | None = None,
    *,
    start_from: IkModel | None = None,
    scene: SceneConfig | None = None,
    body: Body | None = None,
    show_progress: bool = True,
    on_progress: Listener | None = None,
    stop: threading.Event | None = None,
) -> IkModel:
    """Train a network for a robot, with forward kinematics as the only teacher.

    Ctrl-C and SIGTERM end training early. What is exported is the network of the lowest score
    (mean position error + 0.3 m/rad * mean orientation error) that was seen in a check.

    Args:
        chain: the robot.
        config: how to train; default: two minutes of the preset `default`.
        start_from: a model whose weights training goes on from.
        scene: obstacles, and the arm itself, to keep clear of.
        body: the arm's capsules, which go into the model; default: segments between its joints.
        show_progress: a bar on standard error, or a log line now and then where that is no
            terminal.
        on_progress: told about the progress a few times in a second.
        stop: to be set by another thread that wants training to end early.

    Raises:
        ConfigurationError: torch does not have the device.
        InvalidInputError: `start_from` has another kind of network than `config` asks for.
        TrainingError: the weights are no longer numbers, after several tries.

    """
    config = config if config is not None else TrainingConfig()
    stop = stop if stop is not None else threading.Event()
    device = available_device(config.device)
    with (
        _threads(config.threads) as threads,
        set_by_signals(stop),
        reporting(show_progress, on_progress) as report,
    ):
        generator = torch.Generator(device).manual_seed(config.seed)
        kinematics = BatchedKinematics(chain, device)
        network = PoseNetwork(chain, config, device)
        if start_from is not None:
            unfold_into(network, start_from.network)
        decode = network.decoder
        sampler = Sampler(kinematics, config, generator)
        pose_loss = POSE_LOSSES[config.loss]
        touching = scene_loss(chain, scene, body, device)
        check_poses = poses_within(chain, CHECK_POSES, CHECK_SEED, device)
        peak_rate, optimizers = config.learning_rate, optimizers_for(network, config)
        best_score, best_weights = math.inf, copy.deepcopy(network.state_dict())
        steps, checks, rollbacks = 0, 0, 0
        started = time.perf_counter()

        while True:
            samples, seconds = steps * config.batch, time.perf_counter() - started
            fraction = max(samples / config.sample_limit, seconds / config.time_limit)
            ending = fraction >= 1 or stop.is_set()

            # Judge the network now and then. Keep the best, and leave what is not a number.
            if ending or fraction * CHECKS >= checks:
                checks += 1
                errors = errors_on(check_poses, network.eval(), decode, kinematics)
                means = errors.means
                score = errors.score
                if touching is not None:
                    score = judged(touching, check_poses, network, decode, kinematics)['score']
                network.train()
                if score < best_score:
                    best_score, best_weights = score, copy.deepcopy(network.state_dict())
                elif not math.isfinite(score):
                    rollbacks += 1
                    if rollbacks > MOST_ROLLBACKS or best_score == math.inf:
                        raise TrainingError(_not_a_number(config, rollbacks, peak_rate))
                    peak_rate *= 0.5
                    logger.warning('loss is not a number: back, at half the learning rate')
                    network.load_state_dict(best_weights)
                    optimizers = optimizers_for(network, config)
            report(Progress(min(fraction, 1.0), samples, seconds, *means))
            if ending:
                break

            # Draw poses that can be reached: those of joint positions within the limits.
            q_target = sampler.draw()  # (batch, joints) [rad or m]
            position, rotation = kinematics.forward(q_target)  # (batch, 3) [m], (batch, 3, 3)
            y = network(torch.cat([position, rotation.flatten(1)], dim=1))
            position, rotation = position[:, None], rotation[:, None]  # the same for all heads

            # Choose the heads to improve; only through these the gradient goes.
            mean_weight = config.mean_weight * (1 - fraction)
            if config.heads > 1:
                with torch.no_grad():
                    q = decode(y)  # (batch, heads, joints)
                    p, R = kinematics.forward(q)  # (batch, heads, 3), ...
                    loss = pose_loss(p - position, R - rotation, config.rotation_weight)
                    if touching is not None:
                        loss = loss + touching(q)
                    chosen = chosen_heads(loss, mean_weight > 0, generator)
                y = torch.take_along_dim(y, chosen[:, :, None], dim=1)

            # The loss of each pose's best head, and some of a random one's.
            q = decode(y)  # (batch, 1 or 2, joints)
            p, R = kinematics.forward(q)
            loss = pose_loss(p - position, R - rotation, config.rotation_weight)
            if config.encoding != 'bounded':
                loss = loss + config.limit_weight * decode.limit_loss(q)
            if touching is not None:
                loss = loss + touching(q)
            sampler.keep_hardest(q_target, loss[:, 0].detach())
            total = loss[:, 0].mean() + mean_weight * loss[:, 1:].mean(dim=0).sum()

            for optimizer in optimizers:
                optimizer.zero_grad(set_to_none=True)
            total.backward()
            for optimizer in optimizers:
                for group in optimizer.param_groups:
                    group['lr'] = peak_rate * one_cycle(fraction, config.warm_up)
                optimizer.step()
            steps += 1

        network.load_state_dict(best_weights)
        exported = folded(network.eval())
        held_out = evaluate(chain, exported, config.held_out, HELD_OUT_SEED, device)
        if touching is not None:
            poses = poses_in_the_open(chain, touching, CHECK_POSES, HELD_OUT_SEED).to(device)
            held_out['scene'] = judged(touching, poses, network, decode, kinematics)
    training = {
        'configuration': config.to_dict(),
        'samples': samples,
        'seconds': round(seconds, 3),
        'ended_early': fraction < 1,
        'rollbacks': rollbacks,
        'torch': torch.__version__,
        'threads': threads,
        'device': str(device),
    }
    if scene is not None:
        training['scene'] = scene.to_dict()
    return IkModel(
        chain,
        exported,
        training=training,
        held_out=held_out,
        obstacles=scene.obstacles if scene is not None else (),
        body=body,
    )


def available_device(name: str) -> torch.device:
    """Return the torch device of this name.

    Raises:
        ConfigurationError: torch does not know it, or the machine does not have it.

    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    # What torch raises differs between devices and builds: RuntimeError, AssertionError, ...
    except Exception as error:
        there = ['cpu', *(f'cuda:{i}' for i in range(torch.cuda.device_count()))]
        raise ConfigurationError(
            f"device is '{name}', which torch cannot use: {str(error).splitlines()[0]}; "
            f'available: {", ".join(there)}'
        ) from error
    return device


@contextlib.contextmanager
def _threads(count: int) -> Iterator[int]:
    """Let torch compute on this many threads of the CPU; give their number."""
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(count)
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def _not_a_number(config: TrainingConfig, times: int, rate: float) -> str:
    return (
        f'the weights were no longer numbers {times} times, at last with learning_rate {rate:g}; '
        f'choose one well below {config.learning_rate:g}'
    )
