# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import itertools
import re
import threading

import numpy as np
import pytest

from learned_ik import IkModel, KinematicChain, TrainingConfig
from learned_ik.errors import TrainingError
from learned_ik.robot.arms import artificial_arm_urdf

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.encoding import JointDecoder  # noqa: E402
from learned_ik.learning.folding import FoldedNetwork  # noqa: E402
from learned_ik.learning.losses import POSE_LOSSES  # noqa: E402
from learned_ik.learning.posture_cost import PostureCost  # noqa: E402
from learned_ik.learning.reports import validation  # noqa: E402
from learned_ik.learning.reports.evaluation import evaluate, poses_within  # noqa: E402
from learned_ik.learning.training import train  # noqa: E402

TINY = TrainingConfig(
    samples=4000, batch=200, hidden=(16, 16, 16), heads=2, held_out=500, threads=1
)


def weights_of(model: IkModel) -> np.ndarray:
    """Return all weights in one row."""
    network = model.network
    return np.concatenate([values.ravel() for values in (*network.weights, *network.biases)])


def quietly(chain, config, **options) -> IkModel:
    return train(chain, config, show_progress=False, **options)


def test_a_short_training_learns_the_tiago_arm(tiago):
    # Guessing has 700 mm and 120 degrees; a run like this ends at about 50 mm and 12 degrees.
    config = TrainingConfig(samples=250_000, batch=500, heads=4, threads=1, held_out=20_000)
    model = quietly(tiago, dataclasses.replace(config, hidden=(64, 64, 64)))
    assert model.held_out['position']['mean'] < 0.08
    assert model.held_out['orientation']['mean'] < np.radians(16)
    assert model.held_out['limits_broken'] == 0


@pytest.mark.parametrize(
    'change',
    [
        {'encoding': 'linear'},
        {'encoding': 'biternion', 'activation': 'relu'},
        {'inputs': 'paper', 'batch_norm': True, 'optimizer': 'adam', 'loss': 'squared'},
        {'heads': 1, 'hard_share': 0.0},
        {'mean_weight': 0.5, 'mean_end': 0.5},
        {'targets': 'position'},
        {'seed_input': True, 'seed_weight': 0.01},
        {'density_power': 0.5},
        {'bootstrap_share': 0.3},
        {'beyond_share': 0.3, 'density_power': 0.5},
        {'seed_input': True, 'bootstrap_share': 0.3, 'batch_norm': True},
        {'margin_weight': 0.02, 'manipulability_weight': 0.02, 'preferred_weight': 0.02},
        {'cycles': 2},
    ],
    ids=str,
)
def test_every_kind_of_training_makes_the_error_smaller(tiago, change):
    config = dataclasses.replace(TINY, samples=20_000, **change)
    before = quietly(tiago, dataclasses.replace(config, samples=200))
    after = quietly(tiago, config)
    assert after.held_out['position']['mean'] < 0.8 * before.held_out['position']['mean']


def joint_errors(chain, model) -> np.ndarray:
    """Return how far (poses, joints) answers are from the joint positions that made the poses."""
    poses = poses_within(chain, 2000, seed=11)
    decode = JointDecoder(chain, model.network.decoding)
    with torch.no_grad():
        q = decode(FoldedNetwork(model.network)(poses))[:, 0].numpy()
    return q - chain.sample(np.random.default_rng(11), 2000)


@pytest.mark.parametrize('encoding', ['clipped', 'bounded', 'linear', 'biternion'])
def test_a_supervised_network_learns_the_joint_positions(artificial, encoding):
    chain = artificial(3)  # with so few joints, poses are not ambiguous
    config = dataclasses.replace(TINY, heads=1, method='supervised', encoding=encoding)
    few = quietly(chain, dataclasses.replace(config, samples=400, mean_weight=0.0))
    many = quietly(chain, dataclasses.replace(config, samples=60_000, mean_weight=0.0))
    before, after = (np.abs(joint_errors(chain, model)).mean() for model in (few, many))
    assert after < 0.5 * before


def test_position_only_training_pays_no_heed_to_the_orientation(tiago):
    config = dataclasses.replace(TINY, samples=40_000, targets='position')
    model = quietly(tiago, config)
    pose = quietly(tiago, dataclasses.replace(config, targets='pose'))
    assert model.held_out['position']['mean'] < 0.7 * pose.held_out['position']['mean']
    assert model.held_out['orientation']['mean'] > pose.held_out['orientation']['mean']
    assert not model.network.weights[0][:, 3:].any()


