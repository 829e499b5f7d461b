# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""`TrainingConfig`: every choice that a training makes, and the named presets of them.

Importing this needs no torch, so that a command line can explain the choices without it.
"""

import dataclasses
import itertools
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, get_args

from learned_ik.checks import (
    choice,
    flag,
    number,
    shaped,
    shaped_whole,
    shortened,
    text,
    whole,
)
from learned_ik.errors import ConfigurationError

DEFAULT_MINUTES = 2.0  # the budget where none is given
HELD_OUT_SEED = 1  # of the test poses: the same for every training, so that figures compare

Activation = Literal['silu', 'relu']
Encoding = Literal['clipped', 'bounded', 'linear', 'biternion']
Inputs = Literal['centred', 'paper']
Loss = Literal['distance', 'squared']
Method = Literal['unsupervised', 'supervised']
Optimizer = Literal['muon', 'adam']
Targets = Literal['pose', 'position']

MOST_LAYERS, MOST_WIDTH = 32, 8192  # hidden ones, and neurons of each
MOST_WEIGHTS = 50_000_000  # between hidden layers: a model file of 200 MB

LADDER_OF_CYCLES = 4  # with `until_error`: each cycle twice as long as the one before


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained. The defaults are those of the preset `default`.

    Give a budget in minutes, in samples, or in both: training ends with the first that is used
    up. Only a budget in samples alone gives the same weights again.
    """

    minutes: float | None = None  # budget [min]; 2 if `samples` is not given either
    samples: int | None = None  # budget in poses, over all batches
    until_error: str | None = None  # stop when the mean errors are below, e.g. '3mm,0.5deg'
    seed: int = 0  # of the random numbers: first weights and samples
    device: str = 'cpu'  # 'cpu', 'cuda', 'cuda:1', ...: any device of torch
    threads: int = 1  # of the CPU; batches are small: more threads help only on an idle machine

    hidden: tuple[int, ...] = (128,) * 6  # neurons of each hidden layer
    heads: int = 8  # answers to each pose; forward kinematics chooses the best
    activation: Activation = 'silu'  # of the hidden layers
    batch_norm: bool = False  # normalise each hidden layer over the batch (paper, section II-C)
    inputs: Inputs = 'centred'  # position in [-1, 1] and all of R; paper: [0, 1], two columns
    encoding: Encoding = 'clipped'  # of joints; clipped: angles, cut off at the limits

    method: Method = 'unsupervised'  # learn from pose errors; supervised: from sampled joints
    targets: Targets = 'pose'  # position: the network is trained without orientations
    seed_input: bool = False  # show the network a seed too; its answers are near it
    seed_spread: float = 0.3  # standard deviation of seeds in training [rad or m]; 1 is good
    seed_weight: float = 0.0  # [m/rad], of the distance from the seed in the loss; 0.1 is good
    scene_conditioned: bool = False  # show the network obstacles too; train in random scenes

    batch: int = 1000  # poses in each step, over all processes
    optimizer: Optimizer = 'muon'  # of weights between hidden layers; the rest uses Adam
    learning_rate: float = 1e-2  # the peak of the 1cycle schedule
    warm_up: float = 0.2  # share of a cycle in which the learning rate rises
    cycles: int | None = None  # each twice as long as the last; none: 1, with until_error 4

    loss: Loss = 'distance'  # error of a pose: distance in m and rad, or mean squares (paper)
    rotation_weight: float = 0.3  # [m/rad], of an arm of 1 m; others in proportion to their reach
    limit_weight: float = 1.0  # of broken joint limits, which clipped and bounded cannot break
    mean_weight: float = 0.03  # of the mean over all heads, beside the best head; fades to 0
    mean_end: float = 1.0  # share of a cycle after which mean_weight is 0

    hard_share: float = 0.1  # share of a batch that repeats the worst poses of the last one, moved
    hard_end: float = 0.5  # share of a cycle after which new samples replace these step by step
    hard_jitter: float = 0.007  # standard deviation of the move, as a share of a joint's range
    density_power: float = 0.0  # weight of a pose: (density of positions)^-power, at most 10
    bootstrap_share: float = 0.0  # share of a batch that is uniform in space
    beyond_share: float = 0.0  # share out of reach, to learn the closest posture

    margin_weight: float = 0.0  # [m], cost of being near joint limits; see `posture_cost.py`
    manipulability_weight: float = 0.0  # [m], cost of being near singular postures
    preferred_weight: float = 0.0  # [m], cost of the distance from `preferred`
    preferred: tuple[float, ...] | None = None  # that posture, (joints,) [rad or m]; none: middle

    held_out: int = 200_000  # poses that test the finished network

    def __post_init__(self) -> None:
        """Raise `ConfigurationError` for the first field that is out of its range."""
        for field, (least, most) in _WHOLE.items():
            self._keep(field, whole, f'{least} up to {most}', partial(_between, least, most))
        for field, (expected, accept) in _NUMBERS.items():
            self._keep(field, number, expected, accept)
        for field in _FLAGS:
            flag(getattr(self, field), field, ConfigurationError)
        for field, accepted in _CHOICES.items():
            choice(getattr(self, field), field, accepted, ConfigurationError)
        text(self.device, 'device', ConfigurationError)
        self.error_wanted  # noqa: B018  raises for what it cannot read
        self._check_hidden()
        reused = self.hard_share + self.bootstrap_share
        self._require('bootstrap_share', reused <= 0.9, 'with hard_share at most 0.9')
        rest = 1.0 - reused
        self._require('beyond_share', self.beyond_share <= rest, 'what the other shares leave')
        if self.preferred is not None:
            preferred = shaped(self.preferred, 'preferred', (None,), ConfigurationError)
            object.__setattr__(self, 'preferred', tuple(preferred.tolist()))
        if self.method == 'supervised':
            fits = not (self.seed_input or self.has_posture or self.targets == 'position')
            fits = fits and self.beyond_share == 0
            self._require(
                'method', fits, 'unsupervised with seed_input, posture, position, beyond_share'
            )
        if self.scene_conditioned:
            fits = self.method == 'unsupervised' and not self.seed_input
            fits = fits and self.bootstrap_share == 0 and self.beyond_share == 0
            self._require(
                'scene_conditioned',
                fits,
                'False with supervised, with seed_input, with a bootstrap_share or a beyond_share',
            )

    def _keep(self, field: str, convert: Callable[..., Any], expected: str, accept: Any) -> None:
        """Keep a number as what it is converted to; None stays what it is where it may be."""
        value = getattr(self, field)
        if value is not None or field not in _MAY_BE_NONE:
            value = convert(value, field, expected, accept, ConfigurationError)
            object.__setattr__(self, field, value)

    def _check_hidden(self) -> None:
        """Keep the widths of the hidden layers as whole numbers."""
        widths = shaped_whole(self.hidden, 'hidden', (None,), ConfigurationError).tolist()
        object.__setattr__(self, 'hidden', tuple(widths))
        self._require(
            'hidden',
            1 <= len(widths) <= MOST_LAYERS and all(1 <= width <= MOST_WIDTH for width in widths),
            f'one width up to {MOST_LAYERS}, each 1 up to {MOST_WIDTH}',
        )
        weights = sum(a * b for a, b in itertools.pairwise(widths))
        self._require('hidden', weights <= MOST_WEIGHTS, f'{MOST_WEIGHTS} weights at most')

    @property
    def time_limit(self) -> float:
        """[s] When training ends at the latest."""
        if self.minutes is None and self.samples is None:
            return 60 * DEFAULT_MINUTES
        return math.inf if self.minutes is None else 60 * self.minutes

    @property
    def sample_limit(self) -> float:
        """After how many samples training ends at the latest."""
        return math.inf if self.samples is None else self.samples

    @property
    def error_wanted(self) -> tuple[float, float] | None:
        """Mean position error [m] and orientation error [rad] at which training may end."""
        if self.until_error is None:
            return None
        wanted = {'length': math.inf, 'angle': math.inf}
        for part in text(self.until_error, 'until_error', ConfigurationError).split(','):
            found = _ERROR.fullmatch(part.strip())
            if found is None:
                raise self._error('until_error', "such as '3mm,0.5deg' or '2mm'")
            kind, unit = _UNITS[found[2]]
            wanted[kind] = float(found[1]) * unit
        self._require('until_error', min(wanted.values()) > 0, 'errors above 0')
        return wanted['length'], wanted['angle']

    @property
    def cycle_count(self) -> int:
        """How many cycles the learning rate goes through, each twice as long as the last."""
        default = 1 if self.until_error is None else LADDER_OF_CYCLES
        return default if self.cycles is None else self.cycles

    @property
    def has_posture(self) -> bool:
        """Whether any term of the loss prefers some postures to others."""
        return self.margin_weight + self.manipulability_weight + self.preferred_weight > 0

    @property
    def orientation_weight(self) -> float:
        """[m/rad], `rotation_weight`, or 0 where the orientation is not asked for."""
        return self.rotation_weight if self.targets == 'pose' else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings and lists, ready for JSON."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in dataclasses.asdict(self).items()
        }

    def _require(self, field: str, right: bool, accepted: str) -> None:
        if not right:
            raise self._error(field, accepted)

    def _error(self, field: str, accepted: str) -> ConfigurationError:
        return ConfigurationError(
            f'{field} is {shortened(getattr(self, field))}; expected {accepted}'
        )


