# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
import dataclasses
import json
import math

import pytest

from learned_ik.errors import ConfigurationError
from learned_ik.learning.training_config import PRESETS, TrainingConfig, preset


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        ('minutes', 0.0),
        ('minutes', float('nan')),
        ('samples', 0),
        ('samples', -5),
        ('threads', 0),
        ('heads', 0),
        ('batch', 1),
        ('seed', -1),
        ('hidden', ()),
        ('hidden', (128, 0)),
        ('activation', 'gelu'),
        ('encoding', 'sine'),
        ('inputs', 'raw'),
        ('optimizer', 'sgd'),
        ('loss', 'huber'),
        ('learning_rate', 0.0),
        ('learning_rate', float('inf')),
        ('warm_up', 1.0),
        ('rotation_weight', -0.1),
        ('limit_weight', float('nan')),
        ('hard_share', 0.95),
        ('held_out', 0),
        ('method', 'guessing'),
        ('targets', 'orientation'),
        ('cycles', 0),
        ('mean_end', 0.0),
        ('hard_end', 1.0),
        ('bootstrap_share', 1.0),
        ('beyond_share', 1.0),
        ('density_power', -1.0),
        ('margin_weight', float('nan')),
        ('preferred', (0.0, float('inf'))),
        ('until_error', 'soon'),
        ('until_error', '3'),
        ('until_error', '0mm'),
        ('until_error', '3mm;0.5deg'),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_accepted(field, value):
    with pytest.raises(ConfigurationError, match=f'^{field} is .*; expected') as caught:
        TrainingConfig(**{field: value})
    assert repr(value) in str(caught.value)


def test_a_device_that_torch_does_not_have_is_refused_with_those_that_it_has():
    torch = pytest.importorskip('torch')
    from learned_ik.learning.training import available_device

    assert available_device('cpu') == torch.device('cpu')
    for name in ('abacus', 'cuda:99'):
        with pytest.raises(ConfigurationError, match=f"'{name}'.*available: cpu"):
            available_device(name)


def test_without_a_budget_there_are_two_minutes():
    assert TrainingConfig().time_limit == 120
    assert TrainingConfig(samples=10).time_limit == float('inf')
    assert TrainingConfig(minutes=1.5).sample_limit == float('inf')
    both = TrainingConfig(minutes=1.0, samples=10)
    assert (both.time_limit, both.sample_limit) == (60, 10)


def test_errors_wanted_are_read_with_their_units():
    wanted = TrainingConfig(until_error='3mm, 0.5deg').error_wanted
    assert wanted == pytest.approx((0.003, math.radians(0.5)))
    assert TrainingConfig(until_error='.2cm').error_wanted == (pytest.approx(0.002), math.inf)
    assert TrainingConfig(until_error='0.01rad').error_wanted == (math.inf, 0.01)
    assert TrainingConfig().error_wanted is None
    assert (TrainingConfig().cycle_count, TrainingConfig(until_error='1m').cycle_count) == (1, 4)


def test_what_joint_positions_cannot_teach_is_refused():
    for options in ({'seed_input': True}, {'margin_weight': 0.1}, {'targets': 'position'}):
        with pytest.raises(ConfigurationError, match="method is 'supervised'"):
            TrainingConfig(method='supervised', **options)


def test_a_configuration_survives_json():
    config = TrainingConfig(hidden=[32, 16], samples=100, preferred=[0.0, 1.0], until_error='2mm')
    assert TrainingConfig(**json.loads(json.dumps(config.to_dict()))) == config


def test_the_paper_preset_is_what_sections_2c_to_2e_say():
    paper = preset('paper')
    assert (paper.hidden, paper.activation, paper.batch_norm) == ((100, 100, 100), 'relu', True)
    assert (paper.batch, paper.samples) == (100, 100 * 1_600_000)
    assert (paper.optimizer, paper.learning_rate) == ('adam', 1e-3)
    assert (paper.heads, paper.hard_share, paper.loss) == (1, 0, 'squared')
    assert (paper.inputs, paper.encoding) == ('paper', 'linear')
    assert PRESETS['default'] == TrainingConfig()
    assert preset('paper-supervised') == dataclasses.replace(paper, method='supervised')
    assert preset('paper-position') == dataclasses.replace(paper, targets='position')


def test_an_unknown_preset_is_refused_with_the_known_ones():
    with pytest.raises(ConfigurationError, match="'papr'; there are: default, quick"):
        preset('papr')
