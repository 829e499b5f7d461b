# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik import TrainingConfig

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.execution.cuda_graph import GraphedStep  # noqa: E402
from learned_ik.learning.objective import Objective  # noqa: E402
from learned_ik.learning.optimizers import optimizers_for  # noqa: E402
from learned_ik.learning.sampling import Sampler  # noqa: E402
from learned_ik.learning.step import TrainingStep  # noqa: E402
from learned_ik.learning.training_network import PoseNetwork  # noqa: E402

CONFIG = TrainingConfig(batch=200, hidden=(16, 16, 16), heads=3)


def step_of(chain, device: str, capture: bool) -> tuple[GraphedStep, PoseNetwork, list]:
    kinematics = BatchedKinematics(chain, device)
    network = PoseNetwork(chain, CONFIG, device)
    generator = torch.Generator(device).manual_seed(0)
    objective = Objective(kinematics, network.decoder, CONFIG)
    sampler = Sampler(kinematics, CONFIG, generator)
    step = TrainingStep(network, network, kinematics, objective, sampler, CONFIG, generator)
    optimizers = optimizers_for(network, CONFIG)
    return GraphedStep(step, optimizers, generator, capture), network, optimizers


def test_each_step_has_its_own_learning_rate(tiago):
    take_step, network, optimizers = step_of(tiago, 'cpu', capture=False)
    before = network.head.weight.clone()
    take_step(0.0, 0.1)
    torch.testing.assert_close(network.head.weight, before)
    take_step(0.01, 0.1)
    assert not torch.equal(network.head.weight, before)
    assert {group['lr'] for o in optimizers for group in o.param_groups} == {0.01}


@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_captured_steps_learn_as_those_that_are_launched_one_by_one(tiago):
    losses = []
    for capture in (False, True):
        take_step, network, _ = step_of(tiago, 'cuda', capture)
        for _ in range(300):
            take_step(0.01, 0.02)
        with torch.no_grad():
            q = torch.as_tensor(tiago.middle, dtype=torch.float32, device='cuda')[None]
            kinematics = BatchedKinematics(tiago, 'cuda')
            position, rotation = kinematics.forward(q)
            y = network(torch.cat([position, rotation.flatten(1)], dim=1))
            reached, _ = kinematics.forward(network.decoder(y))
            losses.append(float((reached - position[:, None]).norm(dim=-1).min()))
    assert losses[1] < 0.3
    assert losses[1] == pytest.approx(losses[0], abs=0.15)