def test_a_network_that_takes_a_seed_answers_near_it(tiago, tmp_path):
    config = dataclasses.replace(TINY, samples=60_000, heads=1, seed_input=True, seed_weight=1.0)
    model = quietly(tiago, config)
    model.save(tmp_path / 'seeded.safetensors')
    model = IkModel.load(tmp_path / 'seeded.safetensors')
    assert model.network.seed_joints == 7
    blind = quietly(tiago, dataclasses.replace(config, seed_input=False))
    inputs = poses_within(tiago, 1000, seed=5, seed_spread=0.3)
    decode = JointDecoder(tiago, config.encoding)
    with torch.no_grad():
        q = decode(FoldedNetwork(model.network)(inputs))[:, 0]
        q_blind = decode(FoldedNetwork(blind.network)(inputs[:, :12]))[:, 0]
    near, far = ((answer - inputs[:, 12:]).norm(dim=1).mean() for answer in (q, q_blind))
    assert near < 0.5 * far


def test_posture_terms_choose_better_postures(tiago):
    config = dataclasses.replace(TINY, samples=40_000, heads=1)
    liked = dataclasses.replace(config, margin_weight=0.3)
    cost = PostureCost(BatchedKinematics(tiago), liked)

    def mean_cost(config) -> float:
        model = quietly(tiago, config)
        poses = poses_within(tiago, 2000, seed=3)
        with torch.no_grad():
            q = JointDecoder(tiago, config.encoding)(FoldedNetwork(model.network)(poses))
            return float(cost(q).mean())

    assert mean_cost(liked) < 0.8 * mean_cost(config)


def test_training_ends_when_the_wanted_error_is_reached(tiago):
    config = dataclasses.replace(TINY, samples=200_000, until_error='400mm,80deg')
    model = quietly(tiago, config)
    assert model.training['error_reached']
    assert not model.training['ended_early']
    assert model.training['samples'] < 200_000
    in_vain = dataclasses.replace(config, samples=2000, until_error='1mm')
    assert not quietly(tiago, in_vain).training['error_reached']


def test_the_curve_tells_how_errors_fell(tiago):
    curve = quietly(tiago, dataclasses.replace(TINY, samples=40_000)).training['curve']
    assert 50 <= len(curve) <= 62
    assert curve[-1]['position_mean'] < 0.5 * curve[0]['position_mean']
    assert [row['samples'] for row in curve] == sorted(row['samples'] for row in curve)


@pytest.mark.parametrize('encoding', ['clipped', 'bounded', 'linear', 'biternion'])
@pytest.mark.parametrize(
    'kind', ['one joint', 'thirty joints', 'stuck joint', 'many turns', 'no length', 'slider']
)
def test_strange_chains_are_trained_too(artificial, kind, encoding):
    chain = artificial({'one joint': 1, 'thirty joints': 30}.get(kind, 3))
    if kind == 'stuck joint':
        chain = chain.with_limits([-1.0, 0.5, -1.0], [1.0, 0.5, 1.0])
    if kind == 'many turns':
        chain = chain.with_limits(-1000.0, 1000.0)
    if kind == 'no length':
        urdf = re.sub('origin xyz="0 0 [0-9.]+"', 'origin xyz="0 0 0"', artificial_arm_urdf(3))
        chain = KinematicChain.from_urdf(urdf)
    if kind == 'slider':  # the second joint counts metres, from 0 to 30
        urdf = artificial_arm_urdf(3).replace('"joint_2" type="revolute"', '"s" type="prismatic"')
        chain = KinematicChain.from_urdf(urdf)
        chain = chain.with_limits([-1.0, 0.0, -1.0], [1.0, 30.0, 1.0])
    config = dataclasses.replace(TINY, samples=2000, encoding=encoding)
    model = quietly(chain, config)
    assert np.isfinite(weights_of(model)).all()
    assert np.isfinite(weights_of(quietly(chain, config, start_from=model))).all()


def test_training_with_a_limit_term_breaks_fewer_limits(artificial):
    chain = artificial(5, limit_fraction=0.4)
    config = dataclasses.replace(TINY, samples=20_000, encoding='linear', heads=1)
    without = quietly(chain, dataclasses.replace(config, limit_weight=0.0))
    with_term = quietly(chain, dataclasses.replace(config, limit_weight=10.0))
    assert with_term.held_out['limits_broken'] < 0.8 * without.held_out['limits_broken']


