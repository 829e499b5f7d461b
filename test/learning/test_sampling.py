# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from learned_ik import TrainingConfig

torch = pytest.importorskip('torch')

from learned_ik.kinematics.batched import BatchedKinematics  # noqa: E402
from learned_ik.learning.sampling import Sampler  # noqa: E402


def sampler(chain, seed=0, **options) -> Sampler:
    """Return a sampler of batches of 1000."""
    generator = torch.Generator().manual_seed(seed)
    return Sampler(BatchedKinematics(chain), TrainingConfig(batch=1000, **options), generator)


def test_samples_fill_the_limits_and_stay_within(tiago):
    q = sampler(tiago).draw().double().numpy()
    assert q.shape == (1000, 7)
    assert ((q >= tiago.lower - 1e-6) & (q <= tiago.upper + 1e-6)).all()
    span = tiago.upper - tiago.lower
    assert (q.max(axis=0) > tiago.upper - 0.02 * span).all()
    assert (q.min(axis=0) < tiago.lower + 0.02 * span).all()


def test_the_same_seed_draws_the_same_batches(tiago):
    first, second, other = sampler(tiago, 3), sampler(tiago, 3), sampler(tiago, 4)
    assert torch.equal(first.draw(), second.draw())
    assert torch.equal(first.draw(), second.draw())
    assert not torch.equal(first.draw(), other.draw())


def test_the_hardest_come_back_moved_a_little_and_within_limits(tiago):
    drawn = sampler(tiago, hard_share=0.2, hard_jitter=0.01)
    q = drawn.draw()
    loss = torch.zeros(1000)
    loss[100:300] = 1.0
    drawn.keep_hardest(q, loss)
    again = drawn.draw()[:200]
    moved = (torch.cdist(again, q[100:300]).amin(dim=1)).numpy()
    assert moved.max() < 0.3  # seven joints of about 3 rad, a hundredth of that each
    assert moved.min() > 0
    assert (again.double().numpy() >= tiago.lower - 1e-6).all()
    assert (again.double().numpy() <= tiago.upper + 1e-6).all()


def test_without_hard_examples_every_batch_is_fresh(tiago):
    drawn = sampler(tiago, hard_share=0.0)
    q = drawn.draw()
    drawn.keep_hardest(q, torch.ones(1000))
    assert torch.cdist(drawn.draw(), q).amin() > 1e-3


def test_hard_examples_give_way_to_fresh_ones(tiago):
    drawn = sampler(tiago, hard_share=0.2, hard_jitter=0.0)
    q = drawn.draw()
    drawn.keep_hardest(q, torch.arange(1000.0))
    counts = []
    for share in (1.0, 0.5, 0.0):
        known = (drawn.draw(hard=share)[:, None] == q).all(dim=-1).any(dim=1)
        counts.append(int(known.sum()))
    assert counts == [200, 100, 0]


def test_the_last_of_a_batch_are_pushed_straight_out_of_reach(tiago):
    drawn, kinematics = sampler(tiago, beyond_share=0.2), BatchedKinematics(tiago)
    position, _ = kinematics.forward(drawn.draw())
    pushed = drawn.push_out(position)
    assert torch.equal(pushed[:800], position[:800])
    first = torch.as_tensor(tiago.transforms[0][:3, 3]).to(position)
    length = tiago.reach - float(first.norm())
    beyond = (pushed[800:] - first).norm(dim=1) - length
    assert beyond.min() > -1e-5
    assert 0.4 < beyond.max() < 0.5 + 1e-5
    away = [torch.nn.functional.normalize(p[800:] - first, dim=1) for p in (pushed, position)]
    torch.testing.assert_close(*away, atol=1e-5, rtol=0)
    assert sampler(tiago).push_out(position) is position


def test_what_is_out_of_reach_is_no_hard_example(tiago):
    drawn = sampler(tiago, hard_share=0.1, hard_jitter=0.0, beyond_share=0.2)
    q = drawn.draw()
    loss = torch.zeros(1000)
    loss[300:400], loss[800:] = 1.0, 2.0
    drawn.keep_hardest(q, loss)
    among = (drawn.hard[:, None] == q[None, 300:400]).all(dim=2).any(dim=1)
    assert among.all()
