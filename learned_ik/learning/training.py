# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`train`: the one loop, from a robot to its model, to be read from top to bottom.

python -m learned_ik train --urdf robot.urdf --base base_link --tip tool0 --out arm.safetensors
"""

from __future__ import annotations

import contextlib
import copy
import logging
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from learned_ik.checks import instance
from learned_ik.errors import ConfigurationError, TrainingError
from learned_ik.files import checked_path
from learned_ik.kinematics.batched import BatchedKinematics
from learned_ik.learning.checkpoint import (
    INTERVAL,
    Checkpoint,
    Tally,
    restored_tally,
    saved_state,
)
from learned_ik.learning.execution.cuda_graph import GraphedStep
from learned_ik.learning.execution.interruption import set_by_signals
from learned_ik.learning.execution.processes import processes
from learned_ik.learning.folding import folded, unfold_into
from learned_ik.learning.objective import Objective
from learned_ik.learning.optimizers import fading, one_cycle, optimizers_for, within_cycle
from learned_ik.learning.reports.evaluation import evaluate, is_below
from learned_ik.learning.reports.progress import Listener, Progress, reporting
from learned_ik.learning.reports.validation import CHECK_POSES, Validation
from learned_ik.learning.sampling import Sampler
from learned_ik.learning.scenes.random_scenes import RandomScenes
from learned_ik.learning.scenes.scene_config import SceneConfig
from learned_ik.learning.scenes.scene_loss import scene_loss_for
from learned_ik.learning.step import TrainingStep
from learned_ik.learning.training_config import HELD_OUT_SEED, TrainingConfig
from learned_ik.learning.training_network import PoseNetwork
from learned_ik.model import IkModel
from learned_ik.robot.body import Body
from learned_ik.robot.chain import KinematicChain

logger = logging.getLogger('learned_ik.training')

CHECKS = 60  # how often in a training the network is validated; the best of these is exported
MOST_ROLLBACKS = 3  # of a training whose weights are no longer numbers


def train(
    chain: KinematicChain,
    config: TrainingConfig | None = None,
    *,
    start_from: IkModel | None = None,
    scene: SceneConfig | None = None,
    body: Body | None = None,
    resume_from: Checkpoint | None = None,
    checkpoint_to: Path | None = None,
    show_progress: bool = True,
    on_progress: Listener | None = None,
    stop: threading.Event | None = None,
) -> IkModel:
    """Train a network for a robot. It learns from forward kinematics alone, without examples.

    Ctrl-C and SIGTERM end training early. The model has the weights with the lowest score
    (mean position error + 0.3 of the reach for a radian of mean orientation error) of all checks.

    Under `torchrun` every process calls this; each returns the same model.

    Args:
        chain: the robot.
        config: how to train; default: two minutes of the preset `default`.
        start_from: a model, with whose weights training begins.
        scene: obstacles, and the arm itself, to keep clear of.
        body: the arm's capsules, which go into the model; default: segments between its joints.
        resume_from: the checkpoint of an interrupted training, which goes on.
        checkpoint_to: file for checkpoints, written once a minute and when training ends.
        show_progress: show a bar on standard error, or log lines if that is no terminal.
        on_progress: is called with the progress a few times in a second.
        stop: another thread sets it to end training early.

    Raises:
        ConfigurationError: torch does not have the device, or the checkpoint has other choices.
        InvalidInputError: an argument is of another type, or `start_from` has another kind of
            network than `config` asks for.
        RobotMismatchError: the checkpoint is another robot's.
        TrainingError: the weights are no longer numbers, after several tries.

    """
    instance(chain, KinematicChain, 'chain')
    for value, kind, name in (
        (config, TrainingConfig, 'config'), (start_from, IkModel, 'start_from'),
        (scene, SceneConfig, 'scene'), (body, Body, 'body'),
        (resume_from, Checkpoint, 'resume_from'), (stop, threading.Event, 'stop'),
    ):  # fmt: skip
        if value is not None:
            instance(value, kind, name)
    if checkpoint_to is not None:
        checkpoint_to = checked_path(checkpoint_to, 'checkpoint_to')
    config = config if config is not None else TrainingConfig()
    stop = stop if stop is not None else threading.Event()
    device = available_device(config.device)
    if resume_from is not None:
        resume_from.check(chain, config, scene)
    with (
        processes() as team,
        _threads(config.threads) as threads,
        set_by_signals(stop),
        reporting(show_progress and team.is_first, on_progress) as report,
    ):
        generator = torch.Generator(device).manual_seed(team.seed(config.seed))
        kinematics = BatchedKinematics(chain, device)
        network = PoseNetwork(chain, config, device)
        if start_from is not None:
            unfold_into(network, start_from.network)
        optimizers = optimizers_for(network, config)
        sampler = Sampler(kinematics, config, generator, team.share_of(config.batch))
        tally = Tally(config.learning_rate, copy.deepcopy(network.state_dict()))
        if resume_from is not None:
            tally = restored_tally(
                resume_from.state, network, optimizers, sampler, generator, team
            )
        scene_loss = scene_loss_for(chain, scene, body, device, config.scene_conditioned)
        scenes = None
        if network.basis_points is not None and scene_loss is not None:
            scenes = RandomScenes(scene_loss.clearance, network.basis_points, generator)
        validate = Validation(network, kinematics, config, scene_loss)
        objective = Objective(kinematics, network.decoder, config, scene_loss)
        step = TrainingStep(
            network, team.together(network), kinematics, objective, sampler, config, generator,
            scenes,
        )  # fmt: skip
        capture = device.type == 'cuda' and team.count == 1 and scenes is None
        take_step = GraphedStep(step, optimizers, generator, capture)
        started = saved = time.perf_counter() - tally.seconds
        reached = False

        def write_down() -> None:
            if checkpoint_to is not None:
                state = saved_state(tally, network, optimizers, sampler, generator, team)
                if team.is_first:
                    Checkpoint(chain, config, state, scene, body).try_to_save(checkpoint_to)

        while True:
            samples, now = tally.steps * config.batch, time.perf_counter()
            tally.seconds = now - started
            fraction, stopped, due = team.agree(
                max(samples / config.sample_limit, tally.seconds / config.time_limit),
                stop.is_set(),
                now - saved > INTERVAL,
            )

            # Write down, before anything is validated, what going on from here takes.
            ending = fraction >= 1 or stopped
            if due or ending:
                saved = now
                write_down()

            # Validate the network now and then. Keep the best, and leave what is not a number.
            if ending or fraction * CHECKS >= tally.checks:
                tally.checks += 1
                began = time.perf_counter()
                errors, score = validate()
                looking = time.perf_counter() - began  # [s]
                if math.isfinite(score):
                    tally.curve.append(
                        {'samples': samples, **errors.row(), 'seconds': tally.seconds}
                    )
                    if score < tally.best_score:
                        tally.best_score = score
                        tally.best_weights = copy.deepcopy(network.state_dict())
                        reached = is_below(errors.means, config.error_wanted)
                else:
                    tally.rollbacks += 1
                    if tally.rollbacks > MOST_ROLLBACKS or tally.best_score == math.inf:
                        raise TrainingError(_not_a_number(config, tally))
                    tally.peak_rate *= 0.5
                    logger.warning('loss is not a number: back, at half the learning rate')
                    network.load_state_dict(tally.best_weights)
                    optimizers = optimizers_for(network, config)
                    take_step = GraphedStep(step, optimizers, generator, capture)
            report(Progress.of(min(fraction, 1.0), samples, tally.seconds, tally.curve[-1]))
            if reached and not ending:
                write_down()
            if ending or reached:
                break

            # Improve it by one batch (see step.py), at the learning rate of the schedule.
            cycle = within_cycle(fraction, config.cycle_count)
            rate = tally.peak_rate * one_cycle(cycle, config.warm_up)
            mean_weight = config.mean_weight * max(0.0, 1 - cycle / config.mean_end)
            take_step(rate, mean_weight, fading(cycle, config.hard_end))
            tally.steps += 1

        network.load_state_dict(tally.best_weights)
        exported = folded(network.eval())
        if show_progress and team.is_first:
            takes = looking * config.held_out / CHECK_POSES
            logger.info(
                'judging it on %d poses that it has not seen: %.0f s', config.held_out, takes
            )
        held_out = evaluate(chain, exported, config.held_out, HELD_OUT_SEED, device, config)
        in_scene = validate.in_scene()
        if in_scene is not None:
            held_out['scene'] = in_scene
    training = {
        'configuration': config.to_dict(),
        'samples': samples,
        'seconds': round(tally.seconds, 3),
        'ended_early': stopped and fraction < 1,
        'rollbacks': tally.rollbacks,
        'curve': tally.curve,
        'torch': torch.__version__,
        'threads': threads,
        'processes': team.count,
        'device': str(device),
    }
    if config.until_error is not None:
        training['error_reached'] = reached
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
        torch.zeros(1, device=device).item()  # some devices know shapes, and no numbers
    # What torch raises differs between devices and builds: RuntimeError, AssertionError, ...
    except Exception as error:
        available = ['cpu', *(f'cuda:{i}' for i in range(torch.cuda.device_count()))]
        raise ConfigurationError(
            f"device is '{name}', which torch cannot use: {str(error).splitlines()[0]}; "
            f'available: {", ".join(available)}'
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


def _not_a_number(config: TrainingConfig, tally: Tally) -> str:
    return (
        f'the weights were no longer numbers {tally.rollbacks} times, at last with '
        f'learning_rate {tally.peak_rate:g}; '
        f'choose one well below {config.learning_rate:g}'
    )