def test_the_same_seed_and_samples_give_the_same_bits(tiago):
    first = quietly(tiago, TINY)
    torch.rand(3)  # other users of torch's own generator change nothing
    np.testing.assert_array_equal(weights_of(first), weights_of(quietly(tiago, TINY)))
    other = quietly(tiago, dataclasses.replace(TINY, seed=1))
    assert not np.array_equal(weights_of(first), weights_of(other))


def test_the_model_remembers_how_it_was_made_and_how_good_it_is(tiago, tmp_path):
    model = quietly(tiago, TINY)
    model.save(tmp_path / 'model.safetensors')
    model = IkModel.load(tmp_path / 'model.safetensors')
    record = model.training
    assert TrainingConfig(**record['configuration']) == TINY
    assert record['samples'] == 4000
    assert record['seconds'] > 0
    assert (record['threads'], record['device']) == (1, 'cpu')
    assert record['torch'] == torch.__version__
    assert not record['ended_early']
    again = evaluate(tiago, model.network, TINY.held_out, model.held_out['seed'])
    assert again == model.held_out


def test_a_budget_in_minutes_is_kept(tiago):
    model = quietly(tiago, dataclasses.replace(TINY, samples=None, minutes=1 / 60))
    assert 1.0 <= model.training['seconds'] < 2.0
    assert not model.training['ended_early']


def test_of_two_budgets_the_first_that_is_used_up_ends_training(tiago):
    model = quietly(tiago, dataclasses.replace(TINY, minutes=10.0))
    assert model.training['samples'] == 4000


def test_another_thread_can_watch_and_end_it(tiago):
    stop, heard = threading.Event(), []

    def watch(progress) -> None:
        heard.append(progress)
        if progress.samples > 2000:
            stop.set()

    config = dataclasses.replace(TINY, samples=None, minutes=5.0)
    model = quietly(tiago, config, on_progress=watch, stop=stop)
    assert model.training['ended_early']
    assert model.training['seconds'] < 5
    assert 0 < heard[-1].position_error < 1


def test_the_best_of_all_checks_is_exported(tiago, monkeypatch):
    config = dataclasses.replace(TINY, samples=20_000)
    scores, real = [], validation.errors_on

    def errors_on(*arguments):
        errors = real(*arguments)
        if len(scores) >= 30:  # from then on the network is worse than it was
            errors = dataclasses.replace(errors, position=errors.position + 10.0)
        scores.append(errors.score)
        return errors

    monkeypatch.setattr(validation, 'errors_on', errors_on)
    model = quietly(tiago, config)
    assert min(scores) < scores[-1]
    exported = evaluate(tiago, model.network, validation.CHECK_POSES, validation.CHECK_SEED)
    weight = 0.3 * tiago.reach  # [m/rad]
    score = exported['position']['mean'] + weight * exported['orientation']['mean']
    assert score == pytest.approx(min(scores), rel=1e-3)


def test_weights_that_are_not_numbers_are_rolled_back(tiago, monkeypatch, caplog):
    real, calls = POSE_LOSSES['distance'], itertools.count(1)

    def loss(*arguments):
        return real(*arguments) * (float('nan') if next(calls) == 20 else 1.0)

    monkeypatch.setitem(POSE_LOSSES, 'distance', loss)
    model = quietly(tiago, TINY)
    assert model.training['rollbacks'] == 1
    assert 'not a number' in caplog.text
    assert np.isfinite(weights_of(model)).all()


def test_a_training_that_never_gives_numbers_is_an_error(tiago, monkeypatch):
    monkeypatch.setitem(POSE_LOSSES, 'distance', lambda p, R, w: p.sum(-1) * np.nan)
    with pytest.raises(TrainingError, match='learning_rate'):
        quietly(tiago, TINY)


def test_training_goes_on_from_a_model(tiago):
    config = dataclasses.replace(TINY, samples=20_000)
    model = quietly(tiago, config)
    config = dataclasses.replace(config, samples=400, learning_rate=1e-6)
    further = quietly(tiago, config, start_from=model)
    before, after = (m.held_out['position']['mean'] for m in (model, further))
    assert after == pytest.approx(before, rel=0.02)


def test_the_threads_of_torch_are_as_before(tiago):
    torch.set_num_threads(1)
    config = dataclasses.replace(TINY, samples=200, held_out=10, threads=2)
    assert quietly(tiago, config).training['threads'] == 2
    assert torch.get_num_threads() == 1