_CHOICES = {
    'activation': get_args(Activation),
    'inputs': get_args(Inputs),
    'encoding': get_args(Encoding),
    'optimizer': get_args(Optimizer),
    'loss': get_args(Loss),
    'method': get_args(Method),
    'targets': get_args(Targets),
}
_WHOLE = {  # field: least and most
    'samples': (1, 10**15),
    'seed': (0, 2**63 - 1),
    'threads': (1, 1024),
    'heads': (1, 1024),
    'batch': (2, 1_000_000),
    'cycles': (1, 10),
    'held_out': (1, 10_000_000),
}
_FLAGS = ('batch_norm', 'seed_input', 'scene_conditioned')
_MAY_BE_NONE = ('minutes', 'samples', 'cycles')


def _between(least: int, most: int, value: int) -> bool:
    return least <= value <= most


def _up_to(most: float) -> tuple[str, Callable[[float], bool]]:
    return f'0 up to {most:g}', lambda value: 0 <= value <= most


_NUMBERS: dict[str, tuple[str, Callable[[float], bool]]] = {
    'minutes': ('above 0, or none', lambda value: 0 < value < math.inf),
    'learning_rate': ('above 0', lambda value: 0 < value < math.inf),
    'warm_up': ('0 up to below 1', lambda value: 0 <= value < 1),
    'mean_end': ('above 0 up to 1', lambda value: 0 < value <= 1),
    'hard_end': ('0 up to below 1', lambda value: 0 <= value < 1),
    'hard_share': _up_to(0.9),
    'bootstrap_share': _up_to(0.9),
    'beyond_share': _up_to(0.9),
    **{
        name: ('0 or more', lambda value: 0 <= value < math.inf)
        for name in (
            'rotation_weight',
            'limit_weight',
            'mean_weight',
            'hard_jitter',
            'density_power',
            'seed_spread',
            'seed_weight',
            'margin_weight',
            'manipulability_weight',
            'preferred_weight',
        )
    },
}
_ERROR = re.compile(r'(\d+(?:\.\d*)?|\.\d+)\s*(mm|cm|m|deg|rad)')
_UNITS = {
    'mm': ('length', 1e-3),
    'cm': ('length', 1e-2),
    'm': ('length', 1.0),
    'deg': ('angle', math.radians(1)),
    'rad': ('angle', 1.0),
}


# The network and the training of the paper (sections II-C to II-E): 1.6 million steps of 100.
PAPER = TrainingConfig(
    samples=160_000_000,
    hidden=(100, 100, 100),
    heads=1,
    activation='relu',
    batch_norm=True,
    inputs='paper',
    encoding='linear',
    batch=100,
    optimizer='adam',
    learning_rate=1e-3,
    loss='squared',
    rotation_weight=1.0,
    warm_up=0.3,
    mean_weight=0.0,
    hard_share=0.0,
)

# For budgets of seconds: a small network, which many small steps at a high rate teach soon.
QUICK = TrainingConfig(hidden=(96,) * 4, batch=500, learning_rate=2e-2)

# What else the paper tries (table I): joint positions as teacher, and position alone.
PAPER_SUPERVISED = dataclasses.replace(PAPER, method='supervised')
PAPER_POSITION = dataclasses.replace(PAPER, targets='position')

PRESETS = {
    'default': TrainingConfig(),
    'quick': QUICK,
    'paper': PAPER,
    'paper-supervised': PAPER_SUPERVISED,
    'paper-position': PAPER_POSITION,
}


def preset(name: str) -> TrainingConfig:
    """Return the configuration of this name.

    Raises:
        ConfigurationError: there is no such preset.

    """
    if text(name, 'the name of a preset', ConfigurationError) not in PRESETS:
        raise ConfigurationError(f"no preset '{name}'; there are: {', '.join(PRESETS)}")
    return PRESETS[name]
